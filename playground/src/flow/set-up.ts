/** Setting a run up: which instances there are to choose from, and which are a good beginning. */

import { inspection, persona } from "../engine";
import { DEFAULT_INSTANCE, instances } from "../inputs/documents";
import { run, runBindings } from "../results/act";
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

/** Sets up a flow, on instances that fit: the ones that are bound already, if they do. */
export function chooseFlow(flow: string): void {
  update(setUpRun(flow, runBindings({ kind: "action", flow, persona: persona.peek(), bindings: {} })));
}

/** Sets up a flow on these instances and shows how it goes. */
export function runFlow(flow: string, bindings: Readonly<Record<string, string>> = {}): void {
  run({ kind: "action", flow, persona: persona.peek(), bindings });
}

/** Binds another instance; the steps are looked at from their end again. */
export function bind(entity: string, instance: string): void {
  const { flow } = workspace.peek().run;
  const bound = entitiesOf(flow ?? "").flatMap((one) => {
    const now = boundTo(one);
    return now === undefined ? [] : [[one, now] as const];
  });
  update(setRun({ bindings: { ...Object.fromEntries(bound), [entity]: instance }, step: null }));
}

/** The instance that the run takes: without any binding it is the default one of every entity. */
export function boundTo(entity: string): string | undefined {
  const { bindings } = workspace.value.run;
  return Object.keys(bindings).length === 0 ? DEFAULT_INSTANCE : bindings[entity];
}

/** Takes an outcome at a step, or with null the one that the states give. */
export function chooseOutcome(step: string, outcome: string | null): void {
  const { [step]: _before, ...others } = workspace.peek().run.outcomes;
  update(setRun({ outcomes: outcome === null ? others : { ...others, [step]: outcome }, step: null }));
}
