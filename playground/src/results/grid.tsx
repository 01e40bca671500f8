/**
 * Instances by actions. After the ARIA grid pattern: one cell has the focus (roving tabindex), arrows move it, Enter does what a
 * click does, `e` or the space bar explains. Only rows in view are drawn, and the one with the focus. On a narrow screen a row is
 * a card with a line for each action; the roles stay.
 */

import { Fragment, type JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { explain, narrow } from "../shell/navigate";
import { workspace } from "../state/store";
import { type ActionSelection, actionAt, explainCell, run, sameAction } from "./act";
import { CellContent } from "./cell-content";
import type { Cell } from "./cells";
import { clamp, moved, type Position } from "./grid-keys";
import { cellAt, filter, type GridColumn, type GridRow, type Section } from "./sections";
import { useCellHint } from "./hint";

const ROW_HEIGHT = 50;
const CARD_HEAD = 40;
const CARD_LINE = 44;
const CARD_GAP = 10;
const FEW_CARDS = 12;
/** Rows above and below what is in view. */
const MARGIN = 3;

interface Props {
  readonly section: Section;
  readonly byPersona: boolean;
  /** The most that is seen at once, in pixels. */
  readonly height: number;
}

export function Grid({ section, byPersona, height }: Props): JSX.Element {
  const { entity, columns, rows, longest } = section;
  const cards = narrow.value;
  // A few cards need no scrolling of their own.
  const whole = cards && rows.length <= FEW_CARDS;
  const rowHeight = cards ? CARD_HEAD + columns.length * CARD_LINE + CARD_GAP : ROW_HEIGHT;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [wanted, setWanted] = useState<Position>({ row: 0, column: 1 });
  const focusing = useRef(false);
  const size = { rows: rows.length, columns: columns.length + 1 };
  const active = clamp(wanted, size);
  const hint = useCellHint();
  const headRows = byPersona ? 2 : 1;

  useLayoutEffect(() => {
    const view = box.current;
    if (!focusing.current || view === null) return;
    focusing.current = false;
    const cell = view.querySelector<HTMLElement>('[data-active="true"]');
    cell?.focus({ preventScroll: true });
    reveal(view, cell, active.row * rowHeight, rowHeight);
  });

  useLayoutEffect(() => {
    // What another filter shows is seen from its beginning.
    if (box.current !== null) box.current.scrollTop = 0;
  }, [filter.text.value, filter.state.value, filter.onlyOpen.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || event.target.closest("button") !== null) return;
    const next = moved(event, active, { ...size, page: Math.max(1, Math.floor((box.current?.clientHeight ?? height) / rowHeight) - 1) });
    if (next !== null) {
      focusing.current = true;
      setWanted(next);
    } else if (!act(event, section, active)) return;
    event.preventDefault();
  };

  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const last = whole ? rows.length : Math.min(rows.length, Math.ceil((top + height) / rowHeight) + MARGIN);
  const drawn = [...Array(Math.max(0, last - first)).keys()].map((offset) => first + offset);
  if (active.row < first || active.row >= last) drawn.push(active.row);
  return (
    <div
      ref={box}
      class={`results-grid${cards ? " cards" : ""}${byPersona ? " by-persona" : ""}`}
      role="grid"
      aria-label={`${entity}: instances and actions`}
      aria-rowcount={rows.length + headRows}
      aria-colcount={size.columns}
      style={{ maxHeight: whole ? undefined : `${height}px`, "--results-columns": String(columns.length), "--results-letters": String(longest) }}
      onScroll={({ currentTarget }) => {
        setTop(currentTarget.scrollTop);
        hint.hide();
      }}
      onKeyDown={onKeyDown}
      {...hint.listeners}
    >
      <Head section={section} byPersona={byPersona} />
      <div role="rowgroup" class="results-rows" style={{ height: `${rows.length * rowHeight}px` }}>
        {drawn.map((index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <Row
              key={row.id ?? ""}
              section={section}
              row={row}
              index={index}
              offset={index * rowHeight}
              height={rowHeight - (cards ? CARD_GAP : 0)}
              ariaIndex={index + headRows + 1}
              activeColumn={index === active.row ? active.column : null}
              onActive={(column) => setWanted({ row: index, column })}
            />
          );
        })}
      </div>
      {hint.element}
    </div>
  );
}

/** Scrolls so that the row, and in it the cell, stands beside the heads and not under them. */
function reveal(view: HTMLElement, cell: HTMLElement | null, at: number, rowHeight: number): void {
  const head = view.querySelector<HTMLElement>(".results-head")?.offsetHeight ?? 0;
  const room = view.clientHeight - head;
  if (at < view.scrollTop) view.scrollTop = at;
  else if (at + rowHeight > view.scrollTop + room) view.scrollTop = at + rowHeight - room;
  const name = view.querySelector<HTMLElement>(".results-name");
  if (cell === null || name === null || cell === name || getComputedStyle(name).position !== "sticky") return;
  const left = name.offsetWidth;
  if (cell.offsetLeft < view.scrollLeft + left) view.scrollLeft = cell.offsetLeft - left;
  else if (cell.offsetLeft + cell.offsetWidth > view.scrollLeft + view.clientWidth) view.scrollLeft = cell.offsetLeft + cell.offsetWidth - view.clientWidth;
}

/** Enter, the space bar and `e` on the cell that has the focus. */
function act({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, { entity, columns, rows }: Section, { row: at, column }: Position): boolean {
  const row = rows[at];
  if (row === undefined || ctrlKey || metaKey || altKey || !["Enter", " ", "e", "E"].includes(key)) return false;
  const chosen = columns[column - 1];
  if (chosen === undefined) {
    if (row.id !== null) explain({ kind: "instance", entity, instance: row.id });
    return true;
  }
  const action = actionAt(chosen.flow, chosen.persona, entity, row.id);
  if (key === "Enter") press(action, cellAt(entity, chosen, row));
  else explainCell(action);
  return true;
}

/** What a click does: what can run is set up to run, what is blocked says why. */
function press(action: ActionSelection, { status }: Cell): void {
  if (status === "open" || status === "later") run(action);
  else explainCell(action);
}

function Head({ section: { entity, columns, rows, total, counts }, byPersona }: Pick<Props, "section" | "byPersona">): JSX.Element {
  const personas = [...new Set(columns.map(({ persona }) => persona))];
  const span = columns.length / personas.length;
  const shown = total === 0 ? 0 : rows.length;
  return (
    <div role="rowgroup" class="results-head">
      {byPersona ? (
        <div role="row" class="results-row" aria-rowindex={1}>
          <div role="columnheader" class="results-name" aria-colindex={1}>
            Persona
          </div>
          {personas.map((persona, index) => (
            <div
              key={persona}
              role="columnheader"
              class="results-persona"
              aria-colindex={2 + index * span}
              aria-colspan={span}
              style={{ gridColumn: `span ${span}` }}
            >
              {persona}
            </div>
          ))}
        </div>
      ) : null}
      <div role="row" class="results-row" aria-rowindex={byPersona ? 2 : 1}>
        <div role="columnheader" class="results-name" aria-colindex={1}>
          {entity}
        </div>
        {columns.map(({ flow, persona }, index) => (
          <div key={`${persona} ${flow}`} role="columnheader" class="results-flow" aria-colindex={index + 2} title={flow}>
            <span class="results-flow-name">
              {flow.split(/(?<=_)/).map((part, at) => (
                <Fragment key={at}>
                  {part}
                  <wbr />
                </Fragment>
              ))}
            </span>
            <span class="results-count">{countText(counts[index] ?? 0, shown)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** In the words of the cells below. */
function countText(count: number | "any", shown: number): string {
  return count === "any" && shown === 0 ? count : `${count} of ${shown}`;
}

interface RowProps {
  readonly section: Section;
  readonly row: GridRow;
  readonly index: number;
  readonly offset: number;
  readonly height: number;
  readonly ariaIndex: number;
  readonly activeColumn: number | null;
  readonly onActive: (column: number) => void;
}

function Row({ section, row, index, offset, height, ariaIndex, activeColumn, onActive }: RowProps): JSX.Element {
  const { entity, columns } = section;
  const { selection } = workspace.value;
  const isChosen = selection?.kind === "instance" && selection.entity === entity && selection.instance === row.id;
  return (
    <div
      role="row"
      class={index % 2 === 1 ? "results-row odd" : "results-row"}
      aria-rowindex={ariaIndex}
      style={{ transform: `translateY(${offset}px)`, height: `${height}px` }}
    >
      <div
        role="rowheader"
        class="results-name"
        aria-colindex={1}
        tabIndex={activeColumn === 0 ? 0 : -1}
        data-active={activeColumn === 0}
        aria-selected={isChosen}
        onFocus={() => onActive(0)}
        onClick={() => row.id !== null && explain({ kind: "instance", entity, instance: row.id })}
      >
        <span class="results-id" title={row.id ?? undefined}>{row.id ?? `no ${entity}`}</span>
        {row.state === null ? null : <span class="results-state">{row.state}</span>}
      </div>
      {columns.map((column, at) => (
        <GridCell
          key={`${column.persona} ${column.flow}`}
          entity={entity}
          column={column}
          row={row}
          index={at + 1}
          isActive={activeColumn === at + 1}
          onActive={() => onActive(at + 1)}
        />
      ))}
    </div>
  );
}

interface CellProps {
  readonly entity: string;
  readonly column: GridColumn;
  readonly row: GridRow;
  readonly index: number;
  readonly isActive: boolean;
  readonly onActive: () => void;
}

function GridCell({ entity, column, row, index, isActive, onActive }: CellProps): JSX.Element {
  const cell = cellAt(entity, column, row);
  const action = actionAt(column.flow, column.persona, entity, row.id);
  return (
    <div
      role="gridcell"
      class="results-cell"
      aria-colindex={index + 1}
      aria-selected={sameAction(action, workspace.value.selection)}
      tabIndex={isActive ? 0 : -1}
      data-active={isActive}
      data-status={cell.status}
      data-flow={column.flow}
      data-persona={column.persona}
      data-instance={row.id ?? ""}
      onFocus={onActive}
      onClick={() => press(action, cell)}
    >
      <CellContent cell={cell} column={column} onWhy={() => explainCell(action)} />
    </div>
  );
}
