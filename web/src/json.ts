/**
 * JSON text in and out, exactly: what JavaScript's numbers cannot hold never passes through one.
 *
 * - In: an integer within ±(2^53 − 1) is a number. A larger one, and every number with a fraction or an exponent, is the
 *   *string* of its digits as they are written, or what the caller makes of them. Duplicate keys are refused.
 * - Out: a `bigint` is written as digits; a number that is not a safe integer is refused, because it has lost its digits
 *   (or may have) before it came here. Decimals are texts. A `LosslessNumber` (npm `lossless-json`) is written as it was read.
 */

import { TenorError } from "./errors.js";

/** Levels of nested lists and objects that a text or value may have; Python stops at 200. */
const DEPTH_LIMIT = 1000;

/**
 * A number that the native parser would round. It may also match inside a string, which only costs time; so that no hash does
 * (`"sha256:1e…"`), the colon is one that follows a key.
 */
const INEXACT_NUMBER = /(?:^|"\s*:|[[,])\s*-?(?:\d{16}|\d+[.eE])/;

/** Whether the native parser would round no number of a text. */
export function isExact(text: string): boolean {
  return !INEXACT_NUMBER.test(text);
}

/** What becomes of a number that JavaScript would round, or of which it would not know how it was written. */
export type NumberOf = (digits: string) => unknown;

/**
 * Parse one JSON value. Throws `invalid_json` with `line` and `column`, `duplicate_key` or `too_deep`. `numberOf` makes another
 * value of each number that is no safe integer than the text of its digits.
 */
export function parseJson(text: string, what = "the text", numberOf: NumberOf = (digits) => digits): unknown {
  return new Parser(text, what, numberOf).parse();
}

/** Write a JSON value; `path` is where it stands in the parameters, for the error. */
export function writeJson(value: unknown, path = ""): string {
  return write(value, path, []) ?? refuseValue("nothing", path);
}

const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
/** What the numbers of `lossless-json` are known by, whichever copy of it made them. */
const LOSSLESS = Symbol.for("lossless-json.LosslessNumber");
const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

/** A recursive descent through one text. */
class Parser {
  private offset = 0;

  constructor(
    private readonly text: string,
    private readonly what: string,
    private readonly numberOf: NumberOf,
  ) {}

  parse(): unknown {
    const value = this.value(0);
    if (this.next() !== undefined) this.unexpected();
    return value;
  }

  private value(depth: number): unknown {
    if (depth > DEPTH_LIMIT) {
      throw new TenorError("too_deep", `${this.what} is nested deeper than ${DEPTH_LIMIT} levels; flatten it`);
    }
    const sign = this.next();
    if (sign === "{") return this.object(depth);
    if (sign === "[") return this.list(depth);
    if (sign === '"') return this.string();
    const word = this.take(WORD);
    return word === undefined ? this.number() : WORDS[word[0]];
  }

  private object(depth: number): unknown {
    const members: Record<string, unknown> = {};
    this.offset++;
    if (this.closes("}")) return members;
    for (;;) {
      this.next();
      const start = this.offset;
      const key = this.string();
      if (Object.hasOwn(members, key)) this.refuse("duplicate_key", `the key ${JSON.stringify(key)} occurs twice`, start);
      if (this.next() !== ":") this.unexpected();
      this.offset++;
      // Not by assignment: a member named `__proto__` is a member like any other.
      Object.defineProperty(members, key, { value: this.value(depth + 1), enumerable: true, configurable: true, writable: true });
      if (this.closes("}")) return members;
      this.comma();
    }
  }

  private list(depth: number): unknown {
    const elements: unknown[] = [];
    this.offset++;
    if (this.closes("]")) return elements;
    for (;;) {
      elements.push(this.value(depth + 1));
      if (this.closes("]")) return elements;
      this.comma();
    }
  }

  private string(): string {
    const { offset: start } = this;
    const end = this.text[start] === '"' ? endOfString(this.text, start) : 0;
    if (end === 0) return this.unexpected();
    try {
      const value = JSON.parse(this.text.slice(start, end)) as string;
      this.offset = end;
      return value;
    } catch {
      return this.unexpected();
    }
  }

  private number(): unknown {
    const found = this.take(NUMBER);
    if (found === undefined) return this.unexpected();
    const [digits, fraction, exponent] = found;
    // A digit right behind a number (`01`, `1 2`) is found by whoever looks for the next sign.
    if (fraction !== undefined || exponent !== undefined) return this.numberOf(digits);
    const value = Number(digits);
    return Number.isSafeInteger(value) ? value : this.numberOf(digits);
  }

  private comma(): void {
    if (this.next() !== ",") this.unexpected();
    this.offset++;
  }

  private closes(sign: "}" | "]"): boolean {
    if (this.next() !== sign) return false;
    this.offset++;
    return true;
  }

  /** The next sign that is no white space. */
  private next(): string | undefined {
    this.take(WHITE_SPACE);
    return this.text[this.offset];
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text) ?? undefined;
    if (found !== undefined) this.offset = pattern.lastIndex;
    return found;
  }

  private unexpected(): never {
    const sign = [...this.text.slice(this.offset, this.offset + 2)][0];
    return this.refuse("invalid_json", sign === undefined ? "the text ends too early" : `\`${sign}\` is not expected`, this.offset);
  }

  private refuse(code: string, found: string, offset: number): never {
    const before = this.text.slice(0, offset).split("\n");
    // Columns count code points, as in source.
    const place = { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
    throw new TenorError(code, `${this.what} is not valid JSON: ${found} at line ${place.line}, column ${place.column}`, "", {
      found,
      ...place,
    });
  }
}

/** Behind the quote that ends the string that begins here; 0 where none does. A pattern for it would need stack for each character. */
function endOfString(text: string, start: number): number {
  let quote = start;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    let escapes = quote;
    while (text[escapes - 1] === "\\") escapes--;
    // Of backslashes that follow each other every second one is escaped itself.
    if (quote < 0 || (quote - escapes) % 2 === 0) return quote + 1;
  }
}

/** `undefined` for what JSON leaves out of an object. `around` are the lists and objects that hold the value. */
function write(value: unknown, path: string, around: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "bigint":
      return value.toString();
    case "number":
      return writeNumber(value, path);
    case "undefined":
      return undefined;
    case "object":
      return value === null ? "null" : writeObject(value, path, around);
    default:
      return refuseValue(`a ${typeof value}`, path);
  }
}

function writeNumber(value: number, path: string): string {
  if (Number.isSafeInteger(value)) return String(value);
  const advice = !Number.isFinite(value)
    ? "JSON has no such number"
    : Number.isInteger(value)
      ? "beyond 2^53 a JavaScript number loses digits; give a bigint, or JSON text"
      : "a decimal is given as text, such as \"12.50\"";
  throw new TenorError("invalid_number", `the number ${value}${at(path)} is refused: ${advice}`, path, { number: String(value) });
}

function writeObject(value: object, path: string, around: readonly object[]): string {
  if (around.includes(value)) return refuseValue("an object that holds itself", path);
  if (around.length > DEPTH_LIMIT) {
    throw new TenorError("too_deep", `the value${at(path)} is nested deeper than ${DEPTH_LIMIT} levels; flatten it`, path);
  }
  const within = [...around, value];
  if (Array.isArray(value)) {
    // Not `map`, which skips holes.
    const elements = Array.from(value, (element: unknown, index) => {
      const place = `${path}/${index}`;
      return write(element, place, within) ?? refuseValue("`undefined`", place);
    });
    return `[${elements.join(",")}]`;
  }
  if (LOSSLESS in value) return writeLossless(String(value), path);
  if ("toJSON" in value && typeof value.toJSON === "function") return write(value.toJSON(), path, within) ?? "null";
  if (!isPlain(value)) return refuseValue(`a ${className(value)}`, path);
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    const text = write(member, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, within);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(",")}}`;
}

/** It goes into the text as it is: whatever is not one number would be more than a number there. */
function writeLossless(digits: string, path: string): string {
  NUMBER.lastIndex = 0;
  return NUMBER.exec(digits)?.[0] === digits ? digits : refuseValue("no number", path);
}

/** An object literal, of this realm or another one; a `Map` or `Set` would silently become `{}`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Also where `constructor` is no class: an object may have a member of that name. */
function className({ constructor: made }: object): string {
  return (typeof made === "function" && made.name) || "class instance";
}

function refuseValue(what: string, path: string): never {
  throw new TenorError("invalid_json", `the value${at(path)} is ${what}, which JSON cannot hold: give plain objects, lists, texts, integers`, path);
}

/** Where a value stands, for a message; nothing where it is the whole. */
function at(path: string): string {
  return path === "" ? "" : ` at \`${path}\``;
}
