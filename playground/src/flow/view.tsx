/** One run of a flow: set up, played step by step, applied, taken back. */

import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { inspection, simulation } from "../engine";
import { ContractNotice } from "../shell/contract-notice";
import { update, workspace } from "../state/store";
import { setRun } from "../state/updates";
import { lazy, Problems, registerShortcuts } from "../widgets";
import { ApplyBar } from "./apply";
import { Chooser } from "./chooser";
import "./flow.css";
import { pathThrough, type Playback, playback } from "./frames";
import { HistoryView } from "./history-view";
import { SnapshotView } from "./snapshot";
import { StatesView } from "./states";
import { Stepper } from "./stepper";
import { Steps } from "./steps";

const FlowFigure = lazy(() => import("../diagrams/flow-figure").then((module) => module.FlowFigure));

export function FlowView(): JSX.Element {
  const { flow, step } = workspace.value.run;
  const { value, problems, pending, stale } = simulation.answer.value;
  const declared = inspection.value;
  const shown = value !== undefined && declared !== undefined && flow === value.flow_id ? value : undefined;
  const played = useMemo(() => (shown === undefined || declared === undefined ? undefined : playback(shown, declared)), [shown, declared]);
  const at = stepsTaken(step, played);
  return (
    <div class="flow stack">
      <Chooser />
      {flow === null ? (
        <p class="hint">Choose a flow to see how it would run. Nothing is changed until you apply it.</p>
      ) : (
        <Problems problems={problems} />
      )}
      {shown === undefined || played === undefined ? null : (
        <div class={stale ? "stack stale" : "stack"} aria-busy={pending}>
          <Stepper frames={played.frames} at={at} outcome={shown.outcome} failed={shown.failed} onMove={(to) => moveTo(to, played)} />
          <ContractNotice what="this run belongs" />
          <AppliedNote flow={shown.flow_id} />
          {stale && !pending ? <p class="hint">This is the last run that could be had; the inputs have changed since.</p> : null}
          <div class="flow-body">
            <RunFigure played={played} at={at} flow={shown.flow_id} />
            <Steps played={played} at={at} flow={shown.flow_id} onMove={(to) => moveTo(to, played)} />
          </div>
          <StatesView played={played} at={at} />
          <ApplyBar result={shown} isCurrent={!stale && !pending} />
          <SnapshotView result={shown} />
        </div>
      )}
      <Keys played={played} />
      <HistoryView />
    </div>
  );
}

/** After a run was applied the same run is shown as it would go once more: that is said, else it looks as if it had failed. */
function AppliedNote({ flow }: { readonly flow: string }): JSX.Element | null {
  const { history, run } = workspace.value;
  const last = history.runs.find(({ id }) => id === history.at);
  const isSame = last?.flow === flow && Object.entries(last.bindings).every(([entity, instance]) => run.bindings[entity] === instance);
  if (last === undefined || !isSame) return null;
  return <p class="flow-applied">{`✓ This run was applied as run ${last.id}. What you see is how it would go once more, from where the instances stand now.`}</p>;
}

function moveTo(to: number, { frames }: Playback): void {
  const step = Math.max(0, Math.min(frames.length, to));
  update(setRun({ step: step === frames.length ? null : step }));
}

/** From where the run stands when the key is pressed: the picture of it may be a moment older. */
function moveBy(steps: number, played: Playback): void {
  moveTo(stepsTaken(workspace.peek().run.step, played) + steps, played);
}

function stepsTaken(step: number | null, played: Playback | undefined): number {
  return Math.min(step ?? Infinity, played?.frames.length ?? 0);
}

interface PlayedProps {
  readonly played: Playback;
  readonly at: number;
  readonly flow: string;
}

/** The flow's picture with the way so far; within a sub-flow, that one's. */
function RunFigure({ played: { frames }, at, flow }: PlayedProps): JSX.Element {
  const looked = at === frames.length ? undefined : frames[at - 1];
  const scope = looked?.scope ?? "";
  const numbers = new Map<string, string>();
  frames.forEach((frame, index) => {
    if (frame.scope !== scope) return;
    const before = numbers.get(frame.node);
    numbers.set(frame.node, before === undefined ? String(index + 1) : `${before}, ${index + 1}`);
  });
  const path = pathThrough(frames, scope, at);
  return <FlowFigure flow={looked?.flow ?? flow} path={path} numbers={numbers} within={scope === "" ? null : flow} />;
}

/** Keys that work on the whole page while the run is shown. */
function Keys({ played }: { readonly played: Playback | undefined }): null {
  useEffect(() => {
    if (played === undefined) return undefined;
    return registerShortcuts(
      { keys: "[", label: "Flow run: one step back", run: () => moveBy(-1, played) },
      { keys: "]", label: "Flow run: one step forward", run: () => moveBy(1, played) },
    );
  }, [played]);
  return null;
}
