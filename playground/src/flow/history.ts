/** Applied runs: a tree, in which the instance table stands after one of them. Going to any of them restores its text letter for letter. */

import { computed } from "@preact/signals";
import { DEFAULT_INSTANCE, type JsonObject, put, readObject, writeDocument } from "../inputs/documents";
import { applySplices, difference } from "../state/splices";
import { workspace, type Update } from "../state/store";
import { type AppliedRun, type History, NO_HISTORY, type StateChange, type Workspace } from "../state/workspace";

/** What is applied: a run as it was simulated. */
export interface FinishedRun {
  readonly flow: string;
  readonly persona: string;
  readonly bindings: Readonly<Record<string, string>>;
  readonly outcome: string;
  readonly changes: readonly StateChange[];
}

/** Puts a run's changes into the instance table, and the run into the history. */
export const applyRun =
  (run: FinishedRun): Update =>
  (now) => {
    const { states } = now.inputs;
    const history = now.history.runs.length === 0 ? { ...NO_HISTORY, base: states } : now.history;
    const after = statesAfter(states, run.changes);
    const applied: AppliedRun = {
      ...run,
      id: 1 + Math.max(0, ...history.runs.map(({ id }) => id)),
      parent: history.at,
      byHand: difference(textAfter(history, history.at), states),
      byRun: difference(states, after),
    };
    return withStates(now, after, { ...history, runs: [...history.runs, applied], at: applied.id });
  };

/** The states' text after changes; an entity that is written in the flat form stays so. */
function statesAfter(text: string, changes: readonly StateChange[]): string {
  const states = changes.reduce<JsonObject>((now, { entity_id: entity, instance_id: instance, to_state: state }) => {
    const found = Object.hasOwn(now, entity) ? now[entity] : "";
    const isFlat = instance === DEFAULT_INSTANCE && typeof found === "string";
    return put(now, isFlat ? [entity] : [entity, instance], state) as JsonObject;
  }, readObject(text) ?? {});
  return changes.length === 0 ? text : writeDocument(states);
}

/** Puts the instance table back to where it stood after a run, or before all of them (null). */
export const goBackTo =
  (id: number | null): Update =>
  (now) => withStates(now, textAfter(now.history, id), { ...now.history, at: id });

/** Forgets the runs; the instance table stays as it is. */
export const forgetRuns: Update = (now) => ({ ...now, history: NO_HISTORY });

function withStates(now: Workspace, states: string, history: History): Workspace {
  return { ...now, inputs: { ...now.inputs, states }, history };
}

/** The states' text after a run, or before all of them. */
export function textAfter(history: History, id: number | null): string {
  return wayTo(history, id).reduce((text, { byHand, byRun }) => applySplices(applySplices(text, byHand), byRun), history.base);
}

/** The runs from the first one to this one. */
export function wayTo({ runs }: History, id: number | null): readonly AppliedRun[] {
  const way: AppliedRun[] = [];
  for (let at = id; at !== null; ) {
    const run = runs.find((one) => one.id === at);
    if (run === undefined) break;
    way.unshift(run);
    // A parent is always older: a damaged history cannot lead in a circle.
    at = run.parent !== null && run.parent < run.id ? run.parent : null;
  }
  return way;
}

/** Whether the instance table was changed otherwise since the run after which it stands. */
export const changedByHand = computed(() => {
  const { history, inputs } = workspace.value;
  return history.runs.length > 0 && textAfter(history, history.at) !== inputs.states;
});
