/** Reads a workspace that comes from outside: storage, a link, a file. What does not fit is refused with a sentence, never repaired in silence. */

import { LosslessNumber, stringify } from "lossless-json";
import { type ScenariosScenario, TenorError } from "tenor-wasm";
import { parseExact } from "./exact";
import {
  type AppliedRun,
  type ContractText,
  emptyWorkspace,
  type History,
  type Inputs,
  type Pin,
  type RunSetup,
  type Selection,
  type Splice,
  type StateChange,
  WORKSPACE_VERSION,
  type Workspace,
} from "./workspace";

/** What a document that is no workspace of ours is refused with; the message is for people. */
export class WorkspaceError extends Error {
  override readonly name = "WorkspaceError";

  /** `path` is a JSON Pointer into the document; `finding` is the message without what it says of the document as a whole. */
  constructor(
    message: string,
    readonly path = "",
    readonly finding = message,
  ) {
    super(message);
  }
}

/** Why a document from outside was refused; anything else that was thrown is a fault of this page, and thrown on. */
export function readable(thrown: unknown): string {
  if (thrown instanceof WorkspaceError || thrown instanceof TenorError) return thrown.message;
  throw thrown;
}

type Reader<Value> = (value: unknown, path: string) => Value;

/** A workspace from its JSON text. Throws `WorkspaceError`, or the `invalid_json` of a text that is no JSON. */
export function readWorkspace(text: string): Workspace {
  const value = parseExact(text, "the workspace");
  const { version } = object(value, "");
  if (version !== WORKSPACE_VERSION) {
    const newer = typeof version === "number" && version > WORKSPACE_VERSION;
    throw new WorkspaceError(
      newer
        ? `the workspace has version ${version}, this page knows up to ${WORKSPACE_VERSION}: open it with a newer page`
        : `this is no workspace of this page: its version is ${shown(version)}, not ${WORKSPACE_VERSION}`,
      "/version",
    );
  }
  return workspace(value, "");
}

const text: Reader<string> = (value, path) => (typeof value === "string" ? value : refuse(path, "a text", value));
const filled: Reader<string> = (value, path) =>
  typeof value === "string" && value !== "" ? value : refuse(path, "a text that is not empty", value);
/** Everything that is counted here begins with 0. */
const whole: Reader<number> = (value, path) =>
  typeof value === "number" && value >= 0 ? value : refuse(path, "a whole number from 0 on", value);
const list: Reader<readonly unknown[]> = (value, path) => (Array.isArray(value) ? value : refuse(path, "a list", value));

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber);
  return isObject ? (value as Record<string, unknown>) : refuse(path, "an object", value);
}

const nullable =
  <Value>(reader: Reader<Value>): Reader<Value | null> =>
  (value, path) =>
    value === null || value === undefined ? null : reader(value, path);

const listOf =
  <Value>(reader: Reader<Value>): Reader<readonly Value[]> =>
  (value, path) =>
    list(value, path).map((one, index) => reader(one, `${path}/${index}`));

const mapOf =
  <Value>(reader: Reader<Value>): Reader<Readonly<Record<string, Value>>> =>
  (value, path) =>
    Object.fromEntries(Object.entries(object(value, path)).map(([key, one]) => [key, reader(one, `${path}/${key}`)]));

/** A reader of an object with these members, each by its own reader. */
function record<Value extends object>(members: { readonly [Name in keyof Value]-?: Reader<Value[Name]> }): Reader<Value> {
  return (value, path) => {
    const found = object(value, path);
    const entries = Object.entries(members) as [string, Reader<unknown>][];
    return Object.fromEntries(entries.map(([name, reader]) => [name, reader(found[name], `${path}/${name}`)])) as Value;
  };
}

const oneOf =
  <Value extends string>(...values: readonly Value[]): Reader<Value> =>
  (value, path) =>
    values.includes(value as Value) ? (value as Value) : refuse(path, `one of ${values.join(", ")}`, value);

const inputs = record<Inputs>({ facts: text, states: text, persona: text });
const run = record<RunSetup>({ flow: nullable(text), bindings: mapOf(text), outcomes: mapOf(text), step: nullable(whole) });

const contract: Reader<ContractText> = (value, path) => {
  const read = record<ContractText>({
    form: oneOf("source", "bundle"),
    files: mapOf(text),
    root: text,
    open: text,
    bundle: nullable(text),
  })(value, path);
  for (const name of ["root", "open"] as const) {
    if (!Object.hasOwn(read.files, read[name])) refuse(`${path}/${name}`, "the name of one of the files", read[name]);
  }
  return read;
};

const SELECTIONS: { readonly [Kind in Selection["kind"]]: Reader<Extract<Selection, { kind: Kind }>> } = {
  verdict: record({ kind: oneOf("verdict"), verdict: text }),
  fact: record({ kind: oneOf("fact"), fact: text }),
  action: record({ kind: oneOf("action"), flow: text, persona: text, bindings: mapOf(text) }),
  step: record({ kind: oneOf("step"), flow: text, step: text }),
  instance: record({ kind: oneOf("instance"), entity: text, instance: text }),
};

/** A selection from a value that comes from outside. */
export const readSelection: Reader<Selection> = (value, path) => {
  const { kind } = object(value, path);
  const reader = typeof kind === "string" && Object.hasOwn(SELECTIONS, kind) ? SELECTIONS[kind as Selection["kind"]] : undefined;
  return reader === undefined ? refuse(`${path}/kind`, `one of ${Object.keys(SELECTIONS).join(", ")}`, kind) : reader(value, path);
};

const change = record<StateChange>({ entity_id: text, instance_id: text, from_state: text, to_state: text });
const splice = record<Splice>({ at: whole, removed: whole, inserted: text });
const applied = record<AppliedRun>({
  id: whole,
  parent: nullable(whole),
  flow: text,
  persona: text,
  bindings: mapOf(text),
  outcome: text,
  changes: listOf(change),
  byHand: listOf(splice),
  byRun: listOf(splice),
});

type Readers = Readonly<Record<string, Reader<unknown>>>;

/** Reads the members that have a reader, the optional ones where they are there; others are left to who judges the whole. */
const having =
  <Value>(needed: Readers, optional: Readers): Reader<Value> =>
  (value, path) => {
    const found = object(value, path);
    const present = Object.entries(optional).filter(([name]) => Object.hasOwn(found, name));
    for (const [name, reader] of [...Object.entries(needed), ...present]) reader(found[name], `${path}/${name}`);
    return found as Value;
  };

/**
 * A scenario whose members are of their kinds, as `tenor test` takes them. Whether they name anything, fit together or are known
 * at all is told by the evaluator, when the scenarios run.
 */
const scenario = having<ScenariosScenario>(
  { title: filled, facts: object },
  {
    about: text,
    entity_states: object,
    persona: filled,
    flow: filled,
    instance_bindings: mapOf(text),
    outcomes: mapOf(text),
    expect: having({}, { verdicts: object, actions: object, outcome: filled, path: list, transitions: list, error: filled }),
  },
);

const workspace = record<Workspace>({
  version: () => WORKSPACE_VERSION,
  example: nullable(text),
  title: text,
  contract,
  inputs,
  run,
  selection: nullable(readSelection),
  pin: nullable(record<Pin>({ label: text, contract, inputs, run })),
  scenarios: listOf(scenario),
  history: (value, path) =>
    value === undefined ? emptyWorkspace().history : record<History>({ base: text, runs: listOf(applied), at: nullable(whole) })(value, path),
});

/** The scenarios of a scenario file, from its value with exact numbers. */
export function readScenarios(value: unknown): readonly ScenariosScenario[] {
  return listOf(scenario)(object(value, "")["scenarios"], "/scenarios");
}

function refuse(path: string, expected: string, found: unknown): never {
  const finding = `${path || "it"} must be ${expected}, not ${shown(found)}`;
  throw new WorkspaceError(`the document is damaged: ${finding}`, path, finding);
}

function shown(found: unknown): string {
  return (stringify(found) ?? "nothing").slice(0, 60);
}
