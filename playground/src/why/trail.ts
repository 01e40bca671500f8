/** What was looked at, one after the other, so that one finds back. */

import { computed, effect, signal, untracked } from "@preact/signals";
import { generation, update, workspace } from "../state/store";
import { select } from "../state/updates";
import type { Selection } from "../state/workspace";

const LONGEST = 50;

interface Trail {
  readonly past: readonly Selection[];
  readonly future: readonly Selection[];
}

const NOWHERE: Trail = { past: [], future: [] };
const trail = signal<Trail>(NOWHERE);
let last: Selection | null = null;
let ofGeneration = generation.peek();
let isWalking = false;

effect(() => {
  const { selection } = workspace.value;
  const of = generation.value;
  if (same(selection, last) && of === ofGeneration) return;
  const before = of === ofGeneration ? last : null;
  untracked(() => {
    if (of !== ofGeneration) trail.value = NOWHERE;
    else if (!isWalking && before !== null) trail.value = { past: [...trail.peek().past, before].slice(-LONGEST), future: [] };
  });
  last = selection;
  ofGeneration = of;
});

export const canGoBack = computed(() => trail.value.past.length > 0);
export const canGoOn = computed(() => trail.value.future.length > 0);

export function goBack(): void {
  const { past, future } = trail.peek();
  const to = past.at(-1);
  if (to !== undefined) walk(to, { past: past.slice(0, -1), future: last === null ? future : [last, ...future] });
}

export function goOn(): void {
  const { past, future } = trail.peek();
  const [to, ...rest] = future;
  if (to !== undefined) walk(to, { past: last === null ? past : [...past, last], future: rest });
}

function walk(to: Selection, next: Trail): void {
  isWalking = true;
  update(select(to));
  isWalking = false;
  trail.value = next;
}

/** Two ways to the same thing are one. */
function same(a: Selection | null, b: Selection | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
