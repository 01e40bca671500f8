/** The contract in pictures: states, flows, rules, personas. */

import type { ComponentType, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { InspectResult } from "tenor-wasm";
import { inspection, persona, simulation, verdicts } from "../engine";
import { pathThrough, playback } from "../flow/frames";
import { runFlow } from "../flow/set-up";
import { instances } from "../inputs/documents";
import { ContractNotice } from "../shell/contract-notice";
import { explain, narrow } from "../shell/navigate";
import { workspace } from "../state/store";
import { Tabs, VirtualTable } from "../widgets";
import { Cover, painted } from "./cover";
import { Figure, Viewer } from "./figure";
import { FlowFigure } from "./flow-figure";
import { drawMatrix, matrixTable, matrixTitle } from "./matrix";
import { rulesPicture } from "./rules-picture";
import { statesPicture } from "./states-picture";

type Kind = "states" | "flows" | "rules" | "personas";

interface KindProps {
  readonly declared: InspectResult;
}

const KINDS: Readonly<Record<Kind, { readonly title: string; readonly View: ComponentType<KindProps> }>> = {
  states: { title: "States", View: States },
  flows: { title: "Flows", View: Flows },
  rules: { title: "Rules", View: Rules },
  personas: { title: "Personas", View: Personas },
};

export function DiagramsView(): JSX.Element {
  const [kind, setKind] = useState<Kind>("states");
  const declared = inspection.value;
  const { View } = KINDS[kind];
  return (
    <div class="diagrams">
      <ContractNotice what="these pictures belong" />
      <Cover />
      <Tabs
        label="Pictures"
        prefix="picture-"
        tabs={Object.entries(KINDS).map(([id, { title }]) => ({ id, title }))}
        chosen={kind}
        onChoose={(id) => setKind(id as Kind)}
      >
        {declared === undefined ? <p class="hint">There is no contract to draw yet.</p> : <View declared={declared} />}
      </Tabs>
    </div>
  );
}

function States({ declared: { entities, operations } }: KindProps): JSX.Element {
  const [looked, setLooked] = useState<{ readonly entity: string; readonly state: string } | null>(null);
  const { selection } = workspace.value;
  if (entities.length === 0) return <p class="hint">The contract has no entities.</p>;
  return (
    <div class="stack">
      {entities.map((entity) => {
        const known = instances.value.get(entity.id) ?? NONE;
        const chosen = looked?.entity === entity.id ? looked.state : null;
        const marked = selection?.kind === "instance" && selection.entity === entity.id ? (known.get(selection.instance) ?? null) : null;
        return (
          <div key={entity.id} class="stack">
            <StatesFigure
              entity={entity}
              operations={operations}
              known={known}
              chosen={chosen}
              marked={marked}
              onState={(state) => setLooked(state === chosen ? null : { entity: entity.id, state })}
            />
            {chosen === null ? null : <InState entity={entity.id} state={chosen} known={known} />}
          </div>
        );
      })}
    </div>
  );
}

const NONE: ReadonlyMap<string, string> = new Map();

interface StatesFigureProps {
  readonly entity: InspectResult["entities"][number];
  readonly operations: InspectResult["operations"];
  readonly known: ReadonlyMap<string, string>;
  readonly chosen: string | null;
  readonly marked: string | null;
  readonly onState: (state: string) => void;
}

function StatesFigure({ entity, operations, known, chosen, marked, onState }: StatesFigureProps): JSX.Element {
  const coverage = painted.value;
  const picture = statesPicture({ entity, operations, instances: known, chosen, marked, coverage, isWide: !narrow.value, onState });
  return <Figure picture={picture} reveal={chosen} />;
}

interface InStateProps {
  readonly entity: string;
  readonly state: string;
  readonly known: ReadonlyMap<string, string>;
}

/** The instances that stand in a state; each can be looked at. */
function InState({ entity, state, known }: InStateProps): JSX.Element {
  const rows = useMemo(() => [...known].filter(([, one]) => one === state).map(([instance]) => instance), [known, state]);
  if (rows.length === 0) return <p class="hint">{`No ${entity} is ${state}.`}</p>;
  return (
    <VirtualTable
      caption={`${entity} in the state ${state}`}
      rows={rows}
      keyOf={(instance) => instance}
      height={260}
      columns={[
        {
          id: "instance",
          head: `${rows.length} ${entity} ${rows.length === 1 ? "is" : "are"} ${state}`,
          isHead: true,
          cell: (instance) => (
            <button type="button" class="link" onClick={() => explain({ kind: "instance", entity, instance })}>
              {instance}
            </button>
          ),
        },
      ]}
    />
  );
}

function Flows({ declared }: KindProps): JSX.Element {
  const { flow: running, step } = workspace.value.run;
  const [chosen, setChosen] = useState<string | null>(null);
  const { value } = simulation.answer.value;
  const flow = declared.flows.find(({ id }) => id === (chosen ?? running)) ?? declared.flows[0];
  if (flow === undefined) return <p class="hint">The contract has no flows.</p>;
  const isRun = value !== undefined && value.flow_id === flow.id && running === flow.id;
  const frames = isRun ? playback(value, declared).frames : [];
  const path = isRun ? pathThrough(frames, "", Math.min(step ?? Infinity, frames.length)) : null;
  return (
    <div class="stack">
      <div class="row">
        <label for="picture-flow">Flow</label>
        <select id="picture-flow" value={flow.id} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {declared.flows.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => runFlow(flow.id)}>
          Run it
        </button>
        {painted.value !== null ? null : (
          <span class="hint">{isRun ? `The way of the run that is set up: ${value.outcome}` : "No run of it is set up."}</span>
        )}
      </div>
      <FlowFigure key={flow.id} flow={flow.id} path={painted.value === null ? path : null} coverage={painted.value} />
    </div>
  );
}

function Rules({ declared }: KindProps): JSX.Element {
  const found = verdicts.answer.value.value?.verdicts ?? [];
  const coverage = painted.value;
  const picture = useMemo(() => rulesPicture(declared, found, coverage), [declared, found, coverage]);
  if (declared.rules.length === 0) return <p class="hint">The contract has no rules.</p>;
  return <Figure picture={picture} height={560} />;
}

function Personas({ declared }: KindProps): JSX.Element {
  const coverage = painted.value;
  const { width, height, parts } = drawMatrix({ declared, acting: persona.value, coverage });
  if (declared.personas.length === 0) return <p class="hint">The contract has no personas.</p>;
  return (
    <Viewer title={matrixTitle(declared, coverage)} table={matrixTable(declared, coverage)} size={{ width, height }} height={560}>
      {parts}
    </Viewer>
  );
}
