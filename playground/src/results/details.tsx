/** The chosen cell in full: what is in the way, what would open it with a button to try each, and the run. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ExplainResult } from "tenor-wasm";
import { outdated } from "../engine";
import { instances } from "../inputs/documents";
import { explain, isShown, showPanel, whyBeside } from "../shell/navigate";
import { update } from "../state/store";
import { select, setPersona, setUpRun } from "../state/updates";
import { Problems } from "../widgets";
import { type ActionSelection, run, runBindings } from "./act";
import { WORDS } from "./cell-content";
import { both, type Cell } from "./cells";
import { canSearchFurther, chosenAction, chosenCell, remedies, searchFurther } from "./remedies";
import { type Suggestion, tryIt } from "./try-it";

export function Details(): JSX.Element | null {
  const action = chosenAction.value;
  const box = useRef<HTMLElement>(null);
  const isFound = remedies.answer.value.value !== undefined;
  useEffect(() => {
    // When the dock has opened below, and once more when the suggestions have come.
    const frame = requestAnimationFrame(() => box.current?.scrollIntoView({ block: "nearest" }));
    return () => cancelAnimationFrame(frame);
  }, [action, isFound]);
  if (action === null) return null;
  const cell = chosenCell.value;
  return (
    <section ref={box} class="results-details" aria-label="The chosen action" data-status={cell.status}>
      <div class="results-details-head">
        <h2>
          <Status cell={cell} /> {titleOf(action)}
        </h2>
        <button type="button" class="icon" aria-label="Close the chosen action" onClick={() => update(select(null))}>
          ×
        </button>
      </div>
      <Reasons cell={cell} />
      <Takes action={action} cell={cell} />
      <div class="row">
        {isShown("flow") ? (
          <button type="button" class={cell.status === "blocked" ? "" : "primary"} onClick={() => run(action)}>
            {cell.status === "blocked" ? "Run it anyway" : "Run it"}
          </button>
        ) : null}
        {whyBeside.value || !isShown("why") ? null : (
          <button type="button" onClick={() => explain(action)}>
            Why, in full
          </button>
        )}
      </div>
      {cell.status === "blocked" ? <Remedies action={action} /> : null}
    </section>
  );
}

function Status({ cell: { status } }: { readonly cell: Cell }): JSX.Element {
  const { sign, word } = WORDS[status];
  return (
    <span class="results-status" data-status={status}>
      <span aria-hidden="true">{sign}</span> {status === "later" ? "Available" : word}
    </span>
  );
}

function titleOf({ flow, persona, bindings }: ActionSelection): string {
  const bound = Object.entries(bindings).map(([entity, id]) => `${entity} ${id}`);
  return `${flow}${bound.length > 0 ? ` on ${both(bound)}` : ""} as ${persona}`;
}

function Reasons({ cell }: { readonly cell: Cell }): JSX.Element | null {
  if (cell.status !== "blocked") return null;
  return (
    <ul class="results-reasons">
      {cell.causes.map(({ long }) => (
        <li key={long}>{long}</li>
      ))}
    </ul>
  );
}

/** Which instances of other entities a run takes: the evaluator says which fit, the flow run lets one choose others. */
function Takes({ action, cell }: { readonly action: ActionSelection; readonly cell: Cell }): JSX.Element | null {
  const others = Object.entries(runBindings(action)).filter(([entity]) => action.bindings[entity] === undefined);
  if (cell.status === "blocked" || others.length === 0) return null;
  const named = others.map(([entity, id]) => `${entity} ${id}${instances.value.get(entity)?.has(id) === true ? "" : " (there is none)"}`);
  return <p class="hint">{`The run also takes ${both(named)}; the flow run lets you choose others.`}</p>;
}

/** What would open a blocked action, each suggestion with a button to try it. */
export function Remedies({ action }: { readonly action: ActionSelection }): JSX.Element {
  const { value, problems, pending, stale } = remedies.answer.value;
  const isOf = value?.target.name === action.flow && value.persona === action.persona;
  const found = isOf ? value.remedies : undefined;
  return (
    <div class="results-remedies" aria-busy={pending}>
      <h3>What would open it</h3>
      <Problems problems={problems} />
      {found === undefined ? <p class="hint">{problems.length > 0 ? "" : "Searching …"}</p> : <Found action={action} found={found} stale={stale} />}
    </div>
  );
}

type Remedied = NonNullable<ExplainResult["remedies"]>;

interface FoundProps {
  readonly action: ActionSelection;
  readonly found: Remedied;
  readonly stale: boolean;
}

/** So many suggestions are shown; they come smallest first. */
const MOST = 8;

function Found({ action, found, stale }: FoundProps): JSX.Element {
  const { suggestions, detours, complete, checked, limit } = found;
  return (
    <div class={stale ? "results-stale stack" : "stack"}>
      {suggestions.length === 0 ? <p>{complete ? "Nothing that can be changed here would." : "Nothing was found so far."}</p> : null}
      <ul class="plain results-suggestions">
        {suggestions.slice(0, MOST).map((suggestion, index) => (
          <SuggestionItem key={index} suggestion={suggestion} action={action} disabled={stale || outdated.value !== null} />
        ))}
        {detours.filter((detour) => !isSuggested(detour, suggestions)).map((detour) => (
          <li key={JSON.stringify(detour)}>
            <span>{`Another way to the same end: ${detour.text}.`}</span>
            {isShown("flow") ? (
              <button
                type="button"
                aria-label={`Set it up: ${detour.flow_id}`}
                onClick={() => {
                  update(setPersona(detour.persona), setUpRun(detour.flow_id, detour.instance_bindings));
                  showPanel("flow");
                }}
              >
                Set it up
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {suggestions.length > MOST ? <p class="hint">{`and ${suggestions.length - MOST} more`}</p> : null}
      {complete ? null : (
        <p class="hint">
          {`The search stopped after ${checked} combinations; there may be other ways.`}{" "}
          {canSearchFurther(limit) ? (
            <button type="button" class="link" onClick={() => searchFurther(action)}>
              Search further
            </button>
          ) : null}
        </p>
      )}
    </div>
  );
}

/** Whether a suggestion begins with the same run: then it is said already. */
function isSuggested({ flow_id: flow, persona }: Remedied["detours"][number], suggestions: readonly Suggestion[]): boolean {
  return suggestions.some(({ changes }) =>
    changes.some((change) => change.kind === "flows" && change.runs[0]?.flow_id === flow && change.runs[0].persona === persona),
  );
}

interface SuggestionProps {
  readonly suggestion: Suggestion;
  readonly action: ActionSelection;
  readonly disabled: boolean;
}

function SuggestionItem({ suggestion, action, disabled }: SuggestionProps): JSX.Element {
  const { changes, obtained_verdicts: obtained, lost_verdicts: lost } = suggestion;
  const texts = changes.map(({ text }) => text);
  const effects = [obtained.length > 0 ? `brings ${both(obtained)}` : "", lost.length > 0 ? `takes away ${both(lost)}` : ""].filter(Boolean);
  return (
    <li>
      <span>
        {texts.map((text, index) => (
          <span key={text} class="results-change">
            {index === 0 ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : `and ${text}`}
          </span>
        ))}
        {effects.length > 0 ? <span class="hint">{`(${effects.join("; ")})`}</span> : null}
      </span>
      <button type="button" disabled={disabled} aria-label={`Try it: ${texts.join(", ")}`} onClick={() => void tryIt(suggestion, action)}>
        Try it
      </button>
    </li>
  );
}
