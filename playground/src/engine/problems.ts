/** What went wrong, as data: code, message, place; every finding of an error is one problem. */

import { sourceErrors, TenorError } from "tenor-wasm";

export interface Problem {
  readonly code: string;
  readonly message: string;
  /** JSON Pointer into the parameters of the call: `/facts/price`, `/entity_states/Order/ord-1`, `/bundle/constructs/3`. */
  readonly path: string;
  readonly help?: string;
  /** Where it stands in a text. */
  readonly place?: Place;
}

/** A place in a text: lines and columns begin at 1, columns count code points. */
export interface Place {
  /** The file of source; empty for a JSON text. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The first column after it. */
  readonly endColumn: number;
}

/** All findings of an error, or the error itself where it has none. */
export function problemsIn(thrown: unknown): readonly Problem[] {
  const inSource = sourceErrors(thrown);
  if (inSource.length > 0) {
    return inSource.map(({ code, message, help, file, line, column, end_column: endColumn }) => ({
      code,
      message,
      path: "",
      ...(help !== undefined && { help }),
      place: { file, line, column, endColumn },
    }));
  }
  if (!(thrown instanceof TenorError)) {
    return [{ code: "unexpected", message: thrown instanceof Error ? thrown.message : String(thrown), path: "" }];
  }
  const { findings, line, column } = thrown.details;
  if (Array.isArray(findings) && findings.length > 0) return findings as Problem[];
  const { code, message, path } = thrown;
  if (typeof line !== "number" || typeof column !== "number") return [{ code, message, path }];
  return [{ code, message, path, place: { file: "", line, column, endColumn: column + 1 } }];
}
