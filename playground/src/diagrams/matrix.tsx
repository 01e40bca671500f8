/** Who may carry out what: personas across, operations down. */

import type { JSX } from "preact";
import type { InspectResult } from "tenor-wasm";
import { goTo } from "../editor/navigate";
import { cell, type PictureTable } from "./picture";
import { hitsBadge, hitsOf } from "./coverage";

const FONT = 7.4;
const ROW = 30;
const HEAD = 40;

/** The matrix as a table. */
export function matrixTable({ operations, personas }: InspectResult): PictureTable {
  return {
    columns: ["Operation", ...personas.map(({ id }) => id)],
    rows: operations.map(({ id, allowed_personas: allowed }) => [
      cell(id, () => goTo({ kind: "operation", id })),
      ...personas.map((persona) => cell(wordOf(allowed.includes(persona.id), hitsOf("personas", `${id} as ${persona.id}`)))),
    ]),
  };
}

function wordOf(mayIt: boolean, hits: number | undefined): string {
  return (mayIt ? "✓ may" : "– may not") + (hits === undefined ? "" : ` (${hitsBadge(hits)})`);
}

interface Props {
  readonly declared: InspectResult;
  /** The persona that acts: its column is marked. */
  readonly acting: string;
}

export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly parts: JSX.Element;
}

/** The matrix as the inside of an SVG. */
export function drawMatrix({ declared: { operations, personas }, acting }: Props): Drawn {
  const left = 24 + FONT * Math.max(8, ...operations.map(({ id }) => id.length));
  const widths = personas.map(({ id }) => Math.max(60, 24 + FONT * id.length));
  const lefts = widths.map((_, index) => left + widths.slice(0, index).reduce((sum, width) => sum + width, 0));
  const width = left + widths.reduce((sum, one) => sum + one, 0) + 12;
  const height = HEAD + ROW * operations.length + 12;
  const parts = (
    <g class="diagram-matrix">
      {personas.map(({ id }, column) => {
        const [x = 0, wide = 0] = [lefts[column], widths[column]];
        return (
          <g key={id} class={id === acting ? "acting" : undefined} aria-hidden="true">
            {id === acting ? <rect class="diagram-column" x={x + 2} y={6} width={wide - 4} height={height - 12} rx={6} /> : null}
            <text class="diagram-label" x={x + wide / 2} y={HEAD - 14}>
              {id}
            </text>
          </g>
        );
      })}
      {operations.map(({ id, allowed_personas: allowed }, index) => {
        const y = HEAD + ROW * index;
        return (
          <g key={id}>
            <line class="diagram-rule" x1={8} x2={width - 8} y1={y} y2={y} aria-hidden="true" />
            <text class="diagram-row-name" x={12} y={y + 20} aria-hidden="true">
              {id}
            </text>
            {personas.map((persona, column) => {
              const mayIt = allowed.includes(persona.id);
              const hits = hitsOf("personas", `${id} as ${persona.id}`);
              const x = (lefts[column] ?? 0) + (widths[column] ?? 0) / 2;
              return (
                <g key={persona.id} class={mayIt ? "diagram-may" : "diagram-may-not"} aria-hidden="true">
                  {mayIt ? <rect x={x - 22} y={y + 4} width={44} height={22} rx={11} /> : null}
                  <text x={x} y={y + 19.5}>
                    {mayIt ? (hits === undefined ? "✓" : `✓ ${hitsBadge(hits)}`) : "–"}
                  </text>
                </g>
              );
            })}
          </g>
        );
      })}
    </g>
  );
  return { width, height, parts };
}
