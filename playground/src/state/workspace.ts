/**
 * The workspace: all that a person has made on this page, as one frozen value of plain JSON.
 *
 * Everything in it can be written as JSON, kept, shared and read back. Nothing in it is derived: what the evaluator answers lives
 * in `engine/`, what only this browser remembers (theme, layout) in `settings.ts`. Raise `WORKSPACE_VERSION` when the shape
 * changes, and teach `readWorkspace` the older one.
 */

import type { ScenariosScenario } from "tenor-wasm";

export const WORKSPACE_VERSION = 1;

/** The contract's text: files of `.tenor` source, or a bundle as JSON text, in the form that stands in the editor. */
export interface ContractText {
  readonly form: "source" | "bundle";
  readonly files: Readonly<Record<string, string>>;
  readonly root: string;
  /** The file that is open in the editor. */
  readonly open: string;
  /** Null as long as the bundle is what the source elaborates to; its own text once it was edited. */
  readonly bundle: string | null;
}

/** The inputs of an evaluation. Both documents are JSON text: it keeps every digit, and what is not yet JSON too. */
export interface Inputs {
  readonly facts: string;
  readonly states: string;
  readonly persona: string;
}

/** The flow that is set up to run, and the step that is looked at (0 is before the first one; null is the end). */
export interface RunSetup {
  readonly flow: string | null;
  readonly bindings: Readonly<Record<string, string>>;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly step: number | null;
}

/** One thing that is looked at; `why` explains it, diagrams and tables mark it. */
export type Selection =
  | { readonly kind: "verdict"; readonly verdict: string }
  | { readonly kind: "fact"; readonly fact: string }
  | { readonly kind: "action"; readonly flow: string; readonly persona: string; readonly bindings: Readonly<Record<string, string>> }
  | { readonly kind: "step"; readonly flow: string; readonly step: string }
  | { readonly kind: "instance"; readonly entity: string; readonly instance: string };

export interface StateChange {
  readonly entity_id: string;
  readonly instance_id: string;
  readonly from_state: string;
  readonly to_state: string;
}

/** A piece of a text that was replaced by another one; places count UTF-16 units of the text before it. */
export interface Splice {
  readonly at: number;
  readonly removed: number;
  readonly inserted: string;
}

/** A run whose changes were put into the instance table. Runs form a tree: who goes back and applies another one branches. */
export interface AppliedRun {
  readonly id: number;
  readonly parent: number | null;
  readonly flow: string;
  readonly persona: string;
  readonly bindings: Readonly<Record<string, string>>;
  readonly outcome: string;
  readonly changes: readonly StateChange[];
  /** What was changed by hand in the states' text since the run before, and then by this run: from last to first place each. */
  readonly byHand: readonly Splice[];
  readonly byRun: readonly Splice[];
}

export interface History {
  /** The states' text before all runs: with the runs' splices it gives the text after each of them, letter for letter. */
  readonly base: string;
  readonly runs: readonly AppliedRun[];
  /** The run after which the instance table stands now; null is before all of them. */
  readonly at: number | null;
}

/** What a result is compared with: its inputs, from which it can be had again at any time. */
export interface Pin {
  readonly label: string;
  readonly contract: ContractText;
  readonly inputs: Inputs;
  readonly run: RunSetup;
}

export interface Workspace {
  readonly version: typeof WORKSPACE_VERSION;
  /** The example it began as, or null. */
  readonly example: string | null;
  readonly title: string;
  readonly contract: ContractText;
  readonly inputs: Inputs;
  readonly run: RunSetup;
  readonly selection: Selection | null;
  readonly pin: Pin | null;
  readonly scenarios: readonly ScenariosScenario[];
  readonly history: History;
}

export const NO_RUN: RunSetup = { flow: null, bindings: {}, outcomes: {}, step: null };
export const NO_HISTORY: History = { base: "", runs: [], at: null };

const FIRST_FILE = "contract.tenor";

/** An empty workspace. */
export function emptyWorkspace(): Workspace {
  return {
    version: WORKSPACE_VERSION,
    example: null,
    title: "Untitled",
    contract: { form: "source", files: { [FIRST_FILE]: "" }, root: FIRST_FILE, open: FIRST_FILE, bundle: null },
    inputs: { facts: "{}", states: "{}", persona: "" },
    run: NO_RUN,
    selection: null,
    pin: null,
    scenarios: [],
    history: NO_HISTORY,
  };
}
