// One cold start, in the way that the address asks for: start.html?way=…; `window.result` promises the time since navigation.

import { createTenor } from "tenor-wasm";

const BUNDLE = {
  id: "bench",
  kind: "Bundle",
  tenor: "1.0",
  tenor_version: "1.0.0",
  constructs: [
    { id: "amount", kind: "Fact", provenance: { file: "bench.tenor", line: 1 }, source: { field: "amount", system: "bench" }, tenor: "1.0", type: { base: "Int", max: 1000, min: 0 } },
    {
      id: "large", kind: "Rule", provenance: { file: "bench.tenor", line: 2 }, stratum: 0, tenor: "1.0",
      body: {
        produce: { payload: { type: { base: "Bool" }, value: true }, verdict_type: "is_large" },
        when: { left: { fact_ref: "amount" }, op: ">", right: { literal: 100, type: { base: "Int", max: 1000, min: 0 } } },
      },
    },
  ],
};

/** Pyodide alone, as its documentation starts it. */
async function stockPyodide() {
  const { loadPyodide } = await import("/runtime/pyodide.mjs");
  await loadPyodide({ indexURL: "/runtime/" });
}

/** From nothing to the first verdict. */
async function firstVerdict(options) {
  const wheel = new URLSearchParams(location.search).get("wheel");
  const tenor = await createTenor({ indexURL: "/runtime/", wheelURL: `/runtime/${wheel}`, onProgress: note, ...options });
  const contract = await tenor.load(BUNDLE);
  const { verdicts } = await contract.evaluate({ facts: { amount: 500 } });
  if (verdicts[0]?.type !== "is_large") throw new Error(`another verdict: ${JSON.stringify(verdicts)}`);
}

const stages = {};

function note({ stage }) {
  if (stage !== "download") stages[stage] = performance.now();
}

// The files as `make build` makes them, and the same without their gzip.
const COMPILED = { compiledURL: "/compiled/" };
const SNAPSHOT = { compiledURL: "/compiled/", snapshot: true };
const PLAIN = { compiledURL: "/plain/" };
const WAYS = {
  pyodide: stockPyodide,
  stock: () => firstVerdict({}),
  compiled: () => firstVerdict(COMPILED),
  snapshot: () => firstVerdict(SNAPSHOT),
  "compiled-plain": () => firstVerdict(PLAIN),
  "snapshot-plain": () => firstVerdict({ ...PLAIN, snapshot: true }),
  "compiled-main": () => firstVerdict({ ...COMPILED, runtime: "main" }),
  "snapshot-main": () => firstVerdict({ ...SNAPSHOT, runtime: "main" }),
};

async function start() {
  try {
    await WAYS[new URLSearchParams(location.search).get("way")]();
    return { milliseconds: performance.now(), stages };
  } catch (error) {
    return { error: String(error?.stack ?? error) };
  }
}

window.result = start();
