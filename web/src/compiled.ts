/** Reads `tenor-runtime.json`: which compiled files there are, and whether they fit this package. */

import { type Asset, type Bytes, type Downloads, downloadError, inflate, MAGIC } from "./assets.js";
import { TenorError } from "./errors.js";
import { VERSION } from "./version.js";

export const MANIFEST_NAME = "tenor-runtime.json";
/** The one shape of the manifest that is understood; the same number stands in scripts/build-runtime.mjs. */
const FORMAT = 1;

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
    readonly library: PackedEntry;
    readonly package: PackedEntry;
    readonly snapshot?: SnapshotEntry;
    readonly accelerator?: FileEntry;
  };
}

/** The compiled files, decompressed. */
export interface CompiledFiles {
  readonly library: Bytes;
  readonly package: Bytes;
  readonly snapshot: Bytes | undefined;
  readonly accelerator: { readonly name: string; readonly bytes: Bytes } | undefined;
}

/** All compiled files, or nothing where they are of other versions and the stock ones must do. */
export async function downloadCompiled(
  downloads: Downloads,
  folder: string,
  pyodideVersion: string,
  withSnapshot: boolean,
): Promise<CompiledFiles | undefined> {
  const manifest = await readManifest(downloads, folder);
  const stranger = otherVersion(manifest, pyodideVersion);
  if (withSnapshot) checkSnapshot(manifest, folder, stranger);
  if (stranger !== undefined) return undefined;
  const { library, package: archive, snapshot, accelerator } = manifest.files;
  const [libraryBytes, archiveBytes, snapshotBytes, acceleratorBytes] = await Promise.all([
    unpacked(downloads, folder, library),
    unpacked(downloads, folder, archive),
    withSnapshot && snapshot !== undefined ? unpacked(downloads, folder, snapshot) : undefined,
    // A snapshot holds the package as it was imported: without the accelerator.
    !withSnapshot && accelerator !== undefined ? downloads.get(assetOf(folder, accelerator, MAGIC.zip)) : undefined,
  ]);
  return {
    library: libraryBytes,
    package: archiveBytes,
    snapshot: snapshotBytes,
    accelerator: accelerator && acceleratorBytes && { name: accelerator.name, bytes: acceleratorBytes },
  };
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
  const known = [manifest.files?.library, manifest.files?.package].every((entry) => typeof entry?.sha256 === "string");
  if (manifest.format === FORMAT && !known) throw downloadError(asset, "it does not name the compiled files");
  return manifest;
}

/** What differs from this package's own versions, in words. */
function otherVersion(manifest: Manifest, pyodideVersion: string): string | undefined {
  if (manifest.format !== FORMAT) return `its format is ${manifest.format}, not ${FORMAT}`;
  if (manifest.version !== VERSION) return `it is of tenor-wasm ${manifest.version}, not ${VERSION}`;
  if (manifest.pyodide !== pyodideVersion) return `it is for Pyodide ${manifest.pyodide}, not ${pyodideVersion}`;
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

async function unpacked(downloads: Downloads, folder: string, entry: PackedEntry): Promise<Bytes> {
  const asset = assetOf(folder, entry, MAGIC.gzip);
  const bytes = await inflate(asset, await downloads.get(asset));
  if (bytes.length !== entry.unpackedBytes) {
    throw downloadError(asset, `it holds ${bytes.length} bytes, not the expected ${entry.unpackedBytes}`, "runtime_file_altered");
  }
  return bytes;
}

function assetOf(folder: string, { name, bytes, sha256 }: FileEntry, magic: readonly number[]): Asset {
  // The hash in the address: no cache can answer with the file of another release.
  return { name, url: `${folder}${name}?sha256=${sha256.slice(0, 16)}`, magic, bytes, sha256 };
}
