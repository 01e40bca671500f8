/** Changes that are made by one press of a button, told to everyone, with a way back. */

import { offerUndo } from "../shell/way-back";
import { type Update, update, workspace } from "../state/store";
import { setInputs } from "../state/updates";
import type { Workspace } from "../state/workspace";
import { toast } from "../widgets";

/** Makes the changes as one, says so, and offers to take them back for a while. */
export function undoable(message: string, ...changes: readonly Update[]): void {
  undoing(message, () => update(...changes));
}

/** The same for changes that another function makes. */
export function undoing(message: string, change: () => void): void {
  const before = workspace.peek();
  change();
  const after = workspace.peek();
  offerUndo(message, () => takeBack(before, after));
}

/** What was changed goes back, part by part; a part that was changed once more since stays, and that is said. */
function takeBack(before: Workspace, after: Workspace): void {
  const now = workspace.peek();
  const kept: unknown[] = [];
  const back = <Value>(was: Value, became: Value, is: Value): Value => {
    if (Object.is(was, became)) return is;
    if (Object.is(became, is)) return was;
    kept.push(is);
    return is;
  };
  const inputs = {
    facts: back(before.inputs.facts, after.inputs.facts, now.inputs.facts),
    states: back(before.inputs.states, after.inputs.states, now.inputs.states),
    persona: back(before.inputs.persona, after.inputs.persona, now.inputs.persona),
  };
  const others = {
    contract: back(before.contract, after.contract, now.contract),
    run: back(before.run, after.run, now.run),
    selection: back(before.selection, after.selection, now.selection),
    history: back(before.history, after.history, now.history),
    pin: back(before.pin, after.pin, now.pin),
  };
  update(setInputs(inputs), (state) => ({ ...state, ...others }));
  // Where somebody looks by now is no change that one would miss.
  const missed = kept.filter((is) => is !== now.run && is !== now.selection);
  toast(missed.length > 0 ? "Taken back, except for what was changed once more since." : "Taken back.");
}
