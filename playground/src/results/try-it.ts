/** Carries a suggestion out: facts, persona, instances and runs become as it says, in one change that can be taken back. */

import type { Contract, ExplainChange, ExplainResult } from "tenor-wasm";
import { live, problemsIn } from "../engine";
import { editFacts, editInstances, type Path } from "../inputs/documents";
import { declaredFacts, editFactParts } from "../inputs/facts";
import { undoable } from "../inputs/undo";
import { fromAnswer, memberType, valueText } from "../inputs/values";
import { type Update, workspace } from "../state/store";
import { select, setPersona } from "../state/updates";
import type { Workspace } from "../state/workspace";
import { toast } from "../widgets";
import type { ActionSelection } from "./act";
import { either } from "./cells";

export type Suggestion = NonNullable<ExplainResult["remedies"]>["suggestions"][number];
type Change<Kind extends ExplainChange["kind"]> = Extract<ExplainChange, { readonly kind: Kind }>;

/** A change in words, as the rest of a sentence that begins with "You could". */
export function changeText(change: ExplainChange): string {
  switch (change.kind) {
    case "fact":
      return factText(change);
    case "persona":
      return `act as ${change.persona}`;
    case "instance": {
      const { entity_id: entity, state, instance_ids: ids } = change;
      const shown = ids.length > 3 ? `${ids.slice(0, 2).join(", ")} or one of ${ids.length - 2} more` : either(ids);
      return `take ${entity} ${shown} (${state})`;
    }
    case "flows": {
      const runs = change.runs.map(({ flow_id: flow, persona }) => `${flow} as ${persona}`);
      return `first run ${runs.join(", then ")}: it brings ${change.entity_id} ${change.instance_id} to ${change.state ?? "another state"}`;
    }
  }
}

function factText({ fact_id: id, parts }: Change<"fact">): string {
  const type = declaredFacts.value.find((fact) => fact.id === id)?.type_spec;
  const texts = parts.map(({ path, value }) => {
    const inner = path.reduce(memberType, type);
    const place = path.map((key) => (typeof key === "number" ? ` ${key + 1}` : `, ${key}`)).join("");
    return `${id}${place} to ${valueText(inner, fromAnswer(inner, value))}`;
  });
  return `set ${texts.join(" and ")}`;
}

/** Makes the changes. What has to be run is simulated first, on the changed facts, and its state changes are applied. */
export async function tryIt({ changes }: Suggestion, action: ActionSelection): Promise<void> {
  const contract = live.peek();
  if (contract === null) return;
  const before = workspace.peek();
  const facts = changes.filter((change) => change.kind === "fact").map(factUpdate);
  let next = facts.reduce((state, change) => change(state), before);
  try {
    for (const change of changes) if (change.kind === "flows") next = await afterRuns(contract, change, next);
  } catch (thrown) {
    toast(`This could not be tried: ${problemsIn(thrown)[0]?.message ?? "the evaluation was stopped"}.`, { tone: "bad" });
    return;
  }
  if (workspace.peek().inputs !== before.inputs) {
    toast("The inputs were changed in the meantime: look at the new suggestions.", { tone: "bad" });
    return;
  }
  const inputs = next.inputs;
  const { persona, bindings } = changes.reduce(aimed, action);
  undoable(
    `Tried: ${changes.map(changeText).join("; ")}.`,
    (state) => ({ ...state, inputs }),
    setPersona(persona),
    select({ ...action, persona, bindings }),
  );
}

/** The action under a change: by another persona, on another instance. */
function aimed(action: ActionSelection, change: ExplainChange): ActionSelection {
  if (change.kind === "persona") return { ...action, persona: change.persona };
  const [instance] = change.kind === "instance" ? change.instance_ids : [];
  return change.kind === "instance" && instance !== undefined ? { ...action, bindings: { ...action.bindings, [change.entity_id]: instance } } : action;
}

function factUpdate({ fact_id: id, parts }: Change<"fact">): Update {
  const fact = declaredFacts.peek().find((declared) => declared.id === id);
  if (fact === undefined) return (state) => state;
  const typed = parts.map(({ path, value }): { readonly path: Path; readonly value: ReturnType<typeof fromAnswer> } => ({
    path,
    value: fromAnswer(path.reduce(memberType, fact.type_spec), value),
  }));
  return editFacts(editFactParts(fact, typed));
}

async function afterRuns(contract: Contract, { runs }: Change<"flows">, from: Workspace): Promise<Workspace> {
  let state = from;
  for (const { flow_id: flow, persona, instance_bindings: instanceBindings } of runs) {
    const { facts, states: entityStates } = state.inputs;
    const { would_transition: transitions } = await contract.simulateFlow({ flow, persona, facts, entityStates, instanceBindings });
    for (const { entity_id: entity, instance_id: instance, to_state: to } of transitions) {
      state = editInstances(entity, (states) => ({ ...states, [instance]: to }))(state);
    }
  }
  return state;
}

