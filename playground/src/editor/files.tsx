/** The files of the contract: one is open; the root is the one that the others are imported from. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { update, workspace } from "../state/store";
import type { ContractText } from "../state/workspace";
import { Dialog, Menu } from "../widgets";
import { addFile, openFile, removeFile, renameFile, setRoot } from "./updates";

type Asking = "new" | "rename" | null;

export function Files(): JSX.Element {
  const [asking, setAsking] = useState<Asking>(null);
  const { contract } = workspace.value;
  const { files, root, open } = contract;
  const names = Object.keys(files);
  return (
    <div class="row files">
      {names.length > 1 ? (
        <select aria-label="Open file" value={open} onChange={({ currentTarget }) => update(openFile(currentTarget.value))}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name === root ? `${name} (root)` : name}
            </option>
          ))}
        </select>
      ) : (
        <code>{open}</code>
      )}
      <Menu
        label="File"
        items={[
          { label: "New file …", run: () => setAsking("new") },
          { label: "Rename …", run: () => setAsking("rename") },
          { label: "Make this the root", disabled: open === root, run: () => update(setRoot(open)) },
          { label: "Remove this file", disabled: open === root, run: () => removeFile(open) },
        ]}
      />
      <NameDialog asking={asking} contract={contract} onClose={() => setAsking(null)} />
    </div>
  );
}

interface NameProps {
  readonly asking: Asking;
  readonly contract: ContractText;
  readonly onClose: () => void;
}

function NameDialog({ asking, contract, onClose }: NameProps): JSX.Element | null {
  const [problem, setProblem] = useState("");
  if (asking === null) return null;
  const { files, open } = contract;
  const finish = (event: JSX.TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    const wrong = whyNot(name, files, asking === "rename" ? open : null);
    setProblem(wrong);
    if (wrong !== "") return;
    update(asking === "new" ? addFile(name) : renameFile(open, name));
    onClose();
  };
  return (
    <Dialog title={asking === "new" ? "New file" : `Rename ${open}`} open onClose={onClose}>
      <form class="stack" onSubmit={finish}>
        <label class="field">
          Name
          <input
            name="name"
            autocomplete="off"
            autofocus
            value={asking === "rename" ? open : ""}
            aria-invalid={problem !== ""}
            aria-describedby="file-name-hint"
          />
        </label>
        <p id="file-name-hint" class={problem === "" ? "hint" : "error"} role={problem === "" ? undefined : "alert"}>
          {problem === "" ? "Such as people.tenor. Another file takes it in by: import \"people.tenor\"" : problem}
        </p>
        <div class="row">
          <button type="submit" class="primary">
            {asking === "new" ? "Create" : "Rename"}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why a file cannot have this name; empty when it can. */
function whyNot(name: string, files: ContractText["files"], except: string | null): string {
  if (!/^[^\s/\\][^/\\]*(?:\/[^/\\]+)*\.tenor$/.test(name)) return "A name ends in .tenor, such as people.tenor or shared/people.tenor.";
  return name !== except && Object.hasOwn(files, name) ? `There is a file ${name} already.` : "";
}
