/** The package and its wheel are released together, with one version, and only work together. */

import { TenorError } from "./errors.js";

/** The version of this package; a test holds it against package.json. */
export const VERSION = "0.1.0";

/** The one Pyodide release whose files are accepted. */
export const PYODIDE_VERSION = "314.0.7";

/** Refuses a wheel of another release; returns the wheel's version. */
export function checkWheelVersion(runtime: { dispatch(method: string, params: string): string }): string {
  const answer = JSON.parse(runtime.dispatch("version", "{}")) as { readonly ok?: { readonly version?: unknown } };
  const wheel = answer.ok?.version;
  if (wheel !== VERSION) {
    const remedy = `Serve the wheel that comes with the package, tenor_wasm-${VERSION}-py3-none-any.whl.`;
    const message = `the wheel is tenor-wasm ${String(wheel)}, the package ${VERSION}. ${remedy}`;
    throw new TenorError("version_mismatch", message, "", { package: VERSION, wheel, stage: "install", remedy });
  }
  return wheel;
}
