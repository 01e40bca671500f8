/** How the page was embedded, from its address: `?embed&panels=results,flow&readonly&theme=dark&origin=https://host.example`. */

import { type Theme, THEMES } from "../state/settings";

export interface EmbedMode {
  /** The panels that are shown, in this order; empty means all. */
  readonly panels: readonly string[];
  readonly readOnly: boolean;
  readonly theme: Theme;
  /** The only page that is talked to; null: none is. */
  readonly origin: string | null;
}

/** Null where the page stands by itself. */
export function embedMode(search: string): EmbedMode | null {
  const asked = new URLSearchParams(search);
  if (!asked.has("embed")) return null;
  const theme = THEMES.find((one) => one === asked.get("theme"));
  const panels = (asked.get("panels") ?? "").split(",").filter((id) => id !== "");
  return { panels, readOnly: asked.has("readonly"), theme: theme ?? "system", origin: originIn(asked.get("origin")) };
}

/** An origin as a browser writes it, and nothing else: no wildcard, no `null`, no path. */
function originIn(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const { origin, protocol } = new URL(text);
  return origin === text && (protocol === "https:" || protocol === "http:") ? origin : null;
}
