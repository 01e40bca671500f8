/** What the grids show: one for each entity, a column for each flow that can change it, by persona where all are compared. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { inspection, persona } from "../engine";
import { instances } from "../inputs/documents";
import { settings } from "../state/store";
import { type Cell, cellOf, type FlowAnswer, spaces } from "./cells";

export interface GridColumn {
  readonly persona: string;
  readonly flow: string;
}

export interface GridRow {
  /** Null stands for an entity without instances. */
  readonly id: string | null;
  readonly state: string | null;
}

export interface Section {
  readonly entity: string;
  readonly columns: readonly GridColumn[];
  /** Those that the filter lets through. */
  readonly rows: readonly GridRow[];
  readonly total: number;
  /** The length of the longest name, of all instances: what the filter hides does not change the widths. */
  readonly longest: number;
  /** How many of the shown instances each column is available for; `any` where it can start and needs none of them to begin. */
  readonly counts: readonly (number | "any")[];
}

/** What the grids are filtered by. */
export const filter = {
  text: signal(""),
  state: signal(""),
  onlyOpen: signal(false),
};

export const shownPersonas: ReadonlySignal<readonly string[]> = computed(() =>
  settings.value.allPersonas ? (inspection.value?.personas.map(({ id }) => id) ?? []) : [persona.value],
);

const allRows: ReadonlySignal<ReadonlyMap<string, readonly GridRow[]>> = computed(
  () =>
    new Map(
      (inspection.value?.entities ?? []).map(({ id }) => {
        const rows = [...(instances.value.get(id) ?? [])].map(([name, state]): GridRow => ({ id: name, state }));
        return [id, rows];
      }),
    ),
);

const NO_INSTANCE: readonly GridRow[] = [{ id: null, state: null }];

export const sections: ReadonlySignal<readonly Section[]> = computed(() => {
  const { entities = [], flows = [] } = inspection.value ?? {};
  return entities.flatMap(({ id: entity }): Section[] => {
    const own = flows.filter(({ affected_entities: affected }) => affected.includes(entity));
    const columns = shownPersonas.value.flatMap((each) => own.map(({ id }) => ({ persona: each, flow: id })));
    if (columns.length === 0) return [];
    const all = allRows.value.get(entity) ?? [];
    const open = columns.map((column) => idsOf(spaces.value.get(column.persona)?.get(column.flow), entity));
    const rows = all.length === 0 ? NO_INSTANCE : filtered(open, all);
    const counts = open.map((ids) => (ids === "any" ? ids : rows.reduce((count, row) => count + Number(isIn(ids, row)), 0)));
    const longest = all.reduce((length, { id }) => Math.max(length, id?.length ?? 0), entity.length);
    return [{ entity, columns, rows, total: all.length, longest, counts }];
  });
});

/** Flows that change no instance of any entity: there is one cell for each persona. */
export const plainFlows: ReadonlySignal<readonly string[]> = computed(() =>
  (inspection.value?.flows ?? []).filter(({ affected_entities: affected }) => affected.length === 0).map(({ id }) => id),
);

/** The instances that a flow is available for; of an entity that it does not need to begin, any. */
type Ids = ReadonlySet<string> | "any" | undefined;

function idsOf(answer: FlowAnswer | undefined, entity: string): Ids {
  return answer?.action === null ? undefined : answer && (answer.open.get(entity) ?? "any");
}

function filtered(open: readonly Ids[], rows: readonly GridRow[]): readonly GridRow[] {
  const text = filter.text.value.trim().toLowerCase();
  const state = filter.state.value;
  const onlyOpen = filter.onlyOpen.value;
  if (text === "" && state === "" && !onlyOpen) return rows;
  return rows.filter(
    (row) =>
      (state === "" || row.state === state) &&
      (text === "" || row.id?.toLowerCase().includes(text)) &&
      (!onlyOpen || open.some((ids) => isIn(ids, row))),
  );
}

function isIn(ids: Ids, { id }: GridRow): boolean {
  return ids === "any" || (id !== null && ids?.has(id) === true);
}

export function cellAt(entity: string, { persona: acting, flow }: GridColumn, { id, state }: GridRow): Cell {
  return cellOf(spaces.value.get(acting)?.get(flow), entity, id, state);
}

/** All states of all entities that are shown, each once. */
export const knownStates: ReadonlySignal<readonly string[]> = computed(() => [
  ...new Set((inspection.value?.entities ?? []).flatMap(({ states }) => states)),
]);
