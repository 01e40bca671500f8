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

/** Every method of the wire with something to do, and what it answers. */
export async function everyCall() {
  const bundle = await (await fetch("/tests/contracts/release.json")).json();
  const files = { "a.tenor": "persona clerk\n" };
  const facts = { payment_received: true, release_approved: true };
  const states = { entity_states: { Order: "approved" }, persona: "escrow_agent" };
  const contract = (await call("load", { bundle })).ok.handle;
  const situation = { facts, ...states };
  const { session } = (await call("open_session", { contract, ...situation })).ok;
  const order = { session, entity: "Order", instance: "o-9" };
  const given = {
    version: {},
    load: { files, root: "a.tenor" },
    elaborate: { files, root: "a.tenor" },
    format: { source: "persona   clerk\n" },
    outline: { files, root: "a.tenor" },
    vocabulary: {},
    evaluate: { contract, facts },
    action_space: { contract, ...situation },
    evaluate_batch: { contract, fact_sets: [facts], ...states, persona: undefined, personas: ["escrow_agent"] },
    simulate_flow: { contract, flow: "release_flow", ...situation, provenance: true },
    inspect: { contract },
    explain: { contract, target: { action: "release_flow" }, ...situation },
    diff: { contract, a: situation, b: { ...situation, facts: { ...facts, release_approved: false } } },
    verify: { contract, chain: {} },
    run_scenarios: { contract, scenarios: { scenarios: [{ title: "one", ...situation, flow: "release_flow", expect: {} }] } },
    open_session: { contract, ...situation },
    set_facts: { session, facts },
    set_persona: { session, persona: "escrow_agent" },
    add_instance: { ...order, state: "approved" },
    transition: { ...order, to: "released" },
    apply: { session, transitions: [] },
    remove_instance: order,
    session_inputs: { session },
    free_session: { session },
    free: { contract },
  };
  const answers = {};
  for (const [method, params] of Object.entries(given)) answers[method] = await call(method, params);
  return answers;
}

export async function dispose() {
  await tenor.dispose();
}

function isClean() {
  return String(fetch) === native && String(WebAssembly.instantiateStreaming).includes("[native code]");
}

/** Imports of modules that a start does without, from the library and from the package; first of one before they are there. */
export async function lateImports(wheelURL, snapshot, names) {
  const absolute = (path) => new URL(path, location.href).href;
  const runtime = await startRuntime({
    indexURL: absolute("/pyodide/"),
    compiledURL: absolute("/compiled/"),
    wheelURL: absolute(wheelURL),
    snapshot,
    timeouts: DEFAULT_TIMEOUTS,
  });
  const { import_module } = runtime.functions("importlib", ["import_module"]);
  let early;
  try {
    import_module(names[0]);
  } catch (error) {
    early = String(error.message).trim().split("\n").at(-1);
  }
  await runtime.rest;
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
  return { files: runtime.files, early, results, random };
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
