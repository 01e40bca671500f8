/**
 * What the browser keeps: texts by their key, for the next visit, and of some a copy for this very tab. Another tab may write over
 * the one, never over the other. A browser may refuse both.
 */

import { computed, signal } from "@preact/signals";

/** Why nothing is kept for the next visit, where that is so: by the key of what is not. */
const problems = signal<Readonly<Record<string, string>>>({});

export const storageProblem = computed(() => Object.values(problems.value)[0] ?? null);

const FULL = "The browser's storage for this page is full: the newest changes are not kept. Save them to a file (Share).";
const DENIED = "This browser lets the page keep nothing: what you do here is lost when you leave.";

export function read(key: string): string | null {
  return attempt(key, () => localStorage.getItem(key)) ?? null;
}

export function write(key: string, text: string): void {
  attempt(key, () => localStorage.setItem(key, text));
}

/** What this tab wrote, also before it was loaded anew; otherwise what any tab wrote last. */
export function readOfTab(key: string): string | null {
  return quietly(() => sessionStorage.getItem(key)) ?? read(key);
}

/** Without room for the tab's copy there must be none: an older one would come back as if it were the newest. */
export function copyForTab(key: string, text: string): void {
  quietly(() => {
    sessionStorage.removeItem(key);
    sessionStorage.setItem(key, text);
  });
}

function attempt<Value>(key: string, work: () => Value): Value | undefined {
  const { [key]: before, ...others } = problems.peek();
  try {
    const value = work();
    if (before !== undefined) problems.value = others;
    return value;
  } catch (thrown) {
    problems.value = { ...others, [key]: isFull(thrown) ? FULL : DENIED };
    return undefined;
  }
}

/** Where storage is denied, already asking for it throws: an error of another name, and not in every browser the same. */
function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && /quota/i.test(thrown.name);
}

/** That there is no copy for the tab is no loss of which to tell: what is kept for the next visit is taken then. */
function quietly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
