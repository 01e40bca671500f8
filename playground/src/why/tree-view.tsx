/** A tree after the ARIA pattern: up and down move, left and right close and open, Home and End jump, Enter goes on from an item. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { goTo, placeOf } from "../editor/navigate";
import { explain } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import type { Item, Sign } from "./items";

interface Props {
  readonly label: string;
  readonly items: readonly Item[];
}

/** Deeper items are closed at first. */
const OPEN_DEPTH = 6;

const SIGNS: Readonly<Record<Sign, readonly [sign: string, name: string]>> = {
  yes: ["✓", "Holds: "],
  no: ["✗", "Does not hold: "],
  skipped: ["–", ""],
  plain: ["·", ""],
};

export function TreeView({ label, items }: Props): JSX.Element {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState("");
  const tree = useRef<HTMLUListElement>(null);
  const isOpen = (item: Item, level: number): boolean => item.children.length > 0 && (level <= OPEN_DEPTH && item.isClosed !== true) !== toggled.has(item.id);
  const rows = visible(items, isOpen);
  const current = rows.some(({ item }) => item.id === chosen) ? chosen : (rows[0]?.item.id ?? "");
  const toggle = (id: string): void => {
    const next = new Set(toggled);
    if (!next.delete(id)) next.add(id);
    setToggled(next);
  };
  const move = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setChosen(row.item.id);
    tree.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(row.item.id)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    const index = rows.findIndex(({ item }) => item.id === current);
    const row = rows[index];
    // Keys on a button inside an item are the button's.
    if (row === undefined || !(target instanceof HTMLElement) || target.getAttribute("role") !== "treeitem") return;
    const { item, level } = row;
    const open = isOpen(item, level);
    const parent = rows.slice(0, index).findLastIndex((one) => one.level < level);
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(index + 1),
      ArrowUp: () => move(index - 1),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      ArrowRight: () => (open ? move(index + 1) : item.children.length > 0 && toggle(item.id)),
      ArrowLeft: () => (open ? toggle(item.id) : parent >= 0 && move(parent)),
      Enter: () => (item.selects === undefined ? toggle(item.id) : explain(item.selects)),
      " ": () => toggle(item.id),
    };
    const run = event.altKey || event.ctrlKey || event.metaKey ? undefined : keys[event.key];
    if (run === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  return (
    <ul class="why-tree plain" role="tree" aria-label={label} ref={tree} onKeyDown={onKeyDown}>
      {items.map((item) => (
        <Branch key={item.id} item={item} level={1} isOpen={isOpen} current={current} onToggle={toggle} onChoose={setChosen} />
      ))}
    </ul>
  );
}

interface Row {
  readonly item: Item;
  readonly level: number;
}

function visible(items: readonly Item[], isOpen: (item: Item, level: number) => boolean, level = 1): readonly Row[] {
  return items.flatMap((item) => [{ item, level }, ...(isOpen(item, level) ? visible(item.children, isOpen, level + 1) : [])]);
}

interface BranchProps {
  readonly item: Item;
  readonly level: number;
  readonly isOpen: (item: Item, level: number) => boolean;
  readonly current: string;
  readonly onToggle: (id: string) => void;
  readonly onChoose: (id: string) => void;
}

function Branch({ item, level, isOpen, current, onToggle, onChoose }: BranchProps): JSX.Element {
  const { id, sign, sentence, code, values = [], children } = item;
  const open = isOpen(item, level);
  const [mark, meaning] = SIGNS[sign];
  const isCurrent = id === current;
  return (
    <li
      role="treeitem"
      data-item={id}
      aria-level={level}
      aria-expanded={children.length === 0 ? undefined : open}
      aria-selected={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      onFocusIn={(event) => {
        event.stopPropagation();
        onChoose(id);
      }}
    >
      <div class={`why-row ${sign}`}>
        <span class="why-twist" aria-hidden="true" onClick={() => onToggle(id)}>
          {children.length === 0 ? "" : open ? "▾" : "▸"}
        </span>
        <span class="why-sign" aria-hidden="true">
          {mark}
        </span>
        <span class="why-text">
          <span class="unseen">{meaning}</span>
          {sentence === "" ? null : <span>{sentence} </span>}
          {code === undefined ? null : <code>{code}</code>}
          {values.map(([term, value]) => (
            <span key={term} class="why-value">
              {" "}
              {term} = <strong>{value}</strong>
            </span>
          ))}
          <Ways item={item} canTab={isCurrent} />
        </span>
      </div>
      {open ? (
        <ul class="plain" role="group">
          {children.map((child) => (
            <Branch key={child.id} item={child} level={level + 1} isOpen={isOpen} current={current} onToggle={onToggle} onChoose={onChoose} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

/** The ways on from an item: to what it names, and to its line. Only the current item's stand in the order of the Tab key. */
function Ways({ item: { selects, declared }, canTab }: { readonly item: Item; readonly canTab: boolean }): JSX.Element {
  const place = declared === undefined ? undefined : placeOf(declared);
  const tabIndex = canTab ? 0 : -1;
  return (
    <span class="why-ways">
      {selects === undefined ? null : (
        <button type="button" class="link" tabIndex={tabIndex} onClick={() => explain(selects)} aria-label={`Why ${nameOf(selects)}?`}>
          Why?
        </button>
      )}
      {declared === undefined || place === undefined ? null : (
        <PanelLink panel="contract" run={() => goTo(declared)} tabIndex={tabIndex} label={`${declared.kind} ${declared.id}: line ${place.line}`}>
          line {place.line}
        </PanelLink>
      )}
    </span>
  );
}

function nameOf(selection: NonNullable<Item["selects"]>): string {
  switch (selection.kind) {
    case "verdict":
      return selection.verdict;
    case "fact":
      return selection.fact;
    case "instance":
      return `${selection.entity} ${selection.instance}`;
    case "step":
      return selection.step;
    case "action":
      return selection.flow;
  }
}
