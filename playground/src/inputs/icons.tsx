/** Signs that no font is sure to have; the button around them says what they mean. */

import type { JSX } from "preact";

export function DuplicateSign(): JSX.Element {
  return (
    <svg class="inputs-sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M5.5 5.5h8v8h-8zM10.5 3V2.5h-8v8H3" />
    </svg>
  );
}

export function RemoveSign(): JSX.Element {
  return (
    <svg class="inputs-sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M4 4l8 8M12 4l-8 8" />
    </svg>
  );
}
