/** Where a runtime can live: in a web worker, in a worker thread of Node, or on the thread that asks. */

import { TenorError } from "./errors.js";
import type { FromWorker, ToWorker } from "./protocol.js";
import { startRuntime } from "./runtime.js";
import { Server } from "./serve.js";

/** The part of `Worker` that the client uses; anything that has it can be a runtime's host. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromWorker }) => void) | null;
  /** Only the message of an error is read. */
  onerror: ((event: { readonly message?: string }) => void) | null;
  onmessageerror: ((event: unknown) => void) | null;
  /** The address of its script; not for a host that has none. */
  readonly script?: () => string;
}

export type Spawn = () => WorkerLike | Promise<WorkerLike>;

/** How to make hosts for the runtime that was asked for. */
export function hostsFor(runtime: "worker" | "main", workerURL: string | undefined): Spawn {
  if (runtime === "main") return () => new InProcess();
  if (typeof Worker !== "undefined") return () => webWorker(workerURL);
  if (isNode()) return workerThread;
  throw new TenorError("runtime_unsupported", "this host has no workers: create the tenor with `runtime: \"main\"`");
}

function webWorker(workerURL: string | undefined): WorkerLike {
  if (workerURL !== undefined) {
    return withScript(sameOrigin(workerURL) ? new Worker(workerURL, MODULE) : blobWorker(workerURL), () => workerURL);
  }
  try {
    return withScript(besideThisModule(), addressBesideThisModule);
  } catch (thrown) {
    // A script of another origin (a CDN's) is refused with a SecurityError.
    if (!(thrown instanceof DOMException) || thrown.name !== "SecurityError") throw thrown;
    return withScript(blobWorker(addressBesideThisModule()), addressBesideThisModule);
  }
}

function withScript(worker: Worker, script: () => string): WorkerLike {
  return Object.assign(worker, { script }) as WorkerLike;
}

const MODULE = { type: "module", name: "tenor-wasm" } as const;

function besideThisModule(): Worker {
  // Bundlers look for exactly this expression and build the worker beside the page.
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "tenor-wasm" });
}

/** The address that `besideThisModule` asks for. A bundler puts its own in there, and only that expression: so it is asked. */
function addressBesideThisModule(): string {
  const original = globalThis.Worker;
  let address = "";
  globalThis.Worker = function (url: string | URL) {
    address = String(url);
  } as unknown as typeof Worker;
  try {
    besideThisModule();
  } finally {
    globalThis.Worker = original;
  }
  return address;
}

/** A worker of the page's own origin, whose one line imports the script; the other origin must allow that (CORS). */
function blobWorker(scriptURL: string): Worker {
  const line = new Blob([`import ${JSON.stringify(scriptURL)};`], { type: "text/javascript" });
  const url = URL.createObjectURL(line);
  const worker = new Worker(url, MODULE);
  // Not before the script was read, or it would not be found.
  const release = (): void => URL.revokeObjectURL(url);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("error", release, { once: true });
  return worker;
}

function sameOrigin(url: string): boolean {
  return new URL(url).origin === location.origin;
}

/** The runtime on the thread that asks: nothing can end a call there before it is done. */
class InProcess implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;
  private readonly ended = new AbortController();
  private readonly server = new Server(
    (message) => {
      if (!this.ended.signal.aborted) this.onmessage?.({ data: message });
    },
    (options, onProgress) => startRuntime(options, { onProgress, signal: this.ended.signal }),
  );

  postMessage(message: ToWorker): void {
    // Never within the caller's own turn, just as a worker would not.
    queueMicrotask(() => {
      if (!this.ended.signal.aborted) this.server.receive(message);
    });
  }

  terminate(): void {
    this.ended.abort();
    this.server.dispose();
  }
}

interface Thread {
  postMessage(message: ToWorker): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
  on(kind: "message", listener: (message: FromWorker) => void): void;
  on(kind: "error", listener: (error: Error) => void): void;
  on(kind: "exit", listener: (code: number) => void): void;
}

async function workerThread(): Promise<WorkerLike> {
  // Names and addresses that bundlers cannot see: browsers never come here.
  const module = "node:worker_threads";
  const here = import.meta.url;
  const threads = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as { Worker: new (url: URL) => Thread };
  const script = new URL("./worker.js", here);
  const thread = new threads.Worker(script);
  // A thread that owes nothing must not keep the program alive.
  let owed = 0;
  const host: WorkerLike = {
    postMessage: (message) => {
      owed++;
      thread.ref();
      thread.postMessage(message);
    },
    terminate: () => void thread.terminate(),
    onmessage: null,
    onerror: null,
    onmessageerror: null,
    script: () => script.href,
  };
  thread.on("message", (data) => {
    if (data.kind !== "alive" && data.kind !== "progress" && --owed === 0) thread.unref();
    host.onmessage?.({ data });
  });
  thread.on("error", ({ message }) => host.onerror?.({ message }));
  thread.on("exit", (code) => host.onerror?.({ message: `its thread ended with code ${code}` }));
  return host;
}

function isNode(): boolean {
  const host = globalThis as { process?: { versions?: { node?: string } } };
  return host.process?.versions?.node !== undefined;
}
