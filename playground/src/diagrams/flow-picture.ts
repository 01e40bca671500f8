/** A flow as a picture: its steps, the ways between them, and the way that a run takes or what the scenarios exercise. */

import type { InspectEdge, InspectGraph, InspectNode } from "tenor-wasm";
import type { GraphPath } from "../flow/frames";
import { type Coverage, hitsOf, hitsSign, hitsTone, hitsWords, share, sumOf } from "./coverage";
import { type Cell, cell, type Picture, type PictureEdge, type PictureGroup, type PictureNode, type Tone } from "./picture";

export interface FlowPictureOptions {
  readonly flow: string;
  readonly graph: InspectGraph;
  readonly path: GraphPath | null;
  /** What the scenarios exercise, where that is painted in the place of the path. */
  readonly coverage?: Coverage | null;
  /** The number under which a node stands in the list of steps. */
  readonly numbers?: ReadonlyMap<string, string>;
  readonly onStep?: (step: string) => void;
}

export function flowPicture(options: FlowPictureOptions): Picture {
  const { flow, graph, path, coverage = null } = options;
  const steps = graph.nodes.filter(({ kind }) => kind !== "terminal");
  const covered = share(steps.map((node) => nodeHits(node, options)), "steps covered");
  const ways = share(graph.edges.map((edge) => edgeHits(edge, options)), "ways");
  return {
    title: `Flow ${flow}${covered === "" ? "" : `: ${covered}, ${ways}`}`,
    direction: "down",
    nodes: graph.nodes.map((node) => pictureNode(node, options)),
    edges: graph.edges.map((edge, index) => pictureEdge(edge, index, options)),
    groups: groupsOf(graph),
    table: {
      columns: ["Step", "What it does", "Where it leads", ...(coverage !== null ? ["In the scenarios"] : path !== null ? ["In this run"] : [])],
      rows: steps.map((node) => row(node, options)),
    },
  };
}

function edgeHits({ step_id: step, way }: InspectEdge, { flow, coverage = null }: FlowPictureOptions): number | undefined {
  return way === undefined ? undefined : hitsOf(coverage, "edges", `${flow}/${step}: ${way}`);
}

/** An end is exercised as often as the ways that lead to it. */
function nodeHits({ id, kind, step_id: step }: InspectNode, options: FlowPictureOptions): number | undefined {
  const { flow, graph, coverage = null } = options;
  if (kind === "terminal") return sumOf(graph.edges.filter(({ to }) => to === id).map((edge) => edgeHits(edge, options)));
  return step === undefined ? undefined : hitsOf(coverage, "steps", `${flow}/${step}`);
}

/** A step in words: what it does, by whom. */
export function deed({ kind, operation_id: operation, flow_id: flow, persona, to_persona: to, condition_summary: condition, outcome }: InspectNode): string {
  const by = persona === undefined ? "" : ` as ${persona}`;
  switch (kind) {
    case "operation":
      return `${operation ?? ""}${by}`;
    case "compensation":
      return `compensation${by}`;
    case "branch":
      return `if ${condition ?? ""}`;
    case "handoff":
      return `hand over: ${persona ?? ""} to ${to ?? ""}`;
    case "sub_flow":
      return `sub-flow ${flow ?? ""}${by}`;
    case "parallel":
      return "in parallel";
    case "terminal":
      return `end: ${outcome ?? ""}`;
  }
}

export function nodeName({ kind, step_id: step, operation_id: operation, outcome }: InspectNode): string {
  if (kind === "terminal") return outcome ?? "end";
  return step ?? operation ?? "";
}

const LONGEST = 38;

function pictureNode(node: InspectNode, options: FlowPictureOptions): PictureNode {
  const { id, kind, step_id: step, within, branch_id: branch } = node;
  const { path, numbers, onStep } = options;
  const name = nodeName(node);
  const said = deed(node);
  const hits = nodeHits(node, options);
  const badge = hits === undefined ? numbers?.get(id) : hitsSign(hits);
  const run = step === undefined || onStep === undefined ? undefined : () => onStep(step);
  return {
    id,
    shape: kind === "operation" ? "step" : kind,
    label: name,
    lines: kind === "terminal" ? [] : [said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said],
    tone: hits === undefined ? toneOf(node, path) : hitsTone(hits),
    ...(badge !== undefined && { badge }),
    ...(within !== undefined && branch !== undefined && { group: `${within}/${branch}` }),
    ...(run !== undefined && { run }),
    ...(path?.nodes.has(id) === true && { note: path.failed.has(id) ? "failed in this run" : "on the way of this run" }),
  };
}

function toneOf({ id }: InspectNode, path: GraphPath | null): Tone {
  if (path === null) return "plain";
  if (path.failed.has(id)) return "failed";
  if (path.current === id) return "current";
  return path.nodes.has(id) ? "path" : "plain";
}

function pictureEdge(edge: InspectEdge, index: number, options: FlowPictureOptions): PictureEdge {
  const { from, to, label, kind } = edge;
  const hits = edgeHits(edge, options);
  const isGone = hits === undefined ? options.path?.edges.has(index) === true : hits > 0;
  const hasFailed = kind === "failure" && hits === undefined;
  return {
    from,
    to,
    label: hits === undefined ? label : `${label} (${hitsSign(hits)})`,
    tone: isGone ? (hasFailed ? "failed" : "path") : "plain",
    isDashed: (kind === "failure" && !isGone) || hits === 0,
  };
}

/** The branches of parallel steps. */
function groupsOf({ nodes }: InspectGraph): readonly PictureGroup[] {
  const groups = new Map<string, PictureGroup>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const { within, branch_id: branch } of nodes) {
    if (within === undefined || branch === undefined) continue;
    const parent = byId.get(within);
    const outer = parent?.within === undefined ? undefined : `${parent.within}/${parent.branch_id ?? ""}`;
    groups.set(`${within}/${branch}`, { id: `${within}/${branch}`, label: branch, ...(outer !== undefined && { within: outer }) });
  }
  return [...groups.values()];
}

function row(node: InspectNode, options: FlowPictureOptions): readonly Cell[] {
  const { graph, path, coverage = null, onStep } = options;
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const target = (id: string): string => {
    const found = byId.get(id);
    return found?.kind === "terminal" ? `the end ${nodeName(found)}` : found === undefined ? id : nodeName(found);
  };
  const way = (edge: InspectEdge): string => {
    const hits = edgeHits(edge, options);
    return `${edge.label}: ${target(edge.to)}${hits === undefined ? "" : ` (${hitsWords(hits)})`}`;
  };
  const { step_id: step, branch_id: branch } = node;
  const inRun = path === null ? [] : [cell(path.failed.has(node.id) ? "failed" : path.nodes.has(node.id) ? "taken" : "not taken")];
  return [
    cell(nodeName(node) + (branch === undefined ? "" : ` (branch ${branch})`), step === undefined || onStep === undefined ? undefined : () => onStep(step)),
    cell(deed(node)),
    cell(graph.edges.filter(({ from }) => from === node.id).map(way).join("; ")),
    ...(coverage === null ? inRun : [cell(hitsWords(nodeHits(node, options)))]),
  ];
}
