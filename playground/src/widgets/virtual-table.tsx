/**
 * A table that draws only the rows in view: 5,000 rows scroll without blocking. To a screen reader it is a table with all its rows
 * (`aria-rowcount`, `aria-rowindex`); the keyboard scrolls it as any region that scrolls. All rows have one height.
 */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Column<Row> {
  readonly id: string;
  readonly head: ComponentChildren;
  readonly cell: (row: Row, index: number) => ComponentChildren;
  /** The cell is the row's head. */
  readonly isHead?: boolean;
  readonly class?: string;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly rowHeight?: number;
  /** The most that is seen at once, in pixels; a shorter table is as high as its rows. */
  readonly height?: number;
  readonly rowClass?: (row: Row) => string | undefined;
  /** The row that is brought into view when it changes. */
  readonly reveal?: number | null;
}

/** Rows above and below what is in view. */
const MARGIN = 8;
/** Tables of so many rows are drawn whole. */
const SHORT = 60;

export function VirtualTable<Row>(props: Props<Row>): JSX.Element {
  const { caption, columns, rows, keyOf, rowHeight = 36, height = 480, rowClass, reveal } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [seen, setSeen] = useState(height);
  const whole = rows.length <= SHORT;
  useLayoutEffect(() => {
    if (box.current !== null) setSeen(box.current.clientHeight || height);
  }, [rows.length, height]);
  useEffect(() => {
    const view = box.current;
    if (reveal === undefined || reveal === null || view === null || reveal < 0) return;
    const at = reveal * rowHeight;
    if (at < view.scrollTop || at > view.scrollTop + view.clientHeight - 2 * rowHeight) view.scrollTop = Math.max(0, at - rowHeight);
  }, [reveal, rowHeight]);
  const first = whole ? 0 : Math.max(0, Math.min(Math.floor(top / rowHeight), rows.length - 1) - MARGIN);
  const last = whole ? rows.length : Math.min(rows.length, Math.ceil((top + seen) / rowHeight) + MARGIN);
  return (
    <div
      ref={box}
      class="table-box"
      role="region"
      aria-label={caption}
      tabIndex={0}
      style={{ maxHeight: `${height}px` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={rows.length + 1}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ id, head, class: name }) => (
              <th key={id} scope="col" class={name}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={first * rowHeight} columns={columns.length} />
          {rows.slice(first, last).map((row, offset) => {
            const index = first + offset;
            return (
              <tr key={keyOf(row, index)} aria-rowindex={index + 2} class={rowClass?.(row)} style={whole ? undefined : { height: `${rowHeight}px` }}>
                {columns.map(({ id, cell, isHead, class: name }) =>
                  isHead === true ? (
                    <th key={id} scope="row" class={name}>
                      {cell(row, index)}
                    </th>
                  ) : (
                    <td key={id} class={name}>
                      {cell(row, index)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
          <Space height={(rows.length - last) * rowHeight} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Space({ height, columns }: { readonly height: number; readonly columns: number }): JSX.Element | null {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" class="space">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}
