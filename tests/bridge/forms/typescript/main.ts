// Compiled, never run: the declarations are complete, and say what the package says.
import { createTenor, type Contract, latest, TenorError, type TenorOptions } from "tenor-wasm";
import init, * as compat from "tenor-wasm/compat";
import { register, type TenorEvaluatorElement } from "tenor-wasm/element";
import { type PlaygroundSelection, register as registerPlayground } from "tenor-wasm/playground";

const options: TenorOptions = { runtime: "worker", snapshot: true, timeouts: { download: 1000 } };
const tenor = await createTenor(options);
const contract: Contract = await tenor.load({ files: { "a.tenor": "" }, root: "a.tenor" });
const evaluate = latest((signal, facts: string) => contract.evaluate({ facts }, { signal }));
const first: string | undefined = (await evaluate("{}")).verdicts[0]?.type;
interface OrderFacts {
  readonly line_count: number;
}
const ofAnInterface: OrderFacts = { line_count: 4 };
void contract.evaluate({ facts: ofAnInterface });
void contract.evaluateBatch({ factSets: [ofAnInterface] });
const passedOn: number | undefined = undefined;
void createTenor({ timeouts: { download: passedOn }, limits: { callTime: passedOn } });
await tenor.dispose();

await init();
await init({ module_or_path: "/tenor-wasm/" });
const text: string = compat.compute_action_space(0, "{}", "{}", "clerk");
const evaluator = compat.TenorEvaluator.fromJson(text);
const freed: boolean = evaluator.isFreed;
const outcome: string = evaluator.executeFlow("flow", "clerk", {}, {}).outcome;

register();
const element: TenorEvaluatorElement | null = document.querySelector("tenor-evaluator");
element?.addEventListener("tenor-result", (event) => console.log(event.detail.actionSpace?.actions.length, first, freed, outcome));
element?.addEventListener("tenor-error", ({ detail: { error } }) => console.log(error instanceof TenorError && error.code));

// @ts-expect-error: without `provenance` there is no chain
void contract.verify(await contract.simulateFlow({ flow: "flow", persona: "clerk", facts: {} }));
// @ts-expect-error: facts are an object or a text
void contract.evaluate({ facts: 7 });
// @ts-expect-error: the seven functions take texts
compat.evaluate(0, {});

registerPlayground();
const playground = document.createElement("tenor-playground");
playground.addEventListener("playground-result", ({ detail }) => void detail.actions["clerk"]?.blocked_actions);
const selection: PlaygroundSelection = { kind: "action", flow: "send", persona: "clerk", bindings: { Order: "a" } };
await playground.load({ workspace: {}, inputs: { facts: { ready: true }, states: '{"Order": "draft"}', persona: "clerk" } });
await playground.select({ selection, panel: "why" });
const workspace: string = await playground.currentWorkspace();
// @ts-expect-error: inputs have no such member
void playground.load({ inputs: { person: "clerk" } });
// @ts-expect-error: an action has a persona, too
void playground.select({ selection: { kind: "action", flow: "send", bindings: {} } });
