/** The language as CodeMirror sees it: words, signs, folding. Lexical only; what words mean comes from the evaluator. */

import { foldService, HighlightStyle, indentService, LanguageSupport, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import type { Extension, Text } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import vocabulary from "./vocabulary.json";

const KEYWORDS = new Set([...Object.keys(vocabulary.constructs), "import", "verdict", "payload", ...vocabulary.operators]);
const TYPES = new Set([...vocabulary.types, ...Object.keys(vocabulary.blocks), "Terminal", "Terminate"]);
const CONSTANTS = new Set(["true", "false", "null"]);
const FUNCTIONS = new Set(["verdict_present", "len", "present"]);

interface State {
  inComment: boolean;
}

function token(stream: StringStream, state: State): string | null {
  if (state.inComment || stream.match("/*")) {
    state.inComment = !stream.match(/^.*?\*\//);
    if (state.inComment) stream.skipToEnd();
    return "comment";
  }
  if (stream.eatSpace()) return null;
  if (stream.match("//")) {
    stream.skipToEnd();
    return "comment";
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
  if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
  if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u)) return wordStyle(stream.current(), stream);
  if (stream.match(/^(?:->|<=|>=|!=|[→≤≥≠∧∨¬∀∃∈×=<>+*-])/u)) return "operator";
  stream.next();
  return null;
}

function wordStyle(word: string, stream: StringStream): string | null {
  if (stream.match(/^\s*:/, false)) return "propertyName";
  if (KEYWORDS.has(word) || KEYWORDS.has(word.toLowerCase())) return "keyword";
  if (TYPES.has(word)) return "typeName";
  if (CONSTANTS.has(word)) return "bool";
  return FUNCTIONS.has(word) ? "keyword" : "variableName";
}

const language = StreamLanguage.define<State>({
  name: "tenor",
  startState: () => ({ inComment: false }),
  token,
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } }, closeBrackets: { brackets: ["(", "[", "{", '"'] }, indentOnInput: /^\s*[}\])]$/ },
});

const OPENING: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

/** A line that opens a bracket and does not close it folds up to where it is closed. */
const folding = foldService.of((state, start, end) => {
  const opened = unclosed(state.doc.sliceString(start, end));
  if (opened === undefined) return null;
  const closed = closing(state.doc, start + opened + 1, end);
  return closed === undefined ? null : { from: start + opened + 1, to: closed };
});

/** Where the last bracket stands that a line leaves open. */
function unclosed(line: string): number | undefined {
  const open: number[] = [];
  for (const { index, 0: sign } of withoutTexts(line).matchAll(/[{}[\]()]/g)) {
    if (sign in OPENING) open.push(index);
    else open.pop();
  }
  return open.at(-1);
}

function closing(doc: Text, from: number, lineEnd: number): number | undefined {
  let depth = 1;
  for (let number = doc.lineAt(lineEnd).number + 1; number <= doc.lines; number++) {
    const line = doc.line(number);
    for (const { index, 0: sign } of withoutTexts(line.text).matchAll(/[{}[\]()]/g)) {
      depth += sign in OPENING ? 1 : -1;
      if (depth === 0) return line.from + index > from ? line.from + index : undefined;
    }
  }
  return undefined;
}

/** The line with blanks in the place of texts and comments: brackets in them count for nothing. */
function withoutTexts(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"?|\/\/.*/g, (found) => " ".repeat(found.length));
}

/** A line stands as the one before it; inside a bracket that that one opens one step further, before a closing one back again. */
const indentation = indentService.of((context, offset) => {
  const line = context.lineAt(offset, -1);
  if (line.from === 0) return 0;
  const before = context.lineAt(line.from - 1, -1);
  const base = /^ */.exec(before.text)?.[0].length ?? 0;
  const inner = unclosed(before.text) === undefined ? base : base + context.unit;
  return Math.max(0, /^\s*[}\])]/.test(line.text) ? inner - context.unit : inner);
});

export const tenorLanguage: Extension = new LanguageSupport(language, [folding, indentation]);

/** The colours of both languages. */
export const highlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.operator], color: "var(--code-keyword)" },
    { tag: [tags.typeName, tags.bool, tags.null], color: "var(--code-type)" },
    { tag: tags.propertyName, color: "var(--code-name)" },
    { tag: tags.string, color: "var(--code-text)" },
    { tag: tags.number, color: "var(--code-number)" },
    { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  ]),
);
