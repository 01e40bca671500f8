/** The examples that lie beside the page, and how they are opened. */

import type { ScenariosScenario } from "tenor-wasm";
import { writeDocument } from "../inputs/documents";
import { parseExact } from "../state/exact";
import { readScenarios } from "../state/read";
import { generation, replaceUnasked, replaceWorkspace, set, workspace } from "../state/store";
import { emptyWorkspace, type Inputs, NO_RUN, type RunSetup, type Workspace } from "../state/workspace";
import { toast } from "../widgets";

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

let asked = 0;

/**
 * Opens the workspace that an example begins with: its contract in its first situation. Gives the workspace that it took the place
 * of. Where another one was opened or asked for while it was downloaded, that one stays, and the answer is null.
 */
export async function openExample(entry: Entry): Promise<Workspace | null> {
  const opened = generation.peek();
  return download(entry, () => generation.peek() === opened, replaceWorkspace);
}

/** A first visit begins with the first example; whoever did something before it came keeps that instead. */
export async function openFirst(): Promise<void> {
  const empty = workspace.peek();
  const [first] = await listExamples();
  if (first !== undefined) await download(first, () => workspace.peek() === empty, replaceUnasked);
}

/** Says why there is no example; none takes the place of what is open then. */
export function tell(thrown: unknown): null {
  toast(thrown instanceof Error ? thrown.message : String(thrown), { tone: "bad" });
  return null;
}

type Open = (next: Workspace) => void;

async function download(entry: Entry, isWanted: () => boolean, open: Open): Promise<Workspace | null> {
  const turn = ++asked;
  const [source, scenarios] = await Promise.all([
    get(`examples/${entry.name}/${entry.source}`),
    get(`examples/${entry.name}/scenarios.json`),
  ]);
  if (turn !== asked || !isWanted()) return null;
  const before = workspace.peek();
  open(exampleWorkspace(entry, source, readScenarios(parseExact(scenarios, "scenarios.json"))));
  set({ left: "contract", right: "results", phone: "results" });
  return before;
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
    inputs: { facts: writeDocument(facts), states: writeDocument(states ?? {}), persona: persona ?? "" },
    run: { ...NO_RUN, flow: flow ?? null, bindings: bindings ?? {}, outcomes: outcomes ?? {} },
  };
}

async function get(path: string): Promise<string> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path} could not be downloaded: the server answered ${response.status}. Try again.`);
  return response.text();
}
