/**
 * What the page that embeds this one may ask for, and the answers:
 *
 * - `tenor:load` { workspace?, inputs? } puts a workspace in, or only inputs (also where people cannot change them): `tenor:loaded`.
 * - `tenor:select` { selection?, panel? } selects something and shows a panel: `tenor:selected`.
 * - `tenor:get`: `tenor:workspace` { workspace }.
 * - What cannot be done changes nothing: `tenor:error` { code, message, path }, the path being a JSON Pointer into the message.
 *   A member that no message has is refused too: it is a word misspelt, and what it should have done would not be done.
 */

import { TenorError, writeJson } from "tenor-wasm";
import { pointer } from "../inputs/pointers";
import { showPanel } from "../shell/navigate";
import { readSelection, readWorkspace, WorkspaceError } from "../state/read";
import { change, replaceWorkspace, update, workspace } from "../state/store";
import { select, setInputs } from "../state/updates";
import type { Inputs, Selection, Workspace } from "../state/workspace";
import type { EmbedMode } from "./mode";
import { panelsOf } from "./panels";

export interface Request {
  readonly type: `tenor:${string}`;
  readonly id?: unknown;
  readonly workspace?: unknown;
  readonly inputs?: unknown;
  readonly selection?: unknown;
  readonly panel?: unknown;
}

export type Reply = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Whether a message is meant for this page at all. */
export function isRequest(data: unknown): data is Request {
  if (typeof data !== "object" || data === null) return false;
  const { type } = data as Partial<Request>;
  return typeof type === "string" && type.startsWith("tenor:");
}

interface Kind {
  /** Beside `type` and `id`. */
  readonly members: readonly string[];
  readonly answer: (request: Request, mode: EmbedMode) => Reply;
}

const REQUESTS: Readonly<Record<string, Kind>> = {
  "tenor:load": { members: ["workspace", "inputs"], answer: load },
  "tenor:select": { members: ["selection", "panel"], answer: choose },
  "tenor:get": { members: [], answer: () => ({ type: "tenor:workspace", workspace: writeJson(workspace.peek()) }) },
};
const INPUTS = ["facts", "states", "persona"];

/** Does what a message asks for. */
export function answerTo(request: Request, mode: EmbedMode): Reply {
  try {
    const known = Object.hasOwn(REQUESTS, request.type) ? REQUESTS[request.type] : undefined;
    if (known === undefined) refuse("unknown_message", `there is no message \`${request.type}\`; there are ${Object.keys(REQUESTS).join(", ")}`, "/type");
    refuseOthers(request, ["type", "id", ...known.members], "");
    return known.answer(request, mode);
  } catch (thrown) {
    if (!(thrown instanceof TenorError)) throw thrown;
    const { code, message, path } = thrown;
    return { type: "tenor:error", code, message, path };
  }
}

/** Read whole before anything is changed. */
function load({ workspace: next, inputs }: Request): Reply {
  if (next === undefined && inputs === undefined) refuse("invalid_message", "there is neither a workspace nor inputs in the message", "");
  const text = next === undefined ? undefined : asText(next, "/workspace");
  const read: Workspace | undefined = text === undefined ? undefined : refused("invalid_workspace", "/workspace", () => readWorkspace(text));
  const changes = inputs === undefined ? {} : readInputs(inputs);
  if (read !== undefined) replaceWorkspace({ ...read, inputs: { ...read.inputs, ...changes } });
  else change(setInputs(changes));
  return { type: "tenor:loaded" };
}

/** `facts` and `states` as values or as JSON text, as everywhere. */
function readInputs(inputs: unknown): Partial<Inputs> {
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) return refuse("invalid_message", "the inputs must be an object", "/inputs");
  refuseOthers(inputs, INPUTS, "/inputs");
  const { facts, states, persona } = inputs as Readonly<Record<string, unknown>>;
  if (persona !== undefined && typeof persona !== "string") return refuse("invalid_message", "the persona must be a text", "/inputs/persona");
  return {
    ...(facts !== undefined && { facts: asText(facts, "/inputs/facts") }),
    ...(states !== undefined && { states: asText(states, "/inputs/states") }),
    ...(persona !== undefined && { persona }),
  };
}

function asText(document: unknown, path: string): string {
  return typeof document === "string" ? document : writeJson(document, path);
}

function choose({ selection, panel }: Request, mode: EmbedMode): Reply {
  if (selection === undefined && panel === undefined) refuse("invalid_message", "there is neither a selection nor a panel in the message", "");
  const chosen = selection === undefined || selection === null ? null : readChosen(selection);
  const shown = panelsOf(mode).map(({ id }) => id);
  if (panel !== undefined && !shown.some((id) => id === panel)) {
    refuse("invalid_message", `there is no panel ${JSON.stringify(panel)} here; there are ${shown.join(", ")}`, "/panel");
  }
  if (selection !== undefined) update(select(chosen));
  if (typeof panel === "string") showPanel(panel);
  return { type: "tenor:selected" };
}

function readChosen(selection: unknown): Selection {
  const read = refused("invalid_selection", "", () => readSelection(selection, "/selection"));
  refuseOthers(Object(selection), Object.keys(read), "/selection", "invalid_selection");
  return read;
}

function refuseOthers(value: object, members: readonly string[], path: string, code = "invalid_message"): void {
  const other = Object.keys(value).find((name) => !members.includes(name));
  if (other !== undefined) refuse(code, `there is no member \`${other}\`; there are ${members.join(", ")}`, pointer(path, [other]));
}

/** What the reader refuses, as an error with a code and its place in the message. */
function refused<Value>(code: string, member: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof WorkspaceError) return refuse(code, thrown.finding, member + thrown.path);
    // Text that is no JSON.
    if (thrown instanceof TenorError) return refuse(thrown.code, thrown.message, member + thrown.path);
    throw thrown;
  }
}

function refuse(code: string, message: string, path: string): never {
  throw new TenorError(code, message, path);
}
