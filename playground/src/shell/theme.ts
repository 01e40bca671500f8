/** The theme: as the system has it, or as it was chosen. */

import { effect } from "@preact/signals";
import { settings } from "../state/store";

export function followTheme(): void {
  effect(() => {
    const { theme } = settings.value;
    document.documentElement.dataset["theme"] = theme;
    const scheme = theme === "system" ? "light dark" : theme === "light" ? "light" : "dark";
    document.querySelector("meta[name=color-scheme]")?.setAttribute("content", scheme);
  });
}
