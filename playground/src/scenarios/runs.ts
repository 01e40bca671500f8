/** How the scenarios go with the contract as it stands: asked while somebody looks, and while their coverage is painted. */

import type { RunScenariosResult, ScenariosScenario } from "tenor-wasm";
import { painting } from "../diagrams/coverage";
import { live, resource } from "../engine";
import { showPanel } from "../shell/navigate";
import { exactly } from "../state/exact";
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
    result: await contract.runScenarios({ scenarios: [...scenarios] }, { ...options, numberOf: exactly }),
  }),
});

/** Shows the pictures with what the scenarios exercise painted on them, from now on with every change. */
export function paint(): void {
  painting.value = true;
  showPanel("diagrams", { focus: true });
}
