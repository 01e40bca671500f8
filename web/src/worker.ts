/** The module worker's entry: the server of `serve.ts`, behind a web worker's scope or, under Node, a worker thread's port. */

import type { FromWorker, ToWorker } from "./protocol.js";
import { startRuntime } from "./runtime.js";
import { Server } from "./serve.js";

/** The part of a web worker's global scope that is used here; a worker thread of Node has none of it. */
interface Scope {
  postMessage?(message: FromWorker): void;
  addEventListener(kind: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

interface ThreadPort {
  postMessage(message: FromWorker): void;
  on(kind: "message", listener: (message: ToWorker) => void): void;
}

const scope = globalThis as unknown as Scope;
if (typeof scope.postMessage === "function") {
  const server = serve((message) => scope.postMessage?.(message));
  scope.addEventListener("message", (event) => server.receive(event.data));
} else {
  // By a name that bundlers cannot see: browsers never come here.
  const name = "node:worker_threads";
  void (import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<{ parentPort: ThreadPort | null }>).then(({ parentPort }) => {
    // No thread at all: somebody only imported this.
    if (parentPort === null) return;
    const server = serve((message) => parentPort.postMessage(message));
    parentPort.on("message", (message) => server.receive(message));
  });
}

function serve(post: (message: FromWorker) => void): Server {
  return new Server(post, (options, onProgress, wasm) => startRuntime(options, { onProgress, wasm }));
}
