/** A pinned result beside the present one: what is different, and why. */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { DiffResult } from "tenor-wasm";
import { contract, persona } from "../engine";
import { explain } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { workspace } from "../state/store";
import { Problems } from "../widgets";
import { Cause, Causes } from "./causes";
import "./compare.css";
import { pin, restorePinned, swap, unpin } from "./pin";
import { type Compared, comparison, isOtherContract, pinnedContract } from "./question";

export function CompareView(): JSX.Element {
  const { pin: pinned } = workspace.value;
  return <div class="compare stack">{pinned === null ? <NothingPinned /> : <Pinned label={pinned.label} />}</div>;
}

function NothingPinned(): JSX.Element {
  return (
    <>
      <p>Pin the result as it is now. Then change a fact, an instance, the persona or the contract itself, and see here what that changes, and why.</p>
      <div>
        <button type="button" class="primary" onClick={() => pin(workspace.peek().title)}>
          Pin this result
        </button>
      </div>
    </>
  );
}

function Pinned({ label }: { readonly label: string }): JSX.Element {
  const { value, problems, pending, stale } = comparison.answer.value;
  const broken = contract.answer.value.problems.length > 0;
  const unloadable = isOtherContract.value ? pinnedContract.answer.value.problems : [];
  return (
    <>
      <div class="row">
        <p class="compare-label">
          Pinned: <strong>{label}</strong>
        </p>
        <button type="button" onClick={swap}>
          Swap
        </button>
        <button type="button" onClick={restorePinned}>
          Back to the pinned
        </button>
        <button type="button" onClick={() => pin(label)}>
          Pin this instead
        </button>
        <button type="button" onClick={unpin}>
          Unpin
        </button>
      </div>
      {broken ? <p class="hint">The contract has errors: what is compared is shown again when they are mended.</p> : null}
      <Problems problems={[...unloadable, ...problems]} />
      <div aria-busy={pending} aria-live="polite">
        {value === undefined || broken ? null : <Differences compared={value} isStale={stale && !pending} />}
      </div>
    </>
  );
}

function Differences({ compared, isStale }: { readonly compared: Compared; readonly isStale: boolean }): JSX.Element {
  const { result } = compared;
  return (
    <div class="stack">
      {isStale ? <p class="hint">This is the last comparison that could be had; something has changed since.</p> : null}
      <p class={result.same ? "compare-sum" : "compare-sum differs"}>{summary(result)}</p>
      <Section title="What was given differently" count={result.inputs.length}>
        <ul class="plain stack">
          {result.inputs.map((input) => (
            <li key={`${input.kind} ${input.name}`}>
              <Cause {...input} />
            </li>
          ))}
        </ul>
      </Section>
      <Verdicts verdicts={result.verdicts} />
      <Actions actions={result.actions} />
      <Instances instances={result.instances} />
      <Path compared={compared} />
    </div>
  );
}

function summary({ same, inputs, verdicts, actions, instances, path }: DiffResult): string {
  if (same) return inputs.length === 0 ? "Nothing is different." : "The inputs are different, what follows from them is the same.";
  const parts = [count(verdicts.length, "verdict"), count(actions.length, "action"), count(instances.length, "instance"), path === null ? "" : "the way of the run"];
  return `Different: ${parts.filter(Boolean).join(", ")}.`;
}

const count = (number: number, what: string): string => (number === 0 ? "" : `${number} ${what}${number === 1 ? "" : "s"}`);

function Section({ title, count: number, children }: { readonly title: string; readonly count: number; readonly children: ComponentChildren }): JSX.Element | null {
  if (number === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface Change {
  readonly key: string;
  readonly head: JSX.Element;
  readonly sign: "+" | "−" | "~";
  readonly word: string;
  readonly causes: DiffResult["inputs"];
}

/** Of so many changes all are shown at once. */
const MOST = 100;

function Changes({ caption, rows }: { readonly caption: string; readonly rows: readonly Change[] }): JSX.Element {
  const [most, setMost] = useState(MOST);
  return (
    <>
      <table class="compare-table">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Change</th>
            <th scope="col">Because of</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map(({ key, head, sign, word, causes }) => (
            <tr key={key}>
              <th scope="row">{head}</th>
              <td>
                <span class={`compare-change ${TONES[sign]}`}>
                  <span aria-hidden="true">{sign} </span>
                  {word}
                </span>
              </td>
              <td>
                <Causes causes={causes} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most ? (
        <button type="button" onClick={() => setMost(most + 10 * MOST)}>
          {`Show more (${rows.length - most} are left)`}
        </button>
      ) : null}
    </>
  );
}

const TONES = { "+": "gained", "−": "lost", "~": "changed" } as const;

function Verdicts({ verdicts }: { readonly verdicts: DiffResult["verdicts"] }): JSX.Element {
  const rows = verdicts.map(
    ({ verdict_type: name, change, causes }): Change => ({
      key: name,
      head: <Link text={name} run={() => explain({ kind: "verdict", verdict: name })} />,
      sign: change === "gained" ? "+" : change === "lost" ? "−" : "~",
      word: change,
      causes,
    }),
  );
  return (
    <Section title="Verdicts" count={rows.length}>
      <Changes caption="Verdicts that are different" rows={rows} />
    </Section>
  );
}

const WORDS: Readonly<Record<DiffResult["actions"][number]["change"], readonly [Change["sign"], string]>> = {
  opened: ["+", "opened"],
  blocked: ["−", "blocked"],
  other_reasons: ["~", "blocked for other reasons"],
  other_operations: ["~", "begins with other operations"],
  added: ["+", "new"],
  removed: ["−", "gone"],
};

function Actions({ actions }: { readonly actions: DiffResult["actions"] }): JSX.Element {
  const rows = actions.map(({ flow_id: flow, change, b, causes }): Change => {
    const [sign, word] = WORDS[change];
    const look = (): void => explain({ kind: "action", flow, persona: persona.peek(), bindings: {} });
    return { key: flow, head: b === "undeclared" ? <>{flow}</> : <Link text={flow} run={look} />, sign, word, causes };
  });
  return (
    <Section title="Actions" count={rows.length}>
      <Changes caption="Actions that are different" rows={rows} />
    </Section>
  );
}

function Instances({ instances }: { readonly instances: DiffResult["instances"] }): JSX.Element {
  const rows = instances.map(({ flow_id: flow, entity_id: entity, instance_id: instance, a, b, causes }): Change => {
    const look = (): void => explain({ kind: "action", flow, persona: persona.peek(), bindings: { [entity]: instance } });
    return {
      key: `${flow} ${entity} ${instance}`,
      head: (
        <>
          {b === "absent" ? `${entity} ${instance}` : <Link text={`${entity} ${instance}`} run={look} />} <span class="hint">for {flow}</span>
        </>
      ),
      sign: b === "available" ? "+" : a === "available" ? "−" : "~",
      word: `${a} → ${b}`,
      causes,
    };
  });
  return (
    <Section title="Instances" count={rows.length}>
      <Changes caption="Instances that are different" rows={rows} />
    </Section>
  );
}

function Path({ compared: { result, flow, pathProblems } }: { readonly compared: Compared }): JSX.Element | null {
  const { run, pin: pinned } = workspace.value;
  const { path } = result;
  if (flow === null) {
    if (run.flow === null || pinned?.run.flow === null) return null;
    return <p class="hint">{`The runs are of two flows, ${pinned?.run.flow ?? ""} and ${run.flow}: their ways are not compared.`}</p>;
  }
  if (pathProblems.length > 0) {
    return (
      <section>
        <h2>The run of {flow}</h2>
        <Problems problems={pathProblems} />
      </section>
    );
  }
  if (path === null) return <p class="hint">{`The run of ${flow} goes the same way.`}</p>;
  const { a, b, outcome_a: before, outcome_b: after, causes } = path;
  return (
    <section>
      <h2>The run of {flow}</h2>
      <p>
        {b === null ? "The pinned run goes on where this one is over." : "They part at "}
        {b === null ? null : <Link text={b.step_id} run={() => explain({ kind: "step", flow, step: b.step_id })} />}{" "}
        <PanelLink panel="flow">Show the run</PanelLink>
      </p>
      <table class="compare-path">
        <caption class="unseen">How the two runs part</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">Pinned</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Step</th>
            <td>{a === null ? "it was over" : `${a.step_id}: ${a.result}`}</td>
            <td>{b === null ? "it is over" : `${b.step_id}: ${b.result}`}</td>
          </tr>
          <tr>
            <th scope="row">End</th>
            <td>{before}</td>
            <td>{after}</td>
          </tr>
        </tbody>
      </table>
      <p>Because of</p>
      <Causes causes={causes} />
    </section>
  );
}

function Link({ text, run }: { readonly text: string; readonly run: () => void }): JSX.Element {
  return (
    <button type="button" class="link" onClick={run}>
      {text}
    </button>
  );
}
