/** Trying a remedy: what it says is done to the workspace as one change, and can be taken back. */

import type { BaseType, ExplainChange, InspectResult } from "tenor-wasm";
import { inspection, live } from "../engine";
import { applyRun } from "../flow/history";
import { editFacts, put } from "../inputs/documents";
import { undoable } from "../inputs/undo";
import { fromAnswer, memberType } from "../inputs/values";
import { type Update, workspace } from "../state/store";
import { select, setPersona, setUpRun } from "../state/updates";
import type { Selection } from "../state/workspace";
import { toast } from "../widgets";

type Action = Extract<Selection, { readonly kind: "action" }>;
type FactChange = Extract<ExplainChange, { readonly kind: "fact" }>;
type FlowsChange = Extract<ExplainChange, { readonly kind: "flows" }>;

/** What trying comes to: the changes, and the action as it is to be done then. */
interface Trial {
  readonly updates: readonly Update[];
  readonly action: Action;
}

/** Does what a suggestion says for a blocked action; the action stays selected, as it is to be done then. */
export async function tryRemedy(changes: readonly ExplainChange[], action: Action): Promise<void> {
  const before = workspace.peek();
  try {
    let trial: Trial = { updates: [], action };
    for (const change of changes) trial = await follow(change, trial);
    if (workspace.peek() !== before) {
      toast("Something was changed meanwhile: try it again.", { tone: "bad" });
      return;
    }
    const { flow, persona, bindings } = trial.action;
    undoable(changes.map(({ text }) => `Done: ${text}.`).join(" "), ...trial.updates, setPersona(persona), setUpRun(flow, bindings), select(trial.action));
  } catch (thrown) {
    toast(thrown instanceof Error ? thrown.message : String(thrown), { tone: "bad" });
  }
}

async function follow(change: ExplainChange, { updates, action }: Trial): Promise<Trial> {
  switch (change.kind) {
    case "fact":
      return { updates: [...updates, setFact(change, inspection.peek())], action };
    case "persona":
      return { updates, action: { ...action, persona: change.persona } };
    case "instance": {
      const [instance = ""] = change.instance_ids;
      return { updates, action: { ...action, bindings: { ...action.bindings, [change.entity_id]: instance } } };
    }
    case "flows":
      return { updates: [...updates, ...(await runs(change, updates))], action };
  }
}

/** Puts the values in; a fact that is not given has its default before. */
function setFact({ fact_id: id, parts }: FactChange, declared: InspectResult | undefined): Update {
  const fact = declared?.facts.find((one) => one.id === id);
  return editFacts((facts) => {
    const found = Object.hasOwn(facts, id) || fact?.default === undefined ? facts[id] : fromAnswer(fact.type_spec, fact.default);
    const value = parts.reduce((now, { path, value: part }) => {
      const type = path.reduce<BaseType | undefined>((outer, key) => memberType(outer, key), fact?.type_spec);
      return put(now, path, fromAnswer(type, part));
    }, found);
    return value === undefined ? facts : { ...facts, [id]: value };
  });
}

/** Runs flows one after the other and applies each, as one would by hand; they begin where the changes before lead. */
async function runs({ runs: wanted }: FlowsChange, earlier: readonly Update[]): Promise<readonly Update[]> {
  const contract = live.peek();
  if (contract === null) throw new Error("the evaluator does not run yet: try it again in a moment");
  const updates: Update[] = [];
  let now = earlier.reduce((state, change) => change(state), workspace.peek());
  for (const { flow_id: flow, persona, instance_bindings: instanceBindings } of wanted) {
    const { facts, states: entityStates } = now.inputs;
    const result = await contract.simulateFlow({ flow, persona, facts, entityStates, instanceBindings });
    const { resolved_bindings: bindings, outcome, would_transition: changes } = result;
    const apply = applyRun({ flow, persona, bindings, outcome, changes });
    updates.push(apply);
    now = apply(now);
  }
  return updates;
}
