/** What one does with scenarios as a whole: pin the present situation, open one, save them for the command line. */

import { type ScenariosScenario, writeJson } from "tenor-wasm";
import { inspection, live, persona, problemsIn, tenor } from "../engine";
import { bundleText } from "../editor/bundle";
import { indented } from "../editor/indented";
import { situation } from "../examples/open";
import { showPanel } from "../shell/navigate";
import { offerUndo } from "../shell/way-back";
import { generation, update, workspace } from "../state/store";
import { saveFile, toast } from "../widgets";
import { beginDraft } from "./drafts";
import { pinned, presentScenario } from "./expect";
import { addScenario, freeTitle } from "./updates";

export async function pinPresent(): Promise<void> {
  const contract = live.peek();
  const declared = inspection.peek();
  if (contract === null || declared === undefined) return;
  const before = generation.peek();
  await told("The situation could not be pinned", async () => {
    const now = workspace.peek();
    const acting = persona.peek();
    const { flow } = now.run;
    const wanted = flow === null ? "The present situation" : `${flow} by ${acting}`;
    const plain = presentScenario(now, acting, freeTitle(now.scenarios, wanted));
    const scenario = await pinned(contract, declared, plain);
    if (generation.peek() !== before) return;
    addScenario(scenario);
    beginDraft(scenario);
  });
}

/** Puts the scenario's situation into the inputs, where its results are seen. */
export function openSituation(scenario: ScenariosScenario): void {
  const before = workspace.peek();
  update((now) => ({ ...now, ...situation(scenario), selection: null }));
  const { inputs, run, selection } = before;
  offerUndo(`The situation of “${scenario.title}” is in the inputs.`, () => update((now) => ({ ...now, inputs, run, selection })));
  showPanel(scenario.flow === undefined ? "results" : "flow", { focus: true });
}

/** For the folder of the contract: `tenor test` takes `contract.json` or `contract.tenor` beside it. */
export function saveScenarios(): void {
  save(workspace.peek().scenarios, "");
}

/** A file that `tenor test` runs wherever it lies. */
export async function saveWithContract(): Promise<void> {
  await told("The contract has errors, so it cannot go into the file", async () => {
    save(workspace.peek().scenarios, `"contract": ${await contractText()}, `);
  });
}

function save(scenarios: readonly ScenariosScenario[], contract: string): void {
  const { root, form } = workspace.peek().contract;
  const name = form === "source" ? root.replace(/\.tenor$/, "").replaceAll("/", "-") : "contract";
  saveFile(`${name}.scenarios.json`, `${indented(`{${contract}"scenarios": ${writeJson(scenarios)}}`)}\n`, "application/json");
}

async function contractText(): Promise<string> {
  const { form, bundle, files, root } = workspace.peek().contract;
  return form === "bundle" && bundle !== null ? bundle : bundleText(await tenor(), files, root);
}

async function told(failure: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const [problem] = problemsIn(thrown);
    toast(`${failure}: ${problem?.message ?? "it is not known why"}.`, { tone: "bad" });
  }
}

