/** One scenario: how it goes, where it differs, and what can be done with it. */

import type { JSX } from "preact";
import type { ScenariosScenario } from "tenor-wasm";
import { outdated } from "../engine";
import { workspace } from "../state/store";
import { openSituation } from "./commands";
import { Differences } from "./differences";
import { beginDraft, type Draft, draftOf, endDraft, setDraft } from "./drafts";
import { met } from "./expect";
import type { Result } from "./runs";
import { removeScenario, replaceScenario, undoable } from "./updates";

interface Props {
  readonly scenario: ScenariosScenario;
  /** Undefined as long as it has not run. */
  readonly result: Result | undefined;
  readonly waits: boolean;
}

export function ScenarioCard({ scenario, result, waits }: Props): JSX.Element {
  const { title, about } = scenario;
  const draft = draftOf(scenario);
  return (
    <li class="scenarios-card" data-passed={result?.passed}>
      {draft !== undefined ? (
        <TitleForm scenario={scenario} draft={draft} />
      ) : (
        <>
          <div class="scenarios-head">
            <h2>{title}</h2>
            <Status result={result} waits={waits} />
          </div>
          {about === undefined ? null : <p class="hint">{about}</p>}
        </>
      )}
      <p class="scenarios-of">{situationText(scenario)}</p>
      {result === undefined || result.passed ? null : <Differences result={result} />}
      <Commands scenario={scenario} result={result} />
    </li>
  );
}

function Status({ result, waits }: Omit<Props, "scenario">): JSX.Element {
  if (result === undefined) return <span class="scenarios-status hint">{waits ? "running …" : "not run"}</span>;
  if (!result.passed) return <span class="scenarios-status bad">✗ differs</span>;
  return <span class="scenarios-status good">{result.checked === 0 ? "✓ can be evaluated" : "✓ as expected"}</span>;
}

function situationText({ persona, flow, instance_bindings: bindings = {}, expect = {} }: ScenariosScenario): string {
  const chosen = Object.entries(bindings).map(([entity, instance]) => `${entity} ${instance}`);
  const run = flow === undefined ? [] : [[flow, ...(chosen.length === 0 ? [] : [`on ${chosen.join(", ")}`])].join(" ")];
  const stated = Object.keys(expect);
  const expects = stated.length === 0 ? "expects nothing more than an answer" : `expects ${stated.join(", ")}`;
  return [...(persona === undefined ? [] : [`as ${persona}`]), ...run, expects].join(" · ");
}

function Commands({ scenario, result }: Omit<Props, "waits">): JSX.Element {
  const { title } = scenario;
  const accept = (differing: Result): void => {
    const { scenarios } = workspace.peek();
    replaceScenario(scenario, { ...scenario, expect: met(scenario.expect ?? {}, differing) });
    undoable(`“${title}” expects what came.`, scenarios);
  };
  return (
    <p class="row">
      <button type="button" aria-label={`Open “${title}”`} onClick={() => openSituation(scenario)}>
        Open
      </button>
      {draftOf(scenario) !== undefined ? null : (
        <button type="button" aria-label={`Edit title of “${title}”`} onClick={() => beginDraft(scenario)}>
          Edit title
        </button>
      )}
      {result === undefined || result.passed ? null : (
        <button type="button" aria-label={`Expect this of “${title}”`} title={outdated.value ?? undefined} disabled={outdated.value !== null} onClick={() => accept(result)}>
          Expect this
        </button>
      )}
      <button type="button" aria-label={`Remove “${title}”`} onClick={() => removeScenario(scenario)}>
        Remove
      </button>
    </p>
  );
}

interface FormProps {
  readonly scenario: ScenariosScenario;
  readonly draft: Draft | null;
}

function TitleForm({ scenario, draft }: FormProps): JSX.Element {
  const { title, about } = draft ?? { title: scenario.title, about: scenario.about ?? "" };
  const close = (): void => endDraft(scenario);
  const save = (event: Event): void => {
    event.preventDefault();
    const { about: _before, ...others } = scenario;
    close();
    replaceScenario(scenario, { ...others, title: title.trim(), ...(about.trim() === "" ? {} : { about: about.trim() }) });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") close();
  };
  return (
    <form class="stack" onSubmit={save} onKeyDown={onKeyDown}>
      <label class="field">
        Title
        <input
          ref={draft === null ? focusOnce : null}
          required
          value={title}
          pattern=".*\S.*"
          onInput={({ currentTarget }) => setDraft(scenario, { title: currentTarget.value, about })}
        />
      </label>
      <label class="field">
        What it is about
        <textarea rows={2} value={about} onInput={({ currentTarget }) => setDraft(scenario, { title, about: currentTarget.value })} />
      </label>
      <p class="row">
        <button type="submit" class="primary">
          Keep
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </form>
  );
}

/** The title is written first, over the one that was proposed. */
function focusOnce(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}
