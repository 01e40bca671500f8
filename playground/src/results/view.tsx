/** The results: who may do what to which instance, the chosen cell in full, and the verdicts. */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { actionSpaces, inspection } from "../engine";
import { showEntity } from "../inputs/instances";
import { narrow, showPanel } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { settings } from "../state/store";
import { registerShortcuts } from "../widgets";
import { actionAt, explainCell, run } from "./act";
import { reasonText, WORDS } from "./cell-content";
import { cellOf, spaces } from "./cells";
import { Details } from "./details";
import { Grid } from "./grid";
import "./results.css";
import { plainFlows, type Section, sections, shownPersonas } from "./sections";
import { Staleness, Summary } from "./summary";
import { Toolbar } from "./toolbar";
import { Verdicts } from "./verdicts";

export function ResultsView(): JSX.Element {
  useEffect(
    () =>
      registerShortcuts(
        { keys: "Enter", label: "In the results: run the action, or say what blocks it" },
        { keys: "E", label: "In the results: explain the action" },
      ),
    [],
  );
  if (inspection.value === undefined) return <p class="hint">The results come when the contract is read.</p>;
  const { stale, pending } = actionSpaces.answer.value;
  const shown = sections.value;
  return (
    <div class="stack results" aria-busy={pending}>
      <Toolbar />
      <Staleness />
      <Summary />
      {shown.some(({ rows }) => rows.length > 0) ? (
        <p class="hint">Choose a cell: what is available is run step by step, what is blocked says what stands in its way.</p>
      ) : null}
      <div class={stale && !pending ? "results-sections results-stale" : "results-sections"}>
        {shown.map((section) => (
          <EntitySection key={section.entity} section={section} height={shown.length === 1 ? 460 : 320} />
        ))}
        <PlainFlows />
      </div>
      <Details />
      <Verdicts />
    </div>
  );
}

interface SectionProps {
  readonly section: Section;
  readonly height: number;
}

function EntitySection({ section, height }: SectionProps): JSX.Element {
  const { entity, rows, total } = section;
  return (
    <section aria-label={entity} class="results-section">
      {narrow.value && sections.value.length > 1 ? <h3>{entity}</h3> : null}
      {rows.length === 0 ? <p class="hint">{`No ${entity} matches the filter.`}</p> : <Grid section={section} byPersona={settings.value.allPersonas} height={height} />}
      {total === 0 ? (
        <p class="hint">
          {`There is no ${entity}.`}{" "}
          <PanelLink
            panel="inputs"
            run={() => {
              showEntity(entity);
              showPanel("inputs", { focus: true });
            }}
          >
            Add one in the inputs
          </PanelLink>
        </p>
      ) : null}
    </section>
  );
}

/** Flows that change nothing have no instances: a list of them, by persona. */
function PlainFlows(): JSX.Element | null {
  if (plainFlows.value.length === 0) return null;
  return (
    <section class="results-section" aria-label="Flows that change no instance">
      <h3>Without instances</h3>
      <ul class="plain results-plain">
        {plainFlows.value.flatMap((flow) =>
          shownPersonas.value.map((persona) => {
            const cell = cellOf(spaces.value.get(persona)?.get(flow), "", null, null);
            const action = actionAt(flow, persona, null, null);
            return (
              <li key={`${persona} ${flow}`}>
                <button
                  type="button"
                  class="results-cell"
                  data-status={cell.status}
                  data-flow={flow}
                  title={reasonText(cell)}
                  onClick={() => (cell.status === "blocked" ? explainCell(action) : run(action))}
                >
                  {`${flow} as ${persona}: ${WORDS[cell.status].sign} ${cell.status === "blocked" ? "Blocked" : "Available"}`}
                </button>
              </li>
            );
          }),
        )}
      </ul>
    </section>
  );
}

