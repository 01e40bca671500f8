/** Whether the pictures show the present situation or what the scenarios exercise. */

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { runs } from "../scenarios/runs";
import { isShown } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { workspace } from "../state/store";
import { Problems } from "../widgets";
import { type Coverage, painting } from "./coverage";

/** What is painted: of the newest run of all scenarios, while somebody wants it; null: the present situation. */
export const painted = computed((): Coverage | null => {
  if (!painting.value || workspace.value.scenarios.length === 0) return null;
  return runs.answer.value.value?.result.coverage ?? null;
});

export function Cover(): JSX.Element {
  const some = workspace.value.scenarios.length > 0;
  return (
    <div class="stack diagrams-cover">
      <div class="row">
        <label class="row">
          <input
            type="checkbox"
            checked={painting.value && some}
            disabled={!some}
            onChange={({ currentTarget }) => (painting.value = currentTarget.checked)}
          />
          What the scenarios cover
        </label>
        {some ? <Said /> : <None />}
      </div>
      {painting.value && some ? <Problems problems={runs.answer.value.problems} /> : null}
    </div>
  );
}

function None(): JSX.Element {
  return (
    <span class="hint">
      There are none yet
      {isShown("scenarios") ? (
        <>
          : <PanelLink panel="scenarios">pin one</PanelLink>
        </>
      ) : (
        "."
      )}
    </span>
  );
}

/** How the scenarios go, for what is covered by one that fails is not proved; read out when it changes. */
function Said(): JSX.Element {
  return (
    <span class="hint" role="status">
      {painting.value ? said() : ""}
    </span>
  );
}

function said(): string {
  const { value, stale } = runs.answer.value;
  if (value === undefined) return "Running all scenarios …";
  const { results } = value.result;
  const good = results.filter(({ passed }) => passed).length;
  const by = results.length === 1 ? "the scenario" : `the ${results.length} scenarios`;
  return `✓ n×: exercised so often by ${by}; ${good} of ${results.length} go as expected.${stale ? " Of the contract before the newest change." : ""}`;
}
