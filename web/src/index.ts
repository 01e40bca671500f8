/// <reference lib="esnext.disposable" preserve="true" />
/** The public API. Importing it does nothing and needs no `window`; `createTenor` starts a runtime. */

import { Client, type Limits } from "./client.js";
import { hostsFor } from "./hosts.js";
import type { Progress, Stage, StartOptions } from "./protocol.js";
import { DEFAULT_TIMEOUTS } from "./runtime.js";
import { Tenor } from "./tenor.js";

export type { CallOptions, Limits, RestartReason } from "./client.js";
export type { ActionSpaceInput, Contract, EvaluateInput, ExplainInput, SimulateFlowInput } from "./contract.js";
export { sourceErrors, TenorError } from "./errors.js";
export type { ErrorShape, SourceError } from "./errors.js";
export { parseJson, writeJson } from "./json.js";
export { latest } from "./latest.js";
export type { Document, Progress, Stage } from "./protocol.js";
export type { Source, Tenor, TenorEventMap } from "./tenor.js";
export type * from "./types.js";
export { VERSION } from "./version.js";

export interface TenorOptions {
  /**
   * `worker` (the default) keeps the page responsive and can end a call that runs too long; under Node it is a worker thread.
   * `main` runs on the calling thread: each call blocks it, and neither an abort nor a time budget ends a call that runs.
   */
  readonly runtime?: "worker" | "main";
  /** The folder with Pyodide's own files: a URL, relative to the page, or under Node a path. */
  readonly indexURL: string;
  /** The tenor-wasm wheel: a URL, relative to the page, or under Node a path. */
  readonly wheelURL: string;
  /**
   * The folder with `tenor-runtime.json` and the compiled files that it names: with them the start takes less than half the time.
   * Files of other versions are left alone, and the stock ones above are taken.
   */
  readonly compiledURL?: string;
  /** Start from the memory snapshot in that folder, faster still; one that does not fit is refused with `snapshot_mismatch`. */
  readonly snapshot?: boolean;
  /** The worker's script, where it does not lie beside this module. */
  readonly workerURL?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the start; `createTenor` then rejects with an `AbortError`. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a stage may take; for `download`, that may pass without a byte. */
  readonly timeouts?: Partial<Record<Stage, number>>;
  /** How long calls may run, and how much may wait. */
  readonly limits?: Partial<Limits>;
}

/** Start a runtime. When that fails it rejects with a `TenorError` that names file, stage and remedy, and may be called again. */
export function createTenor(options: TenorOptions): Promise<Tenor> {
  return Tenor.create(async (events) => {
    const workerURL = options.workerURL === undefined ? undefined : absoluteURL(options.workerURL);
    const spawn = hostsFor(options.runtime ?? "worker", workerURL);
    const hooks = { onProgress: options.onProgress, signal: options.signal };
    return Client.start(spawn, startOptions(options), hooks, options.limits, events);
  });
}

function startOptions({ indexURL, wheelURL, compiledURL, snapshot, timeouts }: TenorOptions): StartOptions {
  return {
    indexURL: withTrailingSlash(absoluteURL(indexURL)),
    wheelURL: absoluteURL(wheelURL),
    compiledURL: compiledURL === undefined ? undefined : withTrailingSlash(absoluteURL(compiledURL)),
    snapshot,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
  };
}

function absoluteURL(url: string): string {
  const host = globalThis as { document?: { baseURI: string }; location?: { href: string }; process?: { cwd(): string } };
  const base = host.document?.baseURI ?? host.location?.href ?? `file://${host.process?.cwd() ?? ""}/`;
  return new URL(url, base).href;
}

function withTrailingSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
