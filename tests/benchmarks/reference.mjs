// Times the reference's package and this project's wheel in one process, in turns. Reads a plan from the file that is named,
// writes {case name: {reference: [ms …], ours: [ms …]}} to standard output. Run by reference.py.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { byFunctions, DROP_IN, loadedByFunctions, loadedByWire } from "./ours.mjs";
import { sessionContestant } from "./sessions.mjs";
import { alternate } from "./timing.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

const reference = await import(pathToFileURL(join(plan.reference, "tenor_eval_wasm.js")));
reference.initSync({ module: readFileSync(join(plan.reference, "tenor_eval_wasm_bg.wasm")) });

const { startRuntime } = await import(pathToFileURL(join(plan.bridge, "runtime.js")));
const runtime = await startRuntime({ ...plan.runtime, timeouts: { download: 60_000, start: 120_000, install: 120_000 } });
const ours = runtime.functions("tenor_wasm.api.compat", DROP_IN);

const found = {};
for (const kase of plan.cases) {
  const contracts = { [kase.contract]: plan.contracts[kase.contract] };
  const handles = { reference: loadedByFunctions(reference, contracts), ours: loadedByFunctions(ours, contracts) };
  const contestants = [
    byFunctions("reference", reference, handles.reference, kase),
    byFunctions("ours", ours, handles.ours, kase),
  ];
  const session = kase.moves && sessionContestant("session", runtime.dispatch, loadedByWire(runtime.dispatch, contracts), kase);
  if (session) contestants.push(session);
  found[kase.name] = alternate(contestants, plan.settings);
  if (process.stderr.isTTY) process.stderr.write(`${kase.name}\n`);
  session?.end();
  reference.free_contract(handles.reference[kase.contract]);
  ours.free_contract(handles.ours[kase.contract]);
}
process.stdout.write(JSON.stringify(found));
process.exit(0);
