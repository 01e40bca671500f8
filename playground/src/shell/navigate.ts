/** Ways from one panel to another. */

import { signal } from "@preact/signals";
import { settings, set, update } from "../state/store";
import { select } from "../state/updates";
import type { Selection } from "../state/workspace";

/** Whether the screen is so narrow that all panels are tabs of one row. */
export const narrow = signal(false);

/** Whether the dock is open on a wide screen. */
export const dockOpen = signal(true);

const query = matchMedia("(max-width: 61.99rem)");
narrow.value = query.matches;
query.addEventListener("change", () => (narrow.value = query.matches));

/** The places of the panels, told by the shell: a panel cannot import the list that it stands in. */
let places: Readonly<Record<string, "left" | "right" | "dock">> = {};

export function tellPlaces(of: typeof places): void {
  places = of;
}

/** Brings a panel into view; with `focus`, the keyboard too. */
export function showPanel(id: string, { focus = false }: { readonly focus?: boolean } = {}): void {
  const place = places[id];
  if (place === undefined) return;
  if (place === "dock") dockOpen.value = true;
  const changes = place === "dock" ? {} : { [place]: id };
  if (settings.peek().phone !== id || settings.peek()[place === "right" ? "right" : "left"] !== id) set({ ...changes, phone: id });
  if (focus) requestAnimationFrame(() => document.getElementById(`panel-${id}`)?.focus());
}

/** Selects something and has it explained: in the dock, or on a narrow screen in its tab. */
export function explain(selection: Selection): void {
  update(select(selection));
  showPanel("why");
}
