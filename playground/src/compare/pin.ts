/** The pinned result: what is kept of it, and how it is put back. */

import { undoable } from "../inputs/undo";
import type { Update } from "../state/store";
import { setPin } from "../state/updates";
import type { Pin, Workspace } from "../state/workspace";

/** What would be pinned now. */
export function pinOf({ contract, inputs, run }: Workspace, label: string): Pin {
  return { label, contract, inputs, run };
}

const taken =
  ({ contract, inputs, run }: Pin): Update =>
  (now) => ({ ...now, contract, inputs, run });

/** What is pinned and what is now change places. */
const swapped: Update = (now) => {
  if (now.pin === null) return now;
  return taken(now.pin)({ ...now, pin: pinOf(now, now.pin.label === NOW ? PINNED : NOW) });
};

const NOW = "what was here before the swap";
const PINNED = "what was pinned first";

export function pin(label: string): void {
  undoable("This result is pinned. Change something and see here what that changes.", (now) => setPin(pinOf(now, label))(now));
}

export function unpin(): void {
  undoable("Nothing is pinned any more.", setPin(null));
}

export function swap(): void {
  undoable("The two have changed places.", swapped);
}

/** Puts contract, inputs and run back as they were when they were pinned. */
export function restorePinned(): void {
  undoable("All is as it was when it was pinned.", (now) => (now.pin === null ? now : taken(now.pin)(now)));
}
