/** Why what is selected is as it is: the tree from there down to the facts, and what would change it. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ExplainResult } from "tenor-wasm";
import { goTo, placeOf } from "../editor/navigate";
import type { Named } from "../editor/outline";
import { runFlow } from "../flow/set-up";
import { Remedies } from "../results/details";
import { remedies } from "../results/remedies";
import { isShown, whyBeside } from "../shell/navigate";
import { settings, update, workspace } from "../state/store";
import { select } from "../state/updates";
import type { Selection } from "../state/workspace";
import { Problems, toast } from "../widgets";
import { InstanceWhy } from "./instance";
import { itemsOf } from "./items";
import { explanation, targetOf } from "./question";
import { canGoBack, canGoOn, goBack, goOn } from "./trail";
import { TreeView } from "./tree-view";
import "./why.css";

export function WhyView(): JSX.Element {
  const { selection } = workspace.value;
  return (
    <div class="why stack">
      <Head selection={selection} />
      {selection === null ? (
        <p class="hint">Select a verdict, a fact, an action, a step or an instance to see why it is as it is.</p>
      ) : selection.kind === "instance" ? (
        <InstanceWhy {...selection} />
      ) : (
        <Explained selection={selection} />
      )}
    </div>
  );
}

function Explained({ selection }: { readonly selection: Selection }): JSX.Element {
  const { value, problems, pending, stale } = explanation.answer.value;
  const isOfThis = value !== undefined && value.asked === JSON.stringify(targetOf(selection));
  return (
    <div class="stack" aria-busy={pending}>
      <Problems problems={problems} />
      {isOfThis ? <Answer result={value.result} selection={selection} /> : null}
      {isOfThis && stale && !pending ? <p class="hint">This is the last answer that could be had; something has changed since.</p> : null}
      {!isOfThis && pending ? <p class="hint">Asking …</p> : null}
    </div>
  );
}

function Answer({ result, selection }: { readonly result: ExplainResult; readonly selection: Selection }): JSX.Element {
  const items = useMemo(() => itemsOf(result), [result]);
  return (
    <>
      <p class={result.holds ? "why-verdict yes" : "why-verdict no"}>
        <span aria-hidden="true">{result.holds ? "✓ " : "✗ "}</span>
        {result.text.split("\n", 1)[0]}
      </p>
      {items.length === 0 ? null : <TreeView key={JSON.stringify(result.target)} label={`Why ${result.target.name}`} items={items} />}
      {!result.holds && selection.kind === "action" ? <ActionRemedies action={selection} /> : null}
      {result.holds && selection.kind === "action" ? (
        <div>
          <button type="button" class="primary" onClick={() => runFlow(selection.flow, selection.bindings)}>
            Show the run
          </button>
        </div>
      ) : null}
    </>
  );
}

/** Beside the results, which tell it too, it is not told twice. */
function ActionRemedies({ action }: { readonly action: Extract<Selection, { readonly kind: "action" }> }): JSX.Element {
  if (whyBeside.value && settings.value.right === "results") return <p class="hint">What would open it stands in the results.</p>;
  return <Remedies action={action} />;
}

function Head({ selection }: { readonly selection: Selection | null }): JSX.Element {
  const { value } = explanation.answer.value;
  const isOfThis = value !== undefined && value.asked === JSON.stringify(targetOf(selection));
  const declared = selection === null ? undefined : declarationOf(selection);
  const place = declared === undefined ? undefined : placeOf(declared);
  return (
    <div class="why-head">
      <h2>{selection === null ? "Nothing is selected" : title(selection)}</h2>
      <div class="row">
        <button type="button" aria-label="Back to what was looked at before" disabled={!canGoBack.value} onClick={goBack}>
          ‹ Back
        </button>
        <button type="button" class="icon" aria-label="On again" disabled={!canGoOn.value} onClick={goOn}>
          ›
        </button>
        {declared === undefined || place === undefined || !isShown("contract") ? null : (
          <button type="button" onClick={() => goTo(declared)}>
            {`${place.file === "" ? "Line" : `${place.file}:`}${place.file === "" ? " " : ""}${place.line}`}
          </button>
        )}
        {isOfThis ? (
          <button type="button" onClick={() => copy(wholeText(value.result))}>
            Copy as text
          </button>
        ) : null}
        {selection === null ? null : (
          <button type="button" onClick={() => update(select(null))}>
            Clear
          </button>
        )}
      </div>
    </div>
  );
}

/** The answer in words; of a blocked action with what would open it, where that is known by now. */
function wholeText(result: ExplainResult): string {
  const { value, stale } = remedies.answer.peek();
  const isOf = !stale && value?.target.kind === result.target.kind && value.target.name === result.target.name;
  return isOf && !result.holds ? value.text : result.text;
}

function title(selection: Selection): string {
  switch (selection.kind) {
    case "verdict":
      return `Verdict ${selection.verdict}`;
    case "fact":
      return `Fact ${selection.fact}`;
    case "step":
      return `Step ${selection.step} of ${selection.flow}`;
    case "instance":
      return `${selection.entity} ${selection.instance}`;
    case "action": {
      const on = Object.entries(selection.bindings).map(([entity, instance]) => `${entity} ${instance}`);
      return `${selection.flow} as ${selection.persona}${on.length === 0 ? "" : ` on ${on.join(", ")}`}`;
    }
  }
}

function declarationOf(selection: Selection): Named {
  switch (selection.kind) {
    case "verdict":
      return { kind: "verdict", id: selection.verdict };
    case "fact":
      return { kind: "fact", id: selection.fact };
    case "step":
      return { kind: "step", id: selection.step, scope: selection.flow };
    case "instance":
      return { kind: "entity", id: selection.entity };
    case "action":
      return { kind: "flow", id: selection.flow };
  }
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => toast("The explanation is on the clipboard."),
    () => toast("The browser does not let this page write to the clipboard: select the text and copy it.", { tone: "bad" }),
  );
}
