/** The runs that were applied, as the tree that they are: each can be gone back to, and a run applied there begins a branch. */

import { Fragment, type JSX } from "preact";
import { undoable } from "../inputs/undo";
import { update, workspace } from "../state/store";
import { setPersona, setRun } from "../state/updates";
import { type AppliedRun, NO_RUN } from "../state/workspace";
import { changedByHand, forgetRuns, goBackTo, wayTo } from "./history";

export function HistoryView(): JSX.Element | null {
  const { history } = workspace.value;
  if (history.runs.length === 0) return null;
  const way = new Set(wayTo(history, history.at).map(({ id }) => id));
  return (
    <section class="flow-history stack" aria-labelledby="flow-history">
      <div class="row">
        <h2 id="flow-history">Applied runs</h2>
        <button type="button" onClick={() => undoable("The history is empty.", forgetRuns)}>
          Forget them
        </button>
      </div>
      {changedByHand.value ? <p class="hint">The instances were changed by hand since; going back puts the text of that moment there.</p> : null}
      <ul class="plain">
        <li>
          <Point id={null} isHere={history.at === null} text="Before all runs" />
        </li>
        <Below parent={null} runs={history.runs} at={history.at} way={way} />
      </ul>
    </section>
  );
}

interface BelowProps {
  readonly parent: number | null;
  readonly runs: readonly AppliedRun[];
  readonly at: number | null;
  readonly way: ReadonlySet<number>;
}

/** A run that goes straight on stands below; where several begin at the same point, each is a branch. */
function Below({ parent, runs, at, way }: BelowProps): JSX.Element | null {
  const next = runs.filter((run) => run.parent === parent);
  const items = next.map((run) => (
    <Fragment key={run.id}>
      <li class={way.has(run.id) ? "flow-on-way" : undefined}>
        <Point id={run.id} isHere={at === run.id} text={`${run.flow} as ${run.persona}`} run={run} />
      </li>
      <Below parent={run.id} runs={runs} at={at} way={way} />
    </Fragment>
  ));
  if (next.length < 2) return <>{items}</>;
  return (
    <>
      {items.map((item, index) => (
        <li key={next[index]?.id}>
          <span class="hint">{`Branch ${index + 1}`}</span>
          <ul class="plain flow-branch">{item}</ul>
        </li>
      ))}
    </>
  );
}

interface PointProps {
  readonly id: number | null;
  readonly isHere: boolean;
  readonly text: string;
  readonly run?: AppliedRun;
}

function Point({ id, isHere, text, run }: PointProps): JSX.Element {
  const on = Object.entries(run?.bindings ?? {}).map(([entity, instance]) => `${entity} ${instance}`);
  const name = run === undefined ? text : `${text}, run ${run.id}`;
  return (
    <div class="row flow-point">
      <span class={isHere ? "flow-here" : undefined} aria-current={isHere ? "true" : undefined}>
        {isHere ? "● " : "○ "}
        {run === undefined ? text : `${run.id}. ${text}`}
      </span>
      {run === undefined ? null : <span class="hint">{`${on.join(", ")}: ${run.outcome}`}</span>}
      {isHere ? (
        <span class="hint">the instances stand here</span>
      ) : (
        <button
          type="button"
          aria-label={`Go here: ${name}`}
          onClick={() => undoable(`The instances stand ${run === undefined ? "before all runs" : `after run ${run.id}`}.`, goBackTo(id))}
        >
          Go here
        </button>
      )}
      {run === undefined ? null : (
        <button
          type="button"
          aria-label={`Set up again: ${name}`}
          onClick={() => update(setPersona(run.persona), setRun({ ...NO_RUN, flow: run.flow, bindings: run.bindings }))}
        >
          Set up again
        </button>
      )}
    </div>
  );
}
