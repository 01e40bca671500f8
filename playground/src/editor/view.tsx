/** The contract's text in the editor, and the list of its errors. */

import type { JSX } from "preact";
import { contract } from "../engine";
import { update, workspace } from "../state/store";
import { editText } from "../state/updates";
import { Problems } from "../widgets";
import { CodeEditor } from "./code-editor";

export function EditorView(): JSX.Element {
  const { form, files, open, bundle } = workspace.value.contract;
  const text = form === "bundle" ? (bundle ?? "") : (files[open] ?? "");
  const { problems } = contract.answer.value;
  return (
    <div class="editor-panel">
      <CodeEditor
        label="Contract text"
        language={form === "bundle" ? "json" : "tenor"}
        text={text}
        onChange={(typed) => update(editText(typed))}
        problems={problems}
      />
      <Problems problems={problems} />
    </div>
  );
}
