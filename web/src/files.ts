/** What a start is made from, each file on its way by itself: whoever needs one waits for that one only. */

import { type Asset, type Bytes, Downloads, MAGIC } from "./assets.js";
import { type CompiledFiles, downloadCompiled } from "./compiled.js";
import { asTenorError, TenorError } from "./errors.js";
import type { StartOptions } from "./protocol.js";

/** A file of the pinned Pyodide. */
type PinnedFile = Omit<Asset, "url">;

const WASM: PinnedFile = {
  name: "pyodide.asm.wasm",
  magic: MAGIC.wasm,
  bytes: 9_598_218,
  sha256: "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
};
const STDLIB: PinnedFile = {
  name: "python_stdlib.zip",
  magic: MAGIC.zip,
  bytes: 2_545_637,
  sha256: "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
};

/** What Python starts with, besides Pyodide itself. */
export interface FileContents {
  /** Of which kind the others are. */
  readonly kind: "stock" | "compiled" | "snapshot";
  /** A zip with the standard library as source, or with the part of it as bytecode that a start needs; nothing with a snapshot. */
  readonly library: Bytes | undefined;
  /** The whole library as bytecode, which takes the place of its part after the start. */
  readonly whole: Bytes | undefined;
  /** The wheel, or a zip with the same as bytecode. */
  readonly archive: Bytes;
  /** Python's memory, with the snapshot only. */
  readonly snapshot: Bytes | undefined;
  /** The wheel of the optional accelerator, where there is one. */
  readonly accelerator: Bytes | undefined;
}

export type StartFiles = { readonly [Name in keyof FileContents]: Promise<FileContents[Name]> };

type Name = keyof FileContents;

/** The names of all contents. */
const NAMES = ["kind", "library", "whole", "archive", "snapshot", "accelerator"] as const satisfies readonly Name[];

/** What a start waits for; the others come later, for imports of what it did not need. */
export function neededFirst(withSnapshot: boolean | undefined): readonly Name[] {
  return NAMES.filter((name) => name !== "whole" && !(withSnapshot === true && name === "archive"));
}

/**
 * All files at once: none waits for another, not even for the manifest that says what they must be. Only what the start does without
 * waits, until the runtime has `started`.
 */
export function fetchFiles(downloads: Downloads, started: Promise<unknown>): StartFiles {
  const python = fetchPython(downloads, started);
  const files: StartFiles = {
    kind: python.then(({ kind }) => kind),
    library: python.then(({ library }) => library),
    whole: python.then(({ whole }) => whole),
    archive: python.then(({ archive }) => archive),
    snapshot: python.then(({ snapshot }) => snapshot),
    accelerator: python.then(({ accelerator }) => accelerator),
  };
  // When one fails, nobody may ask for the others any more.
  for (const file of Object.values(files)) file.catch(() => undefined);
  return files;
}

async function fetchPython(downloads: Downloads, started: Promise<unknown>): Promise<CompiledFiles | StockFiles> {
  const { compiledURL, snapshot = false } = downloads.options;
  if (snapshot && compiledURL === undefined) {
    const remedy = "Give `compiledURL`, the folder with tenor-runtime.json and the snapshot.";
    throw new TenorError("snapshot_mismatch", `a snapshot needs the compiled files. ${remedy}`, "", { stage: "download", remedy });
  }
  const compiled = compiledURL === undefined ? undefined : await downloadCompiled(downloads, compiledURL, snapshot, started);
  return compiled ?? fetchStock(downloads, downloads.options);
}

/** The library as source, and the wheel to unpack. */
interface StockFiles {
  readonly kind: "stock";
  readonly library: Promise<Bytes>;
  readonly whole: undefined;
  readonly archive: Promise<Bytes>;
  readonly snapshot: undefined;
  readonly accelerator: undefined;
}

function fetchStock(downloads: Downloads, { indexURL, wheelURL }: StartOptions): StockFiles {
  const wheelName = wheelURL.slice(wheelURL.lastIndexOf("/") + 1);
  return {
    kind: "stock",
    library: downloads.get({ ...STDLIB, url: indexURL + STDLIB.name }),
    whole: undefined,
    archive: downloads.get({ name: wheelName, url: wheelURL, magic: MAGIC.zip }),
    snapshot: undefined,
    accelerator: undefined,
  };
}

/** Pyodide itself, compiled while it arrives, where the browser can. */
export async function fetchWasm(downloads: Downloads): Promise<WebAssembly.Module> {
  let streamed: Promise<WebAssembly.Module> | undefined;
  const bytes = await downloads.get(
    { ...WASM, url: downloads.options.indexURL + WASM.name },
    {
      onResponse: (response) => {
        // The engine insists on this type; with another one the bytes are compiled when they are here.
        if (response.headers.get("content-type")?.split(";")[0]?.trim() !== "application/wasm") return;
        streamed = WebAssembly.compileStreaming(response.clone());
        streamed.catch(() => undefined);
      },
    },
  );
  try {
    return await downloads.orAltered(streamed ?? WebAssembly.compile(bytes));
  } catch (thrown) {
    throw asTenorError(thrown, "runtime_start_failed", `\`${WASM.name}\` cannot be compiled here`);
  }
}

/** What is named, when all of it is here. */
export async function contentsOf<Wanted extends Name>(
  files: StartFiles,
  names: readonly Wanted[],
): Promise<Pick<FileContents, Wanted>> {
  const contents = await Promise.all(names.map(async (name) => [name, await files[name]] as const));
  return Object.fromEntries(contents) as unknown as Pick<FileContents, Wanted>;
}
