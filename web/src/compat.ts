/**
 * The drop-in surface: seven functions as applications of the other evaluator call them, on the calling thread.
 *
 * ```ts
 * import init, { load_contract, evaluate } from "tenor-wasm/compat";
 * await init();
 * const { handle } = JSON.parse(load_contract(bundleText));
 * const { verdicts } = JSON.parse(evaluate(handle, factsText));
 * ```
 *
 * Text goes in, JSON text comes out, and an error is text too: `{"error": "<message>", "code", "path", "details"}`. Only a
 * runtime that is not there makes them throw. `TenorEvaluator` is the same with values instead of texts: it throws.
 */

import { parseAnswer } from "./answers.js";
import { asTenorError, TenorError } from "./errors.js";
import { writeJson } from "./json.js";
import { type FileOptions, startOptions } from "./options.js";
import { onlyForward } from "./progress.js";
import type { Document, FactsDocument, Progress } from "./protocol.js";
import { type PlainFunction, type Runtime, startRuntime } from "./runtime.js";
import type {
  ActionSpaceResult,
  Bundle,
  EntityStates,
  EvaluateResult,
  Finding,
  InspectResult,
  InstanceBindings,
  LoadResult,
  SimulateFlowResult,
} from "./types.js";
import { checkWheelVersion } from "./version.js";

export { TenorError } from "./errors.js";

/** Where the runtime's files are, and how to start; what is absent has the defaults of `createTenor`. */
export interface InitOptions extends FileOptions {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/**
 * What `init` takes. A text or URL names the folder with the runtime's files; one that names a `.wasm` file, like a response, bytes or a
 * module, is the other evaluator's code: it is accepted, so that the call can stay as it is, and not used.
 */
export type InitInput = string | URL | Request | Response | BufferSource | WebAssembly.Module;
export type SyncInitInput = BufferSource | WebAssembly.Module;

export interface InitOutput {
  /** The version of package and wheel. */
  readonly version: string;
}

const MODULE = "tenor_wasm.api.compat";
const NAMES = [
  "load_contract",
  "free_contract",
  "evaluate",
  "compute_action_space",
  "simulate_flow",
  "simulate_flow_with_bindings",
  "inspect_contract",
] as const;
type Name = (typeof NAMES)[number];

interface Started extends InitOutput {
  readonly runtime: Runtime;
  readonly functions: Readonly<Record<Name, PlainFunction>>;
}

let started: Started | undefined;
let starting: Promise<Started> | undefined;

/** Start the runtime on this thread. Started once, it is kept; a start that failed may be tried again. */
export default async function init(
  module_or_path?: InitOptions | { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>,
): Promise<InitOutput> {
  if (started === undefined) {
    starting ??= start(initOptions(module_or_path));
    try {
      started = await starting;
    } finally {
      starting = undefined;
    }
  }
  return { version: started.version };
}

/** Python cannot be started within one turn: fine after `await init()`, refused before. */
export function initSync(_module?: { module: SyncInitInput } | SyncInitInput): InitOutput {
  if (started !== undefined) return { version: started.version };
  throw new TenorError("runtime_unsupported", "this runtime cannot be started synchronously: use `await init()` in the place of `initSync()`");
}

async function start({ onProgress, signal, ...files }: InitOptions): Promise<Started> {
  const runtime = await startRuntime(startOptions(files), { onProgress: onProgress && onlyForward(onProgress), signal });
  try {
    const version = checkWheelVersion(runtime);
    return { runtime, version, functions: runtime.functions(MODULE, NAMES) };
  } catch (thrown) {
    runtime.dispose();
    throw asTenorError(thrown, "runtime_start_failed", "the runtime could not start");
  }
}

function initOptions(given: unknown): InitOptions {
  const wanted = isObject(given) && "module_or_path" in given ? given.module_or_path : given;
  if (typeof wanted === "string" || wanted instanceof URL) return isModuleFile(String(wanted)) ? {} : { indexURL: String(wanted) };
  return isObject(wanted) && !isOtherCode(wanted) ? wanted : {};
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null;
}

/** Whether it is what the other evaluator is started from; options are a plain object. */
function isOtherCode(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype !== null && prototype !== Object.prototype;
}

function isModuleFile(address: string): boolean {
  return /\.wasm$/.test(address.replace(/[?#].*$/, ""));
}

/** Load an interchange bundle: `{"handle": number}`, with the contract's id, hash and warnings beside it. */
export function load_contract(interchange_json: string): string {
  return call("load_contract", interchange_json);
}

/** Forget a contract; an unknown handle is no error. */
export function free_contract(handle: number): void {
  call("free_contract", handle);
}

/** The verdicts that follow from the facts: `{"verdicts": […]}`. */
export function evaluate(handle: number, facts_json: string): string {
  return call("evaluate", handle, facts_json);
}

/** What the persona may do to which instances, and what blocks the rest. */
export function compute_action_space(handle: number, facts_json: string, entity_states_json: string, persona_id: string): string {
  return call("compute_action_space", handle, facts_json, entity_states_json, persona_id);
}

/** How a flow would run on the `_default` instances; nothing is changed. */
export function simulate_flow(
  handle: number,
  flow_id: string,
  persona_id: string,
  facts_json: string,
  entity_states_json: string,
): string {
  return call("simulate_flow", handle, flow_id, persona_id, facts_json, entity_states_json);
}

/** How a flow would run on chosen instances; bindings that are absent, `null`, `""` or `"{}"` mean `_default`. */
export function simulate_flow_with_bindings(
  handle: number,
  flow_id: string,
  persona_id: string,
  facts_json: string,
  entity_states_json: string,
  instance_bindings_json?: string | null,
): string {
  return call("simulate_flow_with_bindings", handle, flow_id, persona_id, facts_json, entity_states_json, instance_bindings_json);
}

/** What the contract declares: `{"facts", "entities", "rules", "personas", "operations", "flows"}`. */
export function inspect_contract(handle: number): string {
  return call("inspect_contract", handle);
}

function call(name: Name, ...values: readonly unknown[]): string {
  if (started === undefined) throw new TenorError("runtime_not_started", `\`${name}\` was called before \`await init()\` was done`);
  try {
    return started.functions[name](...values.map(plain)) ?? "";
  } catch (thrown) {
    // Python answers every fault of the input: what throws is the runtime itself, and it does not recover.
    started.runtime.dispose();
    started = undefined;
    throw asTenorError(thrown, "runtime_stopped", "the runtime stopped working, `await init()` starts a new one");
  }
}

/** An object would reach Python as a proxy and live on there; as `None` it is refused in Python's own words. */
function plain(value: unknown): string | number | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** A contract as an object: values or their JSON texts go in, values come out, faults are thrown as `TenorError`. Synchronous, after `await init()`. */
export class TenorEvaluator {
  readonly id: string;
  /** The content hash: two contracts with the same hash mean the same. */
  readonly hash: string;
  /** What was tolerated when the contract was loaded. */
  readonly warnings: readonly Finding[];
  private freed = false;
  private readonly handle: number;
  /** The runtime that has the contract: in another one, its handle would mean another contract. */
  private readonly home = started;

  private constructor(loaded: LoadResult) {
    this.handle = loaded.handle;
    this.id = loaded.contract_id;
    this.hash = loaded.contract_hash;
    this.warnings = loaded.warnings;
  }

  /** From an interchange bundle, as a value. */
  static fromBundle(bundle: Bundle | object): TenorEvaluator {
    return TenorEvaluator.fromJson(textOf("bundle", bundle));
  }

  /** From an interchange bundle, as JSON text. */
  static fromJson(json: string): TenorEvaluator {
    return new TenorEvaluator(result(load_contract(json)));
  }

  /** The verdicts that follow from the facts. */
  evaluate(facts: FactsDocument): EvaluateResult {
    return result(evaluate(this.open(), textOf("facts", facts)));
  }

  /** What the persona may do to which instances, and what blocks the rest. */
  computeActionSpace(facts: FactsDocument, entityStates: Document<EntityStates>, persona: string): ActionSpaceResult {
    return result(compute_action_space(this.open(), textOf("facts", facts), textOf("entityStates", entityStates), persona));
  }

  /** How a flow would run on the `_default` instances; nothing is changed. */
  executeFlow(flow: string, persona: string, facts: FactsDocument, entityStates: Document<EntityStates>): SimulateFlowResult {
    return this.executeFlowWithBindings(flow, persona, facts, entityStates, {});
  }

  /** How a flow would run on chosen instances (entity → instance); nothing is changed. */
  executeFlowWithBindings(
    flow: string,
    persona: string,
    facts: FactsDocument,
    entityStates: Document<EntityStates>,
    instanceBindings: Document | InstanceBindings,
  ): SimulateFlowResult {
    const texts = [textOf("facts", facts), textOf("entityStates", entityStates), textOf("instanceBindings", instanceBindings)] as const;
    return result(simulate_flow_with_bindings(this.open(), flow, persona, ...texts));
  }

  /** What the contract declares. */
  inspect(): InspectResult {
    return result(inspect_contract(this.open()));
  }

  /** Forget the contract; a second time does nothing. */
  free(): void {
    if (this.freed) return;
    this.freed = true;
    if (this.home === started) free_contract(this.handle);
  }

  get isFreed(): boolean {
    return this.freed;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  private open(): number {
    if (this.freed) throw new TenorError("unknown_handle", "this evaluator was freed: make a new one");
    if (this.home !== started) throw new TenorError("unknown_handle", "the runtime of this evaluator stopped: make a new one");
    return this.handle;
  }
}

/** Text is passed on unread: Python says what is wrong with it. */
function textOf(argument: string, document: string | object | null | undefined): string {
  if (document === undefined) throw new TenorError("missing_argument", `\`${argument}\` is missing: give a value or its JSON text`);
  return typeof document === "string" ? document : writeJson(document);
}

interface FlatError {
  readonly error: string;
  readonly code: string;
  readonly path: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function result<Result>(answer: string): Result {
  const parsed = parseAnswer(answer) as Result | FlatError;
  if (typeof parsed === "object" && parsed !== null && "error" in parsed) {
    throw new TenorError(parsed.code, parsed.error, parsed.path, parsed.details);
  }
  return parsed;
}
