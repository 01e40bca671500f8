/** What this browser remembers about how the page is used. It is never part of a link or a file. */

import { parseJson } from "tenor-wasm";

export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

export interface Settings {
  readonly theme: Theme;
  /** The panel that is shown in each place, by its id; `phone` is the one on a narrow screen. */
  readonly left: string;
  readonly right: string;
  readonly phone: string;
  /** The share of the width that the left side has, in percent. */
  readonly split: number;
  /** The share of the height that the results have above the open dock, in percent. */
  readonly dock: number;
  /** The step of the tour that was reached; null when no tour is on. */
  readonly tourStep: number | null;
  /** Whether the page may be kept for use without a network. */
  readonly offline: boolean;
  /** Whether all personas stand side by side in the grid. */
  readonly allPersonas: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  left: "contract",
  right: "results",
  phone: "results",
  split: 45,
  dock: 55,
  tourStep: null,
  offline: false,
  allPersonas: false,
};

/** Settings from their JSON text; what is missing or of another kind has its default. */
export function readSettings(text: string | null): Settings {
  let kept: unknown;
  try {
    kept = text === null ? {} : parseJson(text);
  } catch {
    kept = {};
  }
  const found = (typeof kept === "object" && kept !== null ? kept : {}) as Partial<Record<keyof Settings, unknown>>;
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_SETTINGS };
  const fits = (name: string, value: unknown): boolean =>
    typeof value === typeof defaults[name] && (name !== "theme" || THEMES.includes(value as Theme));
  const entries = Object.entries(found).filter(([name, value]) => fits(name, value));
  const { tourStep } = found;
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(entries), tourStep: typeof tourStep === "number" ? tourStep : null };
}
