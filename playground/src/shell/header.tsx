/** The top of the page: what it is, which example is open, how the evaluator is, sharing, settings, help. */

import type { JSX } from "preact";
import { ExamplesMenu } from "../examples/menu";
import { Tour } from "../examples/tour/callout";
import { TourButton, tourItems } from "../examples/tour/entry";
import { About, NewerNotice, showAbout } from "../offline/about";
import { ShareMenu } from "../share/menu";
import { set, settings, unreadable, workspace } from "../state/store";
import { storageProblem } from "../state/storage";
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
        <TourButton />
        <div class="share-menu">
          <ShareMenu />
        </div>
        <Menu
          label="Theme"
          align="end"
          items={THEMES.map((theme) => ({
            label: THEME_NAMES[theme],
            checked: settings.value.theme === theme,
            run: () => set({ theme }),
          }))}
        />
        <Menu
          label="?"
          name="Help"
          align="end"
          items={[
            { label: "Keyboard", run: showShortcuts },
            ...tourItems(),
            { label: "About and offline use", hint: "Versions; keep the page for use without a network.", run: showAbout },
          ]}
        />
        <About />
        <Tour />
      </nav>
      {storageProblem.value === null ? null : (
        <p class="notice" role="alert">
          {storageProblem.value}
        </p>
      )}
      <Unreadable />
      <NewerNotice />
    </header>
  );
}

function Unreadable(): JSX.Element | null {
  const found = unreadable.value;
  if (found === null) return null;
  return (
    <div class="notice row" role="alert">
      <span>What you left here cannot be opened again: {found.why}. It is kept until you change something here.</span>
      <button type="button" onClick={() => saveFile("unreadable-workspace.txt", found.text)}>
        Save it to a file
      </button>
      <button type="button" onClick={() => (unreadable.value = null)}>
        Dismiss
      </button>
    </div>
  );
}
