/** The public API. Importing it does nothing; `createTenor` starts a runtime. */

import { type Client, MainClient, WorkerClient, type WorkerLike } from "./client.js";
import { TenorError } from "./errors.js";
import {
  type ActionSpaceResult,
  decodeAnswer,
  encodeParams,
  type EvaluateResult,
  type InspectResult,
  type Json,
  type LoadResult,
  type Progress,
  type SimulateFlowResult,
  type Stage,
  type StartOptions,
  type Warning,
} from "./protocol.js";
import { DEFAULT_TIMEOUTS } from "./runtime.js";

export { TenorError } from "./errors.js";
export type { ErrorShape } from "./errors.js";
export type * from "./protocol.js";

export interface TenorOptions {
  /** `worker` (the default, browsers only) keeps the page responsive; `main` runs on the calling thread, as Node needs. */
  readonly runtime?: "worker" | "main";
  /** The folder with Pyodide's own files: a URL, relative to the page, or under Node a path. */
  readonly indexURL: string;
  /** The tenor-wasm wheel: a URL, relative to the page, or under Node a path. */
  readonly wheelURL: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the start; `createTenor` then rejects with an `AbortError`. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a stage may take; for `download`, that may pass without a byte. */
  readonly timeouts?: Partial<Record<Stage, number>>;
}

/** A runtime that has started. */
export interface Tenor {
  /** Load an interchange bundle; a contract that is refused throws with every finding in `details`. */
  load(bundle: Json): Promise<Contract>;
  /** One call of the wire, JSON text both ways: `{"ok": …}` or `{"error": …}`. */
  call(method: string, params: string): Promise<string>;
  dispose(): Promise<void>;
}

/** A loaded contract. Documents may be given as JSON values or as JSON text. */
export interface Contract {
  readonly id: string;
  readonly hash: string;
  readonly warnings: readonly Warning[];
  evaluate(input: { facts: Json }): Promise<EvaluateResult>;
  actionSpace(input: { facts: Json; entityStates: Json; persona: string }): Promise<ActionSpaceResult>;
  simulateFlow(input: {
    flow: string;
    persona: string;
    facts: Json;
    entityStates: Json;
    instanceBindings?: Json;
    outcomes?: Json;
  }): Promise<SimulateFlowResult>;
  inspect(): Promise<InspectResult>;
  free(): Promise<void>;
}

export async function createTenor(options: TenorOptions): Promise<Tenor> {
  const start: StartOptions = {
    indexURL: withTrailingSlash(absoluteURL(options.indexURL)),
    wheelURL: absoluteURL(options.wheelURL),
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
  };
  const hooks = { onProgress: options.onProgress, signal: options.signal };
  const client =
    options.runtime === "main"
      ? await MainClient.start(start, hooks)
      : await WorkerClient.start(newWorker(), start, hooks);
  return {
    load: (bundle) => load(client, bundle),
    call: (method, params) => client.call(method, params),
    dispose: () => client.dispose(),
  };
}

async function load(client: Client, bundle: Json): Promise<Contract> {
  const ask = async <Result>(method: string, values: Record<string, unknown>, documents: Record<string, Json | undefined> = {}) =>
    decodeAnswer<Result>(await client.call(method, encodeParams(values, documents)));
  const loaded = await ask<LoadResult>("load", {}, { bundle });
  const contract = loaded.handle;
  return {
    id: loaded.contract_id,
    hash: loaded.contract_hash,
    warnings: loaded.warnings,
    evaluate: ({ facts }) => ask("evaluate", { contract }, { facts }),
    actionSpace: ({ facts, entityStates, persona }) =>
      ask("action_space", { contract, persona }, { facts, entity_states: entityStates }),
    simulateFlow: ({ flow, persona, facts, entityStates, instanceBindings, outcomes }) =>
      ask(
        "simulate_flow",
        { contract, flow, persona },
        { facts, entity_states: entityStates, instance_bindings: instanceBindings, outcomes },
      ),
    inspect: () => ask("inspect", { contract }),
    free: async () => {
      await ask("free", { contract });
    },
  };
}

function newWorker(): WorkerLike {
  if (typeof Worker === "undefined") {
    throw new TenorError("runtime_unsupported", "this host has no web workers: create the tenor with `runtime: \"main\"`");
  }
  // Bundlers look for exactly this expression and build the worker beside the page.
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "tenor-wasm" }) as WorkerLike;
}

function absoluteURL(url: string): string {
  const host = globalThis as { document?: { baseURI: string }; location?: { href: string }; process?: { cwd(): string } };
  const base = host.document?.baseURI ?? host.location?.href ?? `file://${host.process?.cwd() ?? ""}/`;
  return new URL(url, base).href;
}

function withTrailingSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
