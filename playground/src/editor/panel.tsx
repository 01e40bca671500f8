/** The contract: its text, with errors told where they are. */

import { computed } from "@preact/signals";
import { contract } from "../engine";
import type { Panel } from "../shell/panel";
import { lazy } from "../widgets";

export const editorPanel: Panel = {
  id: "contract",
  title: "Contract",
  place: "left",
  View: lazy(() => import("./view").then(({ EditorView }) => EditorView)),
  badge: computed(() => {
    const count = contract.answer.value.problems.length;
    return count === 0 ? null : { text: String(count), label: `${count} ${count === 1 ? "error" : "errors"}`, tone: "bad" };
  }),
};
