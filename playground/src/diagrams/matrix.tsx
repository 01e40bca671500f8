/** Who may carry out what: personas across, operations down. */

import type { JSX } from "preact";
import type { InspectResult } from "tenor-wasm";
import { goTo } from "../editor/navigate";
import { isShown } from "../shell/navigate";
import { cell, type PictureTable } from "./picture";
import { type Coverage, hitsOf, hitsSign, hitsWords, share, unseenConditions } from "./coverage";

const FONT = 7.4;
const ROW = 30;
const HEAD = 40;

/** The matrix as a table. */
export function matrixTable({ operations, personas }: InspectResult, coverage: Coverage | null): PictureTable {
  return {
    columns: ["Operation", ...personas.map(({ id }) => id), ...(coverage === null ? [] : ["Conditions that no scenario showed"])],
    rows: operations.map(({ id, allowed_personas: allowed }) => [
      cell(id, isShown("contract") ? () => goTo({ kind: "operation", id }) : undefined),
      ...personas.map((persona) => cell(wordOf(allowed.includes(persona.id), hitsOf(coverage, "personas", `${id} as ${persona.id}`)))),
      ...(coverage === null ? [] : [cell(unseenConditions(coverage, "operation", id)?.join("; ") || "none")]),
    ]),
  };
}

/** How many of the operations were exercised by each who may carry them out. */
export function matrixTitle({ operations }: InspectResult, coverage: Coverage | null): string {
  const hits = operations.flatMap(({ id, allowed_personas: allowed }) => allowed.map((persona) => hitsOf(coverage, "personas", `${id} as ${persona}`)));
  const covered = share(hits, "covered");
  return `Who may carry out what${covered === "" ? "" : `: ${covered}`}`;
}

function wordOf(mayIt: boolean, hits: number | undefined): string {
  return (mayIt ? "✓ may" : "– may not") + (hits === undefined ? "" : ` (${hitsWords(hits)})`);
}

interface Props {
  readonly declared: InspectResult;
  /** The persona that acts: its column is marked. */
  readonly acting: string;
  /** What the scenarios exercise, where that is painted. */
  readonly coverage: Coverage | null;
}

export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly parts: JSX.Element;
}

/** The matrix as the inside of an SVG. */
export function drawMatrix({ declared: { operations, personas }, acting, coverage }: Props): Drawn {
  const left = 24 + FONT * Math.max(8, ...operations.map(({ id }) => id.length));
  const widths = personas.map(({ id }) => Math.max(coverage === null ? 60 : 104, 24 + FONT * id.length));
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
            {personas.map((persona, column) => (
              <Mark
                key={persona.id}
                mayIt={allowed.includes(persona.id)}
                hits={hitsOf(coverage, "personas", `${id} as ${persona.id}`)}
                x={(lefts[column] ?? 0) + (widths[column] ?? 0) / 2}
                y={y}
              />
            ))}
          </g>
        );
      })}
    </g>
  );
  return { width, height, parts };
}

interface MarkProps {
  readonly mayIt: boolean;
  readonly hits: number | undefined;
  readonly x: number;
  readonly y: number;
}

/** Whether one may, and how often a scenario did. */
function Mark({ mayIt, hits, x, y }: MarkProps): JSX.Element {
  const text = mayIt ? (hits === undefined ? "✓" : hitsSign(hits)) : "–";
  const half = Math.max(22, 10 + (FONT * text.length) / 2);
  return (
    <g class={!mayIt ? "diagram-may-not" : hits === 0 ? "diagram-may uncovered" : "diagram-may"} aria-hidden="true">
      {mayIt ? <rect x={x - half} y={y + 4} width={2 * half} height={22} rx={11} /> : null}
      <text x={x} y={y + 19.5}>
        {text}
      </text>
    </g>
  );
}
