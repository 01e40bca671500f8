/** The picture of one flow, with the way of a run through it. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { inspection } from "../engine";
import type { GraphPath } from "../flow/frames";
import { explain } from "../shell/navigate";
import type { Coverage } from "./coverage";
import { Figure } from "./figure";
import { flowPicture } from "./flow-picture";

interface Props {
  readonly flow: string;
  readonly path: GraphPath | null;
  /** What the scenarios exercise, where that is painted. */
  readonly coverage?: Coverage | null;
  readonly numbers?: ReadonlyMap<string, string>;
  /** The flow that the run is of, where this is a sub-flow of it: its steps are explained as steps of that run. */
  readonly within?: string | null;
}

export function FlowFigure({ flow, path, coverage = null, numbers, within = null }: Props): JSX.Element | null {
  const graph = inspection.value?.flows.find(({ id }) => id === flow)?.graph;
  const picture = useMemo(() => {
    if (graph === undefined) return null;
    const onStep = (step: string): void => explain({ kind: "step", flow: within ?? flow, step });
    const drawn = flowPicture({ flow, graph, path, coverage, onStep, ...(numbers !== undefined && { numbers }) });
    return within === null ? drawn : { ...drawn, title: `Flow ${flow}, as a sub-flow of ${within}` };
  }, [flow, graph, path, coverage, numbers, within]);
  return picture === null ? null : <Figure picture={picture} reveal={path?.last ?? graph?.nodes[0]?.id ?? null} />;
}
