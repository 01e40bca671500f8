/** Timers whose limit may be endless, and something to wait for. */

export type Timer = ReturnType<typeof setTimeout>;

/** Beyond this, hosts fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function after(milliseconds: number, act: () => void): Timer | undefined {
  return milliseconds > LONGEST_MS ? undefined : setTimeout(act, Math.max(0, milliseconds));
}

/** Something that is waited for, and happens once. */
export class Signal {
  give!: () => void;
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve;
  });
}
