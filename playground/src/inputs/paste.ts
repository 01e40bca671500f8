/**
 * JSON that is pasted anywhere in the panel: facts, entity states (flat or nested), or a whole situation with both.
 *
 * What it is, its keys say: names of facts, of entities, or the members that scenarios and calls have. In a text field only JSON
 * that is certainly meant for the panel is taken; all else stays what a paste is.
 */

import type { InspectResult } from "tenor-wasm";
import { inspection } from "../engine";
import type { Update } from "../state/store";
import { setInputs } from "../state/updates";
import type { Inputs } from "../state/workspace";
import { toast } from "../widgets";
import { isObject, type Json, type JsonObject, readObject, writeDocument } from "./documents";
import { undoable } from "./undo";

/** The listener of the panel. */
export function onPaste(event: ClipboardEvent): void {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const { target } = event;
  // A text box for JSON takes what is pasted as text; so does CodeMirror, inside its shadow root.
  if (target instanceof HTMLTextAreaElement || (target instanceof HTMLElement && target.shadowRoot !== null)) return;
  const document = readObject(text);
  if (document === null) {
    if (!(target instanceof HTMLInputElement)) toast("What was pasted is no JSON object: paste facts, entity states, or both.", { tone: "bad" });
    return;
  }
  const declared = inspection.peek();
  const taken = declared === undefined ? null : recognise(document, text, declared);
  if (taken !== null) {
    event.preventDefault();
    undoable(taken.message, taken.change);
  } else if (!(target instanceof HTMLInputElement)) {
    toast("The pasted JSON names no fact and no entity of this contract: nothing was changed.", { tone: "bad" });
  }
}

interface Taken {
  readonly message: string;
  readonly change: Update;
}

/** What a document is for this contract; null where nothing in it is known. */
export function recognise(document: JsonObject, text: string, { facts, entities }: InspectResult): Taken | null {
  const situation = asSituation(document);
  if (situation !== null) return { message: `Pasted ${listed(Object.keys(situation))}.`, change: setInputs(situation) };
  const keys = Object.keys(document);
  const count = (declared: readonly { readonly id: string }[]): number => declared.filter(({ id }) => Object.hasOwn(document, id)).length;
  const [known, places] = [count(facts), count(entities)];
  if (known === 0 && places === 0) return null;
  return places > known
    ? { message: `Pasted the states of ${listed(keys)}.`, change: setInputs({ states: text }) }
    : { message: `Pasted ${keys.length} ${keys.length === 1 ? "fact" : "facts"}.`, change: setInputs({ facts: text }) };
}

/** The inputs in an object that has members for them, as scenarios, exports and calls do. */
function asSituation(document: JsonObject): Partial<Inputs> | null {
  const { facts, persona } = document;
  const states = document["entity_states"] ?? document["entityStates"];
  const found: { -readonly [Name in keyof Inputs]?: string } = {};
  if (isObject(facts)) found.facts = writeDocument(facts);
  if (isObject(states)) found.states = writeDocument(states);
  if (found.facts === undefined && found.states === undefined) return null;
  if (typeof persona === "string") found.persona = persona;
  return found;
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** The inputs as one document, as `onPaste` takes it; null while one of them is no JSON object. */
export function exportInputs({ facts, states, persona }: Inputs): string | null {
  const [given, placed] = [readObject(facts), readObject(states)];
  if (given === null || placed === null) return null;
  const whole: Json = { facts: given, entity_states: placed, persona };
  return `${writeDocument(whole)}\n`;
}
