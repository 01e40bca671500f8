/** The inputs: facts, entity states, persona. */

import { computed } from "@preact/signals";
import { inputProblems } from "../engine";
import type { Panel } from "../shell/panel";
import { InputsView } from "./view";

export const inputsPanel: Panel = {
  id: "inputs",
  title: "Inputs",
  place: "left",
  View: InputsView,
  badge: computed(() => {
    const count = inputProblems.value.length;
    return count === 0 ? null : { text: String(count), label: `${count} ${count === 1 ? "error" : "errors"}`, tone: "bad" };
  }),
};
