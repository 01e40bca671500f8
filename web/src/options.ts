/** What a start needs, made from what the application says: addresses become absolute, what is absent gets its default. */

import { type Some, withDefaults } from "./defaults.js";
import { defaultFolder, hostAddress, wheelIn } from "./locate.js";
import type { Stage, StartOptions } from "./protocol.js";
import { DEFAULT_TIMEOUTS } from "./runtime.js";

export interface FileOptions {
  /**
   * The folder with Pyodide's own files: a URL, relative to the page, or under Node a path. When absent: the package's folder `runtime`,
   * where it lies beside the modules; in a bundle `tenor-wasm/` beside the page.
   */
  readonly indexURL?: string;
  /** The tenor-wasm wheel: a URL, relative to the page, or under Node a path. When absent, it and the compiled files are in `indexURL`. */
  readonly wheelURL?: string;
  /**
   * The folder with `tenor-runtime.json` and the compiled files that it names: with them the start takes about half the time.
   * Files of other versions are left alone, and the stock ones above are taken.
   */
  readonly compiledURL?: string;
  /** Start from the memory snapshot in that folder, faster still; one that does not fit is refused with `snapshot_mismatch`. */
  readonly snapshot?: boolean;
  /** Milliseconds that a stage may take; for `download`, that may pass without a byte. */
  readonly timeouts?: Some<Record<Stage, number>> | undefined;
}

export function startOptions({ indexURL, wheelURL, compiledURL, snapshot, timeouts }: FileOptions): StartOptions {
  const folder = indexURL === undefined ? defaultFolder() : folderURL(indexURL);
  // The package keeps all files in one folder; who names the wheel by itself has arranged them in another way.
  const compiledDefault = wheelURL === undefined ? folder : undefined;
  return {
    indexURL: folder,
    wheelURL: wheelURL === undefined ? wheelIn(folder) : absoluteURL(wheelURL),
    compiledURL: compiledURL === undefined ? compiledDefault : folderURL(compiledURL),
    snapshot,
    timeouts: withDefaults(DEFAULT_TIMEOUTS, timeouts),
  };
}

export function absoluteURL(url: string): string {
  return new URL(url, hostAddress()).href;
}

function folderURL(url: string): string {
  const absolute = absoluteURL(url);
  return absolute.endsWith("/") ? absolute : `${absolute}/`;
}
