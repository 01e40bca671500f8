/** A row of tabs after the ARIA pattern: arrow keys move, Home and End jump; the panel is labelled by its tab. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly badge?: { readonly text: string; readonly label: string; readonly tone: string } | null;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  /** Elements get `tab-<id>` and `panel-<id>`, after this prefix. */
  readonly prefix?: string;
  /** Stands at the end of the row. */
  readonly after?: ComponentChildren;
  /** The chosen tab's content. */
  readonly children: ComponentChildren;
}

export function Tabs({ label, tabs, chosen, onChoose, prefix = "", after, children }: Props): JSX.Element {
  const row = useRef<HTMLDivElement>(null);
  // On a narrow screen the row is longer than what is seen of it.
  useEffect(() => {
    row.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.id);
    row.current?.querySelector<HTMLElement>(`#${CSS.escape(`${prefix}tab-${next.id}`)}`)?.focus();
  };
  return (
    <>
      <div class="tabs">
        <div class="tab-row" role="tablist" aria-label={label} ref={row} onKeyDown={onKeyDown}>
          {tabs.map(({ id, title, badge }) => (
            <button
              key={id}
              id={`${prefix}tab-${id}`}
              type="button"
              role="tab"
              aria-selected={id === chosen}
              aria-controls={id === chosen ? `${prefix}panel-${id}` : undefined}
              tabIndex={id === chosen ? 0 : -1}
              onClick={() => onChoose(id)}
            >
              {title}
              {badge ? (
                <span class={`badge ${badge.tone}`}>
                  <span aria-hidden="true">{badge.text}</span>
                  <span class="unseen">{badge.label}</span>
                </span>
              ) : null}
            </button>
          ))}
        </div>
        {after}
      </div>
      <div
        key={chosen}
        id={`${prefix}panel-${chosen}`}
        class="tab-panel"
        role="tabpanel"
        aria-labelledby={`${prefix}tab-${chosen}`}
        tabIndex={-1}
      >
        {children}
      </div>
    </>
  );
}
