/** Carries a suggestion out: facts, persona, instances and runs become as it says, in one change that can be taken back. */

import type { BaseType, Contract, ExplainChange, ExplainResult } from "tenor-wasm";
import { live, problemsIn } from "../engine";
import { finished } from "../flow/apply";
import { applyRun } from "../flow/history";
import { editFacts, type Path } from "../inputs/documents";
import { declaredFacts, editFactParts, type FactPart } from "../inputs/facts";
import { undoable } from "../inputs/undo";
import { fromAnswer, memberType } from "../inputs/values";
import { type Update, workspace } from "../state/store";
import { select, setPersona } from "../state/updates";
import type { Workspace } from "../state/workspace";
import { toast } from "../widgets";
import type { ActionSelection } from "./act";

export type Suggestion = NonNullable<ExplainResult["remedies"]>["suggestions"][number];
type Change<Kind extends ExplainChange["kind"]> = Extract<ExplainChange, { readonly kind: Kind }>;

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
  const { inputs, history } = next;
  const { persona, bindings } = changes.reduce(aimed, action);
  undoable(
    `Tried: ${changes.map(({ text }) => text).join("; ")}.`,
    (state) => ({ ...state, inputs, history }),
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
  const typed = parts.map(({ path, value }): FactPart => ({ path, value: fromAnswer(typeAt(fact.type_spec, path), value) }));
  return editFacts(editFactParts(fact, typed));
}

function typeAt(type: BaseType, path: Path): BaseType | undefined {
  return path.reduce<BaseType | undefined>(memberType, type);
}

/** The runs join the history of applied runs, as any other would. */
async function afterRuns(contract: Contract, { runs }: Change<"flows">, from: Workspace): Promise<Workspace> {
  let state = from;
  for (const { flow_id: flow, persona, instance_bindings: instanceBindings } of runs) {
    const { facts, states: entityStates } = state.inputs;
    state = applyRun(finished(await contract.simulateFlow({ flow, persona, facts, entityStates, instanceBindings })))(state);
  }
  return state;
}
