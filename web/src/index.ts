/// <reference lib="esnext.disposable" preserve="true" />
/** The public API. Importing it does nothing and needs no `window`; `createTenor` starts a runtime. */

import { Client, type Limits } from "./calls.js";
import type { Some } from "./defaults.js";
import { hostsFor } from "./hosts.js";
import { absoluteURL, type FileOptions, startOptions } from "./options.js";
import type { Progress } from "./protocol.js";
import { Tenor } from "./tenor.js";

export { applyChange, expandActionSpace } from "./changes.js";
export type { CallOptions, Limits, RestartReason } from "./calls.js";
export type {
  ActionSpaceForms,
  ActionSpaceInput,
  ChainHolder,
  Contract,
  DiffInput,
  EvaluateBatchInput,
  EvaluateInput,
  Evaluation,
  ExplainInput,
  ExplainTarget,
  RunWithChain,
  ScenarioOptions,
  SimulateFlowInput,
  SituationInput,
  ViewInput,
} from "./contract.js";
export { sourceErrors, TenorError } from "./errors.js";
export type { ErrorShape, SourceError } from "./errors.js";
export { parseJson, writeJson } from "./json.js";
export type { NumberOf } from "./json.js";
export { latest } from "./latest.js";
export type { FileOptions } from "./options.js";
export type { Document, FactsDocument, Progress, Stage } from "./protocol.js";
export type { ActionSpaceAt, At, Session, SessionFlowInput } from "./session.js";
export type { Source, Tenor, TenorEventMap } from "./tenor.js";
export type * from "./types.js";
export { VERSION } from "./version.js";

export interface TenorOptions extends FileOptions {
  /**
   * `worker` (the default) keeps the page responsive and can end a call that runs too long; under Node it is a worker thread.
   * `main` runs on the calling thread: each call blocks it, and neither an abort nor a time budget ends a call that runs.
   */
  readonly runtime?: "worker" | "main";
  /** The worker's script, where it does not lie beside this module. */
  readonly workerURL?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the start; `createTenor` then rejects with an `AbortError`. */
  readonly signal?: AbortSignal;
  /** How long calls may run, and how much may wait. */
  readonly limits?: Some<Limits> | undefined;
}

/** Start a runtime. When that fails it rejects with a `TenorError` that names file, stage and remedy, and may be called again. */
export function createTenor(options: TenorOptions = {}): Promise<Tenor> {
  return Tenor.create(async (events) => {
    const workerURL = options.workerURL === undefined ? undefined : absoluteURL(options.workerURL);
    const spawn = hostsFor(options.runtime ?? "worker", workerURL);
    const hooks = { onProgress: options.onProgress, signal: options.signal };
    return Client.start(spawn, startOptions(options), hooks, options.limits, events);
  });
}
