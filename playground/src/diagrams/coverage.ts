/** What the scenarios exercised, while somebody wants it painted on the pictures. */

import { signal } from "@preact/signals";
import type { RunScenariosResult } from "tenor-wasm";

export type Coverage = RunScenariosResult["coverage"];

/** Null: the pictures show the present situation. */
export const coverage = signal<Coverage | null>(null);

/** How often something was exercised, by its name in the coverage; undefined while no coverage is painted, or where it is not counted. */
export function hitsOf(kind: keyof Coverage, name: string): number | undefined {
  const found = coverage.value?.[kind];
  if (found === undefined) return undefined;
  return found.hits[name] ?? (found.missed.includes(name) ? 0 : undefined);
}

/** The sign for a number of hits. */
export function hitsBadge(hits: number): string {
  return hits === 0 ? "never" : `${hits}×`;
}
