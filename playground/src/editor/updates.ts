/** The updates that only the editor makes. */

import type { Update } from "../state/store";
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

export const removeFile = (name: string): Update =>
  change(({ files, root, open }) => {
    const { [name]: _removed, ...rest } = files;
    return { files: rest, open: open === name ? root : open };
  });

/** The file keeps its place among the others; what imports it is left as it is written. */
export const renameFile = (from: string, to: string): Update =>
  change(({ files, root, open }) => ({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name === from ? to : name, text])),
    root: root === from ? to : root,
    open: open === from ? to : open,
  }));

export const showAs = (form: ContractText["form"]): Update => setContract({ form });

/** Lets the bundle be again what the source elaborates to. */
export const dropBundle: Update = setContract({ bundle: null });

const CONSTRUCT = new RegExp(`^\\s*(?://|/\\*|import\\b|(?:${Object.keys(vocabulary.constructs).join("|")})\\s+\\w)`);

/** Takes what was typed. A text that is plainly of the other kind (pasted in its place) changes the form. */
export const takeText = (text: string): Update =>
  change((contract) => {
    const { form, open, files } = contract;
    const isBundle = form === "source" ? text.trimStart().startsWith("{") : !CONSTRUCT.test(text);
    if (isBundle) return { form: "bundle", bundle: text };
    return { form: "source", bundle: null, files: { ...files, [open]: text } };
  });
