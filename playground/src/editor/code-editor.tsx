/**
 * An editor for text with CodeMirror, for source and for JSON.
 *
 * It lives in a shadow root: there CodeMirror puts its styles into constructed sheets, which a strict `style-src` allows; in the
 * document itself it would need `<style>`. Colours come from the page's custom properties, which reach inside.
 */

import { indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension, type Text } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Place, Problem } from "../engine";

export interface CodeEditorProps {
  readonly label: string;
  readonly language: "tenor" | "json";
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Told at their places; those without one are not shown here. */
  readonly problems?: readonly Problem[];
  readonly readOnly?: boolean;
  /** Further extensions; the list must be the same one at every drawing. */
  readonly extensions?: Extension;
}

const LANGUAGES: Readonly<Record<CodeEditorProps["language"], Extension>> = { json: json(), tenor: [] };

export function CodeEditor({ label, language, text, onChange, problems = [], readOnly = false, extensions = [] }: CodeEditorProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const changed = useRef(onChange);
  changed.current = onChange;
  const changing = useRef(new Compartment());
  const setUp = (): Extension => [
    LANGUAGES[language],
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-invalid": String(problems.length > 0) }),
    extensions,
  ];

  useEffect(() => {
    if (host.current === null) return undefined;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const made = new EditorView({
      root,
      parent: root as unknown as HTMLElement,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([{ key: "Escape", run: leave }, indentWithTab]),
          basicSetup,
          EditorView.updateListener.of(({ docChanged, state, transactions }) => {
            if (docChanged && !transactions.some((transaction) => transaction.isUserEvent("external"))) changed.current(state.doc.toString());
          }),
          changing.current.of(setUp()),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: changing.current.reconfigure(setUp()) });
  }, [language, label, readOnly, problems.length > 0, extensions]);

  useEffect(() => {
    const { current } = view;
    if (current === undefined || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text }, userEvent: "external" });
  }, [text]);

  useEffect(() => {
    const { current } = view;
    if (current !== undefined) current.dispatch(setDiagnostics(current.state, diagnosticsIn(current.state.doc, problems)));
  }, [problems]);

  return <div class="code-editor" ref={host} />;
}

/** Tab stays in the editor, so there must be another way out: Escape leaves for what comes next. */
function leave(view: EditorView): boolean {
  const host = (view.root as ShadowRoot).host as HTMLElement;
  view.contentDOM.blur();
  host.closest<HTMLElement>("[role=tabpanel]")?.focus();
  return true;
}

function diagnosticsIn(doc: Text, problems: readonly Problem[]): Diagnostic[] {
  return problems.flatMap(({ place, message, help, code }) => {
    if (place === undefined) return [];
    const from = offsetOf(doc, place.line, place.column);
    const to = Math.max(from, offsetOf(doc, place.line, place.endColumn));
    return [{ from, to, severity: "error" as const, message: help === undefined ? message : `${message}\n${help}`, source: code }];
  });
}

/** Where a line and column (in code points) stand in the text; beyond the end of a line is its end. */
export function offsetOf(doc: Text, line: number, column: Place["column"]): number {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = Array.from(at.text).slice(0, Math.max(0, column - 1)).join("");
  return at.from + before.length;
}
