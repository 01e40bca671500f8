/**
 * Fetches files and checks them before anything uses them: status, kind, size, SHA-256.
 *
 * Every file has a limit for the time without a byte. Under Node, files are also read from the disk (`file:`).
 */

import { TenorError } from "./errors.js";
import type { Progress, StartOptions } from "./protocol.js";
import { after, type Timer } from "./timer.js";

export type Bytes = Uint8Array<ArrayBuffer>;

/** What a file must be; what is not said is not checked. */
export interface Asset {
  readonly name: string;
  readonly url: string;
  /** How its content begins. */
  readonly magic: readonly number[];
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
}

export const MAGIC = {
  zip: [0x50, 0x4b, 0x03, 0x04],
  gzip: [0x1f, 0x8b],
  wasm: [0x00, 0x61, 0x73, 0x6d],
  json: [0x7b],
} as const;

/** Who wants to see a file while it arrives. */
export interface Watcher {
  /** The answer before its body is read; a clone of it may be read. */
  onResponse?(response: Response): void;
  onChunk?(chunk: Uint8Array<ArrayBuffer>): void;
}

/** What all downloads of one start share. When one of them fails the others are of no use: `stop` ends them. */
export class Downloads {
  readonly meter: Meter;
  private readonly controller = new AbortController();
  private readonly hashes: Promise<void>[] = [];

  constructor(
    readonly options: StartOptions,
    onProgress: ((progress: Progress) => void) | undefined,
    signal: AbortSignal | undefined,
    /** What bodies wait for before they are read. */
    private readonly readable: Promise<void> | undefined = undefined,
  ) {
    this.meter = new Meter(onProgress);
    if (signal !== undefined) follow(signal, this.controller);
  }

  stop(): void {
    this.controller.abort();
  }

  get stopped(): boolean {
    return this.controller.signal.aborted;
  }

  /** Calls back within the very turn in which the downloads stop, be it by `stop` or by the caller's signal. */
  onStop(callback: () => void): void {
    this.controller.signal.addEventListener("abort", callback, { once: true });
  }

  /** The file's checked bytes. */
  async get(asset: Asset, watcher: Watcher = {}): Promise<Bytes> {
    // Before anything arrives, so that the whole is known as early as can be.
    if (asset.bytes !== undefined) this.meter.expect(asset.bytes);
    const limit = this.options.timeouts.download;
    const idle = new AbortController();
    const linked = new AbortController();
    follow(this.controller.signal, linked);
    follow(idle.signal, linked);
    let timer = after(limit, () => idle.abort());
    const stillComing = (): void => {
      clearTimeout(timer);
      timer = after(limit, () => idle.abort());
    };
    try {
      const bytes = asset.url.startsWith("file:")
        ? await this.read(asset, watcher)
        : await this.fetch(asset, linked.signal, stillComing, watcher);
      check(asset, bytes);
      void this.hashed(asset, bytes);
      return bytes;
    } catch (thrown) {
      if (idle.signal.aborted) throw downloadError(asset, `no byte arrived for ${limit / 1000} seconds`, "runtime_timeout");
      if (thrown instanceof TenorError || this.controller.signal.aborted) throw thrown;
      throw downloadError(asset, thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Has the file's hash checked, beside everything else; `allHashed` waits for it. What starts meanwhile from an altered file is
   * given up then: the hash finds mistakes of deployment, it is no defence against a server.
   */
  hashed(asset: Asset, bytes: Bytes): Promise<void> {
    const checked = checkHash(asset, bytes);
    checked.catch(() => undefined);
    this.hashes.push(checked);
    return checked;
  }

  async allHashed(): Promise<void> {
    await Promise.all(this.hashes);
  }

  /** What fails because of an altered file is told as that. */
  async orAltered<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (thrown) {
      await this.allHashed();
      throw thrown;
    }
  }

  /** A module by its address: bundlers break on a static import of Pyodide. */
  async import(name: string, folder: string): Promise<unknown> {
    const limit = this.options.timeouts.download;
    const url = folder + name;
    // An engine may remember that an import failed: the next try then needs another address.
    const failures = failedImports.get(url) ?? 0;
    const address = failures === 0 ? url : `${url}?try=${failures + 1}`;
    const imported = import(/* @vite-ignore */ /* webpackIgnore: true */ address) as Promise<unknown>;
    try {
      return await withTimer(limit, imported, () =>
        downloadError({ name, url }, `it did not arrive within ${limit / 1000} seconds`, "runtime_timeout"),
      );
    } catch (thrown) {
      failedImports.set(url, failures + 1);
      if (thrown instanceof TenorError) throw thrown;
      throw downloadError({ name, url }, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  private async fetch(
    asset: Asset,
    signal: AbortSignal,
    stillComing: () => void,
    watcher: Watcher,
  ): Promise<Bytes> {
    const response = await fetch(asset.url, { signal });
    if (!response.ok) throw downloadError(asset, `the server answered ${response.status} ${response.statusText}`.trim());
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("text/html")) throw downloadError(asset, "the server answered with an HTML page");
    if (response.body === null) throw downloadError(asset, "the answer has no body");
    await this.readable;
    watcher.onResponse?.(response);
    // A compressed answer's content-length counts compressed bytes: it says nothing of those that are counted here.
    const encoded = response.headers.get("content-encoding") !== null;
    if (asset.bytes === undefined && !encoded) this.meter.expect(Number(response.headers.get("content-length") ?? 0));
    return this.collect(response.body, asset.bytes, (chunk) => {
      stillComing();
      watcher.onChunk?.(chunk);
    });
  }

  private async collect(
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    expected: number | undefined,
    onChunk: (chunk: Uint8Array<ArrayBuffer>) => void,
  ): Promise<Bytes> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (const reader = body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      onChunk(value);
      chunks.push(value);
      length += value.length;
      this.meter.add(value.length);
      // Whatever this is, it is not the file; a stream without an end must not fill the memory.
      if (expected !== undefined && length > expected) {
        void reader.cancel();
        break;
      }
    }
    return concatenated(chunks, length);
  }

  /** Only under Node, where `fetch` does not know `file:`. */
  private async read(asset: Asset, watcher: Watcher): Promise<Bytes> {
    const { readFile } = (await nodeModule("node:fs/promises")) as { readFile(url: URL): Promise<Uint8Array> };
    // A plain Uint8Array on purpose: Pyodide takes Node's Buffer for something else.
    const bytes = new Uint8Array(await readFile(new URL(asset.url)));
    if (asset.bytes === undefined) this.meter.expect(bytes.length);
    this.meter.add(bytes.length);
    watcher.onChunk?.(bytes);
    return bytes;
  }
}

/** Milliseconds between two messages on progress. */
const PROGRESS_INTERVAL = 40;

const failedImports = new Map<string, number>();

/** Adds up the bytes of all downloads. */
class Meter {
  loaded = 0;
  total = 0;
  private told = -Infinity;

  constructor(private report: ((progress: Progress) => void) | undefined) {}

  /** What comes after the stage `download` belongs to no stage. */
  end(): void {
    this.report = undefined;
  }

  expect(bytes: number): void {
    this.total += bytes;
    this.tell();
  }

  add(bytes: number): void {
    this.loaded += bytes;
    this.tell();
  }

  /** Not for each of the hundreds of chunks: a message to the page costs more than the chunk itself. */
  private tell(): void {
    const now = performance.now();
    if (now - this.told < PROGRESS_INTERVAL) return;
    this.told = now;
    this.report?.({ stage: "download", loaded: this.loaded, total: Math.max(this.total, this.loaded) });
  }
}

export function concatenated(chunks: readonly Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** What can be seen at once: kind and size. */
export function check(asset: Asset, bytes: Bytes): void {
  if (!asset.magic.every((byte, index) => bytes[index] === byte)) {
    throw downloadError(asset, "its content is of another kind (an error page, perhaps)");
  }
  if (asset.bytes !== undefined && bytes.length !== asset.bytes) {
    const found = bytes.length > asset.bytes ? "more" : String(bytes.length);
    throw downloadError(asset, `it has ${found} bytes, not the expected ${asset.bytes}`);
  }
}

async function checkHash(asset: Asset, bytes: Bytes): Promise<void> {
  if (asset.sha256 !== undefined && (await isOther(bytes, asset.sha256))) {
    throw downloadError(asset, "it was altered: its SHA-256 is not the one of this release", "runtime_file_altered");
  }
}

/** Whether the hash differs. Outside secure contexts (plain http) browsers have no hash function: there the size must do. */
async function isOther(bytes: Bytes, sha256: string): Promise<boolean> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return false;
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") !== sha256;
}

const REMEDIES: Readonly<Record<string, string>> = {
  runtime_download_failed: "Check the connection and that the server has this file, then try again.",
  runtime_timeout: "Check the connection, or allow the stage `download` more time, then try again.",
  runtime_file_altered: "Deploy all files of one release together, clear caches in between, then try again.",
};

export function downloadError(
  file: { readonly name: string; readonly url: string },
  reason: string,
  code = "runtime_download_failed",
): TenorError {
  const remedy = REMEDIES[code] ?? "";
  return new TenorError(code, `could not download \`${file.name}\`: ${reason}. ${remedy}`, "", {
    stage: "download",
    file: file.name,
    url: file.url,
    remedy,
  });
}

export async function withTimer<Result>(limit: number, work: Promise<Result>, late: () => TenorError): Promise<Result> {
  let timer: Timer | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = after(limit, () => reject(late()));
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Aborts `controller` when `signal` does. (`AbortSignal.any` is younger than the browsers we serve.) */
function follow(signal: AbortSignal, controller: AbortController): void {
  if (signal.aborted) controller.abort();
  else signal.addEventListener("abort", () => controller.abort(), { once: true, signal: controller.signal });
}

/** By a name that bundlers cannot see: browsers never come here. */
export function nodeModule(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<unknown>;
}
