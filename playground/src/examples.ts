/** The example contracts that lie beside the page, and the situations to try them in. */

import { byId } from "./dom";

export interface Scenario {
  readonly title: string;
  readonly about: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly entity_states: Readonly<Record<string, unknown>>;
  readonly persona: string;
  readonly flow?: string;
  readonly instance_bindings?: Readonly<Record<string, string>>;
}

/** An entry of the list: `name` is the folder that holds the contract and its scenarios, `source` the contract's file in it. */
export interface Entry {
  readonly name: string;
  readonly source: string;
  readonly title: string;
  readonly trade: string;
  readonly about: string;
}

export interface Example {
  readonly entry: Entry;
  /** The contract as `.tenor` text. */
  readonly source: string;
  readonly scenarios: readonly Scenario[];
}

export async function listExamples(): Promise<readonly Entry[]> {
  const { examples } = JSON.parse(await get("examples/index.json")) as { examples: readonly Entry[] };
  return examples;
}

export async function getExample(entry: Entry): Promise<Example> {
  const [source, scenarios] = await Promise.all([
    get(`examples/${entry.name}/${entry.source}`),
    get(`examples/${entry.name}/scenarios.json`),
  ]);
  return { entry, source, ...(JSON.parse(scenarios) as { scenarios: readonly Scenario[] }) };
}

async function get(path: string): Promise<string> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`could not download ${path}: the server answered ${response.status}. Reload the page to try again.`);
  return response.text();
}

/** The text boxes that a scenario fills. */
export function showDocuments(scenario: Scenario): void {
  byId("facts", HTMLTextAreaElement).value = JSON.stringify(scenario.facts, null, 2);
  byId("entity-states", HTMLTextAreaElement).value = JSON.stringify(scenario.entity_states, null, 2);
}
