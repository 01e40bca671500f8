/**
 * Texts between JavaScript and Python. Pyodide converts a text one character after the other, and makes an object for bytes that are
 * handed over; a long text crosses sooner through a window, bytes of Python's that both sides read and write. It has to be ASCII: what
 * is not goes as Pyodide would have it.
 */

import type { PlainFunction } from "./runtime.js";

/** Characters from which a text crosses sooner through the window: a character costs 5 ns otherwise, the window 1.5 µs in all. */
const LONG = 1_000;

/** As in tenor_wasm.api.carry: a window with more bytes is not kept for the next call, and so many values have marks. */
const KEPT = 2 ** 20;
const MOST_VALUES = 8;

/** Python's window as JavaScript sees it. */
interface PythonBytes {
  getBuffer(type: "u8"): PythonBuffer;
  destroy(): void;
}

interface PythonBuffer {
  readonly data: Uint8Array;
  release(): void;
}

/** The functions of tenor_wasm.api.carry. */
export interface CarryModule {
  carried(callable: unknown, marks: number, ...values: readonly unknown[]): string | number | undefined;
  window(size: number): PythonBytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What crosses to Python and back by the window. */
export class Carry {
  readonly #python: CarryModule;
  #buffer: PythonBuffer | undefined;

  constructor(python: CarryModule) {
    this.#python = python;
  }

  /** The same function, for which long texts cross through the window. */
  for(callable: PlainFunction): PlainFunction {
    return (...values) => {
      if (!values.some(isLong) || !values.every(isPlain) || values.length > MOST_VALUES) return callable(...values);
      const [marks, given] = this.#written(values);
      const answer = this.#python.carried(callable, marks, ...given);
      const text = typeof answer === "number" ? this.#read(answer) : answer;
      if ((this.#buffer?.data.length ?? 0) > KEPT) this.#giveUp();
      return text;
    };
  }

  dispose(): void {
    this.#buffer?.release();
    this.#buffer = undefined;
  }

  /** The values, with lengths in the place of the texts that are in the window now, and marks for these. */
  #written(values: readonly Value[]): [marks: number, given: Value[]] {
    let room = 0;
    for (const value of values) if (isLong(value)) room += value.length;
    const bytes = this.#bytes(room);
    const given = [...values];
    let marks = 0;
    let begin = 0;
    for (const [place, value] of values.entries()) {
      if (!isLong(value)) continue;
      const { read, written } = encoder.encodeInto(value, begin === 0 ? bytes : bytes.subarray(begin));
      // More bytes than characters, or no room for all: not ASCII. Half of a surrogate pair is changed on the way, and Python must see it.
      if (read !== written || read !== value.length) continue;
      marks |= 1 << place;
      begin += written;
      given[place] = written;
    }
    return [marks, given];
  }

  #giveUp(): void {
    this.dispose();
    this.#python.window(0).destroy();
  }

  #read(length: number): string {
    const size = Math.abs(length);
    const text = decoder.decode(this.#bytes(size).subarray(0, size));
    return length < 0 ? unpacked(text) : text;
  }

  /** The window, with room for so many bytes. Its memory moves when Python gets more of it, and nothing is seen any more where it was. */
  #bytes(size: number): Uint8Array {
    const seen = this.#buffer?.data;
    if (seen !== undefined && seen.length >= size) return seen;
    this.dispose();
    const window = this.#python.window(size);
    this.#buffer = window.getBuffer("u8");
    window.destroy();
    return this.#buffer.data;
  }
}

type Value = string | number | undefined;

/** What Python takes as it is: an object must not be taken for a text's length. */
function isPlain(value: unknown): boolean {
  return PLAIN.has(typeof value);
}

const PLAIN: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

function isLong(value: unknown): value is string {
  return typeof value === "string" && value.length >= LONG;
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
