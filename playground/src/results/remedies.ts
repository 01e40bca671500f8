/** What would enable the one blocked action that is looked at: asked for only then, and not for long at first. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { ExplainResult } from "tenor-wasm";
import { inspection, live, resource } from "../engine";
import { instances } from "../inputs/documents";
import { workspace } from "../state/store";
import type { ActionSelection } from "./act";
import { type Cause, type Cell, cellOf, spaces } from "./cells";

/** Combinations that are tried at first; the evaluator's own limit is ten times as many, and takes seconds. */
const FIRST_LIMIT = 500;
const FULL_LIMIT = 5000;

const further = signal<string | null>(null);

/** The action that is looked at, if the contract still has it. */
export const chosenAction: ReadonlySignal<ActionSelection | null> = computed(() => {
  const { selection } = workspace.value;
  if (selection?.kind !== "action") return null;
  const { flows = [], personas = [] } = inspection.value ?? {};
  const known = flows.some(({ id }) => id === selection.flow) && personas.some(({ id }) => id === selection.persona);
  return known ? selection : null;
});

/** What holds for the action on all its instances together. */
export const chosenCell: ReadonlySignal<Cell> = computed(() => {
  const action = chosenAction.value;
  if (action === null) return { status: "unknown" };
  const answer = spaces.value.get(action.persona)?.get(action.flow);
  const bound = Object.entries(action.bindings);
  const cells = bound.map(([entity, id]) => cellOf(answer, entity, id, instances.value.get(entity)?.get(id) ?? null));
  if (cells.length === 0) return cellOf(answer, "", null, null);
  const causes = new Map<string, Cause>();
  for (const cell of cells) if (cell.status === "blocked") for (const cause of cell.causes) causes.set(cause.long, cause);
  if (causes.size > 0) return { status: "blocked", causes: [...causes.values()] };
  const [first] = cells;
  return cells.find(({ status }) => status === "unknown") ?? cells.find(({ status }) => status === "open") ?? first ?? { status: "unknown" };
});

const keyOf = ({ flow, persona, bindings }: ActionSelection): string => JSON.stringify([flow, persona, bindings]);

export const remedies = resource({
  name: "remedies",
  pause: 150,
  question: () => {
    const action = chosenAction.value;
    const { facts, states } = workspace.value.inputs;
    if (live.value === null || action === null || chosenCell.value.status !== "blocked") return null;
    const key = keyOf(action);
    return [live.value, key, facts, states, further.value === key ? FULL_LIMIT : FIRST_LIMIT] as const;
  },
  ask: (_tenor, [contract, key, facts, entityStates, limit], options): Promise<ExplainResult> => {
    const [flow, persona, instanceBindings] = JSON.parse(key) as [string, string, Record<string, string>];
    return contract.explain({ target: { action: flow }, persona, facts, entityStates, instanceBindings, limit }, options);
  },
});

/** Whether the search may still go on where it stopped. */
export function canSearchFurther(limit: number): boolean {
  return limit < FULL_LIMIT;
}

export function searchFurther(action: ActionSelection): void {
  further.value = keyOf(action);
}
