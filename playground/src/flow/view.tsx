/** The run that is set up: its outcome and its path. */

import type { JSX } from "preact";
import { simulation } from "../engine";
import { workspace } from "../state/store";
import { Problems } from "../widgets";

export function FlowView(): JSX.Element {
  const { value, problems } = simulation.answer.value;
  const { flow } = workspace.value.run;
  if (flow === null) return <p class="hint">Choose an action in the results to run its flow here.</p>;
  return (
    <div class="stack">
      <h2>{flow}</h2>
      <Problems problems={problems} />
      <p>{value === undefined ? "" : `Outcome: ${value.outcome}`}</p>
      <ol>{value?.path.map(({ step_id: step, result }, index) => <li key={index}>{`${step}: ${result}`}</li>)}</ol>
    </div>
  );
}
