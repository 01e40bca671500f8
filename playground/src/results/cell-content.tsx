/** What stands in a cell: a sign, a word, and in short why. */

import type { JSX } from "preact";
import { narrow } from "../shell/navigate";
import { settings } from "../state/store";
import type { Cell } from "./cells";
import type { GridColumn } from "./sections";

interface Words {
  readonly sign: string;
  readonly word: string;
}

export const WORDS: Readonly<Record<Cell["status"], Words>> = {
  open: { sign: "✓", word: "Available" },
  later: { sign: "✓", word: "Any" },
  blocked: { sign: "✕", word: "Blocked" },
  unknown: { sign: "…", word: "Unknown" },
};

/** Why, as whole sentences. */
export function reasonText(cell: Cell): string {
  switch (cell.status) {
    case "open":
      return "The flow can start with this instance.";
    case "later":
      return "The flow can start; it needs no instance of this kind to begin, a later step may change this one.";
    case "blocked":
      return cell.causes.map(({ long }) => long).join(" ");
    case "unknown":
      return "This was not evaluated yet.";
  }
}

interface Props {
  readonly cell: Cell;
  readonly column: GridColumn;
  readonly onWhy: () => void;
}

export function CellContent({ cell, column: { flow, persona }, onWhy }: Props): JSX.Element {
  const { word } = WORDS[cell.status];
  const short = cell.status === "blocked" ? cell.causes[0]?.short : cell.status === "later" ? "not needed to start" : undefined;
  const more = cell.status === "blocked" && cell.causes.length > 1 ? ` +${cell.causes.length - 1}` : "";
  return (
    <>
      {narrow.value ? <span class="results-cell-flow">{settings.value.allPersonas ? `${flow}, ${persona}` : flow}</span> : null}
      <span class="results-cell-text">
        <span class="results-word">{word}</span>
        {short === undefined ? null : (
          <span class="results-short" aria-hidden="true">
            {`${short}${more}`}
          </span>
        )}
        {cell.status === "open" ? null : <span class="unseen results-reason">{reasonText(cell)}</span>}
      </span>
      <button
        type="button"
        class="results-why"
        tabIndex={-1}
        aria-label="Why"
        onClick={(event) => {
          event.stopPropagation();
          onWhy();
        }}
      >
        ?
      </button>
    </>
  );
}
