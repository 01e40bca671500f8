/**
 * Where the workspace and the settings live, and the only ways to change them. Data runs one way: an update gives a new
 * state, the engine asks for what follows from it, the view draws both.
 */

import { batch, effect, signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { writeJson } from "tenor-wasm";
import { readable, readWorkspace } from "./read";
import { copyForTab, read, readOfTab, write } from "./storage";
import { DEFAULT_SETTINGS, readSettings, type Settings } from "./settings";
import { emptyWorkspace, type Workspace } from "./workspace";

const WORKSPACE_KEY = "tenor-playground/workspace";
const SETTINGS_KEY = "tenor-playground/settings";
/** Storage is written when the typing pauses: it is synchronous, and the text may be long. */
const SAVE_PAUSE_MS = 400;

const current = signal<Workspace>(emptyWorkspace());
const chosen = signal<Settings>(DEFAULT_SETTINGS);
const count = signal(0);

/** What was kept by an earlier visit and cannot be read: its text, and why. It is gone from the storage with the next change. */
export const unreadable = signal<{ readonly text: string; readonly why: string } | null>(null);
export const workspace: ReadonlySignal<Workspace> = current;
export const settings: ReadonlySignal<Settings> = chosen;
/** Counts workspaces: it changes when one is replaced by another. */
export const generation: ReadonlySignal<number> = count;

/** A pure function from one state to the next; see `updates.ts`. */
export type Update = (workspace: Workspace) => Workspace;

/** Whether contract, inputs and scenarios are fixed: then only what is looked at and run changes. */
export const readOnly = signal(false);

/** Several updates in one call are one change. */
export function update(...changes: readonly Update[]): void {
  const before = current.peek();
  change(...changes, (next) => (readOnly.peek() ? withFixed(next, before) : next));
}

/** The same for what is not done by the page's user: it changes also what is fixed for them. */
export function change(...changes: readonly Update[]): void {
  current.value = changes.reduce((state, one) => one(state), current.peek());
}

function withFixed(next: Workspace, { contract, inputs, scenarios, history, title }: Workspace): Workspace {
  const { open } = next.contract;
  return {
    ...next,
    contract: Object.hasOwn(contract.files, open) ? { ...contract, open } : contract,
    inputs: { ...inputs, persona: next.inputs.persona },
    scenarios,
    history,
    title,
  };
}

/** Another workspace as a whole: what was answered for the one before is not shown any more. */
export function replaceWorkspace(next: Workspace): void {
  batch(() => {
    count.value++;
    current.value = next;
  });
}

let unasked: Workspace | null = null;

/** The same for one that nobody asked for. Over what was kept and cannot be read it is not kept before something is done to it. */
export function replaceUnasked(next: Workspace): void {
  if (unreadable.peek() !== null) unasked = next;
  replaceWorkspace(next);
}

export function set(changes: Partial<Settings>): void {
  chosen.value = { ...chosen.peek(), ...changes };
}

/** What was left in this tab, otherwise by an earlier visit; null on the first one. */
export function restore(): Workspace | null {
  chosen.value = readSettings(read(SETTINGS_KEY));
  const kept = readOfTab(WORKSPACE_KEY);
  if (kept === null) return null;
  try {
    const workspace = readWorkspace(kept);
    // From here on what another tab does is not this one's, even if nothing is done here.
    copyForTab(WORKSPACE_KEY, kept);
    return workspace;
  } catch (thrown) {
    unreadable.value = { text: kept, why: readable(thrown) };
    return null;
  }
}

let keeping = false;

/** Whether anything is kept in this browser: not within another page. */
export const isKept = (): boolean => keeping;

/** From now on every change is kept in this browser: of workspace and settings only what was changed in this tab. */
export function persist(): void {
  keeping = true;
  whenItPauses(current, () => {
    if (current.peek() === unasked) return;
    const text = writeJson(current.peek());
    write(WORKSPACE_KEY, text);
    copyForTab(WORKSPACE_KEY, text);
  });
  let written = chosen.peek();
  whenItPauses(chosen, () => {
    const now = chosen.peek();
    const own = Object.entries(now).filter(([name, value]) => value !== written[name as keyof Settings]);
    // Another tab may have chosen something else since.
    write(SETTINGS_KEY, writeJson({ ...readSettings(read(SETTINGS_KEY)), ...Object.fromEntries(own) }));
    written = now;
  });
}

function whenItPauses(changing: ReadonlySignal<unknown>, save: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const saveNow = (): void => {
    clearTimeout(timer);
    timer = undefined;
    save();
  };
  let first = true;
  effect(() => {
    void changing.value;
    if (!first) {
      clearTimeout(timer);
      timer = setTimeout(saveNow, SAVE_PAUSE_MS);
    }
    first = false;
  });
  // A page that is put away may never come back to its timers.
  addEventListener("pagehide", () => timer !== undefined && saveNow());
}
