/** How one text becomes another one, kept small: what an applied run or a hand changed in a long text. */

import type { Splice } from "./workspace";

/** The text after splices whose places go from last to first. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduce((now, { at, removed, inserted }) => now.slice(0, at) + inserted + now.slice(at + removed), text);
}

/** The splices that make one text of another, from last to first place: line by line where both have as many lines. */
export function difference(before: string, after: string): readonly Splice[] {
  if (before === after) return [];
  const lines = before.split("\n");
  const others = after.split("\n");
  if (lines.length !== others.length) return one(before, after, 0);
  const splices: Splice[] = [];
  let at = 0;
  lines.forEach((line, index) => {
    splices.unshift(...one(line, others[index] ?? "", at));
    at += line.length + 1;
  });
  return splices;
}

/** The one piece in which two texts differ. */
function one(before: string, after: string, offset: number): readonly Splice[] {
  if (before === after) return [];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [{ at: offset + start, removed: before.length - end - start, inserted: after.slice(start, after.length - end) }];
}
