/** The last answers, kept so that the next visit has something to look at before the evaluator runs. */

import { workspace } from "../state/store";

const PREFIX = "tenor-playground/painted/";
/** Longer answers are not worth the storage: the workspace itself must fit beside them. */
const LONGEST = 300_000;

/** Keep a value for the workspace as it is now; it is written when there is time. */
export function remember(name: string, value: unknown): void {
  const of = fingerprint();
  whenIdle(() => {
    const text = JSON.stringify({ of, value });
    try {
      if (text.length <= LONGEST) localStorage.setItem(PREFIX + name, text);
      else localStorage.removeItem(PREFIX + name);
    } catch {
      // Nothing depends on it.
    }
  });
}

/** Writing a long answer takes some milliseconds: not while somebody types. */
function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(work);
  else setTimeout(work, 200);
}

/** What was kept, if it was for the workspace as it is now. */
export function recall(name: string): unknown {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null") as { of?: unknown; value?: unknown } | null;
    return kept?.of === fingerprint() ? kept.value : undefined;
  } catch {
    return undefined;
  }
}

/** A short sign of contract and inputs (two FNV-1a sums): equal workspaces have equal ones. */
function fingerprint(): string {
  const { contract, inputs } = workspace.peek();
  const { form, files, root, bundle } = contract;
  const text = JSON.stringify([form, files, root, bundle, inputs]);
  let a = 0x811c9dc5;
  let b = 0x9dc5811c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + index), 0x01000193);
  }
  return `${(a >>> 0).toString(36)}-${(b >>> 0).toString(36)}-${text.length}`;
}
