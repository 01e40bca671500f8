/** What a cell does: it sets up its flow to run, or has it explained. */

import { inspection } from "../engine";
import { instances } from "../inputs/documents";
import { explain, showPanel, whyBeside } from "../shell/navigate";
import { update, workspace } from "../state/store";
import { select, setPersona, setUpRun } from "../state/updates";
import type { Selection } from "../state/workspace";
import { bindingsFor, spaces } from "./cells";

export type ActionSelection = Extract<Selection, { readonly kind: "action" }>;

/** The action that a cell stands for; without an instance any will do. */
export function actionAt(flow: string, persona: string, entity: string | null, instance: string | null): ActionSelection {
  return { kind: "action", flow, persona, bindings: entity === null || instance === null ? {} : { [entity]: instance } };
}

/** The bindings of a run of this action: its own, and instances of other entities that fit. */
export function runBindings({ flow, persona, bindings }: ActionSelection): Readonly<Record<string, string>> {
  const affected = inspection.peek()?.flows.find(({ id }) => id === flow)?.affected_entities ?? [];
  const answer = spaces.peek().get(persona)?.get(flow);
  return bindingsFor(answer, affected, bindings, workspace.peek().run.bindings, instances.peek());
}

/** Sets the flow up with its instances, and shows the run. */
export function run(action: ActionSelection): void {
  const bindings = runBindings(action);
  update(setPersona(action.persona), setUpRun(action.flow, bindings), select(action));
  showPanel("flow");
}

/** Shows what is in the way, here and in the explanation; only here, where that has no place beside it. */
export function explainCell(action: ActionSelection): void {
  if (whyBeside.peek()) explain(action);
  else update(select(action));
}

export function sameAction(a: ActionSelection, selection: Selection | null): boolean {
  if (selection?.kind !== "action" || selection.flow !== a.flow || selection.persona !== a.persona) return false;
  const names = Object.keys(a.bindings);
  return names.length === Object.keys(selection.bindings).length && names.every((name) => selection.bindings[name] === a.bindings[name]);
}
