/** The public API. Importing it does nothing; `createTenor` starts a runtime. */

import { type Client, MainClient, WorkerClient, type WorkerLike } from "./client.js";
import { TenorError } from "./errors.js";
import {
  type ActionSpaceResult,
  type Bundle,
  decodeAnswer,
  encodeParams,
  type EvaluateResult,
  type InspectResult,
  type Json,
  type LoadResult,
  type Progress,
  type SimulateFlowResult,
  type Source,
  type Stage,
  type StartOptions,
  type Warning,
} from "./protocol.js";
import { DEFAULT_TIMEOUTS } from "./runtime.js";

export { TenorError } from "./errors.js";
export type { ErrorShape } from "./errors.js";
export { sourceErrors } from "./protocol.js";
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
  /**
   * Load an interchange bundle, or `.tenor` source as `{files, root}`; a contract that is refused throws with every
   * finding in `details` (`sourceErrors` reads those of source).
   */
  load(contract: Json | Source): Promise<Contract>;
  /** The bundle that `.tenor` source stands for; source with errors throws, see `sourceErrors`. */
  elaborate(files: Source["files"], root: string): Promise<Bundle>;
  /** The source in its canonical layout, comments kept; a syntax error throws, see `sourceErrors`. */
  format(source: string): Promise<string>;
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
    load: (contract) => load(client, contract),
    elaborate: async (files, root) => (await ask<{ bundle: Bundle }>(client, "elaborate", { files, root })).bundle,
    format: async (source) => (await ask<{ source: string }>(client, "format", { source })).source,
    call: (method, params) => client.call(method, params),
    dispose: () => client.dispose(),
  };
}

async function ask<Result>(
  client: Client,
  method: string,
  values: Record<string, unknown>,
  documents: Record<string, Json | undefined> = {},
): Promise<Result> {
  return decodeAnswer<Result>(await client.call(method, encodeParams(values, documents)));
}

async function load(client: Client, given: Json | Source): Promise<Contract> {
  const loaded = isSource(given)
    ? await ask<LoadResult>(client, "load", { files: given.files, root: given.root })
    : await ask<LoadResult>(client, "load", {}, { bundle: given });
  const contract = loaded.handle;
  return {
    id: loaded.contract_id,
    hash: loaded.contract_hash,
    warnings: loaded.warnings,
    evaluate: ({ facts }) => ask(client, "evaluate", { contract }, { facts }),
    actionSpace: ({ facts, entityStates, persona }) =>
      ask(client, "action_space", { contract, persona }, { facts, entity_states: entityStates }),
    simulateFlow: ({ flow, persona, facts, entityStates, instanceBindings, outcomes }) =>
      ask(
        client,
        "simulate_flow",
        { contract, flow, persona },
        { facts, entity_states: entityStates, instance_bindings: instanceBindings, outcomes },
      ),
    inspect: () => ask(client, "inspect", { contract }),
    free: async () => {
      await ask(client, "free", { contract });
    },
  };
}

/** A bundle has constructs and no files. */
function isSource(given: Json | Source): given is Source {
  return typeof given === "object" && given !== null && "files" in given && !("constructs" in given);
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
