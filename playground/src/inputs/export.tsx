/** The menu that hands the inputs out. */

import type { JSX } from "preact";
import { workspace } from "../state/store";
import { Menu, saveFile, toast } from "../widgets";
import { exportInputs } from "./paste";

export function ExportMenu(): JSX.Element {
  return (
    <Menu
      label="Export"
      align="end"
      items={[
        { label: "Copy as JSON", hint: "Facts, entity states and persona; paste it anywhere in this panel", run: () => withText(copy) },
        { label: "Save as a file", hint: "inputs.json", run: () => withText((text) => saveFile("inputs.json", text, "application/json")) },
      ]}
    />
  );
}

function withText(run: (text: string) => void): void {
  const text = exportInputs(workspace.peek().inputs);
  if (text === null) toast("Facts or entity states are no JSON object yet: mend them first.", { tone: "bad" });
  else run(text);
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast("The inputs are on the clipboard."),
    () => toast("The browser did not let the page write to the clipboard. Save them as a file instead.", { tone: "bad" }),
  );
}
