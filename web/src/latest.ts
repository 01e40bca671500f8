/** For live editing: of the calls that an input sets off, only the newest is of interest. */

/**
 * Wraps a call so that each new one aborts the one before, whose promise then rejects with `AbortError`.
 *
 * ```ts
 * const evaluate = latest((signal, facts: string) => contract.evaluate({ facts }, { signal }));
 * box.addEventListener("input", () => evaluate(box.value).then(show, (error) => error.name === "AbortError" || tell(error)));
 * ```
 */
// `any`, so that the arguments of a call that does not say their types are not `unknown`.
export function latest<Arguments extends readonly any[], Result>(
  call: (signal: AbortSignal, ...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  let current: AbortController | undefined;
  return async (...args) => {
    current?.abort();
    const mine = new AbortController();
    current = mine;
    try {
      return await call(mine.signal, ...args);
    } finally {
      // A call may have been answered, or have failed, just before it was replaced: it is out of date all the same.
      mine.signal.throwIfAborted();
    }
  };
}
