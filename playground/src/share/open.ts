/** Opens files that were chosen or dropped: a workspace, `.tenor` source, an interchange bundle, or scenarios. */

import type { ScenariosScenario } from "tenor-wasm";
import { parseExact } from "../state/exact";
import { readable, readScenarios, readWorkspace, WorkspaceError } from "../state/read";
import { offerBack, offerUndo, wholeWorkspace } from "../shell/way-back";
import { replaceWorkspace, set, update, workspace } from "../state/store";
import { setScenarios } from "../state/updates";
import { type ContractText, emptyWorkspace, type Workspace } from "../state/workspace";
import { toast } from "../widgets";

/** What the file dialog offers. */
export const ACCEPTED = ".tenor,.json,application/json,text/plain";
const LARGEST_FILE = 64_000_000;

/** A text that came with a name. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Opens the files together and says what was opened; what cannot be opened changes nothing and is told. */
export async function openFiles(files: readonly File[]): Promise<void> {
  try {
    for (const { name, size } of files) {
      if (size > LARGEST_FILE) throw new WorkspaceError(`${name} has ${size} bytes; the most that is opened is ${LARGEST_FILE}`);
    }
    open(await Promise.all(files.map(read)));
  } catch (thrown) {
    toast(`This could not be opened: ${readable(thrown)}.`, { tone: "bad" });
  }
}

/** A text in another encoding is refused: half of it would be read as signs that nobody wrote. */
async function read(file: File): Promise<NamedText> {
  const bytes = await file.arrayBuffer();
  try {
    return { name: file.name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new WorkspaceError(`${file.name} is not written in UTF-8: save it in that encoding and open it again`);
  }
}

/** Puts another workspace in the place of this one, and offers to take that back. */
export function openWorkspace(next: Workspace, sentence: string): void {
  const before = workspace.peek();
  replaceWorkspace(next);
  set({ left: "contract" });
  offerBack(sentence, before, wholeWorkspace);
}

function open(files: readonly NamedText[]): void {
  const [first] = files;
  if (first === undefined) return;
  if (files.every(({ name }) => name.endsWith(".tenor"))) return openSource(files, first);
  if (files.length > 1) throw new WorkspaceError("several files are opened together only where all of them are .tenor source");
  const value = parseExact(first.text, first.name);
  const has = (member: string): boolean => typeof value === "object" && value !== null && member in value;
  // A workspace has scenarios as well: it is told first, by its inputs.
  if (has("inputs")) openWorkspace(readWorkspace(first.text), `${first.name} is open.`);
  else if (has("constructs")) openWorkspace(bundleWorkspace(first), `The bundle ${first.name} is open.`);
  else if (has("scenarios")) takeScenarios(first.name, readScenarios(value));
  else throw new WorkspaceError(`${first.name} is neither a workspace nor a bundle nor a scenario file`);
}

function openSource(files: readonly NamedText[], first: NamedText): void {
  const contract: ContractText = {
    form: "source",
    files: Object.fromEntries(files.map(({ name, text }) => [name, text])),
    root: first.name,
    open: first.name,
    bundle: null,
  };
  const others = files.length === 1 ? "" : ` It begins with the first of ${files.length} files.`;
  openWorkspace({ ...emptyWorkspace(), title: first.name.replace(/\.tenor$/, ""), contract }, `${first.name} is open.${others}`);
}

function bundleWorkspace({ name, text }: NamedText): Workspace {
  const empty = emptyWorkspace();
  return { ...empty, title: name.replace(/\.json$/, ""), contract: { ...empty.contract, form: "bundle", bundle: text } };
}

/** Scenarios belong to the contract that is open: they take the place of its own. */
export function takeScenarios(name: string, scenarios: readonly ScenariosScenario[]): void {
  const before = workspace.peek().scenarios;
  update(setScenarios(scenarios));
  offerUndo(`${name} is open: ${scenarios.length} scenarios.`, () => update(setScenarios(before)));
}
