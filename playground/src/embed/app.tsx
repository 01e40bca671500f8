/** The embedded page: the named panels, and above them what is shown and the way to the whole playground. */

import type { JSX } from "preact";
import { busy } from "../engine";
import { showOnlyTabs, showPanel, tellPlaces } from "../shell/navigate";
import type { Panel } from "../shell/panel";
import { PanelContent } from "../shell/panel-content";
import { PANELS } from "../shell/panels";
import { EngineStatus } from "../shell/status";
import { linkTo } from "../share/link";
import { workspace } from "../state/store";
import { Announcer, type Tab, Tabs } from "../widgets";
import type { EmbedMode } from "./mode";
import { chosenPanel, panelsOf } from "./panels";
import "./embed.css";

/** In these nothing can be done without changing what is fixed. */
const CHANGING = new Set(["contract", "inputs", "scenarios"]);

/** Panels that are not shown are not gone to, and there is no dock. */
export function limitTo(mode: EmbedMode): void {
  showOnlyTabs();
  tellPlaces(Object.fromEntries(panelsOf(mode).map(({ id, place }) => [id, place])));
}

export function EmbedApp({ mode }: { readonly mode: EmbedMode }): JSX.Element {
  return (
    <>
      <header class="embed-bar">
        <h1>{workspace.value.title}</h1>
        {mode.readOnly ? <span class="hint">Read only</span> : null}
        <EngineStatus />
        <button type="button" class="link" onClick={() => void openWhole()}>
          Open in the playground
        </button>
      </header>
      <main id="main" class={mode.readOnly ? "embed embed-readonly" : "embed"} tabIndex={-1} aria-busy={busy.value}>
        <Panels mode={mode} />
      </main>
      <Announcer />
    </>
  );
}

function Panels({ mode }: { readonly mode: EmbedMode }): JSX.Element {
  const shown = panelsOf(mode);
  const chosen = chosenPanel(mode);
  if (chosen === undefined) {
    return <p class="error">{`None of the panels in the address exists; there are ${PANELS.map(({ id }) => id).join(", ")}.`}</p>;
  }
  if (shown.length === 1) {
    return (
      <div id={`panel-${chosen.id}`} class="tab-panel" role="region" aria-label={chosen.title} tabIndex={-1}>
        <Content panel={chosen} mode={mode} />
      </div>
    );
  }
  const tabs: readonly Tab[] = shown.map(({ id, title, badge }) => ({ id, title, badge: badge?.value ?? null }));
  return (
    <div class="side">
      <Tabs label="Panels" tabs={tabs} chosen={chosen.id} onChoose={(id) => showPanel(id)}>
        <Content panel={chosen} mode={mode} />
      </Tabs>
    </div>
  );
}

function Content({ panel, mode }: { readonly panel: Panel; readonly mode: EmbedMode }): JSX.Element {
  if (!mode.readOnly || !CHANGING.has(panel.id)) return <PanelContent panel={panel} />;
  return (
    <fieldset class="embed-fixed" disabled>
      <legend class="unseen">This can be read, not changed.</legend>
      <PanelContent panel={panel} />
    </fieldset>
  );
}

/** All that is here, in a page of its own where it can be changed. */
async function openWhole(): Promise<void> {
  window.open(await linkTo(workspace.peek()), "_blank", "noopener");
}
