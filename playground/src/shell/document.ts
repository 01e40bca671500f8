/** What stands outside the page itself: the theme, as the system has it or as it was chosen, and the title. */

import { effect } from "@preact/signals";
import { settings, workspace } from "../state/store";

export function followTheme(): void {
  effect(() => {
    const { theme } = settings.value;
    document.documentElement.dataset["theme"] = theme;
    const scheme = theme === "system" ? "light dark" : theme === "light" ? "light" : "dark";
    document.querySelector("meta[name=color-scheme]")?.setAttribute("content", scheme);
  });
}

/** The window's title names what is open. */
export function followTitle(): void {
  effect(() => {
    document.title = `${workspace.value.title} – Tenor playground`;
  });
}
