/** The explanation of what is selected. */

import type { JSX } from "preact";
import type { ExplainTarget } from "tenor-wasm";
import { live, persona, resource } from "../engine";
import { workspace } from "../state/store";
import type { Selection } from "../state/workspace";
import { Problems } from "../widgets";

const explanation = resource({
  name: "why",
  pause: 120,
  question: () => {
    const { selection, inputs, run } = workspace.value;
    const target = targetOf(selection);
    if (live.value === null || target === null) return null;
    const bindings = selection?.kind === "action" ? selection.bindings : run.bindings;
    const acting = selection?.kind === "action" ? selection.persona : persona.value;
    // Compared member by member: the target as text, so that the same one is the same question.
    return [live.value, JSON.stringify(target), acting, inputs.facts, inputs.states, bindings, run.outcomes] as const;
  },
  ask: (_tenor, [contract, target, acting, facts, entityStates, instanceBindings, outcomes], options) =>
    contract.explain(
      { target: JSON.parse(target) as ExplainTarget, persona: acting, facts, entityStates, instanceBindings, outcomes },
      options,
    ),
});

export function WhyView(): JSX.Element {
  const { value, problems, pending } = explanation.answer.value;
  if (workspace.value.selection === null) return <p class="hint">Select a verdict, an action, a step or a fact to see why it is so.</p>;
  return (
    <div aria-busy={pending}>
      <Problems problems={problems} />
      <pre class="explanation">{value?.text}</pre>
    </div>
  );
}

function targetOf(selection: Selection | null): ExplainTarget | null {
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
