/** Changes of single values in a JSON text that leave every other letter as it is. */

import { findNodeAtLocation, modify, parseTree } from "jsonc-parser";
import { writeJson } from "tenor-wasm";
import type { Splice } from "./workspace";

export type JsonPath = readonly (string | number)[];

/** How new members are laid out. */
const LAYOUT = { formattingOptions: { insertSpaces: true, tabSize: 2 } } as const;

/** The splices that put a value at each path, from last to first place: what is not there yet is added. */
export function putValues(text: string, values: readonly (readonly [path: JsonPath, value: unknown])[]): readonly Splice[] {
  const root = parseTree(text);
  const splices: Splice[] = [];
  const added: (readonly [JsonPath, unknown])[] = [];
  for (const [path, value] of values) {
    const node = root && findNodeAtLocation(root, [...path]);
    if (node === undefined) added.push([path, value]);
    else splices.push({ at: node.offset, removed: node.length, inserted: writeJson(value) });
  }
  splices.sort((a, b) => b.at - a.at);
  if (added.length === 0) return splices;
  // Additions may build on each other: they are made one by one, and the whole is told as one difference.
  const put = applySplices(text, splices);
  return difference(text, added.reduce((now, [path, value]) => addMember(now, path, value), put));
}

function addMember(text: string, path: JsonPath, value: unknown): string {
  // The library writes values by itself, but no integer beyond 2^53: it writes a null, which ours takes the place of.
  const edits = modify(text.trim() === "" ? "{}" : text, [...path], null, LAYOUT);
  const splices = edits.map(({ offset, length, content }) => {
    const at = content.lastIndexOf("null");
    return { at: offset, removed: length, inserted: content.slice(0, at) + writeJson(value) + content.slice(at + 4) };
  });
  return applySplices(text.trim() === "" ? "{}" : text, splices);
}

/** The text after splices whose places go from last to first. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduce((now, { at, removed, inserted }) => now.slice(0, at) + inserted + now.slice(at + removed), text);
}

/** One splice that makes one text of another; none for the same text. */
export function difference(before: string, after: string): readonly Splice[] {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ at: start, removed: before.length - end - start, inserted: after.slice(start, after.length - end) }];
}
