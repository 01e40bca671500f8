/**
 * Answers as values, and the exact text of the provenance chains in them.
 *
 * A chain proves something digit by digit. One with numbers that JavaScript cannot hold is another chain once it is a value: for these
 * the text of the answer is kept as long as the value is, and `verify` sends it in the value's place.
 */

import { isExact, type NumberOf, parseJson, writeJson } from "./json.js";
import type { Document } from "./protocol.js";

/** Members that lead from an answer, a result or a record to its chain; as in tenor_wasm.api.wire. */
const HOLDERS = ["ok", "provenance", "chain"] as const;

/** Chain → the answer that it came in. */
const texts = new WeakMap<object, string>();

/** Parse text that Python wrote: natively where every number is safe, which is nearly always. */
export function parseAnswer(text: string, numberOf?: NumberOf): unknown {
  if (isExact(text)) return JSON.parse(text) as unknown;
  const value = parseJson(text, undefined, numberOf);
  const chain = chainIn(value);
  if (isChain(chain)) texts.set(chain, text);
  return value;
}

/** What `verify` is to send for what it was given. */
export function exactChain<Given extends Document | undefined>(given: Given): Given | string {
  const chain = typeof given === "string" ? given : chainIn(given);
  const text = isChain(chain) ? texts.get(chain) : undefined;
  // The value may have been altered since: then it is no more what the text says.
  return text !== undefined && writeJson(chain) === writeJson(chainIn(parseJson(text))) ? text : given;
}

function chainIn(value: unknown): unknown {
  let found = value;
  for (const name of HOLDERS) {
    if (isObject(found) && !isChain(found) && name in found) found = found[name];
  }
  return found;
}

function isChain(value: unknown): value is object {
  return isObject(value) && "format" in value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
