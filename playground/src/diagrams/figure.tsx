/** A picture on the page: it can be moved, made larger and smaller, fitted, read as a table, and saved. */

import type { ComponentChildren, JSX, RefObject } from "preact";
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

/** A picture that is laid out by what leads where. */
export function Figure({ picture, reveal = null, height }: Props): JSX.Element {
  // Tones and signs change with every step of a run, places do not.
  const layout = useMemo(() => layOut(picture), [structure(picture)]);
  const found = layout.nodes.find(({ id }) => id === reveal);
  return (
    <Viewer title={picture.title} table={picture.table} size={layout} reveal={found} {...(height !== undefined && { height })}>
      <Drawing layout={layout} picture={picture} />
    </Viewer>
  );
}

const SMALLEST = 0.25;
const LARGEST = 3;
/** Smaller than so the text cannot be read: the picture is moved instead. */
const READABLE = 0.75;
const STEP = 1.25;

interface ViewerProps {
  readonly title: string;
  readonly table: PictureTable;
  readonly size: { readonly width: number; readonly height: number };
  readonly reveal?: Point | undefined;
  readonly height?: number;
  /** What is drawn, in the pixels of `size`. */
  readonly children: ComponentChildren;
}

/** The frame of every picture: it can be moved, zoomed, read as a table, saved. */
export function Viewer({ title, table, size, reveal, height = 440, children }: ViewerProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const [zoom, setZoom] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(box, asTable);
  const tableId = useId();
  const scale = zoom ?? Math.min(1, Math.max(READABLE, width / size.width));
  const zoomBy = (factor: number): void => setZoom(Math.min(LARGEST, Math.max(SMALLEST, scale * factor)));
  const fit = (): void => setZoom(Math.max(SMALLEST, Math.min(1, width / size.width, height / size.height)));
  useReveal(box, scale, reveal);
  return (
    <figure class="diagram" style={{ flexBasis: `${Math.round(size.width * READABLE)}px` }}>
      <figcaption>
        <span class="diagram-title">{title}</span>
        <span class="diagram-tools" role="group" aria-label={`${title}: view`}>
          {asTable ? null : <ZoomTools onZoom={zoomBy} onFit={fit} />}
          <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table
          </button>
          {asTable ? null : <SaveMenu svg={svg} title={title} />}
        </span>
      </figcaption>
      {asTable ? null : (
        <div
          ref={box}
          class="diagram-box"
          role="region"
          aria-label={`${title}, picture`}
          tabIndex={0}
          style={{ maxHeight: `${height}px` }}
          onKeyDown={(event) => onKey(event, { "+": () => zoomBy(STEP), "=": () => zoomBy(STEP), "-": () => zoomBy(1 / STEP), "0": fit })}
          onPointerDown={startDrag}
        >
          <svg
            ref={svg}
            role="group"
            aria-label={title}
            aria-describedby={tableId}
            viewBox={`0 0 ${size.width} ${size.height}`}
            width={size.width * scale}
            height={size.height * scale}
          >
            {children}
          </svg>
        </div>
      )}
      <Table table={table} title={title} id={tableId} shown={asTable} />
    </figure>
  );
}

function ZoomTools({ onZoom, onFit }: { readonly onZoom: (factor: number) => void; readonly onFit: () => void }): JSX.Element {
  return (
    <>
      <button type="button" class="icon" aria-label="Smaller" onClick={() => onZoom(1 / STEP)}>
        −
      </button>
      <button type="button" class="icon" aria-label="Larger" onClick={() => onZoom(STEP)}>
        +
      </button>
      <button type="button" onClick={onFit}>
        Fit
      </button>
    </>
  );
}

function SaveMenu({ svg, title }: { readonly svg: RefObject<SVGSVGElement>; readonly title: string }): JSX.Element {
  const name = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  const withSvg = (save: (svg: SVGSVGElement, name: string) => void | Promise<void>) => async (): Promise<void> => {
    try {
      if (svg.current !== null) await save(svg.current, name);
    } catch (thrown) {
      toast(thrown instanceof Error ? thrown.message : String(thrown), { tone: "bad" });
    }
  };
  return (
    <Menu
      label="Save"
      align="end"
      items={[
        { label: "As SVG", run: () => void withSvg(saveSvg)() },
        { label: "As PNG", run: () => void withSvg(savePng)() },
      ]}
    />
  );
}

function structure({ direction, nodes, edges, groups }: Picture): string {
  const parts = nodes.map(({ id, label, lines, shape, group, rank }) => [id, label, lines, shape, group, rank]);
  return JSON.stringify([direction, parts, edges.map(({ from, to, label }) => [from, to, label]), groups]);
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
  const { label, lines = [], badge, run, note, pressed, shape, tone } = node;
  const drawn = [label, ...lines, ...(badge === undefined ? [] : [badge])].join(" ");
  const top = box.y - (lines.length * LINE_HEIGHT) / 2 + 4.5;
  const button =
    run === undefined
      ? { "aria-hidden": true as const }
      : {
          role: "button" as const,
          // In SVG attributes keep their case: this one is written small.
          tabindex: 0,
          "aria-label": note === undefined ? drawn : `${drawn}, ${note}`,
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
      </text>{" "}
      {lines.map((line, index) => (
        <text key={index} x={box.x} y={top + (index + 1) * LINE_HEIGHT} class="diagram-line">
          {line}
        </text>
      ))}{" "}
      {badge === undefined ? null : <Badge text={badge} x={box.x + box.width / 2} y={box.y - box.height / 2} />}
    </g>
  );
}

function Badge({ text, x, y }: { readonly text: string; readonly x: number; readonly y: number }): JSX.Element {
  const width = 12 + 7 * text.length;
  return (
    <g class="diagram-badge">
      <rect x={x - width + 8} y={y - 13} width={width} height={19} rx={9.5} />
      <text x={x - width / 2 + 8} y={y + 1}>
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

/** Brings a point of the picture into view; when the picture is zoomed, its middle stays where it is. */
function useReveal(box: RefObject<HTMLDivElement>, scale: number, point: Point | undefined): void {
  const before = useRef<number | null>(null);
  useLayoutEffect(() => {
    const view = box.current;
    const ratio = before.current === null ? 1 : scale / before.current;
    if (view === null || ratio === 1) return;
    const kept = (start: number, size: number): number => (start + size / 2) * ratio - size / 2;
    const to = { left: kept(view.scrollLeft, view.clientWidth), top: kept(view.scrollTop, view.clientHeight) };
    view.scrollTo({ ...to, behavior: "instant" });
  }, [scale]);
  useEffect(() => {
    const view = box.current;
    if (view === null || point === undefined) return;
    const isCalm = before.current === null || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const to = { left: point.x * scale - view.clientWidth / 2, top: point.y * scale - view.clientHeight / 2 };
    view.scrollTo({ ...to, behavior: isCalm ? "instant" : "smooth" });
  }, [point?.x, point?.y]);
  useEffect(() => {
    before.current = scale;
  });
}
