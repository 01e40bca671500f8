/** Where the parts of a picture stand: dagre's work, in pixels. */

import dagre from "@dagrejs/dagre";
import type { Picture, PictureGroup, PictureNode } from "./picture";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Boxes by their centres. */
  readonly nodes: readonly (Box & { readonly id: string })[];
  readonly edges: readonly { readonly points: readonly Point[]; readonly label: Point | null }[];
  readonly groups: readonly (Box & { readonly group: PictureGroup })[];
}

export const LABEL_FONT = "600 13px system-ui, sans-serif";
export const LINE_FONT = "12px system-ui, sans-serif";
export const LINE_HEIGHT = 17;
const PADDING = 12;
const MARGIN = 14;

let context: CanvasRenderingContext2D | null | undefined;

function textWidth(text: string, font: string): number {
  context ??= document.createElement("canvas").getContext("2d");
  if (!context) return text.length * 7.5;
  context.font = font;
  return context.measureText(text).width;
}

export function sizeOf({ label, lines = [], shape }: PictureNode): { readonly width: number; readonly height: number } {
  const widest = Math.max(textWidth(label, LABEL_FONT), ...lines.map((line) => textWidth(line, LINE_FONT)));
  // Slanted sides need room beside the text.
  const slant = shape === "branch" || shape === "handoff" ? 14 : 0;
  return { width: Math.ceil(widest) + 2 * (PADDING + slant), height: (1 + lines.length) * LINE_HEIGHT + 16 };
}

export function layOut(picture: Picture): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true, compound: true });
  const isDown = picture.direction === "down";
  graph.setGraph({ rankdir: isDown ? "TB" : "LR", nodesep: 26, edgesep: 14, ranksep: isDown ? 34 : 56, marginx: MARGIN, marginy: MARGIN });
  for (const { id } of picture.groups ?? []) graph.setNode(id, {});
  for (const { id, within } of picture.groups ?? []) if (within !== undefined) graph.setParent(id, within);
  for (const node of picture.nodes) {
    graph.setNode(node.id, { ...sizeOf(node) });
    if (node.group !== undefined) graph.setParent(node.id, node.group);
  }
  anchor(graph, picture);
  picture.edges.forEach(({ from, to, label }, index) => {
    const size = label === "" ? {} : { width: textWidth(label, LINE_FONT) + 8, height: LINE_HEIGHT, labelpos: "c" };
    graph.setEdge(from, to, size, String(index));
  });
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return moved({
    width,
    height,
    nodes: picture.nodes.map(({ id }) => ({ id, ...box(graph.node(id)) })),
    groups: (picture.groups ?? []).map((group) => ({ group, ...box(graph.node(group.id)) })),
    edges: picture.edges.map((edge, index) => {
      const { points: found, x, y } = graph.edge(edge.from, edge.to, String(index)) as { points: Point[]; x?: number; y?: number };
      const isPlain = edge.label === "" && !isDown;
      const points = isPlain ? sideways(box(graph.node(edge.from)), found, box(graph.node(edge.to))) : found;
      return { points, label: edge.label === "" || x === undefined || y === undefined ? null : { x, y } };
    }),
  });
}

/** Without the empty room that the root of the ranks has taken on the left. */
function moved(layout: Layout): Layout {
  const first = Math.min(...layout.nodes.map(({ x, width }) => x - width / 2), ...layout.groups.map(({ x, width }) => x - width / 2));
  const by = Number.isFinite(first) ? Math.max(0, first - MARGIN) : 0;
  if (by === 0 || layout.edges.some(({ points }) => points.some(({ x }) => x < by))) return layout;
  const move = <Part extends Point>(part: Part): Part => ({ ...part, x: part.x - by });
  return {
    ...layout,
    width: layout.width - by,
    nodes: layout.nodes.map(move),
    groups: layout.groups.map(move),
    edges: layout.edges.map(({ points, label }) => ({ points: points.map(move), label: label && move(label) })),
  };
}

/** Pulls nodes to their ranks: by strong edges from a root that nobody sees. */
function anchor(graph: InstanceType<typeof dagre.graphlib.Graph>, { nodes }: Picture): void {
  const placed = nodes.flatMap(({ id, rank }) => (rank === undefined ? [] : [{ id, rank }]));
  if (placed.length === 0) return;
  graph.setNode(ROOT, { width: 0, height: 0 });
  for (const { id, rank } of placed) graph.setEdge(ROOT, id, { minlen: rank + 1, weight: 100 }, "root");
}

const ROOT = "\u0000root";

function box({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}

/** From the right side of one box to the left side of another: steep lines would cross the boxes between. */
function sideways(from: Box, points: readonly Point[], to: Box): readonly Point[] {
  const start = { x: from.x + from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y };
  const inner = points.length > 3 ? points.slice(1, -1) : [{ x: start.x + BEND, y: start.y }];
  return [start, ...inner, { x: end.x - BEND, y: end.y }, end];
}

const BEND = 22;

/** A smooth line through points. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const parts = [`M${at(first)}`];
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) parts.push(`L${at(point)}`);
    else parts.push(`Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`);
  });
  return parts.join(" ");
}

/** The head of an arrow at the end of a line. */
export function arrowHead(points: readonly Point[]): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return "";
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number): Point => ({ x: tip.x - 8 * Math.cos(angle + turn), y: tip.y - 8 * Math.sin(angle + turn) });
  return [tip, corner(0.45), corner(-0.45)].map(at).join(" ");
}

const at = ({ x, y }: Point): string => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;

/** The outline of a shape around a centre. */
export function outline(shape: PictureNode["shape"], { x, y, width, height }: Box): string {
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  if (shape === "branch") {
    return `M${left},${y} L${left + 14},${top} H${right - 14} L${right},${y} L${right - 14},${bottom} H${left + 14} Z`;
  }
  if (shape === "handoff") return `M${left + 14},${top} H${right} L${right - 14},${bottom} H${left} Z`;
  const round = ROUND[shape] ?? 4;
  const r = Math.min(round, height / 2);
  return `M${left + r},${top} H${right - r} A${r},${r} 0 0 1 ${right},${top + r} V${bottom - r} A${r},${r} 0 0 1 ${right - r},${bottom} H${
    left + r
  } A${r},${r} 0 0 1 ${left},${bottom - r} V${top + r} A${r},${r} 0 0 1 ${left + r},${top} Z`;
}

const ROUND: Partial<Record<PictureNode["shape"], number>> = { terminal: 99, state: 12, initial: 12, step: 6, compensation: 6, sub_flow: 6 };
