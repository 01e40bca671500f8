/** The updates that only the editor makes. */

import { contractText, offerBack, offerUndo } from "../shell/way-back";
import { type Update, update, workspace } from "../state/store";
import { setContract } from "../state/updates";
import type { ContractText } from "../state/workspace";
import vocabulary from "./vocabulary.json";

const change =
  (next: (contract: ContractText) => Partial<ContractText>): Update =>
  (workspace) =>
    setContract(next(workspace.contract))(workspace);

export const openFile = (open: string): Update => setContract({ open });
export const setRoot = (root: string): Update => setContract({ root });
export const addFile = (name: string): Update => change(({ files }) => ({ files: { ...files, [name]: "" }, open: name }));

const without = (name: string): Update =>
  change(({ files, root, open }) => {
    const { [name]: _removed, ...rest } = files;
    return { files: rest, open: open === name ? root : open };
  });

/** Its text can be had back until another file has the name. */
export function removeFile(name: string): void {
  const { [name]: text = "" } = workspace.peek().contract.files;
  update(without(name));
  offerUndo(
    `${name} was removed.`,
    () => update(change(({ files }) => ({ files: { ...files, [name]: text }, open: name }))),
    () => !Object.hasOwn(workspace.value.contract.files, name),
  );
}

/** The file keeps its place among the others; what imports it is left as it is written. */
export const renameFile = (from: string, to: string): Update =>
  change(({ files, root, open }) => ({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name === from ? to : name, text])),
    root: root === from ? to : root,
    open: open === from ? to : open,
  }));

export const showAs = (form: ContractText["form"]): Update => setContract({ form });

/** Lets the bundle be again what the source elaborates to; one that was edited can be had back. */
export function dropBundle(): void {
  const { bundle } = workspace.peek().contract;
  if (bundle === null) return;
  update(setContract({ bundle: null }));
  offerUndo("The edited bundle is dropped: the source stands for it again.", () => update(setContract({ form: "bundle", bundle })));
}

const CONSTRUCT = new RegExp(`^\\s*(?://|/\\*|import\\b|(?:${Object.keys(vocabulary.constructs).join("|")})\\s+\\w)`);

const written = (form: ContractText["form"], text: string): Update =>
  change(({ open, files }) => (form === "bundle" ? { form, bundle: text } : { form, files: { ...files, [open]: text } }));

/** Takes what was typed, whatever it looks like: a text that is being written is not whole yet. */
export function takeText(text: string): void {
  const { form } = workspace.peek().contract;
  update(written(form, text));
  if (form === "source") dropBundle();
}

const IS_OF: Readonly<Record<ContractText["form"], (text: string) => boolean>> = {
  source: (text) => CONSTRUCT.test(text),
  bundle: (text) => text.trimStart().startsWith("{"),
};

/** Takes a text that was pasted in the place of the whole. One that is plainly of the other form is shown in that; nothing is lost by it. */
export function takeWhole(text: string): void {
  const before = contractText.read();
  const other = before.form === "source" ? "bundle" : "source";
  if (!IS_OF[other](text)) return takeText(text);
  update(written(other, text), ...(other === "source" ? [setContract({ bundle: null })] : []));
  offerBack(`What was pasted is ${other === "bundle" ? "a bundle" : "source"}, and shown as such.`, before, contractText);
}
