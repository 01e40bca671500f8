/** The examples that lie beside the page, and how they are opened. */

import type { ScenariosScenario } from "tenor-wasm";
import { replaceWorkspace, set } from "../state/store";
import { emptyWorkspace, type Inputs, NO_RUN, type RunSetup, type Workspace } from "../state/workspace";

/** An entry of the list: `name` is the folder that holds contract and scenarios, `source` the contract's file in it. */
export interface Entry {
  readonly name: string;
  readonly source: string;
  readonly title: string;
  readonly trade: string;
  readonly about: string;
}

let list: Promise<readonly Entry[]> | undefined;

/** The list; asked for once, and again when that failed. */
export function listExamples(): Promise<readonly Entry[]> {
  list ??= get("examples/index.json").then((text) => (JSON.parse(text) as { examples: readonly Entry[] }).examples);
  list.catch(() => (list = undefined));
  return list;
}

/** The workspace that an example begins with: its contract in its first situation. */
export async function openExample(entry: Entry): Promise<void> {
  const [source, scenarios] = await Promise.all([
    get(`examples/${entry.name}/${entry.source}`),
    get(`examples/${entry.name}/scenarios.json`),
  ]);
  replaceWorkspace(exampleWorkspace(entry, source, (JSON.parse(scenarios) as { scenarios: readonly ScenariosScenario[] }).scenarios));
  set({ left: "contract", right: "results", phone: "results" });
}

/** A first visit begins with the first example. */
export async function openFirst(): Promise<void> {
  const [first] = await listExamples();
  if (first !== undefined) await openExample(first);
}

function exampleWorkspace(entry: Entry, source: string, scenarios: readonly ScenariosScenario[]): Workspace {
  const [first] = scenarios;
  return {
    ...emptyWorkspace(),
    example: entry.name,
    title: entry.title,
    contract: { form: "source", files: { [entry.source]: source }, root: entry.source, open: entry.source, bundle: null },
    ...(first === undefined ? {} : situation(first)),
    scenarios,
  };
}

/** The inputs and the run that a scenario stands for. */
export function situation(scenario: ScenariosScenario): { readonly inputs: Inputs; readonly run: RunSetup } {
  const { facts, entity_states: states, persona, flow, instance_bindings: bindings, outcomes } = scenario;
  return {
    inputs: { facts: JSON.stringify(facts, null, 2), states: JSON.stringify(states ?? {}, null, 2), persona: persona ?? "" },
    run: { ...NO_RUN, flow: flow ?? null, bindings: bindings ?? {}, outcomes: outcomes ?? {} },
  };
}

async function get(path: string): Promise<string> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path} could not be downloaded: the server answered ${response.status}. Try again.`);
  return response.text();
}
