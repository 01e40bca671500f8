/** Where the run stands, and the ways to move: buttons, a slider, arrow keys. */

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Frame } from "./frames";
import { told } from "./told";

interface Props {
  readonly frames: readonly Frame[];
  /** The number of steps that are taken. */
  readonly at: number;
  readonly outcome: string;
  readonly failed: boolean;
  readonly onMove: (to: number) => void;
}

export function Stepper({ frames, at, outcome, failed, onMove }: Props): JSX.Element {
  const id = useId();
  const last = frames.length;
  const where = whereAt(frames, at, outcome);
  return (
    <div class="flow-stepper">
      <div class="row" role="group" aria-label="Move through the run">
        <button type="button" disabled={at === 0} onClick={() => onMove(0)}>
          Start
        </button>
        <button type="button" disabled={at === 0} onClick={() => onMove(at - 1)} aria-keyshortcuts="[">
          ‹ Back
        </button>
        <button type="button" class="primary" disabled={at === last} onClick={() => onMove(at + 1)} aria-keyshortcuts="]">
          Forward ›
        </button>
        <button type="button" disabled={at === last} onClick={() => onMove(last)}>
          End
        </button>
        <label class="unseen" for={id}>
          Step of the run
        </label>
        <input
          id={id}
          type="range"
          min={0}
          max={last}
          value={at}
          aria-valuetext={`${at} of ${last}: ${where}`}
          onInput={({ currentTarget }) => onMove(Number(currentTarget.value))}
        />
        <span class="flow-at">{`${at} of ${last}`}</span>
      </div>
      <p class="flow-where" aria-live="polite">
        {where}
        {at === last ? <span class={failed ? "flow-outcome bad" : "flow-outcome good"}>{failed ? `✗ ${outcome}` : `✓ ${outcome}`}</span> : null}
      </p>
    </div>
  );
}

function whereAt(frames: readonly Frame[], at: number, outcome: string): string {
  const frame = frames[at - 1];
  if (frame === undefined) return "Before the first step: facts and verdicts are frozen.";
  if (at === frames.length) return `The run is over, it ends with ${outcome}.`;
  return `After ${frame.step.step}: ${told(frame).result}.`;
}
