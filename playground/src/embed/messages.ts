/**
 * Talks to the page that embeds this one, and to no other: the origin in the address is the only one that is heard, and the only
 * one that anything is sent to. Messages are objects with a `type`; an `id` is given back with the answer. `requests.ts` has what is
 * heard.
 *
 * Said without being asked: `tenor:ready` { protocol, panels, readOnly }, `tenor:change` { workspace }, `tenor:selection`
 * { selection, panel }, `tenor:result` { verdicts, actions }, `tenor:problems` { problems }.
 */

import { effect } from "@preact/signals";
import { writeJson } from "tenor-wasm";
import { actionSpaces, busy, contract, inputProblems, type Problem, runtime, verdicts } from "../engine";
import { workspace } from "../state/store";
import type { EmbedMode } from "./mode";
import { chosenPanel, panelsOf } from "./panels";
import { answerTo, isRequest } from "./requests";

/** What this page understands and says. A member more in a message is no other protocol, one less is. */
const PROTOCOL = 1;
/** Changes are told when they pause. */
const PAUSE_MS = 150;

type Say = (type: string, content?: object) => void;

/** Begins to listen and to tell. */
export function converse(mode: EmbedMode, origin: string, parent: Window = window.parent): void {
  if (parent === window) return;
  const say: Say = (type, content = {}) => parent.postMessage({ type, ...content }, origin);
  addEventListener("message", ({ source, origin: from, data }: MessageEvent<unknown>) => {
    if (source !== parent || from !== origin || !isRequest(data)) return;
    const { type, ...content } = answerTo(data, mode);
    say(type, { ...content, ...(data.id !== undefined && { id: data.id }) });
  });
  tellChanges(say);
  tellSelection(say, mode);
  tellResults(say);
  say("tenor:ready", { protocol: PROTOCOL, panels: panelsOf(mode).map(({ id }) => id), readOnly: mode.readOnly });
}

function tellChanges(say: Say): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = workspace.peek();
  effect(() => {
    const now = workspace.value;
    clearTimeout(timer);
    if (now === told) return;
    timer = setTimeout(() => {
      told = now;
      say("tenor:change", { workspace: writeJson(now) });
    }, PAUSE_MS);
  });
}

function tellSelection(say: Say, mode: EmbedMode): void {
  let told = [workspace.peek().selection, chosenPanel(mode)?.id] as const;
  effect(() => {
    const now = [workspace.value.selection, chosenPanel(mode)?.id] as const;
    if (now[0] === told[0] && now[1] === told[1]) return;
    told = now;
    say("tenor:selection", { selection: now[0], panel: now[1] ?? null });
  });
}

/** What is found, or why nothing is, whenever the page comes to rest: then all of it belongs to what is there now. Each is told once. */
function tellResults(say: Say): void {
  let told: unknown;
  const tell = (): void => {
    const problems = presentProblems();
    const found = verdicts.answer.peek().value;
    const actions = actionSpaces.answer.peek().value;
    const sign = problems.length > 0 ? JSON.stringify(problems) : actions;
    if (busy.peek() || sign === undefined || sign === told) return;
    told = sign;
    if (problems.length > 0) say("tenor:problems", { problems });
    else say("tenor:result", { verdicts: found?.verdicts, actions });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    void [busy.value, runtime.value, contract.answer.value, verdicts.answer.value, actionSpaces.answer.value];
    clearTimeout(timer);
    // In a turn of its own: one answer may be the question for the next.
    timer = setTimeout(tell, 0);
  });
}

/** Why there is no result: the evaluator did not start, or contract or inputs have errors. */
function presentProblems(): readonly Problem[] {
  const state = runtime.peek();
  return state.phase === "failed" ? [state.problem] : [...contract.answer.peek().problems, ...inputProblems.peek()];
}
