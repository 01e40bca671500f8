/** The inputs: persona, facts, instances; facts and instances as a form, as JSON text, or both in step. */

import { type Signal, signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { contract, inspection, type Problem } from "../engine";
import { update, workspace } from "../state/store";
import { setFacts, setStates } from "../state/updates";
import { CodeBox, Problems } from "../widgets";
import { factDocument, stateDocument } from "./documents";
import { ExportMenu } from "./export";
import { FactsForm } from "./facts";
import "./inputs.css";
import { InstanceTables } from "./instances";
import { onPaste } from "./paste";
import { PersonaChooser } from "./persona";
import { FACTS, problemsIn, STATES } from "./pointers";

const WAYS = ["form", "text", "both"] as const;
type Way = (typeof WAYS)[number];
const WAY_NAMES: Readonly<Record<Way, string>> = { form: "Form", text: "JSON", both: "Both" };

const factsWay = signal<Way>("form");
const statesWay = signal<Way>("form");

export function InputsView(): JSX.Element {
  const { facts, states } = workspace.value.inputs;
  return (
    <div class="stack inputs" onPaste={onPaste}>
      <div class="row inputs-top">
        <PersonaChooser />
        <span class="hint">Paste JSON anywhere here to take it over.</span>
        <ExportMenu />
      </div>
      <Part title="Facts" way={factsWay} text={facts} onText={(text) => update(setFacts(text))} place={FACTS} isBroken={factDocument.value === null}>
        <FactsForm />
      </Part>
      <Part title="Entity states" way={statesWay} text={states} onText={(text) => update(setStates(text))} place={STATES} isBroken={stateDocument.value === null}>
        <InstanceTables />
      </Part>
    </div>
  );
}

interface PartProps {
  readonly title: string;
  readonly way: Signal<Way>;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly place: string;
  readonly isBroken: boolean;
  readonly children: ComponentChildren;
}

function Part({ title, way, text, onText, place, isBroken, children }: PartProps): JSX.Element {
  const problems = problemsIn(place);
  // Without a form there is the text: before the contract is known, and while the text is broken.
  const known = inspection.value !== undefined;
  const form = known && way.value !== "text";
  const asText = !known || isBroken || way.value !== "form";
  return (
    <section class="inputs-section" aria-label={title}>
      <div class="inputs-section-head">
        <h2>{title}</h2>
        {problems.length === 0 ? null : <span class="badge bad">{`${problems.length} ${problems.length === 1 ? "error" : "errors"}`}</span>}
        <WayChooser title={title} way={way} />
      </div>
      {known ? null : <p class="hint">{contract.answer.value.problems.length > 0 ? "The contract has errors: mend it, and the form comes." : "The form comes when the contract is read."}</p>}
      {form ? children : null}
      {asText ? <Text title={title} text={text} onText={onText} problems={problems} paths={!form} /> : null}
    </section>
  );
}

function WayChooser({ title, way }: { readonly title: string; readonly way: Signal<Way> }): JSX.Element {
  return (
    <span class="inputs-ways" role="group" aria-label={`${title}: show as`}>
      {WAYS.map((each) => (
        <button key={each} type="button" aria-pressed={way.value === each} onClick={() => (way.value = each)}>
          {WAY_NAMES[each]}
        </button>
      ))}
    </span>
  );
}

interface TextProps {
  readonly title: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly problems: readonly Problem[];
  /** Whether all problems stand here: where there is a form, its fields have theirs. */
  readonly paths: boolean;
}

function Text({ title, text, onText, problems, paths }: TextProps): JSX.Element {
  const here = paths ? problems : problems.filter(({ place }) => place !== undefined);
  return (
    <div class="inputs-code">
      <CodeBox label={`${title} as JSON`} language="json" text={text} onChange={onText} problems={problems} />
      <Problems problems={here.slice(0, 20)} />
      {here.length > 20 ? <p class="hint">{`and ${here.length - 20} more`}</p> : null}
    </div>
  );
}
