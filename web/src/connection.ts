/**
 * One runtime's life, seen from the page: it starts, is asked, and ends or dies. It is never revived (`calls.ts` starts a new one).
 *
 * How a death is noticed: by the worker's error event; and, since a worker that is killed or closes itself raises none, by
 * a Web Lock that the worker holds as long as it lives. Where there are no locks (a page without https), the time budget
 * of the next call is what notices.
 */

import { abortError, TenorError } from "./errors.js";
import { Downloads } from "./assets.js";
import { fetchWasm } from "./files.js";
import { after, Signal, type Timer } from "./timer.js";
import type { Spawn, WorkerLike } from "./hosts.js";
import { onlyForward } from "./progress.js";
import { type FromWorker, otherProtocol, type Progress, PROTOCOL_VERSION, type Stage, type StartOptions } from "./protocol.js";

export interface StartHooks {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Every stage has a limit within the worker; a worker that cannot even say so is given up after this much more. */
const SILENCE_MS = 5_000;

export class Connection {
  /** Called once, when the worker died by itself. */
  onDeath: ((error: TenorError) => void) | undefined;
  /** The version of the wheel that answers. */
  wheel = "";
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private ended = false;
  private started: Waiting | undefined;
  private guard: Timer | undefined;
  private readonly lock: string | undefined;
  private readonly watch = new AbortController();
  private readonly alive = new Signal();
  /** How far the worker is. */
  private fromWorker: Progress = { stage: "download", loaded: 0, total: 0 };
  /** What the page fetches for its worker. */
  private readonly downloads: Downloads | undefined;

  private readonly onProgress: ((progress: Progress) => void) | undefined;

  private constructor(
    private readonly worker: WorkerLike,
    private readonly options: StartOptions,
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.onProgress = onProgress && onlyForward(onProgress);
    this.lock = newLock(worker);
    if (!isWebWorker(worker)) return;
    // A page that reads large files hands on no first message: so it asks for them at once, and reads when the worker has its own.
    this.downloads = new Downloads(options, () => this.progress(this.fromWorker), this.watch.signal, this.alive.given);
  }

  /** Fulfils when the runtime is ready; on failure or abort the worker is ended. */
  static async start(spawn: Spawn, options: StartOptions, hooks: StartHooks = {}): Promise<Connection> {
    const { signal } = hooks;
    if (signal?.aborted) throw abortError(signal);
    const connection = new Connection(await spawn(), options, hooks.onProgress);
    const onAbort = (): void => connection.started?.reject(abortError(signal));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const started = connection.handshake();
      if (signal?.aborted) onAbort();
      // A worker that was faster than the check of what it started from has not started.
      await Promise.all([started, connection.sendWasm()]);
      return connection;
    } catch (thrown) {
      connection.end();
      throw thrown;
    } finally {
      connection.expectWord(undefined);
      connection.started = undefined;
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ask one call; answers come in the order of the calls. Rejects when the runtime breaks, never after `end`. */
  ask(method: string, params: string): Promise<string> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ protocol: PROTOCOL_VERSION, kind: "call", id, method, params });
    });
  }

  /** End the worker, whatever it does; what was asked is not settled any more. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.waiting.clear();
    this.watch.abort();
    this.worker.onmessage = null;
    this.worker.onerror = null;
    this.worker.onmessageerror = null;
    this.worker.terminate();
  }

  private handshake(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.started = { resolve: () => resolve(), reject };
      this.worker.onmessage = ({ data }) => this.receive(data);
      this.worker.onerror = ({ message }) => reject(this.unloaded(message || "its script could not be loaded"));
      this.worker.onmessageerror = () => this.die("a message could not be read");
      this.expectWord("download");
      const start = { protocol: PROTOCOL_VERSION, kind: "start", options: this.options } as const;
      const lock = this.lock === undefined ? {} : { lock: this.lock };
      this.worker.postMessage({ ...start, ...lock, wasmFollows: this.downloads !== undefined });
    });
  }

  /** The page fetches while the worker begins. Fulfils when it has sent what it fetched, and that has proved to be what it should be. */
  private async sendWasm(): Promise<void> {
    const { downloads } = this;
    if (downloads === undefined) return;
    const module = await fetchWasm(downloads);
    this.worker.postMessage({ protocol: PROTOCOL_VERSION, kind: "wasm", module });
    await downloads.allHashed();
  }

  /** Both threads download: the bytes of both are told. */
  private progress(progress: Progress): void {
    if (this.started === undefined) return;
    this.expectWord(progress.stage === "ready" ? "install" : progress.stage);
    const { loaded, total } = this.downloads?.meter ?? { loaded: 0, total: 0 };
    this.onProgress?.({ ...progress, loaded: progress.loaded + loaded, total: progress.total + Math.max(total, loaded) });
  }

  private receive(message: FromWorker): void {
    if (message.protocol !== PROTOCOL_VERSION) {
      this.started?.reject(otherProtocol(message.protocol));
      return;
    }
    switch (message.kind) {
      case "alive":
        this.worker.onerror = ({ message: reason }) => this.die(reason || "its script failed");
        this.alive.give();
        if (message.locked) this.watchLock();
        return;
      case "progress":
        this.fromWorker = message.progress;
        this.progress(message.progress);
        return;
      case "started":
        this.wheel = message.wheel;
        this.started?.resolve("");
        return;
      case "failed":
        void this.failed(TenorError.fromShape(message.error));
        return;
      case "answer":
        this.settle(message.id)?.resolve(message.answer);
        return;
      case "fault":
        this.settle(message.id)?.reject(TenorError.fromShape(message.error));
    }
  }

  /** What fails because of an altered file is told as that. */
  private async failed(error: TenorError): Promise<void> {
    await this.downloads?.allHashed().catch((altered: TenorError) => this.started?.reject(altered));
    this.started?.reject(error);
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  /** While it starts, a worker tells its progress: one that is silent for longer than a stage may take is stuck. */
  private expectWord(stage: Stage | undefined): void {
    clearTimeout(this.guard);
    if (stage === undefined) return;
    const limit = this.options.timeouts[stage];
    const remedy = "Reload the page; on a slow machine, allow the stage more time.";
    const error = new TenorError(
      "runtime_timeout",
      `the worker said nothing for ${limit / 1000} seconds in the stage \`${stage}\`. ${remedy}`,
      "",
      { stage, remedy },
    );
    this.guard = after(limit + SILENCE_MS, () => this.started?.reject(error));
  }

  /** The worker holds the lock: whoever gets it after that knows that the worker is no more. */
  private watchLock(): void {
    if (this.lock === undefined || this.ended) return;
    navigator.locks
      .request(this.lock, { signal: this.watch.signal }, () => this.die("it was killed or closed itself"))
      .catch(() => undefined);
  }

  /** What fails before the worker says a first word is its script. */
  private unloaded(reason: string): TenorError {
    const url = this.worker.script?.() ?? "";
    const remedy =
      "Check that the server has this file and sends it as JavaScript, that `workerURL` names it where it lies elsewhere, and that the page's " +
      "policy allows it (`worker-src`), then try again.";
    const message = `the worker could not be started from \`${url}\`: ${reason}. ${remedy}`;
    return new TenorError("runtime_download_failed", message, "", { stage: "download", file: "worker.js", url, remedy });
  }

  private die(reason: string): void {
    if (this.ended) return;
    const waiting = [...this.waiting.values()];
    this.end();
    const error = new TenorError("runtime_stopped", `the worker stopped: ${reason}. Repeat the call; a new worker is started for it.`);
    this.started?.reject(error);
    this.onDeath?.(error);
    for (const { reject } of waiting) reject(error);
  }
}

function isWebWorker(worker: WorkerLike): boolean {
  return typeof Worker !== "undefined" && worker instanceof Worker;
}

/** A lock's name for a worker that can hold one; Node's threads tell their end by an event. */
function newLock(worker: WorkerLike): string | undefined {
  const host = globalThis as { navigator?: { locks?: unknown } };
  if (!isWebWorker(worker) || host.navigator?.locks === undefined) return undefined;
  return `tenor-wasm ${crypto.randomUUID()}`;
}
