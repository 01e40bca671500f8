/** What is said to everyone: a short message in view for a while, and read out by screen readers. */

import { signal } from "@preact/signals";
import type { JSX } from "preact";

interface Message {
  readonly id: number;
  readonly text: string;
  readonly tone: "plain" | "bad";
  readonly undo: (() => void) | undefined;
  readonly holds: () => boolean;
}

interface ToastOptions {
  readonly tone?: "plain" | "bad";
  readonly undo?: () => void;
  /** Whether `undo` can still act, made from signals: the message goes when it cannot any more. */
  readonly holds?: () => boolean;
}

const SHOWN_MS = 6000;

const messages = signal<readonly Message[]>([]);
const spoken = signal("");
let next = 0;

/** Shows a message, and reads it out. With `undo` it offers to take back what was done; without, the same text is shown once. */
export function toast(text: string, { tone = "plain", undo, holds = () => true }: ToastOptions = {}): void {
  const id = next++;
  const others = messages.value.filter((message) => message.text !== text || message.undo !== undefined);
  messages.value = [...others.slice(-2), { id, text, tone, undo, holds }];
  announce(text);
  setTimeout(() => dismiss(id), undo === undefined ? SHOWN_MS : 2 * SHOWN_MS);
}

/** Only reads it out. The same text twice is read twice. */
export function announce(text: string): void {
  spoken.value = spoken.peek() === text ? `${text}\u00a0` : text;
}

function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id);
}

export function Announcer(): JSX.Element {
  return (
    <>
      <div class="unseen" role="status" aria-live="polite" id="spoken">
        {spoken.value}
      </div>
      <div class="toasts" role="region" aria-label="Messages">
        {messages.value.filter(({ holds }) => holds()).map(({ id, text, tone, undo }) => (
          <div key={id} class={`toast ${tone}`}>
            <span>{text}</span>
            {undo === undefined ? null : (
              <button
                type="button"
                onClick={() => {
                  dismiss(id);
                  undo();
                }}
              >
                Undo
              </button>
            )}
            <button type="button" class="icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
              ×
            </button>
          </div>
        ))}
      </div>
    </>
  );
}
