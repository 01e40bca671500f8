/**
 * Starts Pyodide from bytes that were checked here, each as soon as Pyodide asks and it has come.
 *
 * Pyodide fetches its large files itself and takes no bytes. So while it starts, requests to addresses that only this start knows are
 * answered from memory: nothing is downloaded twice, nothing changes between check and use, and starts do not disturb
 * each other. `fetch` and `WebAssembly.instantiateStreaming` are as they were once the start is over, however it ended.
 */

import type { PyodideAPI } from "pyodide";
import type { StartFiles } from "./files.js";

/** What the two modules of Pyodide give. */
export interface PyodideModules {
  readonly loader: { readonly version: string; loadPyodide(options: Readonly<Record<string, unknown>>): Promise<PyodideAPI> };
  readonly core: { readonly default: (settings: unknown) => Promise<unknown> };
}

/** A start under way; `release` must be called when it is over, be it by success, failure, time limit or abort. */
export interface Launch {
  readonly pyodide: Promise<PyodideAPI>;
  release(): void;
}

let launches = 0;

/** A list of packages without any: there is nothing to be installed but our own, and that by other means. */
const NO_PACKAGES = {
  info: { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" },
  packages: {},
};

/**
 * The files may be on their way; one that fails must be told by whoever fetches it. `home` is the folder of Pyodide's files: a URL,
 * under Node a path.
 */
export function launch(
  modules: PyodideModules,
  wasm: Promise<WebAssembly.Module>,
  files: StartFiles,
  withSnapshot: boolean,
  home: string,
): Launch {
  const own = `tenor-wasm://start-${++launches}/`;
  const inNode = !home.includes("://");
  const library = `${own}python_stdlib.zip`;
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  // None with a snapshot, which has imported all it needs.
  const content = async (): Promise<Response> => new Response((await orNever(files.library)) ?? new Uint8Array());
  answers.set(library, content);
  answers.set(`${own}pyodide.asm.wasm`, async () => {
    const module = await orNever(wasm);
    const placeholder = new Response(null, { headers: { "content-type": "application/wasm" } });
    // Pyodide itself only warns when this fails, and then waits for ever.
    modulesByResponse.set(placeholder, { module, fail });
    return placeholder;
  });
  patch();
  const started = modules.loader.loadPyodide({
    // Under Node Pyodide reads its own folder, and takes an address for a path.
    indexURL: inNode ? home : own,
    stdLibURL: library,
    lockFileContents: NO_PACKAGES,
    packageBaseUrl: home,
    createPyodideModule: modules.core.default,
    ...(withSnapshot ? { _loadSnapshot: orNever(files.snapshot) } : {}),
  });
  const pyodide = Promise.race([started, failed]);
  // When a download fails first, nobody asks for this any more.
  pyodide.catch(() => undefined);
  return {
    pyodide,
    release: () => {
      answers.delete(library);
      answers.delete(`${own}pyodide.asm.wasm`);
      if (answers.size === 0) unpatch();
    },
  };
}

/** Pyodide makes noise about a file that fails, and goes on without it; so for Pyodide it just does not come. */
function orNever<Value>(value: Promise<Value>): Promise<Value> {
  return value.catch(() => new Promise<never>(() => undefined));
}

/** What is answered from memory now, by address. */
const answers = new Map<string, () => Promise<Response>>();
const modulesByResponse = new WeakMap<Response, { module: WebAssembly.Module; fail: (reason: unknown) => void }>();

type Instantiate = typeof WebAssembly.instantiateStreaming;

let originalFetch: typeof fetch | undefined;
let originalInstantiate: Instantiate | undefined;

const fetchFromMemory: typeof fetch = (input, init) => {
  const answer = answers.get(input instanceof Request ? input.url : String(input));
  return answer === undefined ? (originalFetch ?? fetch).call(globalThis, input, init) : answer();
};

const instantiateCompiled: Instantiate = async (source, imports) => {
  const response = await source;
  const compiled = modulesByResponse.get(response);
  if (compiled === undefined) return (originalInstantiate as Instantiate).call(WebAssembly, response, imports);
  try {
    const instance = await WebAssembly.instantiate(compiled.module, imports);
    return { module: compiled.module, instance };
  } catch (thrown) {
    compiled.fail(thrown);
    throw thrown;
  }
};

function patch(): void {
  if (globalThis.fetch === fetchFromMemory) return;
  originalFetch = globalThis.fetch;
  originalInstantiate = WebAssembly.instantiateStreaming;
  globalThis.fetch = fetchFromMemory;
  WebAssembly.instantiateStreaming = instantiateCompiled;
}

/** Unless somebody else has wrapped ours in the meantime: then it stays below theirs and hands everything on. */
function unpatch(): void {
  if (globalThis.fetch === fetchFromMemory && originalFetch !== undefined) globalThis.fetch = originalFetch;
  if (WebAssembly.instantiateStreaming === instantiateCompiled && originalInstantiate !== undefined) {
    WebAssembly.instantiateStreaming = originalInstantiate;
  }
}
