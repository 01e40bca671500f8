/** Taking the workspace elsewhere: as a file. */

import type { JSX } from "preact";
import { writeJson } from "tenor-wasm";
import { workspace } from "../state/store";
import { Menu } from "../widgets";

export function ShareMenu(): JSX.Element {
  return <Menu label="Share" align="end" items={[{ label: "Save to a file", run: save }]} />;
}

function save(): void {
  const { title } = workspace.peek();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([writeJson(workspace.peek())], { type: "application/json" }));
  link.download = `${title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.tenor-workspace.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
