/** The instance table as data: what each button does to the entity states. All are pure. */

import type { Update } from "../state/store";
import { setRun } from "../state/updates";
import type { Workspace } from "../state/workspace";
import { editInstances, type Json, type JsonObject, nestedStates } from "./documents";

export interface InstanceRow {
  readonly id: string;
  /** As it is written: a text in a sound document. */
  readonly state: Json;
}

/** The rows of one entity, in the order of the document. */
export function rowsOf(states: Json | undefined): readonly InstanceRow[] {
  return Object.entries(nestedStates(states)).map(([id, state]) => ({ id, state }));
}

/** Keeps those whose name holds the text (in any case) and whose state is the chosen one. */
export function filterRows(rows: readonly InstanceRow[], text: string, state: string): readonly InstanceRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "" && state === "") return rows;
  return rows.filter((row) => (state === "" || row.state === state) && row.id.toLowerCase().includes(wanted));
}

export const setStateOf = (entity: string, ids: Iterable<string>, state: string): Update =>
  editInstances(entity, (states) => ({ ...states, ...Object.fromEntries([...ids].map((id) => [id, state])) }));

export const addInstances = (entity: string, added: readonly (readonly [string, string])[]): Update =>
  editInstances(entity, (states) => ({ ...states, ...Object.fromEntries(added) }));

export const removeInstances = (entity: string, ids: Iterable<string>): Update => {
  const gone = new Set(ids);
  return editInstances(entity, (states) => Object.fromEntries(Object.entries(states).filter(([id]) => !gone.has(id))));
};

/** A copy right below, with a name of its own. */
export const duplicateInstance = (entity: string, id: string, copy: string): Update =>
  editInstances(entity, (states) =>
    Object.fromEntries(Object.entries(states).flatMap(([name, state]) => (name === id ? [[name, state], [copy, state]] : [[name, state]]))),
  );

/** Another name at the same place; what is set up or looked at goes along. */
export const renameInstance =
  (entity: string, id: string, name: string): Update =>
  (workspace) => {
    const renamed = editInstances(entity, (states) =>
      Object.fromEntries(Object.entries(states).map(([each, state]) => [each === id ? name : each, state])),
    )(workspace);
    return followRename(entity, id, name)(renamed);
  };

function followRename(entity: string, id: string, name: string): Update {
  const follow = (bindings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    bindings[entity] === id ? { ...bindings, [entity]: name } : bindings;
  return (workspace: Workspace) => {
    const { run, selection } = workspace;
    const moved = run.bindings[entity] === id ? setRun({ bindings: follow(run.bindings) })(workspace) : workspace;
    if (selection?.kind === "action") return { ...moved, selection: { ...selection, bindings: follow(selection.bindings) } };
    if (selection?.kind === "instance" && selection.entity === entity && selection.instance === id) {
      return { ...moved, selection: { ...selection, instance: name } };
    }
    return moved;
  };
}

/** Why a name cannot be an instance's; null where it can. */
export function nameFault(name: string, own: string | null, states: JsonObject): string | null {
  if (name === "") return "An instance needs a name.";
  return name !== own && Object.hasOwn(states, name) ? `There is a ${name} already.` : null;
}

/** The first name of the form `order-1` that is free, after a name that may end with a number. */
export function freeName(like: string, taken: JsonObject): string {
  const [, stem = like, digits = ""] = /^(.*?)(\d*)$/s.exec(like) ?? [];
  const separator = digits === "" ? "-" : "";
  for (let number = digits === "" ? 2 : Number(digits) + 1; ; number++) {
    const name = `${stem}${separator}${String(number).padStart(digits.length, "0")}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}

/** A first name for an entity: `EscrowAccount` → `escrow-account-1`. */
export function firstName(entity: string): string {
  return `${kebab(entity)}-1`;
}

export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}

export const NUMBER_SIGN = "{n}";
/** So many at once; the evaluator answers for more, but slowly. */
export const MOST_GENERATED = 20_000;

/**
 * Names and states of `count` new instances, or of the first `most` of them. The sign `{n}` in the pattern is the number, as wide
 * as the largest one; names that are taken are passed over. Without a state they are spread evenly over all states.
 */
export function generate(
  pattern: string,
  count: number,
  states: readonly string[],
  taken: JsonObject,
  most = count,
): readonly (readonly [string, string])[] {
  const whole = pattern.includes(NUMBER_SIGN) ? pattern : `${pattern}${NUMBER_SIGN}`;
  const width = String(count).length;
  const made: (readonly [string, string])[] = [];
  for (let number = 1; made.length < Math.min(count, most); number++) {
    const name = whole.replaceAll(NUMBER_SIGN, String(number).padStart(width, "0"));
    if (!Object.hasOwn(taken, name)) made.push([name, states[made.length % states.length] ?? ""]);
  }
  return made;
}
