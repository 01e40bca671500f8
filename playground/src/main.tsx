/** Begins: what was left here is shown, then the evaluator starts beside a page that can be used already. */

import { render } from "preact";
import { EmbedApp, limitTo } from "./embed/app";
import { converse } from "./embed/messages";
import { type EmbedMode, embedMode } from "./embed/mode";
import { tenor } from "./engine";
import { openFirst, tell } from "./examples/open";
import { followKept } from "./offline/keep";
import { followLinks } from "./share/arrive";
import { App } from "./shell/app";
import { followTheme, followTitle } from "./shell/document";
import { persist, readOnly, replaceWorkspace, restore, set } from "./state/store";

const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no element #app");
const embed = embedMode(location.search);
followTheme();
if (embed === null) begin(root);
else void beginEmbedded(root, embed);
// After the first picture: the start takes the processor for a while.
requestAnimationFrame(() => setTimeout(() => void tenor(), 0));

function begin(root: HTMLElement): void {
  const kept = restore();
  if (kept !== null) replaceWorkspace(kept);
  followTitle();
  persist();
  render(<App />, root);
  void followKept();
  void followLinks().then((arrived) => (arrived || kept !== null ? undefined : openFirst().catch(tell)));
}

/** Within another page nothing is restored and nothing kept: what is shown comes from the link, or from that page. */
async function beginEmbedded(root: HTMLElement, mode: EmbedMode): Promise<void> {
  limitTo(mode);
  readOnly.value = mode.readOnly;
  set({ theme: mode.theme, phone: mode.panels[0] ?? "results" });
  render(<EmbedApp mode={mode} />, root);
  // Without a first example the other page may still bring something.
  if (!(await followLinks(replaceWorkspace))) await openFirst().catch(() => undefined);
  set({ phone: mode.panels[0] ?? "results" });
  if (mode.origin !== null) converse(mode, mode.origin);
}
