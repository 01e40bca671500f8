/** Puts the result of the run into the instance table. */

import type { JSX } from "preact";
import type { SimulateFlowResult } from "tenor-wasm";
import { update, workspace } from "../state/store";
import type { Workspace } from "../state/workspace";
import { toast } from "../widgets";
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
      <button type="button" class="primary" disabled={!isCurrent || count === 0} onClick={() => apply(finished(result))}>
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

function apply(run: FinishedRun): void {
  const before = workspace.peek();
  update(applyRun(run));
  const after = workspace.peek();
  toast(`${run.flow} was applied.`, { undo: () => takeBack(before, after) });
}

/** Takes an applied run back; what was changed otherwise since is not lost. */
function takeBack(before: Workspace, after: Workspace): void {
  const now = workspace.peek();
  if (now.inputs.states !== after.inputs.states || now.history !== after.history) {
    toast("The instances were changed since: go back to an earlier run in the history instead.");
    return;
  }
  update((state) => ({ ...state, inputs: { ...state.inputs, states: before.inputs.states }, history: before.history }));
  toast("The run was taken back.");
}
