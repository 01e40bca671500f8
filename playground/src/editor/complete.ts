/** What may stand at the caret: fields of the construct that is open, names of the kind that the field takes, words of the language. */

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { declarations, describe, type NameKind } from "./outline";
import vocabulary from "./vocabulary.json";

const CONSTRUCTS: Readonly<Record<string, readonly string[]>> = vocabulary.constructs;
const BLOCKS: Readonly<Record<string, readonly string[]>> = vocabulary.blocks;
const NAMES: Readonly<Record<string, string>> = vocabulary.names;

/** How far back the open construct is looked for. */
const LOOK_BACK = 20_000;
const EXPRESSION_KINDS: readonly NameKind[] = ["verdict", "fact"];
const EXPRESSION_WORDS = ["verdict_present", "len", "true", "false", ...vocabulary.operators];

const ICONS: Readonly<Record<string, string>> = {
  fact: "variable",
  verdict: "constant",
  persona: "class",
  state: "enum",
  entity: "type",
  operation: "method",
  flow: "function",
  step: "property",
  type: "type",
};

export function complete(context: CompletionContext): CompletionResult | null {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
  if (word === null && !context.explicit) return null;
  const from = word?.from ?? context.pos;
  const before = context.state.doc.sliceString(Math.max(0, from - LOOK_BACK), from);
  if (inTextOrComment(before)) return null;
  const options = optionsAfter(before);
  return options.length === 0 ? null : { from, options: [...options], validFor: /^[\p{L}\p{N}_]*$/u };
}

function optionsAfter(before: string): readonly Completion[] {
  const block = openBlock(before);
  if (block === undefined) return words(Object.keys(CONSTRUCTS), "construct", " ").concat(words(["import"], "construct"));
  const field = openField(before);
  if (field === undefined) return fieldsOf(block.word).map((name) => ({ label: name, type: "property", apply: `${name}: `, detail: "field" }));
  return valuesOf(field, before, block.name);
}

/** What may stand in a field: names of its kind; in an expression facts, verdicts and the words that combine them. */
function valuesOf(field: string, before: string, construct: string): readonly Completion[] {
  const kind = NAMES[field];
  if (kind === "verdict") return [...EXPRESSION_KINDS.flatMap((one) => names(one)), ...words(EXPRESSION_WORDS, "word")];
  if (kind === "type") return [...words(vocabulary.types, "type"), ...names("type")];
  if (field === "effects") {
    const entity = /([\p{L}_][\p{L}\p{N}_]*)\s*[:,][^,[\]]*$/u.exec(before)?.[1];
    const states = names("state", entity);
    return entity !== undefined && states.length > 0 ? states : names("entity");
  }
  if (kind === "state") return names("state", construct);
  if (kind === "step") return [...names("step"), { label: "Terminal", apply: "Terminal(success)", type: "keyword" }];
  if (field === "steps") return words(Object.keys(BLOCKS).filter((name) => name.endsWith("Step")), "step");
  if (field === "on_failure" || field === "on_any_failure") return words(["Terminate", "Compensate", "Escalate"], "handler");
  return kind === undefined ? [] : names(kind as NameKind);
}

function names(kind: NameKind, scope?: string): readonly Completion[] {
  return (declarations.peek().get(kind) ?? [])
    .filter((name) => scope === undefined || name.scope === scope)
    .map((name) => ({ label: name.id, type: ICONS[kind] ?? "text", detail: describe(name).slice(0, 60) }));
}

function words(list: readonly string[], detail: string, after = ""): Completion[] {
  return list.map((label) => ({ label, type: "keyword", detail, ...(after !== "" && { apply: label + after }) }));
}

function fieldsOf(word: string): readonly string[] {
  return CONSTRUCTS[word] ?? BLOCKS[word] ?? (word === "verdict" ? ["payload"] : []);
}

/** The innermost block that is still open: the word before its bracket that says what it is, and the construct's name. */
function openBlock(before: string): { readonly word: string; readonly name: string } | undefined {
  const text = withoutTexts(before);
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === "}") depth++;
    else if (text[at] === "{" && depth-- === 0) {
      const [, first = "", second = ""] = /([\p{L}_][\p{L}\p{N}_]*)(?:\s+([\p{L}_][\p{L}\p{N}_]*))?\s*$/u.exec(text.slice(0, at)) ?? [];
      return { word: first, name: second };
    }
  }
  return undefined;
}

/** The field whose value stands at the caret: the last `name:` of the open block that no later line has left. */
function openField(before: string): string | undefined {
  const text = withoutTexts(before);
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const sign = text[at] ?? "";
    if ("}])".includes(sign)) depth++;
    else if ("[(".includes(sign) && depth > 0) depth--;
    else if (sign === "{" && depth-- === 0) return undefined;
    else if (sign === ":" && depth === 0) {
      const name = /([\p{L}_][\p{L}\p{N}_]*)\s*$/u.exec(text.slice(0, at))?.[1];
      const value = text.slice(at + 1);
      // A value that is whole ends with its line; one that begins on the next line does not.
      if (name === undefined || !Object.hasOwn(FIELDS, name)) continue;
      return value.trim() === "" || !/\n\s*$/.test(value) || /(?:[,∧∨=≤≥<>([]|\band|\bor|\bnot)\s*$/u.test(value) ? name : undefined;
    }
  }
  return undefined;
}

const FIELDS: Readonly<Record<string, true>> = Object.fromEntries(
  [...Object.values(CONSTRUCTS), ...Object.values(BLOCKS)].flat().map((name) => [name, true]),
);

function inTextOrComment(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return line.includes("//") || (line.match(/"/g)?.length ?? 0) % 2 === 1;
}

function withoutTexts(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*/g, (found) => " ".repeat(found.length));
}
