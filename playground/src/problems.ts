/** Shows what went wrong next to the field at fault, with code, message and place. */

import { TenorError } from "tenor-wasm";
import { byId, code, element } from "./dom";

/** The places on the page where an error can be told. */
export type Place = "facts" | "entity-states" | "persona" | "run";

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** Which parameter of a call stands in which field. */
const PLACE_OF_PARAMETER: Readonly<Record<string, Place>> = {
  facts: "facts",
  entity_states: "entity-states",
  persona: "persona",
};

export function clearProblems(...places: readonly Place[]): void {
  for (const place of places) {
    const box = boxFor(place);
    box.hidden = true;
    box.replaceChildren();
    fieldFor(place)?.removeAttribute("aria-invalid");
  }
}

/** Tells an error, all its findings, each where it belongs; `fallback` is for those that name no field of ours. */
export function showProblem(thrown: unknown, fallback: Place): void {
  const byPlace = new Map<Place, Problem[]>();
  for (const problem of problemsIn(thrown)) {
    const parameter = problem.path.split("/")[1] ?? "";
    const place = PLACE_OF_PARAMETER[parameter] ?? fallback;
    byPlace.set(place, [...(byPlace.get(place) ?? []), problem]);
  }
  for (const [place, problems] of byPlace) {
    boxFor(place).replaceChildren(element("ul", {}, ...problems.map(item)));
    boxFor(place).hidden = false;
    fieldFor(place)?.setAttribute("aria-invalid", "true");
  }
}

/** All findings of an error, or the error itself where it has none. */
export function problemsIn(thrown: unknown): readonly Problem[] {
  if (!(thrown instanceof TenorError)) {
    return [{ code: "unexpected", message: thrown instanceof Error ? thrown.message : String(thrown), path: "" }];
  }
  const findings = thrown.details["findings"];
  return Array.isArray(findings) && findings.length > 0 ? (findings as Problem[]) : [thrown];
}

function item(problem: Problem): HTMLElement {
  return element(
    "li",
    {},
    element("strong", {}, code(problem.code)),
    " ",
    problem.message,
    problem.path ? element("span", { class: "where" }, " at ", code(problem.path)) : null,
  );
}

function boxFor(place: Place): HTMLDivElement {
  return byId(`${place}-error`, HTMLDivElement);
}

function fieldFor(place: Place): HTMLElement | null {
  return place === "run" ? null : document.getElementById(place);
}
