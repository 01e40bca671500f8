/** The one error of the bridge: what Python answers with and what the bridge itself raises have the same shape. */

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

  constructor(code: string, message: string, path = "", details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.path = path;
    this.details = details;
  }

  static fromShape(shape: ErrorShape): TenorError {
    return new TenorError(shape.code, shape.message, shape.path, shape.details);
  }

  toJSON(): ErrorShape {
    return { code: this.code, message: this.message, path: this.path, details: this.details };
  }
}

/** Any thrown value as a `TenorError`; one that is a `TenorError` already is kept. */
export function asTenorError(thrown: unknown, code: string, context: string): TenorError {
  if (thrown instanceof TenorError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const error = new TenorError(code, `${context}: ${reason}`);
  error.cause = thrown;
  return error;
}

/** What an aborted call rejects with, as `fetch` does. */
export function abortError(): DOMException {
  return new DOMException("the call was aborted", "AbortError");
}
