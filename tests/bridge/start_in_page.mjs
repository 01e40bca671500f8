// What the start-up tests do in a page; each function gives plain data.

import { createTenor } from "/bridge/index.js";
import { startRuntime, DEFAULT_TIMEOUTS } from "/bridge/runtime.js";

const BUNDLE = {
  id: "start",
  kind: "Bundle",
  tenor: "1.0",
  tenor_version: "1.0.0",
  constructs: [
    { id: "amount", kind: "Fact", source: "test", type: { base: "Int" } },
    {
      id: "large",
      kind: "Rule",
      stratum: 0,
      body: {
        when: { left: { fact_ref: "amount" }, op: ">", right: { literal: 100, type: { base: "Int" } } },
        produce: { verdict_type: "large", payload: { type: { base: "Bool" }, value: true } },
      },
    },
  ],
};

const FILES = { indexURL: "/pyodide/", compiledURL: "/compiled/" };
const native = String(fetch);
let tenor;
let contract;

/** Start; an error is told, with what the start has left behind. */
export async function start(options) {
  const stages = [];
  const bytes = [];
  const onProgress = ({ stage, loaded, total, files }) => {
    if (stages.at(-1) !== stage) stages.push(stage);
    bytes.push([loaded, total]);
    if (files !== undefined) stages.push(files);
  };
  const { abortAfter, ...rest } = options;
  const controller = new AbortController();
  if (abortAfter !== undefined) setTimeout(() => controller.abort(), abortAfter);
  try {
    tenor = await createTenor({ ...FILES, ...rest, onProgress, signal: controller.signal });
    contract = await tenor.load(BUNDLE);
    return { stages, bytes, verdicts: await verdicts(500), clean: isClean() };
  } catch (error) {
    const { name, code, message, details } = error;
    return { name, code, message, details, stages, clean: isClean() };
  }
}

export async function verdicts(amount) {
  const result = await contract.evaluate({ facts: { amount } });
  return result.verdicts.map((verdict) => verdict.type);
}

export async function call(method, params) {
  return JSON.parse(await tenor.call(method, JSON.stringify(params)));
}

export async function dispose() {
  await tenor.dispose();
}

function isClean() {
  return String(fetch) === native && String(WebAssembly.instantiateStreaming).includes("[native code]");
}

/** Imports of modules that the snapshot does not hold, from the library and from the package. */
export async function lateImports(wheelURL, names) {
  const absolute = (path) => new URL(path, location.href).href;
  const runtime = await startRuntime({
    indexURL: absolute("/pyodide/"),
    compiledURL: absolute("/compiled/"),
    wheelURL: absolute(wheelURL),
    snapshot: true,
    timeouts: DEFAULT_TIMEOUTS,
  });
  const { import_module } = runtime.functions("importlib", ["import_module"]);
  const results = {};
  for (const name of names) {
    try {
      import_module(name).destroy();
      results[name] = "ok";
    } catch (error) {
      results[name] = String(error.message).trim().split("\n").at(-1);
    }
  }
  const random = runtime.functions("random", ["random"]).random();
  runtime.dispose();
  return { files: runtime.files, results, random };
}

/** The plain wheel in a Pyodide of somebody else, by micropip. */
export async function installWithMicropip(micropip, wheel) {
  const { loadPyodide } = await import("/pyodide/pyodide.mjs");
  const pyodide = await loadPyodide({ indexURL: "/pyodide/" });
  await pyodide.loadPackage(new URL(micropip, location.href).href, { messageCallback: () => undefined });
  await pyodide.runPythonAsync(`
    import micropip
    await micropip.install(${JSON.stringify(new URL(wheel, location.href).href)})
  `);
  return pyodide.runPython(`
    from importlib.metadata import version
    from tenor_wasm.api.wire import dispatch
    dispatch("version", "{}") + version("tenor-wasm")
  `);
}
