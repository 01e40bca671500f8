/** Pins the result as it is now. */

import type { JSX } from "preact";
import { update, workspace } from "../state/store";
import { setPin } from "../state/updates";

export function CompareView(): JSX.Element {
  const { pin, title, contract, inputs, run } = workspace.value;
  if (pin !== null) {
    return (
      <p>
        Pinned: {pin.label}{" "}
        <button type="button" onClick={() => update(setPin(null))}>
          Unpin
        </button>
      </p>
    );
  }
  return (
    <button type="button" onClick={() => update(setPin({ label: title, contract, inputs, run }))}>
      Pin this result
    </button>
  );
}
