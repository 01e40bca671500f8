/**
 * A run as something to be played: one frame for each step that was taken, in the order of the run, each with the node and the edges of
 * the flow's graph that it stands for. All of it is read from the provenance chain; nothing is evaluated here.
 */

import type { ChainStep, InspectGraph, InspectResult, PathStep, SimulateFlowResult } from "tenor-wasm";

export interface InstanceChange {
  readonly entity: string;
  readonly instance: string;
  readonly from: string;
  readonly to: string;
}

export interface Frame {
  readonly step: ChainStep;
  /** The flow whose step it is: the run's own, or a sub-flow. */
  readonly flow: string;
  /** Which walk it belongs to: "" is the run's own, a sub-flow's is the steps that lead into it, joined by `/`. */
  readonly scope: string;
  /** The branch of a parallel step that it stands in. */
  readonly branch: string | null;
  readonly depth: number;
  /** The node of the flow's graph, and the indices of the edges that were gone along with this step. */
  readonly node: string;
  readonly edges: readonly number[];
  /** The end of its walk that it leads to, and whether that is a failure. */
  readonly end: { readonly node: string; readonly failed: boolean } | null;
  /** Why the step failed, in words. */
  readonly error: string | null;
  readonly changes: readonly InstanceChange[];
}

export interface TrackedInstance {
  readonly entity: string;
  readonly instance: string;
  /** Before the run, then after each frame; null where there is no such instance. */
  readonly states: readonly (string | null)[];
}

export interface Playback {
  readonly frames: readonly Frame[];
  readonly instances: readonly TrackedInstance[];
}

type Graphs = ReadonlyMap<string, InspectGraph>;

interface Walk {
  readonly graphs: Graphs;
  readonly flow: string;
  readonly scope: string;
  /** Stands before the ids of the nodes inside a parallel branch. */
  readonly prefix: string;
  readonly branch: string | null;
  readonly depth: number;
  /** The edges by which the walk is entered. */
  readonly entry: readonly number[];
  readonly outcome: string;
  readonly failed: boolean;
}

/** The frames of a run that was simulated with its provenance. */
export function playback(result: SimulateFlowResult, { flows }: InspectResult): Playback {
  const chain = result.provenance;
  if (chain === undefined) return { frames: [], instances: [] };
  const graphs = new Map(flows.map(({ id, graph }) => [id, graph]));
  const { flow_id: flow, outcome, failed } = result;
  const walk: Walk = { graphs, flow, scope: "", prefix: "", branch: null, depth: 0, entry: [], outcome, failed };
  const records = flatten(result.path);
  const frames = framesOf(chain.steps, walk).map((frame, index) => ({ ...frame, error: records[index]?.error?.message ?? null }));
  const tracked = Object.entries(chain.inputs.entity_states).flatMap(([entity, states]) =>
    Object.entries(states).map(([instance, state]) => ({ entity, instance, states: statesThrough(entity, instance, state, frames) })),
  );
  return { frames, instances: tracked };
}

function statesThrough(entity: string, instance: string, first: string | null, frames: readonly Frame[]): readonly (string | null)[] {
  const states = [first];
  for (const { changes } of frames) {
    const change = changes.findLast((one) => one.entity === entity && one.instance === instance);
    states.push(change === undefined ? (states.at(-1) ?? null) : change.to);
  }
  return states;
}

/** The steps of a path in the order in which a chain has them, those of sub-flows behind their step. */
function flatten(path: readonly PathStep[]): readonly PathStep[] {
  return path.flatMap((step) => [step, ...flatten(step.steps ?? [])]);
}

function framesOf(steps: readonly ChainStep[], walk: Walk): readonly Frame[] {
  const graph = walk.graphs.get(walk.flow);
  const frames: Frame[] = [];
  let before: { readonly node: string; readonly step: ChainStep } | null = null;
  let owner = "";
  let compensations = 0;
  for (const step of steps) {
    const isHandling = step.step_type === "CompensationStep" || step.step_type === "Escalation";
    if (!isHandling) {
      owner = walk.prefix + step.step;
      compensations = 0;
    }
    const node: string = step.step_type === "CompensationStep" ? `${owner}!${compensations++}` : owner;
    const edges = before === null ? walk.entry : edgesBetween(graph, before.node, node, before.step);
    frames.push(frameOf(step, walk, node, edges), ...innerFrames(step, walk, node));
    before = { node, step };
  }
  if (before === null) return frames;
  const node = `${walk.prefix}terminal:${walk.outcome}`;
  const edges = edgesBetween(graph, before.node, node, before.step);
  const end = { node, failed: walk.failed };
  // The walk ends with the last of its steps; those of a sub-flow are steps of another walk.
  const own = frames.findLastIndex(({ scope }) => scope === walk.scope);
  return frames.map((frame, index) => (index === own ? { ...frame, edges: [...frame.edges, ...edges], end } : frame));
}

function frameOf(step: ChainStep, { flow, scope, branch, depth }: Walk, node: string, edges: readonly number[]): Frame {
  const changes =
    "transitions" in step ? step.transitions.map(({ entity, instance, from, to }) => ({ entity, instance, from, to })) : [];
  return { step, flow, scope, branch, depth, node, edges, end: null, error: null, changes };
}

/** The frames of what a step holds: a sub-flow, or the branches of a parallel step. */
function innerFrames(step: ChainStep, walk: Walk, node: string): readonly Frame[] {
  const depth = walk.depth + 1;
  if (step.step_type === "SubFlowStep") {
    const { flow_id: flow, outcome, status } = step.flow.flow_outcome;
    const failed = status === "failed";
    const scope = walk.scope === "" ? step.step : `${walk.scope}/${step.step}`;
    return framesOf(step.flow.steps, { ...walk, flow, scope, prefix: "", branch: null, depth, entry: [], outcome, failed });
  }
  if (step.step_type !== "ParallelStep") return [];
  const edges = walk.graphs.get(walk.flow)?.edges ?? [];
  return step.branches.flatMap(({ branch_id: branch, outcome, failed, steps }) => {
    const entry = edges.flatMap((edge, index) => (edge.kind === "fork" && edge.from === node && edge.label === branch ? [index] : []));
    return framesOf(steps, { ...walk, prefix: `${node}/${branch}/`, branch, depth, entry, outcome, failed });
  });
}

/** The edge by which a step was left, as far as the graph has it. */
function edgesBetween(graph: InspectGraph | undefined, from: string, to: string, step: ChainStep): readonly number[] {
  const found = (graph?.edges ?? []).flatMap((edge, index) => (edge.from === from && edge.to === to ? [{ edge, index }] : []));
  const way = wayOut(step);
  const fitting = found.find(({ edge }) => (edge.way ?? edge.label) === way) ?? found.find(({ edge }) => edge.label === way) ?? found[0];
  return fitting === undefined ? [] : [fitting.index];
}

/** The name of the way out of a step: `way` of its edge, or the label where the edge has none. */
function wayOut(step: ChainStep): string {
  switch (step.step_type) {
    case "OperationStep":
      return step.error === undefined ? (step.outcome ?? step.result) : FAILED;
    case "CompensationStep":
      return step.error === undefined ? "then" : "failure";
    case "BranchStep":
      return step.result;
    case "HandoffStep":
      return "next";
    case "SubFlowStep":
      return step.flow.flow_outcome.status === "failed" ? FAILED : "success";
    case "ParallelStep":
      return step.result === "failed" ? FAILED : "success";
    case "Escalation":
      return FAILED;
  }
}

const FAILED = "failure handler";

/** What of a walk's graph was gone through in the frames up to `until` (not included), and the node that stands last. */
export function pathThrough(frames: readonly Frame[], scope: string, until: number): GraphPath {
  const gone = frames.slice(0, until).filter((frame) => frame.scope === scope);
  const ends = gone.flatMap(({ end }) => (end === null ? [] : [end]));
  const failed = [...gone.filter(hasFailed), ...ends.filter((end) => end.failed)];
  return {
    nodes: new Set([...gone, ...ends].map(({ node }) => node)),
    edges: new Set(gone.flatMap(({ edges }) => edges)),
    failed: new Set(failed.map(({ node }) => node)),
    current: until === frames.length ? null : (gone.at(-1)?.node ?? null),
    last: ends.at(-1)?.node ?? gone.at(-1)?.node ?? null,
  };
}

function hasFailed({ step, error }: Frame): boolean {
  if (step.step_type === "SubFlowStep") return step.flow.flow_outcome.status === "failed";
  return error !== null || (step.step_type === "ParallelStep" && step.result === "failed");
}

export interface GraphPath {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<number>;
  readonly failed: ReadonlySet<string>;
  readonly current: string | null;
  /** The node that was reached last, an end too. */
  readonly last: string | null;
}
