/** Ways from one panel to another. */

import { computed, signal } from "@preact/signals";
import { settings, set, update } from "../state/store";
import { select } from "../state/updates";
import type { Selection } from "../state/workspace";

/** Whether the screen is so narrow that all panels are tabs of one row. */
export const narrow = signal(false);

/** Whether the dock is open on a wide screen. */
export const dockOpen = signal(true);

/** Whether there is a dock at all; without one every panel is a tab. */
const hasDock = signal(true);

/** Whether what is selected is explained beside the other panels, in the dock. */
export const whyBeside = computed(() => hasDock.value && !narrow.value);

function narrowBelow(width: string): () => void {
  const query = matchMedia(`(width < ${width})`);
  const follow = (): void => void (narrow.value = query.matches);
  follow();
  query.addEventListener("change", follow);
  return () => query.removeEventListener("change", follow);
}

const endDivided = narrowBelow("62rem");

/** One row of tabs on every screen: one panel at a time needs less width than two. */
export function showOnlyTabs(): void {
  endDivided();
  narrowBelow("40rem");
  hasDock.value = false;
}

/** The places of the panels, told by the shell: a panel cannot import the list that it stands in. */
let places: Readonly<Record<string, "left" | "right" | "dock">> = {};

export function tellPlaces(of: typeof places): void {
  places = of;
}

/** Whether the page has this panel: an embedded one may have few. */
export const isShown = (id: string): boolean => Object.hasOwn(places, id);

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
