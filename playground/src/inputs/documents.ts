/**
 * The two documents of the inputs, read once for everybody. Their text is the truth: it may be broken, and keeps every digit.
 *
 * Forms and tables edit a document by a function over its value; numbers in it keep their text (`LosslessNumber`), so that what
 * the form does not touch is written back as it was. A text that is no JSON object is never written over by an edit.
 */

import { computed, type ReadonlySignal } from "@preact/signals";
import { LosslessNumber, parse, stringify } from "lossless-json";
import { generation, type Update, workspace } from "../state/store";
import { setInputs } from "../state/updates";

export type Json = null | boolean | string | LosslessNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
export type Path = readonly (string | number)[];
export { LosslessNumber };

/** Entity → instance → state, of those that have a state in words; while the text is broken, as it was before. */
export type Instances = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The one instance that the flat form `{"Order": "draft"}` speaks of. */
export const DEFAULT_INSTANCE = "_default";

const factsText = computed(() => workspace.value.inputs.facts);
const statesText = computed(() => workspace.value.inputs.states);

/** The facts as an object; null while their text is none. */
export const factDocument: ReadonlySignal<JsonObject | null> = computed(() => readDocument("facts", factsText.value));
/** The entity states as an object, flat and nested as they are written; null while their text is none. */
export const stateDocument: ReadonlySignal<JsonObject | null> = computed(() => readDocument("states", statesText.value));

export const instances: ReadonlySignal<Instances> = lastGood(new Map(), () => {
  const states = stateDocument.value;
  if (states === null) return undefined;
  return new Map(Object.entries(states).map(([entity, value]) => [entity, textsOnly(nestedStates(value))]));
});

/** An edit of the facts; it changes nothing while their text is broken. */
export const editFacts = (change: (facts: JsonObject) => JsonObject): Update => editDocument("facts", change);

/** An edit of the states of one entity, in their nested form; it changes nothing while the text is broken. */
export const editInstances = (entity: string, change: (states: JsonObject) => JsonObject): Update =>
  editDocument("states", (states) => ({ ...states, [entity]: change(nestedStates(states[entity])) }));

export const editStates = (change: (states: JsonObject) => JsonObject): Update => editDocument("states", change);

function editDocument(name: "facts" | "states", change: (document: JsonObject) => JsonObject): Update {
  return (state) => {
    const text = state.inputs[name];
    // Mostly it is the text that was read already; reading thousands of instances takes its time.
    const [known, read] = name === "facts" ? [factsText.peek(), factDocument.peek()] : [statesText.peek(), stateDocument.peek()];
    const document = text === known ? read : readObject(text);
    if (document === null) return state;
    const changed = change(document);
    const written = writeDocument(changed);
    lastWritten[name] = { text: written, document: changed };
    return setInputs({ [name]: written })(state);
  };
}

/** What an edit wrote last: it need not be read to be known. */
const lastWritten: { [name in "facts" | "states"]?: { readonly text: string; readonly document: JsonObject } } = {};

function readDocument(name: "facts" | "states", text: string): JsonObject | null {
  const last = lastWritten[name];
  return last !== undefined && last.text === text ? last.document : readObject(text);
}

export function writeDocument(value: unknown): string {
  // The native writer is many times quicker and writes alike, but knows no numbers that keep their digits.
  return (hasNumber(value) ? stringify(value, undefined, 2) : JSON.stringify(value, null, 2)) ?? "null";
}

function hasNumber(value: unknown): boolean {
  if (value instanceof LosslessNumber) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasNumber);
}

/** The text's value, or null where it is no JSON object. */
export function readObject(text: string): JsonObject | null {
  try {
    const value = parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Instance → state, whichever way it is written; what is neither a text nor an object has no instances. */
export function nestedStates(value: Json | undefined): JsonObject {
  if (typeof value === "string") return { [DEFAULT_INSTANCE]: value };
  return isObject(value) ? value : {};
}

/** The value at a path, or undefined. */
export function at(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    if (isList(inner)) return typeof key === "number" ? inner[key] : undefined;
    return isObject(inner) && Object.hasOwn(inner, key) ? inner[String(key)] : undefined;
  }, value);
}

/** The value with another one at a path; what the path needs and is not there is made. */
export function put(value: Json | undefined, path: Path, inner: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return inner;
  if (typeof key === "number") {
    const list = isList(value) ? [...value] : [];
    list[key] = put(list[key], rest, inner);
    return list;
  }
  const object = isObject(value) ? value : {};
  return { ...object, [key]: put(object[key], rest, inner) };
}

export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  const gone = new Set(keys);
  return Object.fromEntries(Object.entries(object).filter(([key]) => !gone.has(key)));
}

function textsOnly(states: JsonObject): ReadonlyMap<string, string> {
  return new Map(Object.entries(states).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** What `read` gave last, within one workspace, where it gives nothing now. */
function lastGood<Value>(atFirst: Value, read: () => Value | undefined): ReadonlySignal<Value> {
  let kept = atFirst;
  let of = -1;
  return computed(() => {
    if (generation.value !== of) kept = atFirst;
    of = generation.value;
    kept = read() ?? kept;
    return kept;
  });
}
