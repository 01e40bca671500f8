/** A pinned result beside the present one: what changed, and why. */

import { computed } from "@preact/signals";
import type { Panel } from "../shell/panel";
import { workspace } from "../state/store";
import { CompareView } from "./view";

export const comparePanel: Panel = {
  id: "compare",
  title: "Compare",
  place: "right",
  View: CompareView,
  badge: computed(() => (workspace.value.pin === null ? null : { text: "1", label: "a result is pinned", tone: "plain" })),
};
