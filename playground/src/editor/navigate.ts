/** From anywhere to a place in the contract's text. */

import { signal } from "@preact/signals";
import type { Place } from "../engine";
import { showPanel } from "../shell/navigate";
import { update, workspace } from "../state/store";
import { setContract } from "../state/updates";
import { declarationOf, type Named } from "./outline";

/** What the editor shall bring into view as soon as it can; it takes it out when it has. */
export const wanted = signal<{ readonly place: Place } | { readonly name: Named } | null>(null);

/** Shows where something is declared, with the keyboard's focus on it. */
export function goTo(name: Named): void {
  const { form, bundle } = workspace.peek().contract;
  // What the source only stands for is looked for in the source.
  if (form === "bundle" && bundle === null) update(setContract({ form: "source" }));
  wanted.value = { name };
  showPanel("contract");
}

/** Shows a place in the contract's text. */
export function goToPlace(place: Place): void {
  const { files, open } = workspace.peek().contract;
  if (place.file !== "" && place.file !== open && Object.hasOwn(files, place.file)) update(setContract({ open: place.file }));
  wanted.value = { place };
  showPanel("contract");
}

/** Where a name is declared, as far as it is known yet: in source by the outline, in a bundle by its text. */
export function placeOf(name: Named): Place | undefined {
  const { form, bundle } = workspace.peek().contract;
  if (form === "bundle") return placeInBundle(bundle ?? "", name.id);
  const found = declarationOf(name);
  return found && { file: found.file, line: found.line, column: found.column, endColumn: found.end_column };
}

/** The line of a bundle with this id. */
function placeInBundle(text: string, id: string): Place | undefined {
  const written = JSON.stringify(id);
  const at = new RegExp(`"id"\\s*:\\s*${written.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`).exec(text)?.index;
  if (at === undefined) return undefined;
  const before = text.slice(0, at).split("\n");
  const line = text.split("\n", before.length)[before.length - 1] ?? "";
  const column = Array.from(line.slice(0, line.indexOf(written))).length + 1;
  return { file: "", line: before.length, column, endColumn: column + Array.from(written).length };
}
