/** The scenarios: each puts its situation into the inputs. */

import type { JSX } from "preact";
import { situation } from "../examples/open";
import { update, workspace } from "../state/store";

export function ScenariosView(): JSX.Element {
  return (
    <ul class="plain">
      {workspace.value.scenarios.map((scenario) => (
        <li key={scenario.title}>
          <button type="button" onClick={() => update((now) => ({ ...now, ...situation(scenario) }))}>
            {scenario.title}
          </button>
          <p class="hint">{scenario.about}</p>
        </li>
      ))}
    </ul>
  );
}
