/** Changes of the list of scenarios. Those that lose something can be taken back. */

import type { ScenariosScenario } from "tenor-wasm";
import { offerUndo } from "../shell/way-back";
import { type Update, update, workspace } from "../state/store";
import { setScenarios } from "../state/updates";
import { keepDraftOf } from "./drafts";

type Scenarios = readonly ScenariosScenario[];

const changed =
  (change: (scenarios: Scenarios) => Scenarios): Update =>
  (state) =>
    setScenarios(change(state.scenarios))(state);

export function addScenario(scenario: ScenariosScenario): void {
  update(changed((scenarios) => [...scenarios, scenario]));
}

/** Puts another scenario in the place of this one. */
export function replaceScenario(before: ScenariosScenario, next: ScenariosScenario): void {
  update(changed((scenarios) => scenarios.map((one) => (one === before ? next : one))));
  keepDraftOf(before, next);
}

export function removeScenario(scenario: ScenariosScenario): void {
  const { scenarios } = workspace.peek();
  update(changed((all) => all.filter((one) => one !== scenario)));
  undoable(`“${scenario.title}” is removed.`, scenarios);
}

/** Says what was done to the scenarios, and offers to have them back as they were. */
export function undoable(sentence: string, before: Scenarios): void {
  offerUndo(sentence, () => update(setScenarios(before)));
}

/** A title that no scenario has yet. */
export function freeTitle(scenarios: Scenarios, wanted: string): string {
  const taken = new Set(scenarios.map(({ title }) => title));
  for (let number = 1; ; number++) {
    const title = number === 1 ? wanted : `${wanted} ${number}`;
    if (!taken.has(title)) return title;
  }
}
