/** A flow as a picture: its steps, the ways between them, and the way that a run takes. */

import type { InspectEdge, InspectGraph, InspectNode } from "tenor-wasm";
import type { GraphPath } from "../flow/frames";
import { hitsBadge, hitsOf } from "./coverage";
import { type Cell, cell, type Picture, type PictureEdge, type PictureGroup, type PictureNode, type Tone } from "./picture";

export interface FlowPictureOptions {
  readonly flow: string;
  readonly graph: InspectGraph;
  readonly path: GraphPath | null;
  /** The number under which a node stands in the list of steps. */
  readonly numbers?: ReadonlyMap<string, string>;
  readonly onStep?: (step: string) => void;
}

export function flowPicture({ flow, graph, path, numbers, onStep }: FlowPictureOptions): Picture {
  return {
    title: `Flow ${flow}`,
    direction: "down",
    nodes: graph.nodes.map((node) => pictureNode(node, flow, path, numbers, onStep)),
    edges: graph.edges.map((edge, index) => pictureEdge(edge, flow, path, index)),
    groups: groupsOf(graph),
    table: {
      columns: ["Step", "What it does", "Where it leads", ...(path === null ? [] : ["In this run"])],
      rows: graph.nodes.filter(({ kind }) => kind !== "terminal").map((node) => row(node, graph, flow, path, onStep)),
    },
  };
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

function pictureNode(
  node: InspectNode,
  flow: string,
  path: GraphPath | null,
  numbers: ReadonlyMap<string, string> | undefined,
  onStep: ((step: string) => void) | undefined,
): PictureNode {
  const { id, kind, step_id: step, within, branch_id: branch } = node;
  const name = nodeName(node);
  const said = deed(node);
  const hits = step === undefined ? undefined : hitsOf("steps", `${flow}/${step}`);
  const badge = hits === undefined ? numbers?.get(id) : hitsBadge(hits);
  const tone = hits === undefined ? toneOf(node, path) : hits === 0 ? "closed" : "good";
  const run = step === undefined || onStep === undefined ? undefined : () => onStep(step);
  return {
    id,
    shape: kind === "operation" ? "step" : kind,
    label: name,
    lines: kind === "terminal" ? [] : [said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said],
    tone,
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

function pictureEdge({ from, to, label, kind, step_id: step, way }: InspectEdge, flow: string, path: GraphPath | null, index: number): PictureEdge {
  const hits = way === undefined ? undefined : hitsOf("edges", `${flow}/${step}: ${way}`);
  const isGone = hits === undefined ? path?.edges.has(index) === true : hits > 0;
  return {
    from,
    to,
    label: hits === undefined ? label : `${label} (${hitsBadge(hits)})`,
    tone: isGone ? (kind === "failure" ? "failed" : "path") : "plain",
    isDashed: kind === "failure" && !isGone,
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

function row(
  node: InspectNode,
  graph: InspectGraph,
  flow: string,
  path: GraphPath | null,
  onStep: ((step: string) => void) | undefined,
): readonly Cell[] {
  const byId = new Map(graph.nodes.map((one) => [one.id, one]));
  const target = (id: string): string => {
    const found = byId.get(id);
    return found?.kind === "terminal" ? `the end ${nodeName(found)}` : found === undefined ? id : nodeName(found);
  };
  const ways = graph.edges.filter(({ from }) => from === node.id).map(({ label, to }) => `${label}: ${target(to)}`);
  const { step_id: step, branch_id: branch } = node;
  const hits = step === undefined ? undefined : hitsOf("steps", `${flow}/${step}`);
  const inRun = path === null ? [] : [cell(path.failed.has(node.id) ? "failed" : path.nodes.has(node.id) ? "taken" : "not taken")];
  return [
    cell(nodeName(node) + (branch === undefined ? "" : ` (branch ${branch})`), step === undefined || onStep === undefined ? undefined : () => onStep(step)),
    cell(deed(node) + (hits === undefined ? "" : `; by scenarios ${hitsBadge(hits)}`)),
    cell(ways.join("; ")),
    ...inRun,
  ];
}
