// Reads {options, bundle, names} from standard input, plays these scenarios, writes {name: data} to standard output.

import { text } from "node:stream/consumers";
import * as bridge from "../../web/dist/index.js";
import { scenarios } from "./scenarios.mjs";

const { options, bundle, names } = JSON.parse(await text(process.stdin));
const all = scenarios(bridge, options, bundle);
const played = {};
for (const name of names) played[name] = await all[name]();
await all.end();
// No exit: an instance that was left behind would keep this process alive, and the test would tell.
console.log(JSON.stringify(played));
