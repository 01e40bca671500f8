/** Above the grids: who acts, what is filtered, and how much there is. */

import type { JSX } from "preact";
import { PersonaChooser } from "../inputs/persona";
import { set, settings } from "../state/store";
import { filter, knownStates, sections } from "./sections";

export function Toolbar(): JSX.Element {
  const { allPersonas } = settings.value;
  return (
    <div class="results-toolbar">
      <div class="row">
        <PersonaChooser />
        <label class="results-check">
          <input type="checkbox" checked={allPersonas} onChange={({ currentTarget: { checked } }) => set({ allPersonas: checked })} />
          All personas side by side
        </label>
      </div>
      <div class="row">
        <input
          type="search"
          placeholder="Filter instances"
          aria-label="Filter instances by name"
          value={filter.text.value}
          onInput={({ currentTarget: { value } }) => (filter.text.value = value)}
        />
        <select aria-label="Filter instances by state" value={filter.state.value} onChange={({ currentTarget: { value } }) => (filter.state.value = value)}>
          <option value="">any state</option>
          {knownStates.value.map((state) => (
            <option key={state}>{state}</option>
          ))}
        </select>
        <label class="results-check">
          <input type="checkbox" checked={filter.onlyOpen.value} onChange={({ currentTarget: { checked } }) => (filter.onlyOpen.value = checked)} />
          Only available
        </label>
        <Counts />
      </div>
    </div>
  );
}

function Counts(): JSX.Element {
  const shown = sections.value.reduce((sum, { rows, total }) => sum + (total === 0 ? 0 : rows.length), 0);
  const all = sections.value.reduce((sum, { total }) => sum + total, 0);
  const instances = `${all.toLocaleString("en")} ${all === 1 ? "instance" : "instances"}`;
  return <span class="hint results-counts">{shown === all ? instances : `${shown.toLocaleString("en")} of ${instances}`}</span>;
}
