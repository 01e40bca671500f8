/**
 * Starts Pyodide with the wheel in it, on whichever thread this module is loaded.
 *
 * A WebAssembly file that cannot be instantiated (missing, an error page, cut short) makes `loadPyodide` warn and then
 * wait for ever. So every file is fetched and checked here first, and what was checked is what Pyodide gets; every
 * stage has a time limit on top.
 */

import type { PyodideAPI } from "pyodide";
import { abortError, asTenorError, TenorError } from "./errors.js";
import type { Progress, Stage, StartOptions } from "./protocol.js";

/** The one Pyodide release whose files are accepted. */
export const PYODIDE_VERSION = "314.0.7";

/** A file that is fetched before Pyodide starts: how its content must begin, and its size where a release fixes it. */
interface Asset {
  readonly name: string;
  readonly magic: readonly number[];
  readonly bytes?: number;
}

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
const WASM: Asset = { name: "pyodide.asm.wasm", magic: [0x00, 0x61, 0x73, 0x6d], bytes: 9_598_218 };
const STDLIB: Asset = { name: "python_stdlib.zip", magic: ZIP_MAGIC, bytes: 2_545_637 };
const LOCK: Asset = { name: "pyodide-lock.json", magic: [0x7b], bytes: 119_077 };
const LOADER_MODULE = "pyodide.mjs";
const CORE_MODULE = "pyodide.asm.mjs";

export const DEFAULT_TIMEOUTS: Readonly<Record<Stage, number>> = { download: 30_000, start: 60_000, install: 60_000 };

/** A started runtime: JSON text in, JSON text out. */
export interface Runtime {
  dispatch(method: string, params: string): string;
  dispose(): void;
}

export interface StartHooks {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Dispatch {
  (method: string, params: string): string;
  copy(): Dispatch;
  destroy(): void;
}

interface PyodideModule {
  readonly version: string;
  loadPyodide(options: Readonly<Record<string, unknown>>): Promise<PyodideAPI>;
}

/** Download, start, install: the runtime answers when the promise fulfils. */
export async function startRuntime(options: StartOptions, hooks: StartHooks = {}): Promise<Runtime> {
  const files = await downloadAll(options, hooks);
  const { loaded } = files;
  hooks.onProgress?.({ stage: "start", loaded, total: loaded });
  const pyodide = await limited("start", options, hooks.signal, startPyodide(options, files));
  hooks.onProgress?.({ stage: "install", loaded, total: loaded });
  const runtime = await limited("install", options, hooks.signal, installWheel(pyodide, files.wheel));
  hooks.onProgress?.({ stage: "ready", loaded, total: loaded });
  return runtime;
}

interface Files {
  readonly module: PyodideModule;
  readonly wasm: Bytes;
  readonly stdlib: Bytes;
  readonly lock: Bytes;
  readonly wheel: Bytes;
  readonly loaded: number;
}

/** All files at once: none waits for another. */
async function downloadAll(options: StartOptions, hooks: StartHooks): Promise<Files> {
  const meter = new Meter(hooks.onProgress);
  const wheel: Asset = { name: options.wheelURL.slice(options.wheelURL.lastIndexOf("/") + 1), magic: ZIP_MAGIC };
  // When one file fails the others are of no use: they stop as well.
  const stop = new AbortController();
  const signal = hooks.signal ? anySignal(hooks.signal, stop) : stop.signal;
  const get = (asset: Asset, url: string): Promise<Bytes> => download(asset, url, options.timeouts.download, meter, signal);
  try {
    const [module, , wasm, stdlib, lock, wheelBytes] = await Promise.all([
      importModule(LOADER_MODULE, options) as Promise<PyodideModule>,
      // Pyodide imports this one itself later on; importing it now fetches it in parallel and names it when it fails.
      importModule(CORE_MODULE, options),
      get(WASM, options.indexURL + WASM.name),
      get(STDLIB, options.indexURL + STDLIB.name),
      get(LOCK, options.indexURL + LOCK.name),
      get(wheel, options.wheelURL),
    ]);
    if (module.version !== PYODIDE_VERSION) {
      throw downloadError(
        LOADER_MODULE,
        options.indexURL + LOADER_MODULE,
        `it is of Pyodide ${module.version}, not ${PYODIDE_VERSION}`,
      );
    }
    return { module, wasm, stdlib, lock, wheel: wheelBytes, loaded: meter.loaded };
  } catch (thrown) {
    stop.abort();
    if (hooks.signal?.aborted) throw abortError();
    throw thrown;
  }
}

/** Adds up the bytes of all downloads. */
class Meter {
  loaded = 0;
  total = 0;

  constructor(private readonly report: ((progress: Progress) => void) | undefined) {}

  expect(bytes: number): void {
    this.total += bytes;
    this.tell();
  }

  add(bytes: number): void {
    this.loaded += bytes;
    this.tell();
  }

  private tell(): void {
    this.report?.({ stage: "download", loaded: this.loaded, total: Math.max(this.total, this.loaded) });
  }
}

async function download(asset: Asset, url: string, idleLimit: number, meter: Meter, signal: AbortSignal): Promise<Bytes> {
  const idle = new AbortController();
  const linked = anySignal(signal, idle);
  let timer = setTimeout(() => idle.abort(), idleLimit);
  const stillComing = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), idleLimit);
  };
  try {
    const bytes = url.startsWith("file:") ? await readLocal(url, meter) : await fetchBytes(asset, url, linked, meter, stillComing);
    check(asset, url, bytes);
    return bytes;
  } catch (thrown) {
    if (idle.signal.aborted) {
      throw downloadError(asset.name, url, `no byte arrived for ${idleLimit / 1000} seconds`, "runtime_timeout");
    }
    if (thrown instanceof TenorError || signal.aborted) throw thrown;
    throw downloadError(asset.name, url, thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    clearTimeout(timer);
  }
}

async function fetchBytes(
  asset: Asset,
  url: string,
  signal: AbortSignal,
  meter: Meter,
  stillComing: () => void,
): Promise<Bytes> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw downloadError(asset.name, url, `the server answered ${response.status} ${response.statusText}`.trim());
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/html")) throw downloadError(asset.name, url, "the server answered with an HTML page");
  if (response.body === null) throw downloadError(asset.name, url, "the answer has no body");
  // A compressed answer's content-length counts compressed bytes: there the size fixed by the release is the better guess.
  const encoded = response.headers.get("content-encoding") !== null;
  meter.expect(asset.bytes ?? (encoded ? 0 : Number(response.headers.get("content-length") ?? 0)));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    stillComing();
    chunks.push(value);
    length += value.length;
    meter.add(value.length);
  }
  return concatenated(chunks, length);
}

function concatenated(chunks: readonly Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Only under Node, where `fetch` does not know `file:`. */
async function readLocal(url: string, meter: Meter): Promise<Bytes> {
  const { readFile } = (await nodeModule("node:fs/promises")) as { readFile(url: URL): Promise<Uint8Array> };
  // A plain Uint8Array on purpose: Pyodide takes Node's Buffer for something else.
  const bytes = new Uint8Array(await readFile(new URL(url)));
  meter.expect(bytes.length);
  meter.add(bytes.length);
  return bytes;
}

function check(asset: Asset, url: string, bytes: Bytes): void {
  if (!asset.magic.every((byte, index) => bytes[index] === byte)) {
    throw downloadError(asset.name, url, "its content is of another kind (an error page, perhaps)");
  }
  if (asset.bytes !== undefined && bytes.length !== asset.bytes) {
    throw downloadError(asset.name, url, `it has ${bytes.length} bytes, not the ${asset.bytes} of Pyodide ${PYODIDE_VERSION}`);
  }
}

function downloadError(file: string, url: string, reason: string, code = "runtime_download_failed"): TenorError {
  const remedy = "Check the connection and that the server has this file, then try again.";
  return new TenorError(code, `could not download \`${file}\`: ${reason}. ${remedy}`, "", { stage: "download", file, url, remedy });
}

async function importModule(name: string, options: StartOptions): Promise<unknown> {
  const url = options.indexURL + name;
  // By URL at run time: a static import of "pyodide" breaks bundlers.
  const imported = import(/* @vite-ignore */ /* webpackIgnore: true */ url) as Promise<unknown>;
  try {
    return await withTimer(options.timeouts.download, imported, () =>
      downloadError(name, url, `it did not arrive within ${options.timeouts.download / 1000} seconds`, "runtime_timeout"),
    );
  } catch (thrown) {
    if (thrown instanceof TenorError) throw thrown;
    throw downloadError(name, url, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

async function startPyodide(options: StartOptions, files: Files): Promise<PyodideAPI> {
  const indexURL = options.indexURL.startsWith("file:") ? await localPath(options.indexURL) : options.indexURL;
  const restore = answerFromMemory([
    { url: options.indexURL + WASM.name, type: "application/wasm", bytes: files.wasm },
    { url: options.indexURL + STDLIB.name, type: "application/zip", bytes: files.stdlib },
  ]);
  try {
    return await files.module.loadPyodide({
      indexURL,
      lockFileContents: new TextDecoder().decode(files.lock),
      // With the lock given as text Pyodide does not know where packages would lie; none is ever loaded.
      packageBaseUrl: indexURL,
    });
  } finally {
    restore();
  }
}

/**
 * Pyodide fetches its large files itself and takes no bytes. While it starts, requests for just these are answered with the bytes that
 * were checked: nothing is downloaded twice, and nothing can change between check and use.
 */
function answerFromMemory(answers: readonly { url: string; type: string; bytes: Bytes }[]): () => void {
  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const answer = answers.find((candidate) => candidate.url === url);
    if (answer === undefined) return original.call(globalThis, input, init);
    return Promise.resolve(new Response(answer.bytes, { headers: { "content-type": answer.type } }));
  };
  return () => {
    globalThis.fetch = original;
  };
}

async function installWheel(pyodide: PyodideAPI, wheel: Bytes): Promise<Runtime> {
  pyodide.unpackArchive(wheel, "wheel");
  const module = pyodide.pyimport("tenor_wasm.api.wire") as { dispatch: Dispatch; destroy(): void };
  // An attribute dies with the module's proxy, unless it is copied.
  const dispatch = module.dispatch.copy();
  module.destroy();
  return {
    dispatch: (method, params) => dispatch(method, params),
    dispose: () => dispatch.destroy(),
  };
}

/** A stage that must end in its time; an error of another kind is told as a failure of this stage. */
async function limited<Result>(
  stage: Stage,
  options: StartOptions,
  signal: AbortSignal | undefined,
  work: Promise<Result>,
): Promise<Result> {
  const limit = options.timeouts[stage];
  const aborted = whenAborted(signal);
  try {
    return await withTimer(limit, Promise.race([work, aborted.promise]), () => {
      const remedy = "Reload the page; on a slow machine, allow the stage more time.";
      return new TenorError(
        "runtime_timeout",
        `the runtime did not finish the stage \`${stage}\` within ${limit / 1000} seconds. ${remedy}`,
        "",
        { stage, remedy },
      );
    });
  } catch (thrown) {
    if (signal?.aborted) throw abortError();
    throw asTenorError(thrown, "runtime_start_failed", `the runtime failed in the stage \`${stage}\``);
  } finally {
    aborted.release();
  }
}

async function withTimer<Result>(limit: number, work: Promise<Result>, late: () => TenorError): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), limit);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

function whenAborted(signal: AbortSignal | undefined): { promise: Promise<never>; release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    if (signal === undefined) return;
    const onAbort = (): void => reject(abortError());
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    release = () => signal.removeEventListener("abort", onAbort);
  });
  // Nobody may be listening any more when it fires.
  promise.catch(() => undefined);
  return { promise, release };
}

/** Aborts `controller` when `signal` does. (`AbortSignal.any` is younger than the browsers we serve.) */
function anySignal(signal: AbortSignal, controller: AbortController): AbortSignal {
  if (signal.aborted) controller.abort();
  else signal.addEventListener("abort", () => controller.abort(), { once: true, signal: controller.signal });
  return controller.signal;
}

async function localPath(url: string): Promise<string> {
  const { fileURLToPath } = (await nodeModule("node:url")) as { fileURLToPath(url: string): string };
  return fileURLToPath(url);
}

/** By a name that bundlers cannot see: browsers never come here. */
function nodeModule(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<unknown>;
}
