/** The runtime's side of the protocol: starts the runtime, then answers one call after the other. */

import { asTenorError, type TenorError } from "./errors.js";
import { type FromWorker, otherProtocol, type Progress, PROTOCOL_VERSION, type StartOptions, type ToWorker } from "./protocol.js";
import type { Runtime } from "./runtime.js";
import { checkWheelVersion } from "./version.js";

/** A message without the protocol's version, which is put on where it is sent. */
type Unversioned<Message> = Message extends unknown ? Omit<Message, "protocol"> : never;

export type StartRuntime = (
  options: StartOptions,
  onProgress: (progress: Progress) => void,
  wasm: Promise<WebAssembly.Module> | undefined,
) => Promise<Runtime>;

type StartMessage = Extract<ToWorker, { kind: "start" }>;
type CallMessage = Extract<ToWorker, { kind: "call" }>;

/** Answers messages by `post`, whatever they come through. */
export class Server {
  private runtime: Runtime | undefined;
  private receiveWasm: ((module: WebAssembly.Module) => void) | undefined;

  constructor(
    private readonly post: (message: FromWorker) => void,
    private readonly startRuntime: StartRuntime,
  ) {}

  receive(message: ToWorker): void {
    if (message.protocol !== PROTOCOL_VERSION) this.failed(otherProtocol(message.protocol));
    else if (message.kind === "start") void this.start(message);
    else if (message.kind === "wasm") this.receiveWasm?.(message.module);
    else this.answer(message);
  }

  dispose(): void {
    this.runtime?.dispose();
    this.runtime = undefined;
  }

  private async start({ options, lock, wasmFollows }: StartMessage): Promise<void> {
    try {
      const locked = lock === undefined ? Promise.resolve(false) : hold(lock);
      void locked.then((held) => this.tell({ kind: "alive", locked: held }));
      const wasm = wasmFollows ? new Promise<WebAssembly.Module>((resolve) => (this.receiveWasm = resolve)) : undefined;
      this.runtime = await this.startRuntime(options, (progress) => this.tell({ kind: "progress", progress }), wasm);
      const wheel = checkWheelVersion(this.runtime);
      await locked;
      this.tell({ kind: "started", wheel });
    } catch (thrown) {
      this.dispose();
      this.failed(asTenorError(thrown, "runtime_start_failed", "the runtime could not start"));
    }
  }

  private answer({ id, method, params }: CallMessage): void {
    try {
      if (this.runtime === undefined) throw new Error("a call came while no runtime was there");
      this.tell({ kind: "answer", id, answer: this.runtime.dispatch(method, params) });
    } catch (thrown) {
      const remedy = "Repeat the call; if it stops again, the input is at fault.";
      const error = asTenorError(thrown, "runtime_stopped", `the runtime stopped working. ${remedy}`);
      this.tell({ kind: "fault", id, error: error.toJSON() });
    }
  }

  private failed(error: TenorError): void {
    this.tell({ kind: "failed", error: error.toJSON() });
  }

  private tell(message: Unversioned<FromWorker>): void {
    this.post({ protocol: PROTOCOL_VERSION, ...message } as FromWorker);
  }
}

/** Whether the lock is held now; it is released by nothing but the end of this worker. */
function hold(lock: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = navigator.locks?.request(lock, () => {
      resolve(true);
      return new Promise<void>(() => undefined);
    });
    if (held === undefined) resolve(false);
    else held.catch(() => resolve(false));
  });
}
