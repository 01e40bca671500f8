/**
 * The contract as text: `.tenor` source or a bundle in JSON. What is typed is loaded as soon as the typing pauses; the
 * newest text always wins, and errors are told at their line.
 */

import { type Contract, type ErrorShape, type InspectResult, sourceErrors, type Tenor, TenorError } from "tenor-wasm";
import { byId, code, element } from "./dom";
import { createEditor, type Place } from "./editor";
import type { Example } from "./examples";
import { indented } from "./json";
import { problemsIn } from "./problems";

const TYPING_PAUSE_MS = 200;
const MOST_ERRORS_SHOWN = 50;

type Form = "source" | "bundle";

/** What the page is told: `changing` when the text changes, then `loaded` or `refused` for the newest text. */
export interface ContractListener {
  changing(): void;
  loaded(contract: Contract, inspection: InspectResult): void;
  refused(): void;
}

export interface ContractPanel {
  /** Shows an example as it was left, and loads it. */
  open(example: Example): void;
}

/** The texts of one example, as they were left. */
interface Draft {
  readonly example: Example;
  form: Form;
  source: string;
  /** Undefined as long as the bundle is what the source elaborates to. */
  bundle: string | undefined;
}

/** An error with its place in the text, where it has one. */
interface Fault {
  readonly place: Place | undefined;
  /** Where it is when that is no place in the text. */
  readonly where: string;
  readonly code: string;
  readonly message: string;
  readonly help: string | undefined;
}

const HINTS = {
  source: "Edit it, or put in your own. A text that begins with { is read as a bundle.",
  elaborated: "What the source elaborates to. Once edited it stands on its own.",
  bundle: "Edited here: it stands on its own, and the source is as you left it.",
};

export function createContractPanel(tenor: Tenor, listener: ContractListener): ContractPanel {
  const box = byId("contract-text", HTMLTextAreaElement);
  const editor = createEditor(box, byId("contract-gutter", HTMLDivElement));
  const forms: Readonly<Record<Form, HTMLInputElement>> = {
    source: byId("form-source", HTMLInputElement),
    bundle: byId("form-bundle", HTMLInputElement),
  };
  const reset = byId("contract-reset", HTMLButtonElement);
  const drafts = new Map<string, Draft>();
  let draft: Draft;
  /** Counts texts: what an older one loads to is dropped. */
  let newest = 0;
  let loading = false;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;

  box.addEventListener("input", () => {
    takeText(draft, editor.text());
    showForm();
    newest++;
    listener.changing();
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => void load(), TYPING_PAUSE_MS);
  });
  for (const form of ["source", "bundle"] as const) {
    forms[form].addEventListener("change", () => {
      draft.form = form;
      show();
    });
  }
  reset.addEventListener("click", () => {
    Object.assign(draft, untouched(draft.example));
    show();
    box.focus();
  });

  /** Shows the draft in its form, and loads it. */
  function show(): void {
    // The old text's places mean nothing in the new one.
    editor.mark(new Map());
    editor.setText((draft.form === "source" ? draft.source : draft.bundle) ?? "");
    showForm();
    newest++;
    listener.changing();
    void load();
  }

  function showForm(): void {
    forms[draft.form].checked = true;
    const hint = draft.form === "source" ? HINTS.source : draft.bundle === undefined ? HINTS.elaborated : HINTS.bundle;
    byId("contract-hint", HTMLParagraphElement).textContent = hint;
    reset.hidden = draft.source === draft.example.source && draft.bundle === undefined;
  }

  /** Loads the newest text. While one loads, those in between are passed over. */
  async function load(): Promise<void> {
    clearTimeout(typingTimer);
    if (loading) return;
    loading = true;
    for (let mine = -1; mine !== newest; ) {
      mine = newest;
      await loadOnce(() => mine === newest);
    }
    loading = false;
  }

  async function loadOnce(isNewest: () => boolean): Promise<void> {
    const { form, source, bundle, example } = draft;
    const root = example.entry.source;
    try {
      if (form === "bundle" && bundle === undefined) {
        const elaborated = await bundleText(tenor, { [root]: source }, root);
        if (!isNewest()) return;
        editor.setText(elaborated);
      }
      // A bundle goes on as text, so that its numbers stay exact.
      const contract = await tenor.load(form === "bundle" && bundle !== undefined ? bundle : { files: { [root]: source }, root });
      const inspection = await contract.inspect();
      if (!isNewest()) {
        await contract.free();
        return;
      }
      showFaults([]);
      listener.loaded(contract, inspection);
    } catch (thrown) {
      if (!isNewest()) return;
      if (form === "bundle" && bundle === undefined) {
        // The errors are the source's, and so is the text to show them in.
        draft.form = "source";
        editor.setText(source);
        showForm();
      }
      showFaults(faultsIn(thrown));
      listener.refused();
    }
  }

  function showFaults(faults: readonly Fault[]): void {
    const marks = new Map<number, string>();
    for (const { place, message } of faults) {
      if (place !== undefined) marks.set(place.line, [marks.get(place.line), message].filter(Boolean).join("\n"));
    }
    editor.mark(marks);
    if (faults.length > 0) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    // Without a bundle of its own there is nothing to show in that form.
    forms.bundle.disabled = faults.length > 0 && draft.form === "source" && draft.bundle === undefined;
    const shown = faults.slice(0, MOST_ERRORS_SHOWN);
    const more = faults.length - shown.length;
    const count = faults.length === 1 ? "1 error" : `${faults.length} errors`;
    const status = byId("contract-status", HTMLParagraphElement);
    status.textContent = faults.length === 0 ? "No errors." : more > 0 ? `${count}, the first ${shown.length} of them:` : `${count}:`;
    status.className = faults.length === 0 ? "hint" : "bad";
    byId("contract-errors", HTMLOListElement).replaceChildren(...shown.map((fault) => faultItem(fault, editor.select)));
  }

  return {
    open: (example) => {
      draft = drafts.get(example.entry.name) ?? untouched(example);
      drafts.set(example.entry.name, draft);
      show();
    },
  };
}

function untouched(example: Example): Draft {
  return { example, form: "source", source: example.source, bundle: undefined };
}

/** Takes what was typed. A text of the other kind changes the form, and the one that it took the place of begins anew. */
function takeText(draft: Draft, text: string): void {
  const form: Form = text.trim() === "" ? draft.form : text.trimStart().startsWith("{") ? "bundle" : "source";
  if (form !== draft.form) {
    draft.form = form;
    draft.source = draft.example.source;
    draft.bundle = undefined;
  }
  draft[form] = text;
}

/** The bundle as text: as a value, whole numbers beyond 2^53 would not be the same any more. */
async function bundleText(tenor: Tenor, files: Readonly<Record<string, string>>, root: string): Promise<string> {
  const answer = await tenor.call("elaborate", JSON.stringify({ files, root }));
  const head = '{"ok":{"bundle":';
  if (!answer.startsWith(head)) {
    const { error } = JSON.parse(answer) as { error: ErrorShape };
    throw TenorError.fromShape(error);
  }
  return indented(answer.slice(head.length, -2));
}

function faultsIn(thrown: unknown): readonly Fault[] {
  const errors = sourceErrors(thrown);
  if (errors.length > 0) {
    return errors.map(({ line, column, end_column: endColumn, code, message, help }) => ({
      place: { line, column, endColumn },
      where: "",
      code,
      message,
      help,
    }));
  }
  return problemsIn(thrown).map(({ code, message, path }) => ({
    place: thrown instanceof TenorError ? placeOfJson(thrown) : undefined,
    where: path,
    code,
    message,
    help: undefined,
  }));
}

/** Where a text stops being JSON. */
function placeOfJson({ details }: TenorError): Place | undefined {
  const { line, column } = details;
  if (typeof line !== "number" || typeof column !== "number") return undefined;
  return { line, column, endColumn: column + 1 };
}

function faultItem({ place, where, code: errorCode, message, help }: Fault, select: (place: Place) => void): HTMLElement {
  const words = [element("span", { class: "message" }, message), " ", code(errorCode)];
  if (place === undefined) {
    return element("li", {}, element("p", {}, ...words, where ? element("span", {}, " at ", code(where)) : null));
  }
  const button = element(
    "button",
    { type: "button", class: "fault" },
    element("span", { class: "place" }, `Line ${place.line}:${place.column}`),
    " ",
    ...words,
  );
  button.addEventListener("click", () => select(place));
  return element("li", {}, button, help === undefined ? null : element("p", { class: "help" }, `Help: ${help}`));
}
