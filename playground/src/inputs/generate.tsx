/** The dialog that makes many instances at once. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { InspectResult } from "tenor-wasm";
import { Dialog } from "../widgets";
import type { JsonObject } from "./documents";
import { addInstances, generate, kebab, MOST_GENERATED, NUMBER_SIGN } from "./table";
import { undoable } from "./undo";

interface Props {
  readonly entity: InspectResult["entities"][number];
  readonly taken: JsonObject;
}

/** The choice of all states in turn; no state is an empty text. */
const SPREAD = "";

export function GenerateDialog({ entity, taken }: Props): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Generate …
      </button>
      <Dialog title={`Generate instances of ${entity.id}`} open={open} onClose={() => setOpen(false)}>
        <GenerateForm entity={entity} taken={taken} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function GenerateForm({ entity, taken, onDone }: Props & { readonly onDone: () => void }): JSX.Element {
  const [typed, setTyped] = useState("10");
  const [pattern, setPattern] = useState(`${kebab(entity.id)}-${NUMBER_SIGN}`);
  const [state, setState] = useState(entity.initial);
  const count = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
  const isSound = count >= 1 && count <= MOST_GENERATED;
  const states = state === SPREAD ? entity.states : [state];
  const sample = isSound ? generate(pattern, count, states, taken, 3).map(([name]) => name) : [];
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!isSound) return;
    undoable(`${count} ${entity.id} made.`, addInstances(entity.id, generate(pattern, count, states, taken)));
    onDone();
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="field">
        <label for="generate-count">How many</label>
        <input
          id="generate-count"
          inputMode="numeric"
          value={typed}
          aria-invalid={!isSound}
          aria-describedby="generate-fault"
          onInput={({ currentTarget: { value } }) => setTyped(value)}
        />
        <span id="generate-fault" class={isSound ? "hint" : "error"}>{`A whole number from 1 to ${MOST_GENERATED.toLocaleString("en")}.`}</span>
      </div>
      <div class="field">
        <label for="generate-pattern">Names</label>
        <input
          id="generate-pattern"
          value={pattern}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="generate-sample"
          onInput={({ currentTarget: { value } }) => setPattern(value)}
        />
        <span id="generate-sample" class="hint">
          {`${NUMBER_SIGN} is the number.`} {sample.length > 0 ? `For instance ${sample.join(", ")}.` : ""}
        </span>
      </div>
      <div class="field">
        <label for="generate-state">State</label>
        <select id="generate-state" value={state} onChange={({ currentTarget: { value } }) => setState(value)}>
          {entity.states.map((name) => (
            <option key={name} value={name}>
              {name === entity.initial ? `${name} (initial)` : name}
            </option>
          ))}
          <option value={SPREAD}>spread over all states</option>
        </select>
      </div>
      <div class="row">
        <button type="submit" class="primary" disabled={!isSound}>
          Generate
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
