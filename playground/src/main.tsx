/** Begins: what was left here is shown, then the evaluator starts beside a page that can be used already. */

import { render } from "preact";
import { tenor } from "./engine";
import { openFirst } from "./examples/open";
import { followLinks } from "./share/arrive";
import { App } from "./shell/app";
import { followTheme, followTitle } from "./shell/document";
import { persist, replaceWorkspace, restore } from "./state/store";

const kept = restore();
if (kept !== null) replaceWorkspace(kept);
followTheme();
followTitle();
persist();
const root = document.getElementById("app");
if (root === null) throw new Error("index.html has no element #app");
render(<App />, root);
void followLinks().then((arrived) => (arrived || kept !== null ? undefined : openFirst()));
// After the first picture: the start takes the processor for a while.
requestAnimationFrame(() => setTimeout(() => void tenor(), 0));
