/** Where a key leads in a grid of so many rows and columns; column 0 is the head of the row. */

export interface Position {
  readonly row: number;
  readonly column: number;
}

export interface Size {
  readonly rows: number;
  /** With the heads of the rows. */
  readonly columns: number;
  /** Rows in view, for the page keys. */
  readonly page: number;
}

type Move = (at: Position, size: Size) => Position;

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: row - page, column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { columns }) => ({ row, column: columns - 1 }),
};

const FAR_MOVES: Readonly<Record<string, Move>> = {
  Home: () => ({ row: 0, column: 0 }),
  End: (_at, { rows, columns }) => ({ row: rows - 1, column: columns - 1 }),
};

/** The place that a key leads to, within the grid; null for keys that lead nowhere. */
export function moved(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">, at: Position, size: Size): Position | null {
  if (event.altKey) return null;
  const move = (event.ctrlKey || event.metaKey ? FAR_MOVES : MOVES)[event.key];
  return move === undefined ? null : clamp(move(at, size), size);
}

export function clamp({ row, column }: Position, { rows, columns }: Pick<Size, "rows" | "columns">): Position {
  const within = (index: number, count: number): number => Math.max(0, Math.min(index, count - 1));
  return { row: within(row, rows), column: within(column, columns) };
}
