/** The question behind the panel: why what is selected is as it is. */

import type { ExplainTarget } from "tenor-wasm";
import { live, persona, resource } from "../engine";
import { workspace } from "../state/store";
import type { Selection } from "../state/workspace";

const INPUT_PAUSE_MS = 120;
const NOTHING = {};

export const explanation = resource({
  name: "why",
  pause: INPUT_PAUSE_MS,
  question: () => {
    const { selection, inputs, run } = workspace.value;
    const target = targetOf(selection);
    if (live.value === null || target === null) return null;
    const isOfRun = selection?.kind === "step" && selection.flow === run.flow;
    const bindings = selection?.kind === "action" ? selection.bindings : isOfRun ? run.bindings : NOTHING;
    const acting = selection?.kind === "action" ? selection.persona : persona.value;
    // Compared member by member: the target as text, so that the same one is the same question.
    return [live.value, JSON.stringify(target), acting, inputs.facts, inputs.states, bindings, isOfRun ? run.outcomes : NOTHING] as const;
  },
  ask: async (_tenor, [contract, asked, acting, facts, entityStates, instanceBindings, outcomes], options) => {
    const target = JSON.parse(asked) as ExplainTarget;
    // What would open a blocked action is searched by itself: it takes longer, and the results show it too.
    const result = await contract.explain({ target, persona: acting, facts, entityStates, instanceBindings, outcomes, limit: 0 }, options);
    return { asked, result };
  },
});

/** What is asked about; null for what the panel tells by itself, and for nothing. */
export function targetOf(selection: Selection | null): ExplainTarget | null {
  switch (selection?.kind) {
    case "verdict":
      return { verdict: selection.verdict };
    case "fact":
      return { fact: selection.fact };
    case "action":
      return { action: selection.flow };
    case "step":
      return { step: selection.step, flow: selection.flow };
    default:
      return null;
  }
}
