/**
 * What crosses between the page and the worker, and what crosses between JavaScript and Python.
 *
 * Both ways it is JSON text: no Python object ever reaches JavaScript, so nothing leaks and nothing is coerced.
 */

import { type ErrorShape, TenorError } from "./errors.js";

/** Raised whenever a message changes its shape; page and worker refuse each other when theirs differ. */
export const PROTOCOL_VERSION = 1;

/** A start-up stage, in the order in which they happen. */
export type Stage = "download" | "start" | "install";

/** How far start-up is. Bytes are those of all files together; `total` is 0 while it is not known. */
export interface Progress {
  readonly stage: Stage | "ready";
  readonly loaded: number;
  readonly total: number;
}

/** What the runtime needs to start; URLs are absolute by the time they are in here. */
export interface StartOptions {
  readonly indexURL: string;
  readonly wheelURL: string;
  /** Milliseconds that a stage may take; for `download`, that may pass without a byte. */
  readonly timeouts: Readonly<Record<Stage, number>>;
}

export type ToWorker =
  | { readonly protocol: number; readonly kind: "start"; readonly options: StartOptions }
  | { readonly protocol: number; readonly kind: "call"; readonly id: number; readonly method: string; readonly params: string };

export type FromWorker =
  | { readonly protocol: number; readonly kind: "progress"; readonly progress: Progress }
  | { readonly protocol: number; readonly kind: "started" }
  | { readonly protocol: number; readonly kind: "failed"; readonly error: ErrorShape }
  | { readonly protocol: number; readonly kind: "answer"; readonly id: number; readonly answer: string }
  | { readonly protocol: number; readonly kind: "fault"; readonly id: number; readonly error: ErrorShape };

/**
 * A document given to a call: a JSON value, or a string that is its JSON text.
 *
 * Text is passed on unread, so integers beyond 2^53 stay exact.
 */
export type Json = string | { readonly [key: string]: unknown };

/** The parameters of a call as one JSON text; `undefined` entries are left out, strings in `texts` are spliced in as they are. */
export function encodeParams(
  values: Readonly<Record<string, unknown>>,
  documents: Readonly<Record<string, Json | undefined>> = {},
): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }
  for (const [name, document] of Object.entries(documents)) {
    if (document !== undefined) members.push(`${JSON.stringify(name)}:${documentText(name, document)}`);
  }
  return `{${members.join(",")}}`;
}

function documentText(name: string, document: Json): string {
  try {
    if (typeof document !== "string") return JSON.stringify(document);
    // Parsed only to be sure that the text is one whole value: spliced in unchecked, it could add members of its own.
    JSON.parse(document);
    return document;
  } catch (thrown) {
    const place = typeof document === "string" ? placeOfFault(document) : undefined;
    const reason = place
      ? `${place.found} at line ${place.line}, column ${place.column}`
      : thrown instanceof Error
        ? thrown.message
        : String(thrown);
    throw new TenorError("invalid_json", `\`${name}\` is not valid JSON: ${reason}`, `/${name}`, place ?? {});
  }
}

const JSON_TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/**
 * Where a text stops being JSON. Engines word their errors differently, and not all of them name the place.
 * Only asked for texts that `JSON.parse` has refused. Columns count code points, as in source.
 */
function placeOfFault(text: string): { found: string; line: number; column: number } {
  const white = /[ \t\n\r]*/y;
  white.lastIndex = faultOffset(text);
  white.exec(text);
  const at = white.lastIndex;
  const before = text.slice(0, at).split("\n");
  const sign = [...text.slice(at, at + 2)][0];
  return {
    found: sign === undefined ? "the text ends too early" : `\`${sign}\` is not expected`,
    line: before.length,
    column: [...(before.at(-1) ?? "")].length + 1,
  };
}

/** How far the tokens follow JSON's grammar; white space may come before the one that does not. */
function faultOffset(text: string): number {
  const open: string[] = [];
  let expected: "value" | "value or ]" | "key" | "key or }" | "colon" | "comma or close" = "value";
  for (let offset = 0; ; ) {
    JSON_TOKEN.lastIndex = offset;
    const [whole, sign, quoted] = JSON_TOKEN.exec(text) ?? [];
    if (whole === undefined) return offset;
    const inObject = open.at(-1) === "{";
    const mayClose = expected === "comma or close" || expected === (inObject ? "key or }" : "value or ]");
    const closes = mayClose && open.length > 0 && sign === (inObject ? "}" : "]");
    if (closes) {
      open.pop();
      expected = "comma or close";
    } else if (expected === "colon") {
      if (sign !== ":") return offset;
      expected = "value";
    } else if (expected === "comma or close") {
      if (sign !== "," || open.length === 0) return offset;
      expected = inObject ? "key" : "value";
    } else if (expected === "key" || expected === "key or }") {
      if (quoted === undefined) return offset;
      expected = "colon";
    } else if (sign === "{" || sign === "[") {
      open.push(sign);
      expected = sign === "{" ? "key or }" : "value or ]";
    } else if (sign === undefined) {
      expected = "comma or close";
    } else {
      return offset;
    }
    offset += whole.length;
  }
}

/** The result inside an answer; an answer that carries an error is thrown as `TenorError`. */
export function decodeAnswer<Result>(answer: string): Result {
  const parsed = JSON.parse(answer) as { readonly ok: Result } | { readonly error: ErrorShape };
  if ("error" in parsed) throw TenorError.fromShape(parsed.error);
  return parsed.ok;
}

/** What `.tenor` source is made of: the texts by file name, and the name of the file to begin with. Imports are found among the files. */
export interface Source {
  readonly files: Readonly<Record<string, string>>;
  readonly root: string;
}

/** One error in source, at its token (§14.3). */
export interface SourceError {
  /** The elaborator's pass that found it, 0 to 5. */
  readonly pass: number;
  readonly construct_kind: string | null;
  readonly construct_id: string | null;
  readonly field: string | null;
  readonly file: string;
  /** Lines and columns begin at 1; columns count code points, `end_column` is the first one after the token. */
  readonly line: number;
  readonly column: number;
  readonly end_column: number;
  readonly code: string;
  readonly message: string;
  /** What may help, where there is something to say. */
  readonly help?: string;
}

/** Every error in the source that was refused; none when `thrown` is about something else. */
export function sourceErrors(thrown: unknown): readonly SourceError[] {
  if (!(thrown instanceof TenorError) || thrown.code !== "invalid_source") return [];
  const { errors } = thrown.details;
  return Array.isArray(errors) ? (errors as SourceError[]) : [];
}

// What the calls answer with. Names are the wire's own, so that a result can be handed on unchanged.

export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

export interface LoadResult {
  readonly handle: number;
  readonly contract_id: string;
  readonly contract_hash: string;
  readonly warnings: readonly Warning[];
}

/** An interchange bundle, as the elaborator writes it. */
export interface Bundle {
  readonly id: string;
  readonly kind: "Bundle";
  readonly tenor: string;
  readonly tenor_version: string;
  readonly constructs: readonly { readonly kind: string; readonly id: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

/** A value as the wire writes it: `kind` says which, the other fields depend on it. */
export interface Payload {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface Verdict {
  readonly type: string;
  readonly payload: Payload;
  readonly provenance: {
    readonly rule: string;
    readonly stratum: number;
    readonly facts_used: readonly string[];
    readonly verdicts_used: readonly string[];
  };
}

export interface EvaluateResult {
  readonly verdicts: readonly Verdict[];
  readonly warnings: readonly Warning[];
}

export interface CurrentVerdict {
  readonly verdict_type: string;
  readonly payload: Payload;
  readonly producing_rule: string;
  readonly stratum: number;
}

export interface AffectedEntity {
  readonly entity_id: string;
  readonly current_state: string;
  readonly possible_transitions: readonly string[];
}

/** Per entity, the instances that cannot take part, each with the state it is in. */
export type BlockedInstances = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Action {
  readonly flow_id: string;
  readonly persona_id: string;
  readonly entry_operation_id: string;
  readonly enabling_verdicts: readonly CurrentVerdict[];
  readonly affected_entities: readonly AffectedEntity[];
  readonly description: string;
  readonly instance_bindings: Readonly<Record<string, readonly string[]>>;
  readonly blocked_instances?: BlockedInstances;
}

export type BlockedReason =
  | { readonly type: "PersonaNotAuthorized" }
  | { readonly type: "PreconditionNotMet"; readonly missing_verdicts: readonly string[] }
  | {
      readonly type: "EntityNotInSourceState";
      readonly entity_id: string;
      readonly current_state: string;
      readonly required_state: string;
    }
  | { readonly type: "MissingFacts"; readonly fact_ids: readonly string[] };

export interface BlockedAction {
  readonly flow_id: string;
  readonly reason: BlockedReason;
  readonly reasons?: readonly BlockedReason[];
  readonly instance_bindings: Readonly<Record<string, readonly string[]>>;
  readonly blocked_instances?: BlockedInstances;
}

export interface ActionSpaceResult {
  readonly persona_id: string;
  readonly actions: readonly Action[];
  readonly current_verdicts: readonly CurrentVerdict[];
  readonly blocked_actions: readonly BlockedAction[];
  readonly warnings: readonly Warning[];
}

export interface PathStep {
  readonly step_id: string;
  readonly step_type: "operation" | "branch" | "handoff" | "sub_flow" | "parallel" | "compensation" | "escalation";
  readonly result: string;
  readonly instance_bindings?: Readonly<Record<string, string>>;
}

export interface WouldTransition {
  readonly entity_id: string;
  readonly instance_id: string;
  readonly from_state: string;
  readonly to_state: string;
}

export interface SimulateFlowResult {
  readonly simulation: true;
  readonly flow_id: string;
  readonly persona: string;
  readonly outcome: string;
  readonly path: readonly PathStep[];
  readonly would_transition: readonly WouldTransition[];
  readonly verdicts: readonly Verdict[];
  readonly instance_bindings: Readonly<Record<string, string>>;
  readonly warnings: readonly Warning[];
}

export interface InspectResult {
  readonly id: string;
  readonly contract_hash: string;
  readonly facts: readonly { readonly id: string; readonly type: string; readonly has_default: boolean }[];
  readonly entities: readonly {
    readonly id: string;
    readonly initial: string;
    readonly states: readonly string[];
    readonly transitions: readonly { readonly from: string; readonly to: string }[];
  }[];
  readonly rules: readonly { readonly id: string; readonly stratum: number; readonly produces: string }[];
  readonly personas: readonly { readonly id: string }[];
  readonly operations: readonly { readonly id: string; readonly allowed_personas: readonly string[] }[];
  readonly flows: readonly {
    readonly id: string;
    readonly entry: string;
    readonly steps: readonly string[];
    /** The entities that every binding map for this flow must name. */
    readonly affected_entities: readonly string[];
  }[];
}
