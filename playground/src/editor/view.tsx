/** The contract's text in the editor, its files and forms, and the list of its errors. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { contract, type Problem, tenor } from "../engine";
import { update, workspace } from "../state/store";
import { registerShortcuts, toast } from "../widgets";
import { bundle } from "./bundle";
import { CodeEditor, type EditorHandle } from "./code-editor";
import "./editor.css";
import { ErrorList } from "./error-list";
import { Files } from "./files";
import { placeOf, wanted } from "./navigate";
import { outline } from "./outline";
import { tenorTools } from "./tenor-tools";
import { dropBundle, openFile, showAs, takeText, takeWhole } from "./updates";

export function EditorView(): JSX.Element {
  const { form, files, open, bundle: edited } = workspace.value.contract;
  const handle = useRef<EditorHandle>(null);
  const elaborated = form === "bundle" && edited === null;
  const shown = elaborated ? bundle.answer.value : null;
  const text = form === "source" ? (files[open] ?? "") : (edited ?? shown?.value ?? "");
  const { problems, pending } = contract.answer.value;
  useEffect(() => registerShortcuts({ keys: "Alt+Shift+F", label: "Format the open file", run: () => void format() }), []);
  // Completion and definitions look at it as it is: it must be asked for as long as the editor is there.
  useEffect(() => effect(() => void outline.answer.value), []);
  useWanted(handle, text);
  return (
    <div class="editor-panel">
      <div class="row editor-bar">
        {form === "source" ? <Files /> : null}
        <fieldset class="row editor-forms">
          <legend class="unseen">Written as</legend>
          <Form form="source" label="Source" />
          <Form form="bundle" label="Bundle (JSON)" disabled={form === "source" && problems.length > 0} />
        </fieldset>
        {form === "source" ? (
          <button type="button" onClick={() => void format()}>
            Format
          </button>
        ) : null}
        {form === "bundle" && edited !== null ? (
          <button type="button" onClick={dropBundle}>
            Take it from the source again
          </button>
        ) : null}
      </div>
      <CodeEditor
        label="Contract text"
        language={form === "source" ? "tenor" : "json"}
        document={form === "source" ? open : "bundle"}
        text={text}
        onChange={takeText}
        onReplace={takeWhole}
        problems={inOpenText(problems)}
        extensions={form === "source" ? tenorTools : undefined}
        readOnly={elaborated && shown?.value === undefined}
        describedBy="contract-status"
        handle={handle}
      />
      <ErrorList problems={problems} pending={pending} />
    </div>
  );
}

interface FormProps {
  readonly form: "source" | "bundle";
  readonly label: string;
  /** Source with errors stands for no bundle. */
  readonly disabled?: boolean;
}

function Form({ form, label, disabled = false }: FormProps): JSX.Element {
  const chosen = workspace.value.contract.form === form;
  return (
    <label class="row">
      <input type="radio" name="form" checked={chosen} disabled={disabled} onChange={() => update(showAs(form))} />
      {label}
    </label>
  );
}

/** Those that stand in the text that is open; in another file they are only listed. */
function inOpenText(problems: readonly Problem[]): readonly Problem[] {
  const { form, open, bundle } = workspace.value.contract;
  // Errors of the source have no place in the bundle that it would stand for.
  if (form === "bundle" && bundle === null) return NONE;
  const here = problems.filter(({ place }) => place === undefined || place.file === (form === "source" ? open : ""));
  return here.length === problems.length ? problems : here;
}

const NONE: readonly Problem[] = [];

/** Brings into view what somebody asked for, as soon as its place is known and the text is there. */
function useWanted(handle: { readonly current: EditorHandle | null }, text: string): void {
  const asked = wanted.value;
  const place = asked === null ? undefined : "place" in asked ? asked.place : placeOf(asked.name);
  useEffect(() => {
    if (place === undefined) return;
    const { form, open } = workspace.peek().contract;
    if (form === "source" && place.file !== "" && place.file !== open) {
      update(openFile(place.file));
      return;
    }
    handle.current?.select(place);
    wanted.value = null;
  }, [asked, place?.file, place?.line, place?.column, text]);
}

/** Lays the open file out canonically. */
async function format(): Promise<void> {
  const { form, files, open } = workspace.peek().contract;
  if (form !== "source") return;
  const before = files[open] ?? "";
  try {
    const formatted = await (await tenor()).format(before);
    const now = workspace.peek().contract;
    if (now.open !== open || now.files[open] !== before) return;
    if (formatted === before) toast("It is laid out canonically already.");
    else takeText(formatted);
  } catch {
    toast("The text has errors: it can be formatted when they are mended.", { tone: "bad" });
  }
}
