/**
 * A link that holds a whole workspace: its JSON text, compressed, in the fragment of the page's address. A browser never sends the
 * fragment, so no server learns what is in it. `#w1.` begins the first encoding; another one would begin otherwise.
 */

import { writeJson } from "tenor-wasm";
import { readWorkspace, WorkspaceError } from "../state/read";
import type { Workspace } from "../state/workspace";

const ENCODING = "w1.";
/** Longer addresses are cut or refused by programs that links are sent through. */
export const LONGEST_LINK = 32_000;
/** What a short link may unpack to: more is an attack, or a mistake. */
const LARGEST_TEXT = 32_000_000;
const FORMAT = "deflate-raw";

/** The address of this page, with the workspace in it, and a query for how it is shown. */
export async function linkTo(workspace: Workspace, search = ""): Promise<string> {
  const text = new TextEncoder().encode(writeJson(workspace));
  const packed = await collect(stream(text).pipeThrough(new CompressionStream(FORMAT)), Number.POSITIVE_INFINITY);
  const page = new URL(location.href);
  page.search = search;
  page.hash = ENCODING + toBase64Url(packed);
  return page.href;
}

/** Whether the page was opened by a link that holds a workspace, of this encoding or another one. */
export function holdsWorkspace(hash: string): boolean {
  return /^#w\d+\./.test(hash);
}

/** The workspace in a fragment that `holdsWorkspace`. Throws `WorkspaceError` with what is wrong with the link. */
export async function workspaceIn(hash: string): Promise<Workspace> {
  if (!hash.startsWith(`#${ENCODING}`)) throw new WorkspaceError("the link was made by a newer page than this one: open it there");
  let text: string;
  try {
    const packed = fromBase64Url(hash.slice(1 + ENCODING.length));
    const bytes = await collect(stream(packed).pipeThrough(new DecompressionStream(FORMAT)), LARGEST_TEXT);
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    if (thrown instanceof WorkspaceError) throw thrown;
    throw new WorkspaceError("the link is damaged, perhaps cut off where it was sent: ask for it as a file");
  }
  return readWorkspace(text);
}

function stream(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes]).stream();
}

async function collect(parts: ReadableStream<Uint8Array<ArrayBuffer>>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const found: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (const reader = parts.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) throw new WorkspaceError(`the link unpacks to more than ${most} bytes: it is refused`);
    found.push(value);
  }
  return new Uint8Array(await new Blob(found).arrayBuffer());
}

function toBase64Url(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}
