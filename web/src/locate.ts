/**
 * Where the files are that are fetched at run time, when nobody says it.
 *
 * The package keeps them all in its folder `runtime/`. As long as its modules are used as they are (under Node, or from a static folder)
 * that folder lies beside them. A bundler moves modules, and knows nothing of files that are fetched later: a bundled application
 * serves a copy of the folder as `tenor-wasm/` beside its page, or says where it is.
 */

import { VERSION } from "./version.js";

/** What this module's address ends with while nobody has moved it. */
const OWN_PLACE = "/dist/locate.js";
const FOLDER_BESIDE_PAGE = "tenor-wasm/";

/** The address of the folder, absolute and with a slash at its end. */
export function defaultFolder(): string {
  // Read through a name: bundlers that see `new URL("…", import.meta.url)` look for a file to pack.
  const here: unknown = import.meta.url;
  const asItIs = typeof here === "string" && here.endsWith(OWN_PLACE) && canBeFetched(here);
  return asItIs ? new URL("../runtime/", here).href : new URL(FOLDER_BESIDE_PAGE, hostAddress()).href;
}

/** A bundler may write the disk's address of the module into a bundle that a page then loads from elsewhere. */
function canBeFetched(address: string): boolean {
  const { location } = globalThis as { location?: { protocol: string } };
  return !address.startsWith("file:") || location === undefined || location.protocol === "file:";
}

/** The wheel of this release, in a folder. */
export function wheelIn(folder: string): string {
  return `${folder}tenor_wasm-${VERSION}-py3-none-any.whl`;
}

/** What relative addresses are relative to: the page, the worker's script, or under Node the working directory. */
export function hostAddress(): string {
  const host = globalThis as { document?: { baseURI: string }; location?: { href: string }; process?: { cwd(): string } };
  return host.document?.baseURI ?? host.location?.href ?? `file://${host.process?.cwd() ?? ""}/`;
}
