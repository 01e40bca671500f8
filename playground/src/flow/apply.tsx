/** Puts the result of the run into the instance table. */

import type { JSX } from "preact";
import type { SimulateFlowResult } from "tenor-wasm";
import { outdated } from "../engine";
import { undoable } from "../inputs/undo";
import { applyRun, type FinishedRun } from "./history";

interface Props {
  readonly result: SimulateFlowResult;
  /** Whether it is the run of the inputs as they are. */
  readonly isCurrent: boolean;
}

export function ApplyBar({ result, isCurrent }: Props): JSX.Element {
  const count = new Set(result.would_transition.map(({ entity_id: entity, instance_id: instance }) => `${entity}/${instance}`)).size;
  const many = count === 1 ? "1 instance" : `${count} instances`;
  return (
    <div class="row flow-apply">
      <button
        type="button"
        class="primary"
        title={outdated.value ?? undefined}
        disabled={!isCurrent || count === 0 || outdated.value !== null}
        onClick={() => undoable(`${result.flow_id} was applied.`, applyRun(finished(result)))}
      >
        Apply to the instances
      </button>
      <span class="hint">
        {count === 0
          ? "The run changes no instance."
          : `It moves ${many}${result.failed ? "; what was done before it failed stays done" : ""}.`}
      </span>
    </div>
  );
}

/** What of a simulation is applied. */
export function finished({ flow_id: flow, persona, resolved_bindings: bindings, outcome, would_transition: changes }: SimulateFlowResult): FinishedRun {
  return { flow, persona, bindings, outcome, changes };
}
