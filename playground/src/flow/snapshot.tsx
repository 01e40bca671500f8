/** What the run rests on: the facts and verdicts as they were when it began. They do not change while it runs. */

import type { JSX } from "preact";
import type { SimulateFlowResult } from "tenor-wasm";
import { inspection } from "../engine";
import { fromAnswer, valueText } from "../inputs/values";
import { explain } from "../shell/navigate";

export function SnapshotView({ result }: { readonly result: SimulateFlowResult }): JSX.Element | null {
  const chain = result.provenance;
  const declared = inspection.value;
  if (chain === undefined || declared === undefined) return null;
  const { facts: given, defaults } = chain.inputs;
  const facts = declared.facts.filter(({ id }) => Object.hasOwn(given, id) || defaults.includes(id));
  const present = new Map(result.verdicts.map((verdict) => [verdict.type, verdict]));
  return (
    <details class="flow-snapshot">
      <summary>
        Frozen when the run began: {facts.length} facts, {present.size} of {declared.rules.length} verdicts
      </summary>
      <div class="flow-frozen">
        <Frozen
          caption="Facts"
          rows={facts.map(({ id, type_spec: type, default: initial }) => ({
            name: id,
            text: `${valueText(type, fromAnswer(type, Object.hasOwn(given, id) ? given[id] : initial))}${Object.hasOwn(given, id) ? "" : " (default)"}`,
            run: () => explain({ kind: "fact", fact: id }),
          }))}
        />
        <Frozen
          caption="Verdicts"
          rows={declared.rules.map(({ produces }) => ({
            name: produces,
            text: present.has(produces) ? "✓ present" : "– absent",
            run: () => explain({ kind: "verdict", verdict: produces }),
          }))}
        />
      </div>
    </details>
  );
}

interface FrozenProps {
  readonly caption: string;
  readonly rows: readonly { readonly name: string; readonly text: string; readonly run: () => void }[];
}

function Frozen({ caption, rows }: FrozenProps): JSX.Element {
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {rows.map(({ name, text, run }) => (
          <tr key={name}>
            <th scope="row">
              <button type="button" class="link" onClick={run}>
                {name}
              </button>
            </th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
