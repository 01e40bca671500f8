/** The reason of the cell under the pointer or with the focus, beside it: one hint for the whole grid. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { narrow } from "../shell/navigate";

interface Hint {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly above: boolean;
}

interface CellHint {
  readonly element: JSX.Element | null;
  readonly listeners: {
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onPointerDown: () => void;
    readonly onFocusIn: (event: FocusEvent) => void;
    readonly onFocusOut: () => void;
    readonly onKeyUp: (event: KeyboardEvent) => void;
  };
  readonly hide: () => void;
}

const WIDTH = 320;

export function useCellHint(): CellHint {
  const [hint, setHint] = useState<Hint | null>(null);
  // What was pressed has told enough, until the pointer comes back to it.
  const last = useRef<Element | null>(null);
  const hide = (): void => setHint(null);
  const show = (target: EventTarget | null): void => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-status]") : null;
    if (cell === last.current) return;
    last.current = cell;
    const text = cell?.querySelector(".results-reason")?.textContent ?? "";
    if (cell === null || text === "" || narrow.peek()) {
      hide();
      return;
    }
    const { left, top, bottom } = cell.getBoundingClientRect();
    const above = bottom > innerHeight - 120;
    setHint({ text, left: Math.min(left, innerWidth - WIDTH - 8), top: above ? top : bottom, above });
  };
  return {
    hide,
    listeners: {
      onPointerOver: ({ target, pointerType }) => pointerType === "mouse" && show(target),
      onPointerLeave: () => {
        last.current = null;
        hide();
      },
      onPointerDown: hide,
      onFocusIn: ({ target }) => target instanceof Element && target.matches(":focus-visible") && show(target),
      onFocusOut: () => {
        last.current = null;
        hide();
      },
      onKeyUp: ({ key }) => key === "Escape" && hide(),
    },
    element:
      hint === null ? null : (
        // The cell's own name says the same: this is for those who look.
        <div class={hint.above ? "results-hint above" : "results-hint"} aria-hidden="true" style={{ left: `${hint.left}px`, top: `${hint.top}px` }}>
          {hint.text}
        </div>
      ),
  };
}
