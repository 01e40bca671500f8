/** Who acts. */

import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { inputProblems, inspection, persona } from "../engine";
import { type Update, update } from "../state/store";
import { setPersona } from "../state/updates";
import { Problems } from "../widgets";

export function PersonaChooser(): JSX.Element {
  const id = useId();
  const personas = inspection.value?.personas ?? [];
  const problems = inputProblems.value.filter(({ path }) => path.startsWith("/persona"));
  return (
    <div class="inputs-persona">
      <label for={id}>Persona</label>
      <select
        id={id}
        value={persona.value}
        aria-invalid={problems.length > 0}
        aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}
        onChange={({ currentTarget: { value } }) => update(setPersona(value), sameActionAs(value))}
      >
        {personas.map(({ id: name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <Problems id={`${id}-problems`} problems={problems} paths={false} />
    </div>
  );
}

/** An action that is looked at is looked at for the new persona. */
const sameActionAs =
  (chosen: string): Update =>
  (workspace) => {
    const { selection } = workspace;
    return selection?.kind === "action" ? { ...workspace, selection: { ...selection, persona: chosen } } : workspace;
  };
