/** Taking the workspace elsewhere: as a file. */

import type { JSX } from "preact";
import { writeJson } from "tenor-wasm";
import { workspace } from "../state/store";
import { Menu, saveFile } from "../widgets";

export function ShareMenu(): JSX.Element {
  return <Menu label="Share" align="end" items={[{ label: "Save to a file", run: save }]} />;
}

function save(): void {
  const { title } = workspace.peek();
  const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  saveFile(`${name}.tenor-workspace.json`, writeJson(workspace.peek()), "application/json");
}
