/** The steps of the run, one below the other; each can be gone to and explained. */

import type { JSX } from "preact";
import { explain } from "../shell/navigate";
import { workspace } from "../state/store";
import { type Frame, type Playback } from "./frames";
import { told } from "./told";

interface Props {
  readonly played: Playback;
  readonly at: number;
  readonly flow: string;
  readonly onMove: (to: number) => void;
}

export function Steps({ played: { frames }, at, flow, onMove }: Props): JSX.Element {
  return (
    <ol class="flow-steps plain" aria-label="Steps of the run">
      <li class="flow-step">
        <button type="button" class="flow-go" aria-current={at === 0 ? "step" : undefined} onClick={() => onMove(0)}>
          <span class="flow-number">0</span> Start
        </button>
        <p class="hint">Facts and verdicts are frozen now, see below.</p>
      </li>
      {frames.map((frame, index) => (
        <Step key={index} frame={frame} number={index + 1} at={at} flow={flow} onMove={onMove} />
      ))}
    </ol>
  );
}

interface StepProps {
  readonly frame: Frame;
  readonly number: number;
  readonly at: number;
  readonly flow: string;
  readonly onMove: (to: number) => void;
}

function Step({ frame, number, at, flow, onMove }: StepProps): JSX.Element {
  const { step, branch, depth, changes } = frame;
  const { what, result, sign, failed } = told(frame);
  const { selection } = workspace.value;
  const isExplained = selection?.kind === "step" && selection.step === step.step && selection.flow === flow;
  const several = "ambiguous_outcomes" in step ? step.ambiguous_outcomes : undefined;
  return (
    <li class={`flow-step${number > at ? " ahead" : ""}${failed ? " failed" : ""}`} style={{ marginInlineStart: `${Math.min(depth, 4)}rem` }}>
      <button type="button" class="flow-go" aria-current={at === number ? "step" : undefined} onClick={() => onMove(number)}>
        <span class="flow-number">{number}</span> <strong>{step.step}</strong>
        {branch === null ? null : <span class="hint"> in branch {branch}</span>}
        {number > at ? <span class="unseen"> (not yet)</span> : null}
      </button>
      <div class="flow-told">
        <p class="hint">{what}</p>
        <p class={failed ? "error" : undefined}>
          <span aria-hidden="true">{sign} </span>
          {result}
        </p>
        {several === undefined ? null : <p class="hint">Several outcomes apply ({several.join(", ")}); the first is taken unless you choose.</p>}
        {changes.map(({ entity, instance, from, to }) => (
          <p key={`${entity}/${instance}`} class="flow-change">
            {entity} {instance}: <span class="flow-from">{from}</span> → <strong>{to}</strong>
          </p>
        ))}
        <button type="button" class="link" aria-pressed={isExplained} aria-label={`Why ${step.step}?`} onClick={() => explain({ kind: "step", flow, step: step.step })}>
          Why?
        </button>
      </div>
    </li>
  );
}
