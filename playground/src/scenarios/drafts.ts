/** Titles and texts of scenarios that are being written: they outlive the panel's going out of view, and each other. */

import { signal } from "@preact/signals";
import type { ScenariosScenario } from "tenor-wasm";

export interface Draft {
  readonly title: string;
  readonly about: string;
}

/** By scenario; null as long as nothing was written. */
const drafts = signal<ReadonlyMap<ScenariosScenario, Draft | null>>(new Map());

/** What is written for the scenario; null when that has just begun, undefined when nobody writes. */
export const draftOf = (scenario: ScenariosScenario): Draft | null | undefined => drafts.value.get(scenario);

export const beginDraft = (scenario: ScenariosScenario): void => setDraft(scenario, null);

export function setDraft(scenario: ScenariosScenario, draft: Draft | null): void {
  drafts.value = new Map(drafts.peek()).set(scenario, draft);
}

export function endDraft(scenario: ScenariosScenario): void {
  drafts.value = new Map([...drafts.peek()].filter(([of]) => of !== scenario));
}

/** A scenario that takes the place of another one has what was being written for that. */
export function keepDraftOf(before: ScenariosScenario, next: ScenariosScenario): void {
  const draft = drafts.peek().get(before);
  if (draft === undefined) return;
  endDraft(before);
  setDraft(next, draft);
}
