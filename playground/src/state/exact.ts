/**
 * JSON whose numbers keep their digits. What is in a scenario goes into the inputs and comes from there, and is expected of answers:
 * so its numbers are those of `inputs/documents.ts`, except that an integer that JavaScript can hold is one of its own.
 */

import { LosslessNumber } from "lossless-json";
import { type NumberOf, parseJson } from "tenor-wasm";

export const exactly: NumberOf = (digits) => new LosslessNumber(digits);

/** As `parseJson`, with exact numbers; `writeJson` writes them as they were. */
export const parseExact = (text: string, what: string): unknown => parseJson(text, what, exactly);
