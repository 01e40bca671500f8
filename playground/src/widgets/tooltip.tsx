/** A hint that shows on hover and on focus, and leaves with Escape. The child must be able to take the focus. */

import { cloneElement, type JSX, type VNode } from "preact";
import { useId, useState } from "preact/hooks";

interface Props {
  readonly text: string;
  readonly children: VNode<{ "aria-describedby"?: string }>;
}

export function Tooltip({ text, children }: Props): JSX.Element {
  const [shown, setShown] = useState(false);
  const id = useId();
  return (
    <span
      class="tooltip"
      onPointerEnter={() => setShown(true)}
      onPointerLeave={() => setShown(false)}
      onFocusIn={() => setShown(true)}
      onFocusOut={() => setShown(false)}
      onKeyDown={(event) => event.key === "Escape" && setShown(false)}
    >
      {cloneElement(children, { "aria-describedby": id })}
      <span id={id} role="tooltip" class="tooltip-text" hidden={!shown}>
        {text}
      </span>
    </span>
  );
}
