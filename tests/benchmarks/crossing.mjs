// What a call costs through the bridge, and inside a worker of the same making; both take turns.

import { createTenor } from "/bridge/index.js";

const ROUNDS = 20;
const CALLS = 100;

/** A text fact brings the payload to its size. */
const BUNDLE = {
  id: "crossing",
  kind: "Bundle",
  tenor: "1.0",
  tenor_version: "1.0.0",
  constructs: [
    { id: "amount", kind: "Fact", source: "bench", type: { base: "Int" } },
    { id: "note", kind: "Fact", source: "bench", type: { base: "Text", max_length: 10000 } },
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

/**
 * @returns milliseconds of a call, for each round the mean of its calls (a page's clock is too coarse for a single one):
 *   `inside` the worker, `value` and `text` through the bridge, `piped` all at once
 */
export async function measure(files) {
  const tenor = await createTenor(files);
  const contract = await tenor.load(BUNDLE);
  const facts = { amount: 500, note: "x".repeat(985) };
  const text = JSON.stringify(facts);
  const inside = await insideWorker(files);
  const found = { bytes: text.length, inside: [], value: [], text: [], piped: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const told = {
      inside: await inside(`{"contract":0,"facts":${text}}`),
      value: await oneByOne(() => contract.evaluate({ facts })),
      text: await oneByOne(() => contract.evaluate({ facts: text })),
      piped: await together(() => contract.evaluate({ facts })),
    };
    // The first round is to warm up.
    if (round > 0) for (const [way, time] of Object.entries(told)) found[way].push(time);
  }
  await tenor.dispose();
  return found;
}

async function insideWorker(files) {
  const worker = new Worker("/tests/benchmarks/inside_worker.mjs", { type: "module" });
  const ask = (message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(message);
    });
  const absolute = Object.fromEntries(Object.entries(files).map(([name, url]) => [name, new URL(url, location).href]));
  const timeouts = { download: 60_000, start: 60_000, install: 60_000 };
  await ask({ start: { ...absolute, timeouts }, load: JSON.stringify({ bundle: BUNDLE }) });
  return (params) => ask({ method: "evaluate", params, times: CALLS });
}

async function oneByOne(call) {
  const begun = performance.now();
  for (let time = 0; time < CALLS; time++) await call();
  return (performance.now() - begun) / CALLS;
}

async function together(call) {
  const begun = performance.now();
  await Promise.all(Array.from({ length: CALLS }, call));
  return (performance.now() - begun) / CALLS;
}
