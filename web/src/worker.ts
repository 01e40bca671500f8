/** The module worker: starts the runtime, then answers one call after the other. */

import { asTenorError, type ErrorShape } from "./errors.js";
import { type FromWorker, PROTOCOL_VERSION, type StartOptions, type ToWorker } from "./protocol.js";
import { type Runtime, startRuntime } from "./runtime.js";

/** The part of the worker's global scope that is used here. */
interface Port {
  postMessage(message: FromWorker): void;
  addEventListener(kind: "message", listener: (event: MessageEvent<ToWorker>) => void): void;
}

const port = globalThis as unknown as Port;
let runtime: Runtime | undefined;

port.addEventListener("message", (event) => {
  const message = event.data;
  if (message.protocol !== PROTOCOL_VERSION) {
    port.postMessage({ protocol: PROTOCOL_VERSION, kind: "failed", error: otherProtocol(message.protocol) });
  } else if (message.kind === "start") {
    void start(message.options);
  } else {
    answer(message.id, message.method, message.params);
  }
});

async function start(options: StartOptions): Promise<void> {
  try {
    runtime = await startRuntime(options, {
      onProgress: (progress) => port.postMessage({ protocol: PROTOCOL_VERSION, kind: "progress", progress }),
    });
    port.postMessage({ protocol: PROTOCOL_VERSION, kind: "started" });
  } catch (thrown) {
    const error = asTenorError(thrown, "runtime_start_failed", "the runtime could not start").toJSON();
    port.postMessage({ protocol: PROTOCOL_VERSION, kind: "failed", error });
  }
}

function answer(id: number, method: string, params: string): void {
  try {
    if (runtime === undefined) throw new Error("a call came before the runtime had started");
    port.postMessage({ protocol: PROTOCOL_VERSION, kind: "answer", id, answer: runtime.dispatch(method, params) });
  } catch (thrown) {
    const error = asTenorError(thrown, "runtime_stopped", "the runtime stopped working").toJSON();
    port.postMessage({ protocol: PROTOCOL_VERSION, kind: "fault", id, error });
  }
}

function otherProtocol(found: number): ErrorShape {
  return {
    code: "protocol_mismatch",
    message: `the page speaks protocol ${found}, its worker ${PROTOCOL_VERSION}: serve both from the same release and reload`,
    path: "",
    details: { page: found, worker: PROTOCOL_VERSION },
  };
}
