/** How the scenarios go with the contract as it stands: asked while somebody looks, and while their coverage is painted. */

import { effect } from "@preact/signals";
import type { RunScenariosResult, ScenariosScenario } from "tenor-wasm";
import { coverage } from "../diagrams/coverage";
import { live, resource } from "../engine";
import { showPanel } from "../shell/navigate";
import { workspace } from "../state/store";

export type Result = RunScenariosResult["results"][number];

/** The answers, in the order of the scenarios that they were asked for. */
export interface Run {
  readonly scenarios: readonly ScenariosScenario[];
  readonly result: RunScenariosResult;
}

export const runs = resource({
  name: "scenarios",
  pause: 300,
  question: () => {
    const { scenarios } = workspace.value;
    return live.value === null || scenarios.length === 0 ? null : ([live.value, scenarios] as const);
  },
  ask: async (_tenor, [contract, scenarios], options): Promise<Run> => ({
    scenarios,
    result: await contract.runScenarios({ scenarios: [...scenarios] }, options),
  }),
});

/** Paints on the pictures what the scenarios exercise, from now on with every change, and shows them. */
export function paint(result: RunScenariosResult): void {
  coverage.value = result.coverage;
  showPanel("diagrams", { focus: true });
}

// While it is painted it follows the contract; the pictures end it by taking it away.
effect(() => {
  if (coverage.value === null) return;
  const { value, pending } = runs.answer.value;
  if (value !== undefined) coverage.value = value.result.coverage;
  else if (!pending && workspace.value.scenarios.length === 0) coverage.value = null;
});
