/** What the scenarios exercise of the contract: how much of each kind, and what none of them reaches. */

import type { JSX } from "preact";
import type { RunScenariosResult } from "tenor-wasm";
import { paint } from "./runs";

type Kind = keyof RunScenariosResult["coverage"];

const KINDS: Readonly<Record<Kind, string>> = {
  rules: "Rules that fired",
  predicates: "Conditions, true and false",
  transitions: "State changes",
  steps: "Steps of flows",
  edges: "Ways out of steps",
  personas: "Operations by persona",
};

interface Props {
  readonly result: RunScenariosResult;
  readonly stale: boolean;
}

export function CoverageTable({ result, stale }: Props): JSX.Element {
  const rows = Object.entries(KINDS) as [Kind, string][];
  return (
    <section class={stale ? "stack scenarios-stale" : "stack"} aria-labelledby="scenarios-coverage">
      <div class="row">
        <h2 id="scenarios-coverage" tabIndex={-1}>What they exercise</h2>
        <button type="button" onClick={paint}>
          Paint it on the pictures
        </button>
      </div>
      <table class="scenarios-coverage">
        <caption class="unseen">What the scenarios exercise of the contract</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Reached</th>
            <th scope="col">Not reached</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([kind, name]) => {
            const { hit, total, missed } = result.coverage[kind];
            return (
              <tr key={kind}>
                <th scope="row">{name}</th>
                <td class="scenarios-share">
                  {`${hit} of ${total}`}
                  <progress aria-hidden="true" max={Math.max(total, 1)} value={total === 0 ? 1 : hit} />
                </td>
                <td>{missed.length === 0 ? <span class="hint">nothing</span> : <Missed names={missed} />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Missed({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <details>
      <summary>{`${names.length} ${names.length === 1 ? "name" : "names"}`}</summary>
      <ul class="scenarios-missed">
        {names.map((name) => (
          <li key={name}>
            <code>{name}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
