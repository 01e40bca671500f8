/** What the scenarios exercise, in the words and signs by which the pictures show it. */

import { signal } from "@preact/signals";
import type { RunScenariosResult } from "tenor-wasm";
import type { Tone } from "./picture";

export type Coverage = RunScenariosResult["coverage"];
export type CoverageKind = keyof Coverage;

/** Whether the pictures show what the scenarios exercise in the place of the present situation. */
export const painting = signal(false);

/** How often something was exercised, by its name in the coverage; undefined while none is painted, or where it is not counted. */
export function hitsOf(coverage: Coverage | null, kind: CoverageKind, name: string): number | undefined {
  const found = coverage?.[kind];
  if (found === undefined) return undefined;
  return found.hits[name] ?? (found.missed.includes(name) ? 0 : undefined);
}

/** Together; undefined where none of them is counted. */
export function sumOf(all: readonly (number | undefined)[]): number | undefined {
  const counted = all.filter((hits) => hits !== undefined);
  return counted.length === 0 ? undefined : counted.reduce((sum, hits) => sum + hits, 0);
}

/** What stands beside a thing that the scenarios exercised so often. */
export function hitsSign(hits: number): string {
  return hits === 0 ? "not covered" : `✓ ${hits}×`;
}

export function hitsTone(hits: number): Tone {
  return hits === 0 ? "closed" : "good";
}

/** The same for tables, which say everything in words. */
export function hitsWords(hits: number | undefined): string {
  if (hits === undefined) return "not counted";
  return hits === 0 ? "✗ not covered" : `✓ covered, ${hits}×`;
}

/** How many of them were exercised: `2 of 3 steps`; empty where none is counted. */
export function share(all: readonly (number | undefined)[], what: string): string {
  const counted = all.filter((hits) => hits !== undefined);
  return counted.length === 0 ? "" : `${counted.filter((hits) => hits > 0).length} of ${counted.length} ${what}`;
}

/** The conditions of a rule or an operation that were never seen true, or never false; null while none is painted. */
export function unseenConditions(coverage: Coverage | null, owner: "rule" | "operation", id: string): readonly string[] | null {
  const start = `${owner} ${id}: `;
  return coverage?.predicates.missed.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length)) ?? null;
}
