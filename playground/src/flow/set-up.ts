/** Setting a run up: which instances there are to choose from, and which are a good beginning. */

import { actionSpaces, inspection, persona } from "../engine";
import { DEFAULT_INSTANCE, instances } from "../inputs/documents";
import { showPanel } from "../shell/navigate";
import { update, workspace } from "../state/store";
import { setRun, setUpRun } from "../state/updates";

export interface Choice {
  readonly instance: string;
  readonly state: string;
  /** There is no instance of the entity: the simulation supposes this one. */
  readonly isSupposed: boolean;
}

/** The entities that a flow can change. */
export function entitiesOf(flow: string): readonly string[] {
  return inspection.value?.flows.find(({ id }) => id === flow)?.affected_entities ?? [];
}

/** The instances of an entity that can be bound. */
export function choicesOf(entity: string): readonly Choice[] {
  const found = instances.value.get(entity);
  if (found !== undefined) return [...found].map(([instance, state]) => ({ instance, state, isSupposed: false }));
  const initial = inspection.value?.entities.find(({ id }) => id === entity)?.initial;
  return initial === undefined ? [] : [{ instance: DEFAULT_INSTANCE, state: initial, isSupposed: true }];
}

/** For each entity: the instance that is wished for or bound already, else the first that the flow is open for, else the first. */
function bindingsFor(flow: string, wished: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const action = actionSpaces.answer.peek().value?.[persona.peek()]?.actions.find(({ flow_id: id }) => id === flow);
  const chosen = entitiesOf(flow).flatMap((entity) => {
    const choices = choicesOf(entity);
    const isThere = (instance: string | undefined): boolean => choices.some((choice) => choice.instance === instance);
    const candidates = [wished[entity], workspace.peek().run.bindings[entity], action?.instance_bindings[entity]?.[0], choices[0]?.instance];
    const instance = candidates.find(isThere);
    return instance === undefined ? [] : [[entity, instance] as const];
  });
  return Object.fromEntries(chosen);
}

/** Sets up a flow, on these instances where they are named. */
export function chooseFlow(flow: string, wished: Readonly<Record<string, string>> = {}): void {
  update(setUpRun(flow, bindingsFor(flow, wished)));
}

/** Sets up a flow and shows how it goes. */
export function runFlow(flow: string, wished: Readonly<Record<string, string>> = {}): void {
  chooseFlow(flow, wished);
  showPanel("flow");
}

/** Binds another instance; the steps are looked at from their end again. */
export function bind(entity: string, instance: string): void {
  const { bindings } = workspace.peek().run;
  update(setRun({ bindings: { ...bindings, [entity]: instance }, step: null }));
}

/** Takes an outcome at a step, or with null the one that the states give. */
export function chooseOutcome(step: string, outcome: string | null): void {
  const { [step]: _before, ...others } = workspace.peek().run.outcomes;
  update(setRun({ outcomes: outcome === null ? others : { ...others, [step]: outcome }, step: null }));
}
