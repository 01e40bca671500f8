// One application, built in every form: it asks the worker, the seven functions and the element, and shows the answers.
import { createTenor } from "tenor-wasm";
import init, { evaluate, load_contract, TenorEvaluator } from "tenor-wasm/compat";
import "tenor-wasm/element";

const bundle = await (await fetch("counter.json")).text();
const facts = '{"n": 1}';
const element = document.querySelector("tenor-evaluator");
// Only where no bundler builds the worker.
const workerURL = element.getAttribute("worker-url") ?? undefined;

async function throughTheWorker() {
  const tenor = await createTenor({ workerURL });
  const contract = await tenor.load(bundle);
  const { verdicts } = await contract.evaluate({ facts });
  await tenor.dispose();
  return verdicts;
}

async function onTheMainThread() {
  await init();
  const { handle } = JSON.parse(load_contract(bundle));
  const { verdicts } = JSON.parse(evaluate(handle, facts));
  return [...verdicts, ...TenorEvaluator.fromJson(bundle).evaluate({ n: 0 }).verdicts];
}

function byTheElement() {
  return new Promise((resolve, reject) => {
    element.addEventListener("tenor-result", (event) => resolve(event.detail.verdicts), { once: true });
    element.addEventListener("tenor-error", (event) => reject(event.detail.error), { once: true });
  });
}

const asked = { worker: throughTheWorker(), main: onTheMainThread(), element: byTheElement() };
const answers = {};
for (const [name, answer] of Object.entries(asked)) {
  answers[name] = await answer.then((verdicts) => verdicts.map(({ type }) => type).join(), String);
}
document.body.append(Object.assign(document.createElement("output"), { textContent: JSON.stringify(answers) }));
