/** The facts as a form: one field for each that the contract declares, and a list of those that it does not know. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { InspectResult } from "tenor-wasm";
import { inspection } from "../engine";
import { explain } from "../shell/navigate";
import { update } from "../state/store";
import { Problems } from "../widgets";
import { editFacts, factDocument, type Json, type JsonObject, type Path, put, without } from "./documents";
import { Control, hasOwnProblems } from "./fields";
import { FACTS, pointer, problemsAt, problemsId, problemsIn } from "./pointers";
import { undoable } from "./undo";
import { describeType, fromAnswer, valueText } from "./values";

export type DeclaredFact = InspectResult["facts"][number];

/** The declared facts in the order of the source, where that is known. */
export const declaredFacts: ReadonlySignal<readonly DeclaredFact[]> = computed(() => {
  const { facts = [] } = inspection.value ?? {};
  const line = ({ position }: DeclaredFact): number => Number(position?.line ?? 0);
  const file = ({ position }: DeclaredFact): string => position?.file ?? "";
  return facts.toSorted((a, b) => file(a).localeCompare(file(b)) || line(a) - line(b));
});

/** What a fact is while nobody says it; undefined where somebody has to. */
export function defaultOf(fact: DeclaredFact): Json | undefined {
  return fact.has_default ? fromAnswer(fact.type_spec, fact.default) : undefined;
}

export function FactsForm(): JSX.Element {
  const facts = factDocument.value;
  const declared = declaredFacts.value;
  if (facts === null) return <p class="hint">The text is no JSON object yet: mend it below, and the form is back. Nothing of it is lost.</p>;
  return (
    <div class="inputs-facts">
      <Problems problems={problemsAt(FACTS)} paths={false} />
      {declared.map((fact) => (
        <FactField key={fact.id} fact={fact} value={facts[fact.id]} />
      ))}
      {declared.length === 0 ? <p class="hint">The contract declares no facts.</p> : null}
      <Undeclared facts={facts} declared={declared} />
    </div>
  );
}

interface FactFieldProps {
  readonly fact: DeclaredFact;
  readonly value: Json | undefined;
}

function FactField({ fact, value }: FactFieldProps): JSX.Element {
  const { id, type_spec: type, has_default: hasDefault } = fact;
  const place = pointer(FACTS, [id]);
  // A list or record shows what is wrong with its parts beside them; that it is missing at all is told here.
  const parts = hasOwnProblems(type) && value !== undefined;
  return (
    <div class={hasOwnProblems(type) ? "inputs-fact wide" : "inputs-fact"} data-fact={id}>
      <div class="inputs-fact-head">
        <span class="inputs-fact-name">{id}</span>
        <span class="hint">{describeType(type)}</span>
        {hasDefault ? <DefaultMark fact={fact} isGiven={value !== undefined} /> : null}
        <button type="button" class="link inputs-why" aria-label={`Why: ${id}`} onClick={() => explain({ kind: "fact", fact: id })}>
          Why
        </button>
      </div>
      <div class="inputs-fact-body">
        <Control
          type={type}
          value={value}
          path={[id]}
          label={id}
          fallback={defaultOf(fact)}
          onChange={(changed) => update(editFacts((facts) => (changed === undefined ? without(facts, id) : { ...facts, [id]: changed })))}
        />
        {parts ? null : <Problems id={problemsId(place)} problems={problemsIn(place)} paths={false} />}
      </div>
    </div>
  );
}

/** Whether the contract's default holds, and the way back to it. */
function DefaultMark({ fact, isGiven }: { readonly fact: DeclaredFact; readonly isGiven: boolean }): JSX.Element {
  const text = valueText(fact.type_spec, defaultOf(fact));
  if (!isGiven) return <span class="inputs-chip">default</span>;
  return (
    <button
      type="button"
      class="link"
      aria-label={`Use the default of ${fact.id}: ${text}`}
      onClick={() => undoable(`${fact.id} has its default again.`, editFacts((facts) => without(facts, fact.id)))}
    >
      Use the default
    </button>
  );
}

interface UndeclaredProps {
  readonly facts: JsonObject;
  readonly declared: readonly DeclaredFact[];
}

/** Facts that were given and that the contract does not declare: the evaluator ignores them, nobody throws them away. */
function Undeclared({ facts, declared }: UndeclaredProps): JSX.Element | null {
  const known = new Set(declared.map(({ id }) => id));
  const others = Object.entries(facts).filter(([id]) => !known.has(id));
  if (others.length === 0) return null;
  return (
    <section class="inputs-others" aria-label="Facts that the contract does not declare">
      <h3>Not declared by the contract, and ignored</h3>
      <ul class="plain">
        {others.map(([id, value]) => (
          <li key={id} class="row">
            <span class="inputs-fact-name">{id}</span>
            <code>{valueText(undefined, value)}</code>
            <button type="button" aria-label={`Remove ${id}`} onClick={() => undoable(`${id} was removed.`, editFacts((now) => without(now, id)))}>
              Remove
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A value for a part of a fact; the whole fact has an empty path. */
export interface FactPart {
  readonly path: Path;
  readonly value: Json;
}

/** An edit that gives parts of a fact, which begins as its default where it was not given. */
export function editFactParts(fact: DeclaredFact, parts: readonly FactPart[]): (facts: JsonObject) => JsonObject {
  return (facts) => {
    const changed = parts.reduce<Json | undefined>((value, part) => put(value, part.path, part.value), facts[fact.id] ?? defaultOf(fact));
    return changed === undefined ? facts : { ...facts, [fact.id]: changed };
  };
}
