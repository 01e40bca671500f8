// The package alone, under Node: nothing is said about where its files are.
import { readFile } from "node:fs/promises";
import { createTenor } from "tenor-wasm";
import init, { TenorEvaluator } from "tenor-wasm/compat";

const bundle = await readFile("counter.json", "utf8");
const answers = {};
for (const runtime of ["worker", "main"]) {
  const tenor = await createTenor({ runtime, snapshot: runtime === "main" });
  const contract = await tenor.load(bundle);
  answers[runtime] = (await contract.evaluate({ facts: { n: 1 } })).verdicts[0].type;
  await tenor.dispose();
}
await init();
answers.compat = TenorEvaluator.fromJson(bundle).evaluate('{"n": 1}').verdicts[0].type;
console.log(JSON.stringify(answers));
