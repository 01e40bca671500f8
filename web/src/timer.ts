/** Timers whose limit may be endless. */

export type Timer = ReturnType<typeof setTimeout>;

/** Beyond this, hosts fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function after(milliseconds: number, act: () => void): Timer | undefined {
  return milliseconds > LONGEST_MS ? undefined : setTimeout(act, Math.max(0, milliseconds));
}
