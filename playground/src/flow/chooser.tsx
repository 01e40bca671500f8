/** What a run begins with, chosen in place: flow, persona, the instances that take part, outcomes where there are several. */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { inspection, persona } from "../engine";
import { update, workspace } from "../state/store";
import { setPersona } from "../state/updates";
import { bind, boundTo, type Choice, chooseFlow, chooseOutcome, choicesOf, entitiesOf } from "./set-up";

/** So many instances stand in a list; of more, those that fit what is typed. */
const MOST = 200;

export function Chooser(): JSX.Element {
  const { flow } = workspace.value.run;
  const { flows = [], personas = [] } = inspection.value ?? {};
  return (
    <div class="flow-chooser">
      <Choose
        label="Flow"
        value={flow ?? ""}
        options={[...(flow === null ? [{ value: "", text: "Choose a flow" }] : []), ...flows.map(({ id }) => ({ value: id, text: id }))]}
        onChoose={chooseFlow}
      />
      <Choose
        label="Persona"
        value={persona.value}
        options={personas.map(({ id }) => ({ value: id, text: id }))}
        onChoose={(id) => update(setPersona(id))}
      />
      {flow === null
        ? null
        : entitiesOf(flow).map((entity) => <InstanceChoice key={entity} entity={entity} chosen={boundTo(entity)} choices={choicesOf(entity)} />)}
      {flow === null ? null : <Outcomes flow={flow} />}
    </div>
  );
}

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onChoose: (value: string) => void;
  readonly isInvalid?: boolean;
}

function Choose({ label, value, options, onChoose, isInvalid = false }: ChooseProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} aria-invalid={isInvalid} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface InstanceProps {
  readonly entity: string;
  readonly chosen: string | undefined;
  readonly choices: readonly Choice[];
}

function InstanceChoice({ entity, chosen, choices }: InstanceProps): JSX.Element {
  const [typed, setTyped] = useState("");
  const filterId = useId();
  const isLong = choices.length > MOST;
  const fitting = isLong ? choices.filter(({ instance, state }) => `${instance} ${state}`.toLowerCase().includes(typed.toLowerCase())) : choices;
  const listed = fitting.slice(0, MOST);
  const current = choices.find(({ instance }) => instance === chosen);
  const shown = current === undefined || listed.includes(current) ? listed : [current, ...listed];
  const options = shown.map(({ instance, state, isSupposed }) => ({
    value: instance,
    text: isSupposed ? `${instance}: supposed to be ${state}, there is none` : `${instance}: ${state}`,
  }));
  const missing = { value: chosen ?? "", text: chosen === undefined ? "Choose an instance" : `${chosen}: there is none` };
  return (
    <div class="field">
      <Choose
        label={entity}
        value={chosen ?? ""}
        isInvalid={current === undefined}
        options={current === undefined ? [missing, ...options] : options}
        onChoose={(instance) => bind(entity, instance)}
      />
      {isLong ? (
        <>
          <label class="unseen" for={filterId}>{`Find an instance of ${entity}`}</label>
          <input
            id={filterId}
            type="search"
            placeholder="Find by id or state"
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <p class="hint" role="status">{`${listed.length} of ${choices.length} in the list`}</p>
        </>
      ) : null}
    </div>
  );
}

/** The operation steps with several outcomes, those of sub-flows and compensations too. */
function Outcomes({ flow }: { readonly flow: string }): JSX.Element {
  const { outcomes } = workspace.value.run;
  return (
    <>
      {choosable(flow).map(({ step, labels }) => (
        <Choose
          key={step}
          label={`Outcome of ${step}`}
          value={outcomes[step] ?? ""}
          options={[{ value: "", text: "As the states give it" }, ...labels.map((label) => ({ value: label, text: label }))]}
          onChoose={(label) => chooseOutcome(step, label === "" ? null : label)}
        />
      ))}
    </>
  );
}

interface Choosable {
  readonly step: string;
  readonly labels: readonly string[];
}

function choosable(flow: string, seen: ReadonlySet<string> = new Set()): readonly Choosable[] {
  const { flows = [], operations = [] } = inspection.value ?? {};
  const nodes = flows.find(({ id }) => id === flow)?.graph.nodes ?? [];
  const found = nodes.flatMap(({ kind, step_id: step, operation_id: operation, flow_id: inner }): readonly Choosable[] => {
    if (inner !== undefined && !seen.has(inner)) return choosable(inner, new Set([...seen, flow]));
    const labels = operations.find(({ id }) => id === operation)?.outcomes ?? [];
    if (labels.length < 2) return [];
    return [{ step: kind === "compensation" ? `comp:${operation ?? ""}` : (step ?? ""), labels }];
  });
  return [...new Map(found.map((one) => [one.step, one])).values()];
}
