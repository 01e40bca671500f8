/**
 * Starts Pyodide with the wheel in it, on whichever thread this module is loaded.
 *
 * A WebAssembly file that cannot be instantiated (missing, an error page, cut short) makes `loadPyodide` warn and then
 * wait for ever. So every file is fetched and checked here first, and what was checked is what Pyodide gets; every
 * stage has a time limit on top.
 *
 * With the compiled files beside it (`compiledURL`, see scripts/build-runtime.mjs) Python compiles nothing at start-up; with the
 * memory snapshot it imports nothing either.
 */

import type { PyodideAPI } from "pyodide";
import { type Asset, type Bytes, downloadError, Downloads, MAGIC, nodeModule, withTimer } from "./assets.js";
import { type CompiledFiles, downloadCompiled } from "./compiled.js";
import { abortError, asTenorError, TenorError } from "./errors.js";
import type { Progress, Stage, StartOptions } from "./protocol.js";
import { type Launch, launch, type PyodideModules } from "./pyodide.js";

/** The one Pyodide release whose files are accepted. */
export const PYODIDE_VERSION = "314.0.7";

/** A file of that release. */
type PinnedFile = Omit<Asset, "url">;

const WASM: PinnedFile = {
  name: "pyodide.asm.wasm",
  magic: MAGIC.wasm,
  bytes: 9_598_218,
  sha256: "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
};
const STDLIB: PinnedFile = {
  name: "python_stdlib.zip",
  magic: MAGIC.zip,
  bytes: 2_545_637,
  sha256: "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
};
const LOCK: PinnedFile = {
  name: "pyodide-lock.json",
  magic: MAGIC.json,
  bytes: 119_077,
  sha256: "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010",
};
const LOADER_MODULE = "pyodide.mjs";
const CORE_MODULE = "pyodide.asm.mjs";

/** Where the compiled package lies in Python's file system; the same path stands in scripts/build-runtime.mjs. */
const PACKAGE_PATH = "/lib/tenor_wasm.zip";
const ENTRY_MODULE = "tenor_wasm.api.wire";

export const DEFAULT_TIMEOUTS: Readonly<Record<Stage, number>> = { download: 30_000, start: 60_000, install: 60_000 };

/** A started runtime: JSON text in, JSON text out. */
export interface Runtime {
  dispatch(method: string, params: string): string;
  /** Functions of a Python module that take text, numbers and nothing else, and answer with text or `None`. */
  functions<Name extends string>(module: string, names: readonly Name[]): Readonly<Record<Name, PlainFunction>>;
  dispose(): void;
  /** What it was started from. */
  readonly files: "stock" | "compiled" | "snapshot";
}

export interface StartHooks {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type PlainFunction = (...values: readonly (string | number | undefined)[]) => string | undefined;

/** A Python function as JavaScript sees it. */
interface Callable extends PlainFunction {
  copy(): Callable;
  destroy(): void;
}

/** Download, start, install: the runtime answers when the promise fulfils. */
export async function startRuntime(options: StartOptions, hooks: StartHooks = {}): Promise<Runtime> {
  if (hooks.signal?.aborted) throw abortError(hooks.signal);
  const { start, module, downloads, python } = await download(options, hooks);
  const { loaded } = downloads.meter;
  try {
    hooks.onProgress?.({ stage: "start", loaded, total: loaded });
    // Pyodide waits for ever for a module that cannot be compiled, and may do so with an altered file: so all are waited for here.
    const started = downloads.orAltered(Promise.all([start.pyodide, module]));
    const [[pyodide]] = await limited("start", options, hooks.signal, Promise.all([started, downloads.allHashed()]));
    hooks.onProgress?.({ stage: "install", loaded, total: loaded });
    const runtime = await limited("install", options, hooks.signal, install(pyodide, python));
    hooks.onProgress?.({ stage: "ready", loaded, total: loaded, files: runtime.files });
    return runtime;
  } finally {
    // A start that hangs never settles: its time limit, or an abort, comes here as well.
    start.release();
  }
}

interface Downloaded {
  /** Pyodide's start, under way since its modules are here. */
  readonly start: Launch;
  readonly module: Promise<WebAssembly.Module>;
  readonly downloads: Downloads;
  readonly python: StockFiles | CompiledFiles;
}

/** All files at once: none waits for another. Pyodide starts meanwhile, and takes each file when it has come and was checked. */
async function download(options: StartOptions, hooks: StartHooks): Promise<Downloaded> {
  const downloads = new Downloads(options, hooks.onProgress, hooks.signal);
  const { indexURL } = options;
  const wasm = downloadWasm(downloads, indexURL);
  const module = wasm.then((compiled) => compiled.module);
  // Nobody waits for it when another file fails first.
  module.catch(() => undefined);
  const lock = downloads.get({ ...LOCK, url: indexURL + LOCK.name });
  const python = downloadPython(downloads, options);
  const library = python.then((files) => ("wheel" in files ? files.stdlib : files.library));
  const snapshot = options.snapshot ? python.then((files) => snapshotOf(files)) : undefined;
  const home = indexURL.startsWith("file:") ? localPath(indexURL) : indexURL;
  const start = Promise.all([importPyodide(downloads, indexURL), home]).then(([modules, folder]) => {
    // An import cannot be stopped: it may come when nobody wants it any more.
    if (downloads.stopped) throw abortError(hooks.signal);
    const launched = launch(modules, { wasm: module, library, lock, snapshot }, folder);
    downloads.onStop(launched.release);
    return launched;
  });
  try {
    const [started, files] = await Promise.all([start, python, wasm, lock, library, snapshot]);
    return { start: started, module, downloads, python: files };
  } catch (thrown) {
    downloads.stop();
    if (hooks.signal?.aborted) throw abortError(hooks.signal);
    throw thrown;
  }
}

async function importPyodide(downloads: Downloads, indexURL: string): Promise<PyodideModules> {
  const [loader, core] = await Promise.all([
    downloads.import(LOADER_MODULE, indexURL),
    // Pyodide could import this one itself; here it comes in parallel, and is named when it fails.
    downloads.import(CORE_MODULE, indexURL),
  ]);
  const modules = { loader, core } as PyodideModules;
  const { version } = modules.loader;
  if (version === PYODIDE_VERSION) return modules;
  const file = { name: LOADER_MODULE, url: indexURL + LOADER_MODULE };
  throw downloadError(file, `it is of Pyodide ${version}, not ${PYODIDE_VERSION}`);
}

function snapshotOf(files: StockFiles | CompiledFiles): Bytes {
  if (!("wheel" in files) && files.snapshot !== undefined) return files.snapshot;
  throw new TypeError("a snapshot was asked for, and none was downloaded");
}

/** The library as source, and the wheel to unpack. */
interface StockFiles {
  readonly stdlib: Bytes;
  readonly wheel: Bytes;
}

async function downloadPython(downloads: Downloads, options: StartOptions): Promise<StockFiles | CompiledFiles> {
  const { compiledURL, snapshot = false } = options;
  if (snapshot && compiledURL === undefined) {
    const remedy = "Give `compiledURL`, the folder with tenor-runtime.json and the snapshot.";
    throw new TenorError("snapshot_mismatch", `a snapshot needs the compiled files. ${remedy}`, "", { stage: "download", remedy });
  }
  const compiled =
    compiledURL === undefined ? undefined : await downloadCompiled(downloads, compiledURL, PYODIDE_VERSION, snapshot);
  return compiled ?? downloadStock(downloads, options);
}

async function downloadStock(downloads: Downloads, { indexURL, wheelURL }: StartOptions): Promise<StockFiles> {
  const wheelName = wheelURL.slice(wheelURL.lastIndexOf("/") + 1);
  const [stdlib, wheel] = await Promise.all([
    downloads.get({ ...STDLIB, url: indexURL + STDLIB.name }),
    downloads.get({ name: wheelName, url: wheelURL, magic: MAGIC.zip }),
  ]);
  return { stdlib, wheel };
}

/** Compiled while it arrives, where the engine can; the module's promise is inside an object, so that the download ends before it. */
async function downloadWasm(downloads: Downloads, indexURL: string): Promise<{ module: Promise<WebAssembly.Module> }> {
  let streamed: Promise<WebAssembly.Module> | undefined;
  const bytes = await downloads.get({ ...WASM, url: indexURL + WASM.name }, (response) => {
    // The engine insists on this type; with another one the bytes are compiled when they are here.
    if (response.headers.get("content-type")?.split(";")[0]?.trim() !== "application/wasm") return;
    streamed = WebAssembly.compileStreaming(response.clone());
    streamed.catch(() => undefined);
  });
  return { module: streamed ?? WebAssembly.compile(bytes) };
}

async function install(pyodide: PyodideAPI, python: StockFiles | CompiledFiles): Promise<Runtime> {
  if ("wheel" in python) pyodide.unpackArchive(python.wheel, "wheel");
  else await installCompiled(pyodide, python);
  const held: Callable[] = [];
  const functions: Runtime["functions"] = (module, names) => {
    const imported = importFunctions(pyodide, module, names);
    held.push(...Object.values<Callable>(imported));
    return imported;
  };
  const { dispatch } = functions(ENTRY_MODULE, ["dispatch"]);
  // The compiled library's sitecustomize.py has switched it off. What is there now stays: it need not be looked through again.
  if (!("wheel" in python) && python.snapshot === undefined) pyodide.runPython("import gc; gc.freeze(); gc.enable(); del gc");
  return {
    dispatch: (method, params) => dispatch(method, params) as string,
    functions,
    dispose: () => {
      for (const callable of held.splice(0)) callable.destroy();
    },
    files: "wheel" in python ? "stock" : python.snapshot === undefined ? "compiled" : "snapshot",
  };
}

function importFunctions<Name extends string>(pyodide: PyodideAPI, name: string, names: readonly Name[]): Record<Name, Callable> {
  const module = pyodide.pyimport(name) as Record<Name, Callable> & { destroy(): void };
  // An attribute dies with the module's proxy, unless it is copied.
  const functions = Object.fromEntries(names.map((each) => [each, module[each].copy()])) as Record<Name, Callable>;
  module.destroy();
  return functions;
}

/** The archive is imported from as it is, like the library: unpacking it would take longer than all imports from it. */
async function installCompiled(pyodide: PyodideAPI, { package: archive, snapshot, accelerator }: CompiledFiles): Promise<void> {
  pyodide.FS.writeFile(PACKAGE_PATH, archive);
  if (snapshot !== undefined) {
    // `sys.path` is in the snapshot, and so is the state of the random numbers: the one thing that must not be the same everywhere.
    pyodide.runPython("import random; random.seed(); del random");
    return;
  }
  pyodide.runPython(`import sys; sys.path.insert(1, "${PACKAGE_PATH}"); del sys`);
  if (accelerator !== undefined) pyodide.unpackArchive(accelerator.bytes, "wheel");
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
    if (signal?.aborted) throw abortError(signal);
    throw asTenorError(thrown, "runtime_start_failed", `the runtime failed in the stage \`${stage}\``);
  } finally {
    aborted.release();
  }
}

function whenAborted(signal: AbortSignal | undefined): { promise: Promise<never>; release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    if (signal === undefined) return;
    const onAbort = (): void => reject(abortError(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    release = () => signal.removeEventListener("abort", onAbort);
  });
  // Nobody may be listening any more when it fires.
  promise.catch(() => undefined);
  return { promise, release };
}

async function localPath(url: string): Promise<string> {
  const { fileURLToPath } = (await nodeModule("node:url")) as { fileURLToPath(url: string): string };
  return fileURLToPath(url);
}
