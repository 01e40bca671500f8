/** The menu of examples. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { generation, replaceWorkspace, workspace } from "../state/store";
import { Menu, toast } from "../widgets";
import { type Entry, listExamples, openExample, tell } from "./open";

export function ExamplesMenu(): JSX.Element {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  useEffect(() => {
    listExamples().then(setEntries, tell);
  }, []);
  const { example } = workspace.value;
  return (
    <Menu
      label="Examples"
      items={entries.map((entry) => ({
        label: entry.title,
        hint: `${entry.trade}: ${entry.about}`,
        checked: entry.name === example,
        run: () => open(entry),
      }))}
    />
  );
}

function open(entry: Entry): void {
  openExample(entry).then((before) => {
    if (before === null) return;
    const opened = generation.peek();
    toast(`${entry.title} is open.`, { undo: () => generation.peek() === opened && replaceWorkspace(before) });
  }, tell);
}
