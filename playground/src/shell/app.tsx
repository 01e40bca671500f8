/** The frame: header, the two sides with their tabs, the dock below the right one; on a narrow screen one row of tabs. */

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { busy } from "../engine";
import { set, settings, workspace } from "../state/store";
import { Announcer, KeyboardHelp, registerShortcuts, showShortcuts, type Tab, Tabs } from "../widgets";
import { Header } from "./header";
import { dockOpen, narrow, showPanel, tellPlaces } from "./navigate";
import type { Panel } from "./panel";
import { PanelContent } from "./panel-content";
import { PANELS } from "./panels";
import { Splitter } from "./splitter";

const [LEFT, RIGHT, DOCK] = (["left", "right", "dock"] as const).map((place) => PANELS.filter((panel) => panel.place === place));
tellPlaces(Object.fromEntries(PANELS.map(({ id, place }) => [id, place])));

const hasSelection = computed(() => workspace.value.selection !== null);

export function App(): JSX.Element {
  useEffect(
    () =>
      registerShortcuts(
        { keys: "?", label: "This list", run: showShortcuts },
        ...PANELS.map(({ id, title }, index) => ({
          keys: `Alt+${index + 1}`,
          label: `Go to ${title}`,
          run: () => showPanel(id, { focus: true }),
        })),
        { keys: "Escape", label: "Leave the editor, close a menu or a dialog" },
        { keys: "Mod+Space", label: "In the editor: complete" },
      ),
    [],
  );
  return (
    <>
      <a class="skip" href="#main">
        Skip to the contract
      </a>
      <Header />
      <main id="main" tabIndex={-1} aria-busy={busy.value}>
        {narrow.value ? <Narrow /> : <Wide />}
      </main>
      <KeyboardHelp />
      <Announcer />
    </>
  );
}

function Wide(): JSX.Element {
  const { left, right, split, dock } = settings.value;
  // Without a selection there is little to say: then the dock is as high as that.
  const divided = dockOpen.value && hasSelection.value;
  return (
    <div class="sides" style={{ gridTemplateColumns: `minmax(18rem, ${split}fr) auto minmax(22rem, ${100 - split}fr)` }}>
      <section class="side" aria-label="Contract and inputs">
        <PanelTabs label="Contract and inputs" panels={LEFT ?? []} chosen={left} onChoose={(id) => set({ left: id, phone: id })} />
      </section>
      <Splitter
        label="Width of the contract"
        bar="vertical"
        value={split}
        least={25}
        most={70}
        onMove={(moved) => set({ split: moved })}
      />
      <div class="side">
        <section class="side-main" aria-label="Results">
          <PanelTabs label="Results" panels={RIGHT ?? []} chosen={right} onChoose={(id) => set({ right: id, phone: id })} />
        </section>
        {divided ? (
          <Splitter
            label="Height of the results"
            bar="horizontal"
            value={dock}
            least={20}
            most={85}
            onMove={(moved) => set({ dock: moved })}
          />
        ) : null}
        {(DOCK ?? []).map((panel) => (
          <Docked key={panel.id} panel={panel} height={divided ? 100 - dock : null} />
        ))}
      </div>
    </div>
  );
}

function Narrow(): JSX.Element {
  return (
    <div class="side">
      <PanelTabs label="Panels" panels={PANELS} chosen={settings.value.phone} onChoose={(id) => showPanel(id)} />
    </div>
  );
}

interface TabsProps {
  readonly label: string;
  readonly panels: readonly Panel[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function PanelTabs({ label, panels, chosen, onChoose }: TabsProps): JSX.Element {
  const shown = panels.find(({ id }) => id === chosen) ?? (panels[0] as Panel);
  const tabs: readonly Tab[] = panels.map(({ id, title, badge }) => ({ id, title, badge: badge?.value ?? null }));
  return (
    <Tabs label={label} tabs={tabs} chosen={shown.id} onChoose={onChoose}>
      <PanelContent panel={shown} />
    </Tabs>
  );
}

interface DockedProps {
  readonly panel: Panel;
  /** Its share of the height, in percent; null where it takes what it needs. */
  readonly height: number | null;
}

function Docked({ panel, height }: DockedProps): JSX.Element {
  const open = dockOpen.value;
  const style = height === null ? undefined : { height: `${height}%` };
  return (
    <section class={open ? "dock open" : "dock"} aria-labelledby={`dock-${panel.id}`} style={style}>
      <h2 id={`dock-${panel.id}`}>
        <button type="button" aria-expanded={open} aria-controls={`panel-${panel.id}`} onClick={() => (dockOpen.value = !open)}>
          {panel.title}
        </button>
      </h2>
      <div id={`panel-${panel.id}`} class="dock-panel" tabIndex={-1} hidden={!open}>
        {open ? <PanelContent panel={panel} /> : null}
      </div>
    </section>
  );
}
