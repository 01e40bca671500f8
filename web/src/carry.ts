/**
 * Texts between JavaScript and Python. Pyodide converts a text one character after the other; a long one crosses several times
 * sooner as bytes, as long as it is ASCII, and what is not goes as Pyodide would have it.
 */

import type { PlainFunction } from "./runtime.js";

/** Characters from which a text crosses sooner as bytes: a character costs 5 ns otherwise, the bytes 5 µs in all. */
const LONG = 1_500;

/** Python's bytes as JavaScript sees them. */
interface PythonBytes {
  getBuffer(type: "u8"): { readonly data: Uint8Array; release(): void };
  destroy(): void;
}

/** `carried` of the module tenor_wasm.api.carry. */
export type Carrier = (callable: unknown, ...values: readonly unknown[]) => string | PythonBytes | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The same function, for which long texts cross as bytes. */
export function carrying(callable: PlainFunction, carrier: Carrier): PlainFunction {
  return (...values) => {
    if (!values.some(isLong) || !values.every(isPlain)) return callable(...values);
    const answer = carrier(callable, ...values.map(asBytes));
    return typeof answer === "object" ? unpacked(textOf(answer)) : answer;
  };
}

/** What Python takes as it is: bytes must be ours. */
function isPlain(value: unknown): boolean {
  return PLAIN.has(typeof value);
}

const PLAIN: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

function isLong(value: unknown): value is string {
  return typeof value === "string" && value.length >= LONG;
}

function asBytes(value: string | number | undefined): Uint8Array | string | number | undefined {
  if (!isLong(value)) return value;
  const bytes = encoder.encode(value);
  // Half of a surrogate pair has no UTF-8 form: the encoder would put another character there, and Python must see it.
  return bytes.length === value.length ? bytes : value;
}

function textOf(bytes: PythonBytes): string {
  const buffer = bytes.getBuffer("u8");
  try {
    return decoder.decode(buffer.data);
  } finally {
    buffer.release();
    bytes.destroy();
  }
}

/**
 * What `packed` of that module makes of an answer: the lengths of its parts, a line feed, the parts. The first one is the answer with
 * `NUL number NUL` where another part belongs. What an answer repeats is then one text in many places: JavaScript joins texts by
 * noting what they are made of, and copies them once, when the answer is read.
 */
function unpacked(text: string): string {
  let end = text.indexOf("\n") + 1;
  const lengths = text.slice(0, end - 1).split(",");
  const parts = lengths.map((length) => text.slice(end, (end += Number(length))));
  const pieces = (parts[0] as string).split("\0");
  return pieces.reduce((answer, piece, index) => answer + (index % 2 === 1 ? (parts[Number(piece)] as string) : piece), "");
}
