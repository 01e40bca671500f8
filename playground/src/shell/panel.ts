/** What a panel is: a module exports one, `shell/panels.ts` lists them, the shell puts them into tabs. */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentType } from "preact";

export interface Panel {
  /** Stands in settings, links and tests (`#panel-<id>`). */
  readonly id: string;
  readonly title: string;
  /** On a wide screen: a tab on that side, or `dock`, below the right side, where it is closed until something is selected. */
  readonly place: "left" | "right" | "dock";
  readonly View: ComponentType;
  /** A short sign beside the title: a count of errors, for instance. */
  readonly badge?: ReadonlySignal<Badge | null>;
}

export interface Badge {
  readonly text: string;
  /** What the sign means, for those who do not see it. */
  readonly label: string;
  readonly tone: "plain" | "bad" | "good";
}
