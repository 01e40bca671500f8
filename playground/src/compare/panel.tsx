/** A pinned result beside the present one: what changed, and why. */

import type { Panel } from "../shell/panel";
import { CompareView } from "./view";

export const comparePanel: Panel = { id: "compare", title: "Compare", place: "right", View: CompareView };
