/** The menu of examples. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { offerBack, wholeWorkspace } from "../shell/way-back";
import { workspace } from "../state/store";
import { Menu, type MenuItem } from "../widgets";
import { type Entry, listExamples, openExample, tell } from "./open";

/** The list, or why there is none; neither while it is on its way. */
type Listed = readonly Entry[] | Error | null;

export function ExamplesMenu(): JSX.Element {
  const [listed, setListed] = useState<Listed>(null);
  // Asked for once: a list that is there is only given again.
  const list = (): void => void listExamples().then(setListed, setListed);
  useEffect(list, []);
  return <Menu label="Examples" items={itemsOf(listed, list)} onOpen={list} />;
}

function itemsOf(listed: Listed, list: () => void): readonly MenuItem[] {
  if (listed === null) return [{ label: "The list is being downloaded …", disabled: true, run: list }];
  if (listed instanceof Error) return [{ label: "Try again", hint: `The list of examples could not be downloaded: ${listed.message}`, stays: true, run: list }];
  const { example } = workspace.value;
  return listed.map((entry) => ({
    label: entry.title,
    hint: `${entry.trade}: ${entry.about}`,
    checked: entry.name === example,
    run: () => open(entry),
  }));
}

function open(entry: Entry): void {
  openExample(entry).then((before) => before !== null && offerBack(`${entry.title} is open.`, before, wholeWorkspace), tell);
}
