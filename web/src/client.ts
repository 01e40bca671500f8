/** Two ways to reach a runtime, one interface: in a worker of its own, or on the thread that asks. */

import { abortError, asTenorError, TenorError } from "./errors.js";
import { type FromWorker, type Progress, PROTOCOL_VERSION, type StartOptions, type ToWorker } from "./protocol.js";
import { type Runtime, type StartHooks, startRuntime } from "./runtime.js";

/** Carries calls: a method and its parameters as JSON text, the answer as JSON text. */
export interface Client {
  call(method: string, params: string): Promise<string>;
  dispose(): Promise<void>;
}

/** The part of `Worker` that the client uses, so that a test can stand in for one. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

interface Pending {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Speaks the protocol with a worker. */
export class WorkerClient implements Client {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  /** Why no call can be answered any more. */
  private stopped: Error | undefined;

  private constructor(private readonly worker: WorkerLike) {}

  /** Fulfils when the worker's runtime is ready; on failure or abort the worker is ended. */
  static async start(worker: WorkerLike, options: StartOptions, hooks: StartHooks = {}): Promise<WorkerClient> {
    const client = new WorkerClient(worker);
    const onAbort = (): void => client.stop(abortError());
    try {
      if (hooks.signal?.aborted) throw abortError();
      hooks.signal?.addEventListener("abort", onAbort, { once: true });
      await client.handshake(options, hooks.onProgress);
      return client;
    } catch (thrown) {
      client.stop(asError(thrown));
      throw thrown;
    } finally {
      hooks.signal?.removeEventListener("abort", onAbort);
    }
  }

  call(method: string, params: string): Promise<string> {
    if (this.stopped !== undefined) return Promise.reject(this.stopped);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.postMessage({ protocol: PROTOCOL_VERSION, kind: "call", id, method, params });
    });
  }

  dispose(): Promise<void> {
    this.stop(disposed());
    return Promise.resolve();
  }

  private handshake(options: StartOptions, onProgress: ((progress: Progress) => void) | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      // Until it has started, the start itself is the one thing that waits: it gets the id that no call has.
      this.pending.set(0, { resolve: () => resolve(), reject });
      this.worker.onmessage = ({ data }) => this.receive(data, onProgress);
      this.worker.onerror = (event) => this.stop(crashed(event.message));
      this.worker.onmessageerror = () => this.stop(crashed("a message could not be read"));
      this.worker.postMessage({ protocol: PROTOCOL_VERSION, kind: "start", options });
    });
  }

  private receive(message: FromWorker, onProgress: ((progress: Progress) => void) | undefined): void {
    switch (message.kind) {
      case "progress":
        onProgress?.(message.progress);
        return;
      case "started":
        this.settle(0)?.resolve("");
        return;
      case "failed":
        this.stop(TenorError.fromShape(message.error));
        return;
      case "answer":
        this.settle(message.id)?.resolve(message.answer);
        return;
      case "fault":
        this.settle(message.id)?.reject(TenorError.fromShape(message.error));
    }
  }

  private settle(id: number): Pending | undefined {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    return waiting;
  }

  private stop(reason: Error): void {
    if (this.stopped !== undefined) return;
    this.stopped = reason;
    this.worker.terminate();
    for (const waiting of this.pending.values()) waiting.reject(reason);
    this.pending.clear();
  }
}

/** Runs Pyodide on the thread that asks: for Node and for tools; a page would freeze during long calls. */
export class MainClient implements Client {
  private constructor(private runtime: Runtime | undefined) {}

  static async start(options: StartOptions, hooks: StartHooks = {}): Promise<MainClient> {
    if (hooks.signal?.aborted) throw abortError();
    return new MainClient(await startRuntime(options, hooks));
  }

  async call(method: string, params: string): Promise<string> {
    if (this.runtime === undefined) throw disposed();
    try {
      return this.runtime.dispatch(method, params);
    } catch (thrown) {
      throw asTenorError(thrown, "runtime_stopped", "the runtime stopped working");
    }
  }

  dispose(): Promise<void> {
    this.runtime?.dispose();
    this.runtime = undefined;
    return Promise.resolve();
  }
}

function crashed(reason: string | undefined): TenorError {
  const what = reason ? `: ${reason}` : "";
  return new TenorError("runtime_stopped", `the worker stopped${what}. Create a new tenor, or reload the page.`);
}

function disposed(): TenorError {
  return new TenorError("disposed", "this tenor was disposed: create a new one");
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
