/** Facts and entity states as JSON, each with what is wrong with it. */

import type { JSX } from "preact";
import { inputProblems } from "../engine";
import { update, workspace } from "../state/store";
import { setFacts, setStates } from "../state/updates";
import { Problems } from "../widgets";

export function InputsView(): JSX.Element {
  const { facts, states } = workspace.value.inputs;
  const about = (parameter: string) => inputProblems.value.filter(({ path }) => path.startsWith(parameter));
  return (
    <div class="stack">
      <div class="field">
        <label for="facts">Facts (JSON)</label>
        <textarea
          id="facts"
          rows={12}
          spellcheck={false}
          aria-invalid={about("/facts").length > 0}
          aria-describedby="facts-problems"
          value={facts}
          onInput={({ currentTarget }) => update(setFacts(currentTarget.value))}
        />
        <Problems id="facts-problems" problems={about("/facts")} />
      </div>
      <div class="field">
        <label for="states">Entity states (JSON)</label>
        <textarea
          id="states"
          rows={12}
          spellcheck={false}
          aria-invalid={about("/entity_states").length > 0}
          aria-describedby="states-problems"
          value={states}
          onInput={({ currentTarget }) => update(setStates(currentTarget.value))}
        />
        <Problems id="states-problems" problems={about("/entity_states")} />
      </div>
    </div>
  );
}
