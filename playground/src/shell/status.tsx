/** How the evaluator is: starting (stage and bytes), ready (its version), working (with a way to stop it), failed (with a retry). */

import type { JSX } from "preact";
import { askAgain, retry, runtime, slow, stopAll, stopped } from "../engine";
import type { Runtime } from "../engine";

const STAGES = ["download", "start", "install"] as const;
const STAGE_NAMES: Readonly<Record<string, string>> = {
  download: "Downloading Python",
  start: "Starting Python",
  install: "Loading the evaluator",
  ready: "Nearly there",
};

export function EngineStatus(): JSX.Element {
  const state = runtime.value;
  return (
    <div class="engine" data-phase={state.phase}>
      <div role="status">{statusText(state)}</div>
      {state.phase === "starting" ? <StartBar state={state} /> : null}
      {state.phase === "ready" && slow.value ? (
        <button type="button" onClick={stopAll}>
          Stop
        </button>
      ) : null}
      {state.phase === "ready" && stopped.value ? (
        <button type="button" onClick={askAgain}>
          Evaluate again
        </button>
      ) : null}
      {state.phase === "failed" ? (
        <div class="engine-failed" role="alert">
          <p>
            <strong>The evaluator could not start</strong> ({STAGE_NAMES[state.stage] ?? state.stage}): {state.problem.message}{" "}
            <code>{state.problem.code}</code>
          </p>
          <p>You can go on editing; results come when it runs.</p>
          <button type="button" class="primary" onClick={retry}>
            Try again
          </button>
        </div>
      ) : null}
    </div>
  );
}

function statusText(state: Runtime): string {
  switch (state.phase) {
    case "starting": {
      const stage = STAGE_NAMES[state.progress.stage] ?? "";
      const number = STAGES.findIndex((name) => name === state.progress.stage) + 1 || STAGES.length;
      return `${stage} (${number} of ${STAGES.length})`;
    }
    case "ready":
      return slow.value ? "Evaluating …" : `Evaluator ${state.version}`;
    case "restarting":
      return "Restarting the evaluator …";
    case "failed":
      return "";
  }
}

function StartBar({ state }: { readonly state: Extract<Runtime, { phase: "starting" }> }): JSX.Element {
  const { stage, loaded, total } = state.progress;
  const known = stage === "download" && total > 0;
  return (
    <>
      {known ? (
        <progress aria-label="Download" max={total} value={loaded} />
      ) : (
        <progress aria-label={STAGE_NAMES[stage] ?? "Start"} />
      )}
      <span class="bytes">{known ? `${megabytes(loaded)} of ${megabytes(total)} MB` : ""}</span>
    </>
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
