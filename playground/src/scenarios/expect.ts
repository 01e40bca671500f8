/**
 * Expectations from answers. What the evaluator answers is learnt from the scenario run itself: an expectation that nothing meets
 * is run, and the answers that it tells take its place. So they are in the very form that later runs compare.
 */

import type { Contract, InspectResult, ScenariosExpect, ScenariosScenario } from "tenor-wasm";
import { exactly, parseExact } from "../state/exact";
import type { Workspace } from "../state/workspace";
import type { Result } from "./runs";

type Differences = Result["differences"];

/** Met by no answer, or only by the one that it states. */
const NO_OUTCOME = "?";

/** The present situation as a scenario without an expectation. Throws `TenorError` where its facts or states are no JSON. */
export function presentScenario({ inputs, run }: Workspace, persona: string, title: string): ScenariosScenario {
  const flow = persona === "" ? null : run.flow;
  return {
    title,
    facts: parseExact(inputs.facts, "the text of the facts") as ScenariosScenario["facts"],
    entity_states: parseExact(inputs.states, "the text of the entity states") as NonNullable<ScenariosScenario["entity_states"]>,
    ...(persona === "" ? {} : { persona }),
    ...(flow === null ? {} : { flow, instance_bindings: { ...run.bindings }, outcomes: { ...run.outcomes } }),
  };
}

/** The scenario with everything that the contract answers to it as its expectation. */
export async function pinned(contract: Contract, declared: InspectResult, scenario: ScenariosScenario): Promise<ScenariosScenario> {
  const probe = { ...scenario, expect: unmetBy(declared, scenario) };
  const { results } = await contract.runScenarios({ scenarios: [probe] }, { numberOf: exactly });
  const [result] = results;
  if (result === undefined) return scenario;
  return { ...scenario, expect: met(result.error === undefined ? probe.expect : {}, result) };
}

function unmetBy({ rules, flows }: InspectResult, { persona, flow }: ScenariosScenario): ScenariosExpect {
  const verdicts = Object.fromEntries(rules.map(({ produces }) => [produces, { payload: null }]));
  const actions = Object.fromEntries(flows.map(({ id }) => [id, {}]));
  return {
    verdicts,
    ...(persona === undefined ? {} : { actions }),
    ...(flow === undefined ? {} : { outcome: NO_OUTCOME, path: [], transitions: [] }),
  };
}

/** The expectation with what came in the place of what it says; what does not exist any more is left out of it. */
export function met(expect: ScenariosExpect, { differences, error }: Pick<Result, "differences" | "error">): ScenariosExpect {
  if (error !== undefined) return { error: error.code };
  return differences.reduce<ScenariosExpect>(withAnswer, expect);
}

function withAnswer(expect: ScenariosExpect, { path, actual }: Differences[number]): ScenariosExpect {
  const [member = "", name] = path.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const whole = expect as Readonly<Record<string, unknown>>;
  const value = name === undefined ? actual : replaced(whole[member] as Readonly<Record<string, unknown>>, name, actual);
  return replaced(whole, member, value) as ScenariosExpect;
}

/** Null stands for an error that did not come, a text in the place of a verdict or a flow for one that is not declared. */
function replaced(members: Readonly<Record<string, unknown>>, name: string, value: unknown): Readonly<Record<string, unknown>> {
  const { [name]: before, ...others } = members;
  const isGone = value === null || (typeof value === "string" && typeof before !== "string");
  return isGone ? others : { ...members, [name]: value };
}
