/** Reads `tenor-runtime.json`: which compiled files there are, and whether they fit this package. */

import { type Asset, type Bytes, check, type Downloads, downloadError, MAGIC } from "./assets.js";
import { TenorError } from "./errors.js";
import { Memory, Unpacker } from "./unpack.js";
import { PYODIDE_VERSION, VERSION } from "./version.js";

export const MANIFEST_NAME = "tenor-runtime.json";
/** The one shape of the manifest that is understood; the same number stands in scripts/build-runtime.mjs. */
const FORMAT = 2;

interface FileEntry {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface PackedEntry extends FileEntry {
  readonly unpackedBytes: number;
  readonly unpackedSha256: string;
}

interface SnapshotEntry extends PackedEntry {
  readonly needs: { readonly pyodide: string; readonly library: string; readonly package: string };
}

interface Manifest {
  readonly format: number;
  readonly version: string;
  readonly pyodide: string;
  readonly files: {
    readonly start: PackedEntry;
    readonly library: PackedEntry;
    readonly package: PackedEntry;
    readonly snapshot?: SnapshotEntry;
    readonly accelerator?: FileEntry;
  };
}

/** The compiled files that fit, each on its way; decompressed when it comes. */
export interface CompiledFiles {
  readonly kind: "compiled" | "snapshot";
  readonly library: Promise<Bytes> | undefined;
  readonly whole: Promise<Bytes>;
  readonly archive: Promise<Bytes>;
  readonly snapshot: Promise<Bytes> | undefined;
  readonly accelerator: Promise<Bytes> | undefined;
}

/**
 * The compiled files, or nothing where they are of other versions and the stock ones must do.
 *
 * Their names are known before the manifest is, so they are fetched beside it, and checked when it is here. The whole library is
 * fetched after Python has `started`; with a snapshot, so is the package, because the memory holds all that it imports.
 */
export async function downloadCompiled(
  downloads: Downloads,
  folder: string,
  withSnapshot: boolean,
  started: Promise<unknown>,
): Promise<CompiledFiles | undefined> {
  const snapshot = withSnapshot ? new Packed(downloads, "snapshot.bin", folder, { sink: new Memory() }) : undefined;
  const library = withSnapshot ? undefined : new Packed(downloads, "python_start.bin", folder);
  const archive = new Packed(downloads, "tenor_wasm.bin", folder, { after: withSnapshot ? started : undefined });
  const whole = new Packed(downloads, "python_stdlib.bin", folder, { after: started });
  const manifest = await readManifest(downloads, folder);
  const stranger = otherVersion(manifest);
  if (withSnapshot) checkSnapshot(manifest, folder, stranger);
  if (stranger !== undefined) return undefined;
  const { files } = manifest;
  // A snapshot holds the package as it was imported: without the accelerator.
  const accelerator = withSnapshot ? undefined : files.accelerator;
  return {
    kind: withSnapshot ? "snapshot" : "compiled",
    library: library?.checked(files.start),
    whole: whole.checked(files.library),
    archive: archive.checked(files.package),
    snapshot: files.snapshot && snapshot?.checked(files.snapshot),
    accelerator: accelerator && downloads.get({ ...accelerator, url: folder + accelerator.name, magic: MAGIC.zip }),
  };
}

/** A file on its way, gzipped or not. */
class Packed {
  private readonly asset: Asset;
  private readonly bytes: Promise<Bytes>;
  private readonly unpacker: Unpacker;

  constructor(
    private readonly downloads: Downloads,
    name: string,
    folder: string,
    private readonly how: { readonly sink?: Memory; readonly after?: Promise<unknown> | undefined } = {},
  ) {
    // The versions in the address: no cache can answer with the file of another release.
    this.asset = { name, url: `${folder}${name}?v=${VERSION}-${PYODIDE_VERSION}`, magic: [] };
    this.unpacker = new Unpacker(how.sink);
    this.bytes = how.after === undefined ? this.fetch() : how.after.then(() => this.fetch());
    // Where the manifest does not fit, nobody asks for the file any more.
    this.bytes.catch(() => undefined);
  }

  async checked(entry: PackedEntry): Promise<Bytes> {
    const asset = { ...this.asset, bytes: entry.bytes, sha256: entry.sha256 };
    const bytes = await this.bytes;
    check(asset, bytes);
    const hashed = this.downloads.hashed(asset, bytes);
    // Nobody waits for the hashes of all files any more when this one comes.
    if (this.how.after !== undefined) await hashed;
    const content = await this.downloads.orAltered(this.unpacked());
    const { length } = this.unpacker;
    if (length === entry.unpackedBytes) return content;
    throw downloadError(asset, `it holds ${length} bytes, not the expected ${entry.unpackedBytes}`, "runtime_file_altered");
  }

  private fetch(): Promise<Bytes> {
    return this.downloads.get(this.asset, this.unpacker);
  }

  private async unpacked(): Promise<Bytes> {
    try {
      return await this.unpacker.end();
    } catch (thrown) {
      throw downloadError(this.asset, `it cannot be decompressed (${thrown instanceof Error ? thrown.message : String(thrown)})`);
    }
  }
}

async function readManifest(downloads: Downloads, folder: string): Promise<Manifest> {
  const asset: Asset = { name: MANIFEST_NAME, url: folder + MANIFEST_NAME, magic: MAGIC.json };
  const text = new TextDecoder().decode(await downloads.get(asset));
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch {
    throw downloadError(asset, "it is not valid JSON");
  }
  const known = [manifest.files?.start, manifest.files?.library, manifest.files?.package].every((entry) => typeof entry?.sha256 === "string");
  if (manifest.format === FORMAT && !known) throw downloadError(asset, "it does not name the compiled files");
  return manifest;
}

/** What differs from this package's own versions, in words. */
function otherVersion(manifest: Manifest): string | undefined {
  if (manifest.format !== FORMAT) return `its format is ${manifest.format}, not ${FORMAT}`;
  if (manifest.version !== VERSION) return `it is of tenor-wasm ${manifest.version}, not ${VERSION}`;
  if (manifest.pyodide !== PYODIDE_VERSION) return `it is for Pyodide ${manifest.pyodide}, not ${PYODIDE_VERSION}`;
  return undefined;
}

/**
 * A snapshot that does not fit its library starts well and then fails at the first late import: so it is refused here.
 */
function checkSnapshot(manifest: Manifest, folder: string, stranger: string | undefined): void {
  const { snapshot, library, package: archive } = manifest.files ?? {};
  const mismatch =
    stranger ??
    (snapshot === undefined
      ? "there is none in the folder"
      : snapshot.needs.pyodide !== manifest.pyodide
        ? `it was made with Pyodide ${snapshot.needs.pyodide}, not ${manifest.pyodide}`
        : snapshot.needs.library !== library.unpackedSha256
          ? `it was made with another \`${library.name}\``
          : snapshot.needs.package !== archive.unpackedSha256
            ? `it was made with another \`${archive.name}\``
            : undefined);
  if (mismatch === undefined) return;
  const file = snapshot?.name ?? "snapshot.bin";
  const remedy = "Deploy snapshot, library and package of one build together, or start without the snapshot.";
  throw new TenorError("snapshot_mismatch", `the snapshot \`${file}\` cannot be used: ${mismatch}. ${remedy}`, "", {
    stage: "download",
    file,
    url: folder + file,
    remedy,
  });
}
