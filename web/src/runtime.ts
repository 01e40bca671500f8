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
import { type Bytes, downloadError, Downloads, nodeModule, withTimer } from "./assets.js";
import { Carry, type CarryModule } from "./carry.js";
import { abortError, asTenorError, TenorError } from "./errors.js";
import { contentsOf, fetchFiles, fetchWasm, neededFirst, type FileContents, type StartFiles } from "./files.js";
import type { Progress, Stage, StartOptions } from "./protocol.js";
import { type Launch, launch, type PyodideModules } from "./pyodide.js";
import { after, Signal } from "./timer.js";
import { PYODIDE_VERSION } from "./version.js";

const LOADER_MODULE = "pyodide.mjs";
const CORE_MODULE = "pyodide.asm.mjs";

/** Where the compiled package lies in Python's file system; the same path stands in scripts/build-runtime.mjs. */
const PACKAGE_PATH = "/lib/tenor_wasm.zip";
/** Where Pyodide has put its standard library. */
const LIBRARY_PATH = "/lib/python314.zip";
const ENTRY_MODULE = "tenor_wasm.api.wire";

export const DEFAULT_TIMEOUTS: Readonly<Record<Stage, number>> = { download: 30_000, start: 60_000, install: 60_000 };

/** What the start did without is fetched so much later: unpacking it keeps the thread busy, and what is asked first is answered before. */
const MOMENT_MS = 300;

/** A started runtime: JSON text in, JSON text out. */
export interface Runtime {
  dispatch(method: string, params: string): string;
  /** Functions of a Python module that take text, numbers and nothing else, and answer with text or `None`. */
  functions<Name extends string>(module: string, names: readonly Name[]): Readonly<Record<Name, PlainFunction>>;
  dispose(): void;
  /** What it was started from. */
  readonly files: FileContents["kind"];
  /** Fulfils when Python can import what the start did not need: from compiled files that takes a moment more, and may fail. */
  readonly rest: Promise<void>;
}

export interface StartHooks {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Pyodide's WebAssembly, where somebody else fetches and checks it. */
  readonly wasm?: Promise<WebAssembly.Module> | undefined;
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
  const ready = new Signal();
  const { start, files, downloads } = await download(options, hooks, ready.given);
  const { loaded } = downloads.meter;
  downloads.meter.end();
  try {
    hooks.onProgress?.({ stage: "start", loaded, total: loaded });
    const started = Promise.all([downloads.orAltered(start.pyodide), downloads.allHashed()]);
    const [pyodide] = await limited("start", options, hooks.signal, started);
    hooks.onProgress?.({ stage: "install", loaded, total: loaded });
    const runtime = await limited("install", options, hooks.signal, install(pyodide, files));
    hooks.onProgress?.({ stage: "ready", loaded, total: loaded, files: runtime.files });
    after(MOMENT_MS, ready.give);
    return runtime;
  } finally {
    // A start that hangs never settles: its time limit, or an abort, comes here as well.
    start.release();
  }
}

interface Downloaded {
  /** Pyodide's start, under way since its modules are here. */
  readonly start: Launch;
  /** All are here, except those that the start does without. */
  readonly files: StartFiles;
  readonly downloads: Downloads;
}

/** All files at once: none waits for another. Pyodide starts meanwhile, and takes each file when it has come and was checked. */
async function download(options: StartOptions, hooks: StartHooks, ready: Promise<void>): Promise<Downloaded> {
  const downloads = new Downloads(options, hooks.onProgress, hooks.signal);
  const { indexURL } = options;
  // First of all, because the thread itself has to read it: large files that come earlier would keep it waiting.
  const modules = importPyodide(downloads, indexURL);
  const wasm = hooks.wasm ?? fetchWasm(downloads);
  const files = fetchFiles(downloads, ready);
  const home = indexURL.startsWith("file:") ? localPath(indexURL) : indexURL;
  const start = Promise.all([modules, home]).then(([imported, folder]) => {
    // An import cannot be stopped: it may come when nobody wants it any more.
    if (downloads.stopped) throw abortError(hooks.signal);
    const launched = launch(imported, wasm, files, options.snapshot === true, folder);
    downloads.onStop(launched.release);
    return launched;
  });
  try {
    const [started] = await Promise.all([start, contentsOf(files, neededFirst(options.snapshot)), wasm]);
    return { start: started, files, downloads };
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

async function install(pyodide: PyodideAPI, files: StartFiles): Promise<Runtime> {
  const kind = await files.kind;
  const { rest } = await INSTALLERS[kind](pyodide, files);
  const python = importFunctions(pyodide, "tenor_wasm.api.carry", ["carried", "window"]);
  const held: Callable[] = [python.carried, python.window];
  const carry = new Carry(python as unknown as CarryModule);
  const functions: Runtime["functions"] = (module, names) => {
    const imported = importFunctions(pyodide, module, names);
    held.push(...Object.values<Callable>(imported));
    const entries = names.map((name) => [name, carry.for(imported[name])] as const);
    return Object.fromEntries(entries) as Record<(typeof names)[number], PlainFunction>;
  };
  const { dispatch } = functions(ENTRY_MODULE, ["dispatch"]);
  // The compiled library's sitecustomize.py has switched it off. What is there now stays: it need not be looked through again.
  if (kind === "compiled") pyodide.runPython("import gc; gc.freeze(); gc.enable(); del gc");
  return {
    dispatch: (method, params) => dispatch(method, params) as string,
    functions,
    dispose: () => {
      carry.dispose();
      for (const callable of held.splice(0)) callable.destroy();
    },
    files: kind,
    rest,
  };
}

/** Makes the package importable; what is given back is the runtime's `rest`, wrapped lest it be waited for. */
type Installer = (pyodide: PyodideAPI, files: StartFiles) => Promise<{ readonly rest: Promise<void> }>;

const INSTALLERS: Readonly<Record<FileContents["kind"], Installer>> = {
  stock: async (pyodide, files) => {
    pyodide.unpackArchive(await files.archive, "wheel");
    return { rest: Promise.resolve() };
  },
  // The archive is imported from as it is, like the library: unpacking it would take longer than all imports from it.
  compiled: async (pyodide, files) => {
    const { archive, accelerator } = await contentsOf(files, ["archive", "accelerator"]);
    pyodide.FS.writeFile(PACKAGE_PATH, archive);
    pyodide.runPython(`import sys; sys.path.insert(1, "${PACKAGE_PATH}"); import tenor_wasm_start; del sys, tenor_wasm_start`);
    if (accelerator !== undefined) pyodide.unpackArchive(accelerator, "wheel");
    return { rest: installRest(pyodide, files, LAST) };
  },
  snapshot: async (pyodide, files) => {
    // `sys.path` is in the snapshot, and so is the state of the random numbers: the one thing that must not be the same everywhere.
    pyodide.runPython("import random; random.seed(); del random");
    return { rest: installRest(pyodide, files, FIRST) };
  },
};

/** Among Python's finders: before all others, because there is nothing to find in; or after them, because they find what is there. */
const FIRST = 0;
const LAST = 1_000;

/** The module of that name in the compiled package. */
interface StartModule {
  refuse_imports(reason: string, position: number): void;
  allow_imports(): void;
}

/** Until the whole library is here, and when it does not come, an import of what the start did not need says why. */
function installRest(pyodide: PyodideAPI, files: StartFiles, position: number): Promise<void> {
  const start = pyodide.pyimport("tenor_wasm_start") as StartModule;
  start.refuse_imports("the library is still on its way, try again in a moment", position);
  const rest = contentsOf(files, ["whole", "archive"]).then(
    ({ whole, archive }) => {
      pyodide.FS.writeFile(LIBRARY_PATH, whole as Bytes);
      pyodide.FS.writeFile(PACKAGE_PATH, archive);
      start.allow_imports();
    },
    (thrown: unknown) => {
      const error = asTenorError(thrown, "runtime_download_failed", "the library did not come");
      start.refuse_imports(error.message, position);
      throw error;
    },
  );
  // Whoever does not wait for it is told by Python.
  rest.catch(() => undefined);
  return rest;
}

function importFunctions<Name extends string>(pyodide: PyodideAPI, name: string, names: readonly Name[]): Record<Name, Callable> {
  const module = pyodide.pyimport(name) as Record<Name, Callable> & { destroy(): void };
  // An attribute dies with the module's proxy, unless it is copied.
  const functions = Object.fromEntries(names.map((each) => [each, module[each].copy()])) as Record<Name, Callable>;
  module.destroy();
  return functions;
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
