/** An entity's state machine, with how many instances stand in each state. */

import type { InspectResult } from "tenor-wasm";
import { type Coverage, hitsOf, hitsSign, hitsTone, hitsWords, share, sumOf } from "./coverage";
import { cell, type Picture, type PictureEdge, type PictureNode, type PictureTable } from "./picture";

type Entity = InspectResult["entities"][number];

export interface StatesPictureOptions {
  readonly entity: Entity;
  readonly operations: InspectResult["operations"];
  /** Instance → state. */
  readonly instances: ReadonlyMap<string, string>;
  /** The state that is looked at, and the one in which the selected instance stands. */
  readonly chosen: string | null;
  readonly marked: string | null;
  /** What the scenarios exercise, where that is painted. */
  readonly coverage: Coverage | null;
  readonly isWide: boolean;
  readonly onState: (state: string) => void;
}

/** A change of state, the operations that make it, and how often scenarios made it. */
interface Way {
  readonly from: string;
  readonly to: string;
  readonly by: string;
  readonly hits: number | undefined;
}

/** A state, how many instances stand in it, and how often scenarios changed one into or out of it. */
interface Counted {
  readonly state: string;
  readonly count: number;
  readonly hits: number | undefined;
}

export function statesPicture(options: StatesPictureOptions): Picture {
  const { entity, instances, isWide, coverage } = options;
  const counts = new Map<string, number>();
  for (const state of instances.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
  const ways = entity.transitions.map(({ from, to }) => ({
    from,
    to,
    by: operationsOf(options, from, to).join(", ") || "no operation",
    hits: hitsOf(coverage, "transitions", `${entity.id}: ${from} -> ${to}`),
  }));
  const states = entity.states.map((state) => ({
    state,
    count: counts.get(state) ?? 0,
    hits: sumOf(ways.filter(({ from, to }) => from === state || to === state).map(({ hits }) => hits)),
  }));
  const covered = share(ways.map(({ hits }) => hits), "changes covered");
  return {
    title: `States of ${entity.id}${covered === "" ? "" : `: ${covered}`}`,
    direction: isWide ? "right" : "down",
    nodes: states.map((one) => stateNode(one, options)),
    edges: ways.map(stateEdge),
    table: statesTable(states, ways, options),
  };
}

function stateNode({ state, count, hits }: Counted, { entity, chosen, marked, onState }: StatesPictureOptions): PictureNode {
  const many = count === 1 ? "1 instance" : `${count} instances`;
  const plain = hits !== undefined ? hitsTone(hits) : count === 0 ? "closed" : "plain";
  return {
    id: state,
    shape: state === entity.initial ? "initial" : "state",
    label: state,
    lines: state === entity.initial ? [`${many}, initial`] : [many],
    tone: state === chosen ? "current" : state === marked ? "path" : plain,
    ...(hits !== undefined && { badge: hitsSign(hits) }),
    ...(state === marked && { note: "where the selected instance stands" }),
    pressed: state === chosen,
    run: () => onState(state),
  };
}

function stateEdge({ from, to, by, hits }: Way): PictureEdge {
  return {
    from,
    to,
    label: hits === undefined ? by : `${by} (${hitsSign(hits)})`,
    tone: hits !== undefined && hits > 0 ? "good" : "plain",
    isDashed: by === "no operation" || hits === 0,
  };
}

function statesTable(states: readonly Counted[], ways: readonly Way[], { entity, coverage, onState }: StatesPictureOptions): PictureTable {
  const led = ({ to, by, hits }: Way): string => `${to} by ${by}${hits === undefined ? "" : ` (${hitsWords(hits)})`}`;
  return {
    columns: ["State", "Instances", "May change to", ...(coverage === null ? [] : ["In the scenarios"])],
    rows: states.map(({ state, count, hits }) => [
      cell(state === entity.initial ? `${state} (initial)` : state, () => onState(state)),
      cell(String(count)),
      cell(ways.filter(({ from }) => from === state).map(led).join("; ") || "nothing"),
      ...(coverage === null ? [] : [cell(hitsWords(hits))]),
    ]),
  };
}

function operationsOf({ entity, operations }: StatesPictureOptions, from: string, to: string): readonly string[] {
  const fits = operations.filter(({ effects }) => effects.some((one) => one.entity_id === entity.id && one.from === from && one.to === to));
  return fits.map(({ id }) => id);
}
