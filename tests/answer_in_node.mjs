// Reads {indexURL, wheelURL, cases} from standard input, writes {id: [answer text, …]} to standard output.

import { text } from "node:stream/consumers";
import { createTenor } from "../web/dist/index.js";
import { answerCases } from "./bridge_runner.mjs";

const { indexURL, wheelURL, cases } = JSON.parse(await text(process.stdin));
const tenor = await createTenor({ runtime: "main", indexURL, wheelURL });
process.stdout.write(JSON.stringify(await answerCases(tenor, cases)));
await tenor.dispose();
