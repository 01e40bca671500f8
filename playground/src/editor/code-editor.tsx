/**
 * An editor for text with CodeMirror, for source and for JSON.
 *
 * It lives in a shadow root: there CodeMirror puts its styles into constructed sheets, which a strict `style-src` allows; in the
 * document itself it would need `<style>`. Colours come from the page's custom properties, which reach inside.
 */

import { indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorSelection, EditorState, type Extension, Prec, type Text } from "@codemirror/state";
import { EditorView, keymap, type ViewUpdate } from "@codemirror/view";
import { basicSetup } from "codemirror";
import type { JSX, RefObject } from "preact";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef } from "preact/hooks";
import type { Place, Problem } from "../engine";
import { readOnly as isFixed } from "../state/store";
import { highlighting, tenorLanguage } from "./tenor-language";
import { theme } from "./theme";

export interface CodeEditorProps {
  readonly label: string;
  readonly language: "tenor" | "json";
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** What is done instead where a text was pasted in the place of the whole one. */
  readonly onReplace?: (text: string) => void;
  /** Told at their places; those without one are not shown here. */
  readonly problems?: readonly Problem[];
  readonly readOnly?: boolean;
  /** Further extensions; the same value at every drawing. */
  readonly extensions?: Extension | undefined;
  /** Another document under the same editor (another file): its history begins anew. */
  readonly document?: string;
  /** Ids of what describes it. */
  readonly describedBy?: string;
  readonly handle?: RefObject<EditorHandle>;
}

/** What others may do with an editor. */
export interface EditorHandle {
  /** Selects a place, brings it into view, and takes the focus. */
  select(place: Place): void;
}

const LANGUAGES: Readonly<Record<CodeEditorProps["language"], Extension>> = { json: json(), tenor: tenorLanguage };
const NO_PROBLEMS: readonly Problem[] = [];
/** Marks what came from outside: it was not typed. */
const External = Annotation.define<true>();

export function CodeEditor(props: CodeEditorProps): JSX.Element {
  const { text, problems = NO_PROBLEMS, document = "", handle } = props;
  const host = useRef<HTMLDivElement>(null);
  const after = useRef<HTMLSpanElement>(null);
  const view = useRef<EditorView>();
  const latest = useRef(props);
  latest.current = props;
  const changing = useRef(new Compartment());
  const hadFocus = useRef(false);

  // With the drawing too: what is typed right after another file was chosen must not go to the box of the one before.
  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const leave = (): boolean => {
      after.current?.focus();
      return true;
    };
    const made = new EditorView({ root, parent: root as unknown as HTMLElement, state: begin(latest, changing.current, leave) });
    view.current = made;
    if (hadFocus.current) goOn(made);
    return () => {
      hadFocus.current = made.hasFocus;
      made.destroy();
    };
  }, [document]);

  const { language, label, extensions, describedBy } = props;
  const readOnly = props.readOnly === true || isFixed.value;
  useEffect(() => {
    view.current?.dispatch({ effects: changing.current.reconfigure(configured({ ...latest.current, readOnly })) });
  }, [language, label, readOnly, extensions, describedBy, problems.length > 0]);

  // With the drawing itself, not after it: another letter typed in between would be taken back.
  useLayoutEffect(() => {
    const { current } = view;
    if (current === undefined || current.state.doc.toString() === text) return;
    current.dispatch({ changes: difference(current.state.doc, text), annotations: External.of(true) });
  }, [text]);

  useEffect(() => {
    const { current } = view;
    if (current !== undefined) current.dispatch(setDiagnostics(current.state, diagnosticsIn(current.state.doc, problems)));
  }, [problems, document]);

  useImperativeHandle(handle ?? null, () => ({ select: (place) => view.current && select(view.current, place) }), []);

  return (
    <>
      <div class="code-editor" ref={host} />
      <span ref={after} class="unseen" tabIndex={-1}>
        End of {props.label}
      </span>
    </>
  );
}

function begin(latest: { readonly current: CodeEditorProps }, changing: Compartment, leave: () => boolean): EditorState {
  return EditorState.create({
    doc: latest.current.text,
    extensions: [
      basicSetup,
      // After the others: Escape first closes what is open. Tab stays inside, so there must be another way out.
      Prec.low(keymap.of([{ key: "Escape", run: leave }, indentWithTab])),
      lintGutter(),
      theme,
      highlighting,
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || update.transactions.some((one) => one.annotation(External))) return;
        const { onChange, onReplace = onChange } = latest.current;
        (isReplaced(update) ? onReplace : onChange)(update.state.doc.toString());
      }),
      changing.of(configured({ ...latest.current, readOnly: latest.current.readOnly === true || isFixed.peek() })),
    ],
  });
}

/** Whether a text was pasted in the place of the whole one. */
function isReplaced({ transactions, changes, startState, state }: ViewUpdate): boolean {
  let whole = false;
  changes.iterChanges((fromA, toA, fromB, toB) => {
    whole = fromA === 0 && toA === startState.doc.length && fromB === 0 && toB === state.doc.length;
  });
  return whole && transactions.some((one) => one.isUserEvent("input.paste"));
}

/** Whoever wrote in the document before goes on at the end of this one. */
function goOn(view: EditorView): void {
  view.dispatch({ selection: { anchor: view.state.doc.length }, scrollIntoView: true });
  view.focus();
}

function configured({ language, label, readOnly = false, extensions = [], describedBy, problems = NO_PROBLEMS }: CodeEditorProps): Extension {
  return [
    LANGUAGES[language],
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({
      "aria-label": label,
      // It can take the focus anyway; not every checker knows that of editable content.
      tabindex: "0",
      "aria-invalid": String(problems.length > 0),
      ...(describedBy !== undefined && { "aria-describedby": describedBy }),
    }),
    extensions,
  ];
}

/** The one change between two texts: what they have in common at both ends keeps its place, and the caret with it. */
function difference(doc: Text, text: string): { from: number; to: number; insert: string } {
  const old = doc.toString();
  const most = Math.min(old.length, text.length);
  let from = 0;
  while (from < most && old.charCodeAt(from) === text.charCodeAt(from)) from++;
  let end = 0;
  while (end < most - from && old.charCodeAt(old.length - 1 - end) === text.charCodeAt(text.length - 1 - end)) end++;
  return { from, to: old.length - end, insert: text.slice(from, text.length - end) };
}

function diagnosticsIn(doc: Text, problems: readonly Problem[]): Diagnostic[] {
  return problems.flatMap(({ place, message, help, code }) => {
    if (place === undefined) return [];
    const [from, to] = rangeOf(doc, place);
    return [{ from, to, severity: "error" as const, message: help === undefined ? message : `${message}\n${help}`, source: code }];
  });
}

function select(view: EditorView, place: Place): void {
  const [from, to] = rangeOf(view.state.doc, place);
  view.dispatch({ selection: EditorSelection.range(from, to), effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

function rangeOf(doc: Text, { line, column, endColumn }: Place): readonly [number, number] {
  const from = offsetOf(doc, line, column);
  return [from, Math.max(from, offsetOf(doc, line, endColumn))];
}

/** Where a line and column (in code points) stand in the text; beyond the end of a line is its end. */
function offsetOf(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return at.from + Array.from(at.text).slice(0, Math.max(0, column - 1)).join("").length;
}
