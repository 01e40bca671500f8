/** The evaluator's life as the page sees it: it starts beside a page that can be used already, is asked, stopped, started again. */

import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { createTenor, type Progress, type Tenor, TenorError } from "tenor-wasm";
import { type Problem, problemsIn } from "./problems";

/** The wheel's file name, put in by the build. */
declare const __WHEEL__: string;

export type Runtime =
  | { readonly phase: "starting"; readonly progress: Progress }
  | { readonly phase: "ready"; readonly version: string }
  /** A worker was ended or died; another one starts. */
  | { readonly phase: "restarting"; readonly version: string }
  | { readonly phase: "failed"; readonly problem: Problem; readonly stage: string };

const AT_FIRST: Progress = { stage: "download", loaded: 0, total: 0 };

const state = signal<Runtime>({ phase: "starting", progress: AT_FIRST });
export const runtime: ReadonlySignal<Runtime> = state;

let begun: Promise<Tenor> | undefined;
let again: (() => void) | undefined;

/** The running evaluator; the first call starts it. It settles only when it runs: a start that failed waits for `retry`. */
export function tenor(): Promise<Tenor> {
  begun ??= startUntilItRuns();
  return begun;
}

/** Try a failed start once more. */
export function retry(): void {
  again?.();
}

async function startUntilItRuns(): Promise<Tenor> {
  for (;;) {
    try {
      return await start();
    } catch (thrown) {
      fail(thrown instanceof TenorError ? thrown : new TenorError("unexpected", String(thrown)));
      await new Promise<void>((resolve) => (again = resolve));
      state.value = { phase: "starting", progress: AT_FIRST };
    }
  }
}

async function start(): Promise<Tenor> {
  const started = await createTenor({
    indexURL: "runtime/",
    wheelURL: `runtime/${__WHEEL__}`,
    compiledURL: "runtime/",
    onProgress: (progress) => {
      // After a restart the worker tells its progress anew: to the page it is only restarting.
      if (state.peek().phase === "starting") state.value = { phase: "starting", progress };
    },
  });
  const { version } = started;
  state.value = { phase: "ready", version };
  started.addEventListener("restart", () => (state.value = { phase: "restarting", version }));
  started.addEventListener("restarted", () => (state.value = { phase: "ready", version }));
  started.addEventListener("restartfailed", ({ detail }) => {
    fail(detail.error);
    // The next call tries again by itself: all that is needed is to make one.
    again = () => {
      state.value = { phase: "restarting", version };
      started.call("version", "{}").then(
        () => (state.value = { phase: "ready", version }),
        () => undefined,
      );
    };
  });
  return started;
}

function fail(error: Error): void {
  const [problem] = problemsIn(error);
  const stage = error instanceof TenorError ? error.details["stage"] : undefined;
  if (problem !== undefined) state.value = { phase: "failed", problem, stage: typeof stage === "string" ? stage : "start" };
}
