/**
 * What crosses between the page and the worker, and what crosses between JavaScript and Python.
 *
 * Both ways it is JSON text: no Python object ever reaches JavaScript, so nothing leaks and nothing is coerced.
 */

import { parseAnswer } from "./answers.js";
import { type ErrorShape, TenorError } from "./errors.js";
import { type NumberOf, parseJson, writeJson } from "./json.js";
import type { Facts } from "./types.js";

/** Raised whenever a message changes its shape; page and worker refuse each other when theirs differ. */
export const PROTOCOL_VERSION = 3;

/** A start-up stage, in the order in which they happen. */
export type Stage = "download" | "start" | "install";

/** How far start-up is. Bytes are those of all files together; `total` is 0 while it is not known. */
export interface Progress {
  readonly stage: Stage | "ready";
  readonly loaded: number;
  readonly total: number;
  /** With `ready`: what the runtime was started from. */
  readonly files?: "stock" | "compiled" | "snapshot";
}

/** What the runtime needs to start; URLs are absolute by the time they are in here. */
export interface StartOptions {
  readonly indexURL: string;
  readonly wheelURL: string;
  /** The folder with `tenor-runtime.json` and the compiled files that it names. */
  readonly compiledURL?: string | undefined;
  /** Start from the memory snapshot among the compiled files. */
  readonly snapshot?: boolean | undefined;
  /** Milliseconds that a stage may take; for `download`, that may pass without a byte. */
  readonly timeouts: Readonly<Record<Stage, number>>;
}

export type ToWorker =
  | {
      readonly protocol: number;
      readonly kind: "start";
      readonly options: StartOptions;
      /** A Web Lock that the worker shall hold as long as it lives. */
      readonly lock?: string;
      /** The page fetches Pyodide's WebAssembly, and sends it when it has been compiled. */
      readonly wasmFollows?: boolean;
    }
  | { readonly protocol: number; readonly kind: "wasm"; readonly module: WebAssembly.Module }
  | { readonly protocol: number; readonly kind: "call"; readonly id: number; readonly method: string; readonly params: string };

export type FromWorker =
  /** The worker's script runs; `locked` when it holds the lock that it was told to. */
  | { readonly protocol: number; readonly kind: "alive"; readonly locked: boolean }
  | { readonly protocol: number; readonly kind: "progress"; readonly progress: Progress }
  | { readonly protocol: number; readonly kind: "started"; readonly wheel: string }
  | { readonly protocol: number; readonly kind: "failed"; readonly error: ErrorShape }
  | { readonly protocol: number; readonly kind: "answer"; readonly id: number; readonly answer: string }
  /** The runtime itself broke: it answers no call any more. */
  | { readonly protocol: number; readonly kind: "fault"; readonly id: number; readonly error: ErrorShape };

/** What page and worker tell each other when they come from different releases. */
export function otherProtocol(found: unknown): TenorError {
  return new TenorError(
    "protocol_mismatch",
    `one side speaks protocol ${String(found)}, the other ${PROTOCOL_VERSION}: serve page and worker from the same release and reload`,
    "",
    { expected: PROTOCOL_VERSION, found },
  );
}

/**
 * A document given to a call: a JSON value, or a string that is its JSON text.
 *
 * Text is passed on unread, so integers beyond 2^53 stay exact. In a value they are given as `bigint`.
 */
export type Document<Value extends object = object> = string | Value;

/** Facts by id. Any object: what is typed by an interface has no index signature, and would be no `Facts`. */
export type FactsDocument = Document<Facts | object>;

/**
 * The parameters of a call as one JSON text; `undefined` entries are left out, documents that are text are spliced in as they are.
 * `at` is where they stand among the parameters of the whole call, for what is refused.
 */
export function encodeParams(
  values: Readonly<Record<string, unknown>>,
  documents: Readonly<Record<string, Document | undefined>> = {},
  at = "",
): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${writeJson(value, `${at}/${name}`)}`);
  }
  for (const [name, document] of Object.entries(documents)) {
    if (document !== undefined) members.push(`${JSON.stringify(name)}:${documentText(name, document, at)}`);
  }
  return `{${members.join(",")}}`;
}

/** Where nobody checks types, nothing may be given at all: Python then says what is missing. */
export function orNone<Input>(input: Input): Input {
  return input ?? ({} as Input);
}

/** The same parameters with handles among them, each under its parameter's name. */
export function withHandles(params: string, handles: Readonly<Record<string, number>>): string {
  const members = Object.entries(handles).map(([name, handle]) => `${JSON.stringify(name)}:${handle}`);
  if (members.length === 0) return params;
  return params === "{}" ? `{${members.join(",")}}` : `{${members.join(",")},${params.slice(1)}`;
}

function documentText(name: string, document: Document, at: string): string {
  if (typeof document !== "string") return writeJson(document, `${at}/${name}`);
  try {
    // Parsed only to be sure that the text is one whole value: spliced in unchecked, it could add members of its own.
    JSON.parse(document);
  } catch {
    refuseText(name, document, at);
  }
  return document;
}

/** Engines word their errors differently, and not all of them name the place: our own parser does. */
function refuseText(name: string, text: string, at: string): never {
  try {
    parseJson(text, `\`${name}\``);
  } catch (thrown) {
    if (thrown instanceof TenorError) throw new TenorError(thrown.code, thrown.message, `${at}/${name}`, thrown.details);
  }
  throw new TenorError("invalid_json", `\`${name}\` is not valid JSON`, `${at}/${name}`);
}

/** The result inside an answer; an answer that carries an error is thrown as `TenorError`. */
export function decodeAnswer<Result>(answer: string, numberOf?: NumberOf): Result {
  const parsed = parseAnswer(answer, numberOf) as { readonly ok: Result } | { readonly error: ErrorShape };
  if ("error" in parsed) throw TenorError.fromShape(parsed.error);
  return parsed.ok;
}
