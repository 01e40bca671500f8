/** Ways back from what was done, offered only as long as they lead somewhere: another workspace ends them. */

import { generation, replaceWorkspace, update, workspace } from "../state/store";
import { setContract } from "../state/updates";
import type { ContractText, Workspace } from "../state/workspace";
import { toast } from "../widgets";

/** Says what was done to the workspace that is open, and offers to undo it while that one is open, and while `holds`. */
export function offerUndo(sentence: string, undo: () => void, holds: () => boolean = () => true): void {
  const opened = generation.peek();
  toast(sentence, { undo, holds: () => generation.value === opened && holds() });
}

/** What can be replaced as a whole. */
interface Replaceable<Value> {
  readonly read: () => Value;
  readonly write: (value: Value) => void;
}

export const wholeWorkspace: Replaceable<Workspace> = { read: () => workspace.peek(), write: replaceWorkspace };

export const contractText: Replaceable<ContractText> = {
  read: () => workspace.peek().contract,
  write: (contract) => update(setContract(contract)),
};

/** Says what took the place of `before`, and offers to change them back; then the other way again, so that neither is ever lost. */
export function offerBack<Value>(sentence: string, before: Value, { read, write }: Replaceable<Value>): void {
  offerUndo(sentence, () => {
    const other = read();
    write(before);
    offerBack("Taken back.", other, { read, write });
  });
}
