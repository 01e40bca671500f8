// Measures under Node: node --expose-gc engine_in_node.mjs PLAN, the results go to standard output.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { measure } from "./engine.mjs";
import { loadPeers } from "./peers.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { startRuntime } = await import(pathToFileURL(join(plan.bridge, "runtime.js")));
process.stdout.write(JSON.stringify(await measure(plan, startRuntime, plan.files, await loadPeers())), () => process.exit(0));
