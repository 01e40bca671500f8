/** The top of the page: what it is, which example is open, how the evaluator is, sharing, settings, help. */

import type { JSX } from "preact";
import { ExamplesMenu } from "../examples/menu";
import { ShareMenu } from "../share/menu";
import { set, settings, storageProblem, unreadable, workspace } from "../state/store";
import { type Theme, THEMES } from "../state/settings";
import { Menu, saveFile, showShortcuts } from "../widgets";
import { EngineStatus } from "./status";

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: "As the system",
  light: "Light",
  dark: "Dark",
  contrast: "High contrast",
};

export function Header(): JSX.Element {
  return (
    <header class="top">
      <h1>
        Tenor <span>playground</span>
      </h1>
      <ExamplesMenu />
      <p class="title">{workspace.value.title}</p>
      <EngineStatus />
      <nav aria-label="Page">
        <ShareMenu />
        <Menu
          label="Theme"
          align="end"
          items={THEMES.map((theme) => ({
            label: THEME_NAMES[theme],
            checked: settings.value.theme === theme,
            run: () => set({ theme }),
          }))}
        />
        <button type="button" class="icon" aria-label="Keyboard help" onClick={showShortcuts}>
          ?
        </button>
      </nav>
      {storageProblem.value === null ? null : (
        <p class="notice" role="alert">
          {storageProblem.value}
        </p>
      )}
      <Unreadable />
    </header>
  );
}

function Unreadable(): JSX.Element | null {
  const found = unreadable.value;
  if (found === null) return null;
  return (
    <div class="notice row" role="alert">
      <span>What you left here cannot be opened again: {found.why}.</span>
      <button type="button" onClick={() => saveFile("unreadable-workspace.txt", found.text)}>
        Save it to a file
      </button>
      <button type="button" onClick={() => (unreadable.value = null)}>
        Dismiss
      </button>
    </div>
  );
}
