/** The verdicts by stratum, and the persona's flows. */

import type { JSX } from "preact";
import { actionSpaces, persona, verdicts } from "../engine";

export function ResultsView(): JSX.Element {
  const found = verdicts.answer.value;
  const space = actionSpaces.answer.value.value?.[persona.value];
  return (
    <div class="stack">
      <h2>Verdicts</h2>
      <ul class="plain" aria-busy={found.pending}>
        {found.value?.verdicts.map(({ type, provenance }) => (
          <li key={type}>
            {type} <span class="hint">by {provenance.rule}</span>
          </li>
        ))}
      </ul>
      <h2>What {persona.value} may do</h2>
      <ul class="plain">
        {space?.actions.map(({ flow_id: flow, description }) => <li key={flow}>{description}</li>)}
        {space?.blocked_actions.map(({ flow_id: flow }) => <li key={flow}>{flow} is blocked</li>)}
      </ul>
    </div>
  );
}
