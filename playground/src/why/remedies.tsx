/** What would open a blocked action, each suggestion to be tried at once. */

import type { JSX } from "preact";
import type { ExplainRemedies } from "tenor-wasm";
import { runFlow } from "../flow/set-up";
import { update } from "../state/store";
import { setPersona } from "../state/updates";
import type { Selection } from "../state/workspace";
import { tryRemedy } from "./try";

interface Props {
  readonly remedies: ExplainRemedies;
  readonly action: Extract<Selection, { readonly kind: "action" }>;
}

export function Remedies({ remedies: { suggestions, detours, complete, checked, sampled_facts: sampled }, action }: Props): JSX.Element {
  return (
    <section class="why-remedies" aria-label="What would open it">
      <h3>{suggestions.length > 1 ? "What would open it (any one is enough)" : "What would open it"}</h3>
      {suggestions.length === 0 ? <p>{complete ? "Nothing that was tried would open it." : "Nothing was found so far."}</p> : null}
      <ol>
        {suggestions.map(({ changes, obtained_verdicts: gained, lost_verdicts: lost }, index) => (
          <li key={index}>
            <span>
              {changes.map(({ text }) => text).join(", and ")}
              {gained.length === 0 ? null : <span class="hint">{` This brings ${gained.join(", ")}.`}</span>}
              {lost.length === 0 ? null : <span class="hint">{` It loses ${lost.join(", ")}.`}</span>}
            </span>{" "}
            <button type="button" aria-label={`Try it: ${changes.map(({ text }) => text).join(", and ")}`} onClick={() => void tryRemedy(changes, action)}>
              Try it
            </button>
          </li>
        ))}
      </ol>
      {detours.length === 0 ? null : (
        <>
          <h3>Another way to the same end, open as things are</h3>
          <ul>
            {detours.map(({ text, flow_id: flow, persona, instance_bindings: bindings }) => (
              <li key={text}>
                {text}{" "}
                <button
                  type="button"
                  aria-label={`Show the run: ${flow}`}
                  onClick={() => {
                    update(setPersona(persona));
                    runFlow(flow, bindings);
                  }}
                >
                  Show the run
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {complete && sampled.length === 0 ? null : (
        <p class="hint">
          {complete
            ? `Not every value of ${sampled.join(", ")} was tried, only those at which a condition turns.`
            : `The search stopped after ${checked} combinations; there may be other ways.`}
        </p>
      )}
    </section>
  );
}
