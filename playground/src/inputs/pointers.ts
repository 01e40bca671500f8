/** Where an error stands: JSON Pointers (RFC 6901) of fields, and the problems that belong to them. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { inputProblems, type Problem } from "../engine";
import type { Path } from "./documents";

export const FACTS = "/facts";
export const STATES = "/entity_states";

/** The pointer of a path below a parameter. */
export function pointer(root: string, path: Path): string {
  return [root, ...path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}

/** The keys of a pointer, without the parameter's own. */
export function pathOf(place: string): readonly string[] {
  return place
    .split("/")
    .slice(2)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The id of the list of problems that stands at a place: fields name it as `aria-describedby`. */
export function problemsId(place: string): string {
  return `at${place.replace(/[^A-Za-z0-9_-]/gu, (sign) => `.${sign.codePointAt(0)?.toString(16) ?? ""}`)}`;
}

const byPlace: ReadonlySignal<ReadonlyMap<string, readonly Problem[]>> = computed(() => {
  const found = new Map<string, Problem[]>();
  for (const problem of inputProblems.value) {
    const there = found.get(problem.path);
    if (there === undefined) found.set(problem.path, [problem]);
    else there.push(problem);
  }
  return found;
});

const NONE: readonly Problem[] = [];

/** The problems of exactly this place. */
export function problemsAt(place: string): readonly Problem[] {
  return byPlace.value.get(place) ?? NONE;
}

/** The problems of this place and of what it holds. */
export function problemsIn(place: string): readonly Problem[] {
  return byPlace.value.size === 0 ? NONE : inputProblems.value.filter(({ path }) => path === place || path.startsWith(`${place}/`));
}
