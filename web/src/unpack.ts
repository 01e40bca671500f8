/** Decompresses files while they arrive, so that little is left to do when their last byte is here. */

import { type Bytes, concatenated, MAGIC, type Watcher } from "./assets.js";

/** Takes a file's content piece by piece, in whatever pieces it comes. */
interface Sink {
  write(piece: Uint8Array<ArrayBuffer>): void;
  end(): Bytes;
}

/** A file's content, decompressed if it is gzip; a host that compresses by itself is given plain files (see scripts/build-runtime.mjs). */
export class Unpacker implements Watcher {
  private pipe: { readonly input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>; readonly done: Promise<void> } | undefined;
  private begun = false;
  /** Bytes of the content so far. */
  length = 0;

  constructor(private readonly sink: Sink = new Whole()) {}

  /** `Downloads.get` calls this. */
  onChunk(chunk: Uint8Array<ArrayBuffer>): void {
    // None of the files begins with this byte uncompressed.
    if (!this.begun && chunk[0] === MAGIC.gzip[0]) this.pipe = this.decompressor();
    this.begun = true;
    if (this.pipe === undefined) this.take(chunk);
    // What fails is told by `done`.
    else this.pipe.input.write(chunk).catch(() => undefined);
  }

  /** The whole content, after the last chunk; rejects when it cannot be decompressed. */
  async end(): Promise<Bytes> {
    this.pipe?.input.close().catch(() => undefined);
    await this.pipe?.done;
    return this.sink.end();
  }

  private take(piece: Uint8Array<ArrayBuffer>): void {
    this.length += piece.length;
    this.sink.write(piece);
  }

  private decompressor(): NonNullable<typeof this.pipe> {
    const { writable, readable } = new DecompressionStream("gzip");
    const done = this.drain(readable);
    done.catch(() => undefined);
    return { input: writable.getWriter(), done };
  }

  private async drain(readable: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for (const reader = readable.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      this.take(value);
    }
  }
}

/** The content as it is. */
class Whole implements Sink {
  private readonly pieces: Uint8Array<ArrayBuffer>[] = [];
  private length = 0;

  write(piece: Uint8Array<ArrayBuffer>): void {
    this.pieces.push(piece);
    this.length += piece.length;
  }

  end(): Bytes {
    const [only] = this.pieces;
    return this.pieces.length === 1 && only !== undefined ? only : concatenated(this.pieces, this.length);
  }
}

/** Bytes in a page of the snapshot; the same number stands in scripts/build-runtime.mjs. */
const PAGE = 4096;

/** A part of the memory that is in the file and has not come yet. */
interface Run {
  start: number;
  readonly end: number;
}

/**
 * Python's memory with its pages of zeros, which the file leaves out: first come the memory's length and a byte for each page,
 * which says whether the page is in the file, then the pages themselves.
 */
export class Memory implements Sink {
  private head: Bytes = new Uint8Array();
  private memory: Bytes | undefined;
  private runs: Run[] = [];

  write(piece: Uint8Array<ArrayBuffer>): void {
    let rest = this.memory === undefined ? this.afterHead(piece) : piece;
    for (let run = this.runs[0]; this.memory !== undefined && run !== undefined && rest.length > 0; run = this.runs[0]) {
      const part = rest.subarray(0, run.end - run.start);
      this.memory.set(part, run.start);
      run.start += part.length;
      rest = rest.subarray(part.length);
      if (run.start === run.end) this.runs.shift();
    }
  }

  end(): Bytes {
    return this.memory ?? new Uint8Array();
  }

  /** Reads the head once it is complete; what follows it in these pieces is the beginning of the first page. */
  private afterHead(piece: Uint8Array<ArrayBuffer>): Bytes {
    this.head = concatenated([this.head, piece], this.head.length + piece.length);
    if (this.head.length < 4) return this.head.subarray(0, 0);
    const length = new DataView(this.head.buffer).getUint32(0, true);
    const size = 4 + Math.ceil(length / PAGE);
    if (this.head.length < size) return this.head.subarray(0, 0);
    this.memory = new Uint8Array(length);
    this.runs = runsOf(this.head.subarray(4, size), length);
    return this.head.subarray(size);
  }
}

/** Neighbouring pages together: they are copied at once. */
function runsOf(flags: Uint8Array, length: number): Run[] {
  const runs: Run[] = [];
  for (let page = flags.indexOf(1); page >= 0; page = flags.indexOf(1, page)) {
    const next = flags.indexOf(0, page);
    const end = next < 0 ? flags.length : next;
    runs.push({ start: page * PAGE, end: Math.min(end * PAGE, length) });
    page = end;
  }
  return runs;
}
