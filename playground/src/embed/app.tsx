/** The embedded page: the named panels and nothing around them. */

import type { JSX } from "preact";
import { busy } from "../engine";
import { showPanel } from "../shell/navigate";
import type { Panel } from "../shell/panel";
import { PANELS } from "../shell/panels";
import { EngineStatus } from "../shell/status";
import { settings } from "../state/store";
import { Announcer, type Tab, Tabs } from "../widgets";
import type { EmbedMode } from "./mode";
import "./embed.css";

/** In these nothing can be done without changing what is fixed. */
const CHANGING = new Set(["contract", "inputs", "scenarios"]);

export function EmbedApp({ mode }: { readonly mode: EmbedMode }): JSX.Element {
  const shown = panelsOf(mode);
  const chosen = shown.find(({ id }) => id === settings.value.phone) ?? shown[0];
  const tabs: readonly Tab[] = shown.map(({ id, title, badge }) => ({ id, title, badge: badge?.value ?? null }));
  return (
    <>
      <main id="main" class={mode.readOnly ? "embed embed-readonly" : "embed"} tabIndex={-1} aria-busy={busy.value}>
        <EngineStatus />
        {chosen === undefined ? (
          <p class="error">{`None of the panels in the address exists; there are ${PANELS.map(({ id }) => id).join(", ")}.`}</p>
        ) : shown.length === 1 ? (
          <div id={`panel-${chosen.id}`} class="tab-panel" role="region" aria-label={chosen.title} tabIndex={-1}>
            <Content panel={chosen} mode={mode} />
          </div>
        ) : (
          <div class="side">
            <Tabs label="Panels" tabs={tabs} chosen={chosen.id} onChoose={(id) => showPanel(id)}>
              <Content panel={chosen} mode={mode} />
            </Tabs>
          </div>
        )}
      </main>
      <Announcer />
    </>
  );
}

function panelsOf({ panels }: EmbedMode): readonly Panel[] {
  return panels.length === 0 ? PANELS : panels.flatMap((id) => PANELS.filter((panel) => panel.id === id));
}

function Content({ panel: { id, View }, mode }: { readonly panel: Panel; readonly mode: EmbedMode }): JSX.Element {
  if (!mode.readOnly || !CHANGING.has(id)) return <View />;
  return (
    <fieldset class="embed-fixed" disabled>
      <legend class="unseen">This can be read, not changed.</legend>
      <View />
    </fieldset>
  );
}
