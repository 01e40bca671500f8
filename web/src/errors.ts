/** The one error of the bridge: what Python answers with and what the bridge itself raises have the same shape. */

import type { SourceErrors } from "./types.js";

/** One error in `.tenor` source, at its token. Lines and columns begin at 1; columns count code points, `end_column` is the first after the token. */
export type SourceError = SourceErrors["errors"][number];

/** How an error travels as JSON. */
export interface ErrorShape {
  readonly code: string;
  readonly message: string;
  /** JSON Pointer into the parameters of the call; empty where no parameter is at fault. */
  readonly path: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A fault with a stable code, a message that says what to do, and the place at fault. */
export class TenorError extends Error implements ErrorShape {
  override readonly name = "TenorError";
  readonly code: string;
  readonly path: string;
  readonly details: Readonly<Record<string, unknown>>;
  /**
   * Every fault that was found, where a call finds several at once: one for each of `details.findings` (documents) or
   * `details.errors` (`.tenor` source; file, line and column are in its `details`). The first is the one this error tells.
   */
  readonly related: readonly TenorError[];

  constructor(code: string, message: string, path = "", details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.path = path;
    this.details = details;
    this.related = [...faultsIn(details["findings"]), ...faultsIn(details["errors"])];
  }

  static fromShape(shape: ErrorShape): TenorError {
    return new TenorError(shape.code, shape.message, shape.path, shape.details);
  }

  /** `related` is left out: it is made from `details`. */
  toJSON(): ErrorShape {
    return { code: this.code, message: this.message, path: this.path, details: this.details };
  }
}

function faultsIn(list: unknown): TenorError[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: Readonly<Record<string, unknown>>) => {
    const { code, message, path, ...details } = entry;
    return new TenorError(String(code), String(message), typeof path === "string" ? path : "", details);
  });
}

/** Every error in the source that was refused; none when `thrown` is about something else. */
export function sourceErrors(thrown: unknown): readonly SourceError[] {
  if (!(thrown instanceof TenorError) || thrown.code !== "invalid_source") return [];
  const { errors } = thrown.details;
  return Array.isArray(errors) ? (errors as SourceError[]) : [];
}

/** Any thrown value as a `TenorError`; one that is a `TenorError` already is kept. */
export function asTenorError(thrown: unknown, code: string, context: string): TenorError {
  if (thrown instanceof TenorError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const error = new TenorError(code, `${context}: ${reason}`);
  error.cause = thrown;
  return error;
}

/**
 * What an aborted call rejects with, as `fetch` does: an `AbortError`, or the `TimeoutError` of an `AbortSignal.timeout()`.
 * A reason of another kind becomes the error's `cause`.
 */
export function abortError(signal?: AbortSignal): DOMException {
  const reason: unknown = signal?.reason;
  if (reason instanceof DOMException && (reason.name === "AbortError" || reason.name === "TimeoutError")) return reason;
  const error = new DOMException("the call was aborted", "AbortError");
  if (reason !== undefined) Object.defineProperty(error, "cause", { value: reason });
  return error;
}

/** What a call rejects with that ran longer than its time budget. */
export function timeoutError(milliseconds: number): DOMException {
  return new DOMException(`the call ran longer than its time budget of ${milliseconds} ms and was ended`, "TimeoutError");
}
