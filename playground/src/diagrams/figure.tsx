/** A picture on the page: it can be moved, made larger and smaller, fitted, read as a table, and saved. */

import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Menu, toast } from "../widgets";
import "./diagrams.css";
import { savePng, saveSvg } from "./export";
import { arrowHead, type Box, curve, type Layout, layOut, LINE_HEIGHT, outline, type Point } from "./layout";
import type { Picture, PictureEdge, PictureNode, PictureTable } from "./picture";

interface Props {
  readonly picture: Picture;
  /** The node that is brought into view when it changes. */
  readonly reveal?: string | null;
  /** The most that it is high, in pixels. */
  readonly height?: number;
}

const SMALLEST = 0.25;
const LARGEST = 3;
/** Smaller than so the text cannot be read: the picture is moved instead. */
const READABLE = 0.8;
const STEP = 1.25;

export function Figure({ picture, reveal = null, height = 440 }: Props): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  // Tones and signs change with every step of a run, places do not.
  const layout = useMemo(() => layOut(picture), [structure(picture)]);
  const [zoom, setZoom] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(box, asTable);
  const tableId = useId();
  const scale = zoom ?? Math.min(1, Math.max(READABLE, width / layout.width));
  const zoomBy = (factor: number): void => setZoom(Math.min(LARGEST, Math.max(SMALLEST, scale * factor)));
  const fit = (): void => setZoom(Math.min(1, width / layout.width, height / layout.height));
  useReveal(box, layout, scale, reveal);
  const name = picture.title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  const withSvg = (run: (svg: SVGSVGElement) => void | Promise<void>): void => {
    if (svg.current !== null) Promise.resolve(run(svg.current)).catch((thrown) => toast(String(thrown), { tone: "bad" }));
  };
  return (
    <figure class="diagram">
      <figcaption>
        <span class="diagram-title">{picture.title}</span>
        <span class="diagram-tools" role="group" aria-label={`${picture.title}: view`}>
          {asTable ? null : (
            <>
              <button type="button" class="icon" aria-label="Smaller" onClick={() => zoomBy(1 / STEP)}>
                −
              </button>
              <button type="button" class="icon" aria-label="Larger" onClick={() => zoomBy(STEP)}>
                +
              </button>
              <button type="button" onClick={fit}>
                Fit
              </button>
            </>
          )}
          <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table
          </button>
          {asTable ? null : (
            <Menu
              label="Save"
              align="end"
              items={[
                { label: "As SVG", run: () => withSvg((found) => saveSvg(found, name)) },
                { label: "As PNG", run: () => withSvg((found) => savePng(found, name)) },
              ]}
            />
          )}
        </span>
      </figcaption>
      {asTable ? null : (
        <div
          ref={box}
          class="diagram-box"
          role="region"
          aria-label={`${picture.title}, picture`}
          tabIndex={0}
          style={{ maxHeight: `${height}px` }}
          onKeyDown={(event) => onKey(event, { "+": () => zoomBy(STEP), "=": () => zoomBy(STEP), "-": () => zoomBy(1 / STEP), "0": fit })}
          onPointerDown={startDrag}
        >
          <svg
            ref={svg}
            role="group"
            aria-label={picture.title}
            aria-describedby={tableId}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            width={layout.width * scale}
            height={layout.height * scale}
          >
            <Drawing layout={layout} picture={picture} />
          </svg>
        </div>
      )}
      <Table table={picture.table} title={picture.title} id={tableId} shown={asTable} />
    </figure>
  );
}

function structure({ direction, nodes, edges, groups }: Picture): string {
  const parts = nodes.map(({ id, label, lines, shape, group }) => [id, label, lines, shape, group]);
  return JSON.stringify([direction, parts, edges.map(({ from, to, label, ranks }) => [from, to, label, ranks]), groups]);
}

/** The layout is of a picture with the same structure: part by part they belong together. */
function Drawing({ layout, picture }: { readonly layout: Layout; readonly picture: Picture }): JSX.Element {
  return (
    <>
      {layout.groups.map(({ group, x, y, width, height }) => (
        <g key={group.id} class="diagram-group" aria-hidden="true">
          <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx={8} />
          <text x={x - width / 2 + 8} y={y - height / 2 + 14}>
            {group.label}
          </text>
        </g>
      ))}
      {layout.edges.map(({ points, label }, index) => (
        <Edge key={index} edge={picture.edges[index]} points={points} label={label} />
      ))}
      {picture.nodes.map((node, index) => (
        <Node key={node.id} node={node} box={layout.nodes[index]} />
      ))}
    </>
  );
}

interface EdgeProps {
  readonly edge: PictureEdge | undefined;
  readonly points: readonly Point[];
  readonly label: Point | null;
}

function Edge({ edge, points, label }: EdgeProps): JSX.Element | null {
  if (edge === undefined) return null;
  return (
    <g class={`diagram-edge ${edge.tone}${edge.isDashed === true ? " dashed" : ""}`} aria-hidden="true">
      <path d={curve(points)} />
      <polygon points={arrowHead(points)} />
      {label === null ? null : (
        <text x={label.x} y={label.y + 4} class="diagram-edge-label">
          {edge.label}
        </text>
      )}
    </g>
  );
}

function Node({ node, box }: { readonly node: PictureNode; readonly box: Box | undefined }): JSX.Element | null {
  if (box === undefined) return null;
  const { label, lines = [], badge, run, name, pressed, shape, tone } = node;
  const top = box.y - (lines.length * LINE_HEIGHT) / 2 + 4.5;
  const button =
    run === undefined
      ? { "aria-hidden": true as const }
      : {
          role: "button" as const,
          tabIndex: 0,
          "aria-label": name ?? label,
          "aria-pressed": pressed,
          onClick: run,
          onKeyDown: (event: KeyboardEvent) => onKey(event, { Enter: run, " ": run }),
        };
  return (
    <g class={`diagram-node ${shape} ${tone}${run === undefined ? "" : " can"}`} data-node={node.id} {...button}>
      <path d={outline(shape, box)} class="diagram-shape" />
      {shape === "sub_flow" || shape === "initial" || tone === "current" ? (
        <path d={outline(shape, { ...box, width: box.width - 7, height: box.height - 7 })} class="diagram-inner" />
      ) : null}
      <text x={box.x} y={top} class="diagram-label">
        {label}
      </text>
      {lines.map((line, index) => (
        <text key={index} x={box.x} y={top + (index + 1) * LINE_HEIGHT} class="diagram-line">
          {line}
        </text>
      ))}
      {badge === undefined ? null : <Badge text={badge} x={box.x + box.width / 2} y={box.y - box.height / 2} />}
    </g>
  );
}

function Badge({ text, x, y }: { readonly text: string; readonly x: number; readonly y: number }): JSX.Element {
  const width = 12 + 7 * text.length;
  return (
    <g class="diagram-badge">
      <rect x={x - width + 8} y={y - 10} width={width} height={19} rx={9.5} />
      <text x={x - width / 2 + 8} y={y + 4}>
        {text}
      </text>
    </g>
  );
}

interface TableProps {
  readonly table: PictureTable;
  readonly title: string;
  readonly id: string;
  readonly shown: boolean;
}

/** Out of sight it holds no buttons: the keyboard would come to what nobody sees. */
function Table({ table, title, id, shown }: TableProps): JSX.Element {
  return (
    <div id={id} class={shown ? "table-box" : "unseen"} {...(shown ? { role: "region", tabIndex: 0, "aria-label": title } : {})}>
      <table>
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([head, ...cells], row) => (
            <tr key={row}>
              <th scope="row">{head === undefined ? "" : <CellView {...head} shown={shown} />}</th>
              {cells.map((one, column) => (
                <td key={column}>
                  <CellView {...one} shown={shown} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellView({ text, run, shown }: { readonly text: string; readonly run?: (() => void) | undefined; readonly shown: boolean }): JSX.Element {
  if (run === undefined || !shown) return <>{text}</>;
  return (
    <button type="button" class="link" onClick={run}>
      {text}
    </button>
  );
}

function onKey(event: KeyboardEvent, keys: Readonly<Record<string, () => void>>): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const run = keys[event.key];
  if (run === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

/** Moves the picture by the mouse; touch moves it by itself. */
function startDrag(event: JSX.TargetedPointerEvent<HTMLDivElement>): void {
  const view = event.currentTarget;
  if (event.pointerType !== "mouse" || event.button !== 0 || (event.target as Element).closest("[role=button]") !== null) return;
  const { clientX, clientY } = event;
  const [left, top] = [view.scrollLeft, view.scrollTop];
  const move = (next: PointerEvent): void => view.scrollTo(left + clientX - next.clientX, top + clientY - next.clientY);
  const end = (): void => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
}

function useWidth(box: { readonly current: HTMLDivElement | null }, again: unknown): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const view = box.current;
    if (view === null) return undefined;
    setWidth(view.clientWidth);
    const observer = new ResizeObserver(() => setWidth(view.clientWidth));
    observer.observe(view);
    return () => observer.disconnect();
  }, [again]);
  return width;
}

/** Brings a node into view. */
function useReveal(box: { readonly current: HTMLDivElement | null }, layout: Layout, scale: number, reveal: string | null): void {
  useEffect(() => {
    const view = box.current;
    const found = layout.nodes.find(({ id }) => id === reveal);
    if (view === null || found === undefined) return;
    const middle = { left: found.x * scale - view.clientWidth / 2, top: found.y * scale - view.clientHeight / 2 };
    view.scrollTo({ ...middle, behavior: "smooth" });
  }, [reveal, layout, scale]);
}
