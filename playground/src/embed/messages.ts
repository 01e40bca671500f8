/**
 * Talks to the page that embeds this one, and to no other: the origin in the address is the only one that is heard, and the only
 * one that anything is sent to. Messages are objects with a `type`; an `id` is given back with the answer.
 *
 * - Heard: `tenor:load` { workspace?, inputs? }, `tenor:get`.
 * - Said: `tenor:ready`, `tenor:change` { workspace }, `tenor:result` { verdicts, actions }; in answer `tenor:loaded`,
 *   `tenor:workspace` { workspace }, `tenor:error` { message }.
 */

import { effect } from "@preact/signals";
import { writeJson } from "tenor-wasm";
import { actionSpaces, verdicts } from "../engine";
import { readable, readWorkspace, WorkspaceError } from "../state/read";
import { replaceWorkspace, update, workspace } from "../state/store";
import { setInputs } from "../state/updates";
import type { Inputs, Workspace } from "../state/workspace";

/** Changes are told when they pause. */
const PAUSE_MS = 150;

interface Request {
  readonly type: string;
  readonly id?: unknown;
  readonly workspace?: unknown;
  readonly inputs?: unknown;
}

/** Begins to listen and to tell. */
export function converse(origin: string, parent: Window = window.parent): void {
  if (parent === window) return;
  const say = (type: string, content: object = {}): void => parent.postMessage({ type, ...content }, origin);
  addEventListener("message", ({ source, origin: from, data }: MessageEvent<unknown>) => {
    if (source !== parent || from !== origin || !isRequest(data)) return;
    answer(data, (type, content) => say(type, { ...content, ...(data.id !== undefined && { id: data.id }) }));
  });
  tellChanges(say);
  tellResults(say);
  say("tenor:ready");
}

function isRequest(data: unknown): data is Request {
  return typeof data === "object" && data !== null && typeof (data as Partial<Request>).type === "string";
}

type Say = (type: string, content?: object) => void;

function answer(request: Request, say: Say): void {
  if (request.type === "tenor:get") say("tenor:workspace", { workspace: writeJson(workspace.peek()) });
  if (request.type !== "tenor:load") return;
  try {
    load(request);
    say("tenor:loaded");
  } catch (thrown) {
    say("tenor:error", { message: readable(thrown) });
  }
}

/** Read whole before anything is changed. */
function load({ workspace: next, inputs }: Request): void {
  if (next === undefined && inputs === undefined) throw new WorkspaceError("there is neither a workspace nor inputs in the message");
  const read: Workspace | undefined = next === undefined ? undefined : readWorkspace(asText(next));
  const changes = inputs === undefined ? {} : readInputs(inputs);
  if (read !== undefined) replaceWorkspace({ ...read, inputs: { ...read.inputs, ...changes } });
  else update(setInputs(changes));
}

/** `facts` and `states` as values or as JSON text, as everywhere. */
function readInputs(inputs: unknown): Partial<Inputs> {
  if (typeof inputs !== "object" || inputs === null) throw new WorkspaceError("the inputs must be an object");
  const { facts, states, persona } = inputs as Readonly<Record<string, unknown>>;
  if (persona !== undefined && typeof persona !== "string") throw new WorkspaceError("the persona must be a text");
  return {
    ...(facts !== undefined && { facts: asText(facts) }),
    ...(states !== undefined && { states: asText(states) }),
    ...(persona !== undefined && { persona }),
  };
}

function asText(document: unknown): string {
  return typeof document === "string" ? document : writeJson(document);
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

/** Only what belongs to the inputs as they are, and only once. */
function tellResults(say: Say): void {
  let told: unknown;
  effect(() => {
    const found = verdicts.answer.value;
    const actions = actionSpaces.answer.value;
    const isWhole = [found, actions].every(({ value, stale, pending }) => value !== undefined && !stale && !pending);
    if (!isWhole || told === actions.value) return;
    told = actions.value;
    say("tenor:result", { verdicts: found.value?.verdicts, actions: actions.value });
  });
}
