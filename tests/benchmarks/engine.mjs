// Measures the wheel in Pyodide, in Node and in a page alike: what calls cost, and what memory instances need.

import { byWire, loadedByWire } from "./ours.mjs";
import { peerContestants } from "./peers.mjs";
import { sessionContestant } from "./sessions.mjs";
import { alternate } from "./timing.mjs";

/**
 * @param plan what cases.py planned
 * @param startRuntime of the bridge, with `files` where Pyodide and the wheel are
 * @param peers the other libraries' modules, where they are run too
 * @returns `{times: {case: {contestant: [ms, …]}}, memory}`
 */
export async function measure(plan, startRuntime, files, peers) {
  const timeouts = { download: 60_000, start: 120_000, install: 120_000 };
  const { dispatch, functions } = await startRuntime({ ...files, timeouts });
  const times = {};
  for (const kase of plan.cases) {
    const handles = loadedByWire(dispatch, { [kase.contract]: plan.contracts[kase.contract] });
    const found = alternate([byWire("ours", dispatch, handles, kase)], plan.settings);
    const session = kase.moves && sessionContestant("session", dispatch, handles, kase);
    if (session) {
      // By itself: what the other one leaves behind for the collector is not its cost.
      Object.assign(found, alternate([session], plan.settings));
      session.end();
    }
    times[kase.name] = found;
    dispatch("free", `{"contract":${handles[kase.contract]}}`);
  }
  for (const kase of peers === undefined ? [] : plan.besides) {
    const handles = loadedByWire(dispatch, { [kase.contract]: plan.contracts[kase.contract] });
    times[kase.name] = alternate([byWire("ours", dispatch, handles, kase), peerContestants(kase, peers)], plan.settings);
  }
  const { eval_code } = functions("pyodide.code", ["eval_code"]);
  return { times, memory: JSON.parse(eval_code(`${plan.memory}\njson.dumps(bytes_an_instance())`)) };
}
