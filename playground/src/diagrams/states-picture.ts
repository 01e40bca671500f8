/** An entity's state machine, with how many instances stand in each state. */

import type { InspectResult } from "tenor-wasm";
import { hitsBadge, hitsOf } from "./coverage";
import { cell, type Picture } from "./picture";

type Entity = InspectResult["entities"][number];

export interface StatesPictureOptions {
  readonly entity: Entity;
  readonly operations: InspectResult["operations"];
  /** Instance → state. */
  readonly instances: ReadonlyMap<string, string>;
  /** The state that is looked at, and the one in which the selected instance stands. */
  readonly chosen: string | null;
  readonly marked: string | null;
  readonly isWide: boolean;
  readonly onState: (state: string) => void;
}

export function statesPicture(options: StatesPictureOptions): Picture {
  const { entity, instances, chosen, marked, isWide, onState } = options;
  const counts = new Map<string, number>();
  for (const state of instances.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  const ways = entity.transitions.map(({ from, to }) => ({ from, to, by: operationsOf(options, from, to), hits: hitsOf("transitions", `${entity.id}: ${from} -> ${to}`) }));
  return {
    title: `States of ${entity.id}`,
    direction: isWide ? "right" : "down",
    nodes: entity.states.map((state) => {
      const count = counts.get(state) ?? 0;
      const many = count === 1 ? "1 instance" : `${count} instances`;
      return {
        id: state,
        shape: state === entity.initial ? "initial" : "state",
        label: state,
        lines: state === entity.initial ? [`${many}, initial`] : [many],
        tone: state === chosen ? "current" : state === marked ? "path" : count === 0 ? "closed" : "plain",
        ...(state === marked && { note: "where the selected instance stands" }),
        pressed: state === chosen,
        run: () => onState(state),
      };
    }),
    edges: ways.map(({ from, to, by, hits }) => ({
      from,
      to,
      label: `${by.join(", ") || "no operation"}${hits === undefined ? "" : ` (${hitsBadge(hits)})`}`,
      tone: hits !== undefined && hits > 0 ? "good" : "plain",
      isDashed: by.length === 0 || hits === 0,
    })),
    table: {
      columns: ["State", "Instances", "May change to"],
      rows: entity.states.map((state) => [
        cell(state === entity.initial ? `${state} (initial)` : state, () => onState(state)),
        cell(String(counts.get(state) ?? 0)),
        cell(
          ways
            .filter(({ from }) => from === state)
            .map(({ to, by, hits }) => `${to} by ${by.join(", ") || "no operation"}${hits === undefined ? "" : ` (${hitsBadge(hits)})`}`)
            .join("; ") || "nothing",
        ),
      ]),
    },
  };
}

function operationsOf({ entity, operations }: StatesPictureOptions, from: string, to: string): readonly string[] {
  const fits = operations.filter(({ effects }) => effects.some((one) => one.entity_id === entity.id && one.from === from && one.to === to));
  return fits.map(({ id }) => id);
}
