/** Keys that work on the whole page, and the list of them that `?` opens. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Dialog } from "./dialog";

export interface Shortcut {
  /** As `KeyboardEvent.key` gives it; with `Alt+`, `Mod+` (Ctrl, on a Mac ⌘) and `Shift+`, in this order, before it. */
  readonly keys: string;
  readonly label: string;
  /** Absent for keys that the list only tells of: somebody else handles them. */
  readonly run?: () => void;
}

const registered = signal<readonly Shortcut[]>([]);
const helpShown = signal(false);

/** Makes keys work as long as somebody wants them. Returns how to end it. */
export function registerShortcuts(...shortcuts: readonly Shortcut[]): () => void {
  registered.value = [...registered.peek(), ...shortcuts];
  return () => (registered.value = registered.peek().filter((one) => !shortcuts.includes(one)));
}

export function showShortcuts(): void {
  helpShown.value = true;
}

export function KeyboardHelp(): JSX.Element {
  useEffect(() => {
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <Dialog title="Keyboard" open={helpShown.value} onClose={() => (helpShown.value = false)}>
      <table class="keys">
        <caption class="unseen">Keys and what they do</caption>
        <tbody>
          {registered.value.map(({ keys, label }) => (
            <tr key={keys + label}>
              <th scope="row">
                {keys.split("+").map((key) => (
                  <kbd key={key}>{key === "Mod" ? (isMac() ? "⌘" : "Ctrl") : key}</kbd>
                ))}
              </th>
              <td>{label}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  // A plain key is text where one types, and its sign says already that Shift is held.
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
  const held = [event.altKey ? "Alt" : "", event.ctrlKey || event.metaKey ? "Mod" : "", event.shiftKey && !plain ? "Shift" : ""];
  const keys = [...held.filter(Boolean), event.key].join("+");
  if (plain && isTextField(event)) return;
  const found = registered.peek().find((shortcut) => shortcut.keys.toLowerCase() === keys.toLowerCase());
  if (found?.run === undefined) return;
  event.preventDefault();
  found.run();
}

function isTextField(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function isMac(): boolean {
  return navigator.platform.startsWith("Mac");
}
