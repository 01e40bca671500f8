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

export interface Example {
  readonly title: string;
  readonly about: string;
  readonly contract: Readonly<Record<string, unknown>>;
  readonly scenarios: readonly Scenario[];
}

interface Index {
  readonly examples: readonly { readonly file: string; readonly title: string; readonly trade: string; readonly about: string }[];
}

export async function listExamples(): Promise<Index["examples"]> {
  return (await getJSON<Index>("examples/index.json")).examples;
}

export function getExample(file: string): Promise<Example> {
  return getJSON<Example>(`examples/${file}`);
}

async function getJSON<Shape>(path: string): Promise<Shape> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`could not download ${path}: the server answered ${response.status}. Reload the page to try again.`);
  return (await response.json()) as Shape;
}

/** The text boxes that a scenario fills. */
export function showDocuments(scenario: Scenario): void {
  byId("facts", HTMLTextAreaElement).value = JSON.stringify(scenario.facts, null, 2);
  byId("entity-states", HTMLTextAreaElement).value = JSON.stringify(scenario.entity_states, null, 2);
}
