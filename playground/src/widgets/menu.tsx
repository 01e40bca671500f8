/** A button that opens a menu of commands, after the ARIA pattern: arrows move, Escape closes and returns to the button. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  /** A second line, smaller. */
  readonly hint?: string;
  readonly run: () => void;
  /** Of a choice among several: whether it is the one that holds. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  /** Whether the menu stays open: what it shows is changed by it. */
  readonly stays?: boolean;
}

interface Props {
  readonly label: ComponentChildren;
  readonly items: readonly MenuItem[];
  /** The button's name where `label` is only a sign. */
  readonly name?: string;
  readonly align?: "start" | "end";
  readonly onOpen?: () => void;
}

export function Menu({ label, items, name, align = "start", onOpen }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return undefined;
    const onDown = (event: PointerEvent): void => {
      if (event.target instanceof Node && !list.current?.contains(event.target) && !button.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", onDown);
    return () => document.removeEventListener("pointerdown", onDown);
  }, [open]);
  useEffect(() => {
    if (open) list.current?.querySelector<HTMLElement>("[aria-checked=true], [role^=menuitem]:not(:disabled)")?.focus();
    // Other items may come while it is open.
  }, [open, items[0]?.label]);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    if (to !== undefined || event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <div class="menu" onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        aria-label={name}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => {
          if (!open) onOpen?.();
          setOpen(!open);
        }}
      >
        {label}
      </button>
      {open ? (
        <div id={id} class={`menu-list ${align}`} role="menu" ref={list}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              disabled={item.disabled}
              tabIndex={-1}
              onClick={() => {
                if (item.stays !== true) close();
                item.run();
              }}
            >
              {item.label}
              {item.hint === undefined ? null : <span class="hint">{item.hint}</span>}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
