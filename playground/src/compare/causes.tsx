/** Why something changed: the inputs and verdicts that it rests on and that are not the same on both sides. */

import type { JSX } from "preact";
import type { BaseType, DiffCause } from "tenor-wasm";
import { goTo } from "../editor/navigate";
import { inspection } from "../engine";
import { fromAnswer, valueText } from "../inputs/values";
import { explain, showPanel } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { workspace } from "../state/store";

export function Causes({ causes }: { readonly causes: readonly DiffCause[] }): JSX.Element {
  if (causes.length === 0) return <span class="hint">no cause among what was compared</span>;
  return (
    <ul class="plain">
      {causes.map((cause) => (
        <li key={`${cause.kind} ${cause.name}`}>
          <Cause {...cause} />
        </li>
      ))}
    </ul>
  );
}

/** One thing that is not the same, with both its values, and a way to it. */
export function Cause(cause: DiffCause): JSX.Element {
  const { kind, name } = cause;
  return (
    <span class="compare-cause">
      <span class="hint">{KINDS[kind]} </span>
      <PanelLink panel={PLACES[kind]} run={() => look(cause)} instead={name.replace("/", " ")}>
        {name.replace("/", " ")}
      </PanelLink>
      {kind === "rule" || kind === "operation" || kind === "flow" ? (
        <span> {declaredText(cause)}</span>
      ) : (
        <Both a={cause.a} b={cause.b} type={typeOf(cause)} kind={kind} />
      )}
    </span>
  );
}

const KINDS: Readonly<Record<DiffCause["kind"], string>> = {
  persona: "the",
  fact: "fact",
  verdict: "verdict",
  state: "the state of",
  binding: "the bound",
  outcome: "the outcome at",
  rule: "rule",
  operation: "operation",
  flow: "flow",
};

/** The panel that shows it. */
const PLACES: Readonly<Record<DiffCause["kind"], string>> = {
  persona: "results",
  fact: "why",
  verdict: "why",
  state: "why",
  binding: "flow",
  outcome: "why",
  rule: "contract",
  operation: "contract",
  flow: "contract",
};

function declaredText({ a, b }: DiffCause): string {
  if (a === true && b === true) return "is written otherwise";
  return b === true ? "is new" : "is gone";
}

interface BothProps {
  readonly a: unknown;
  readonly b: unknown;
  readonly type: BaseType | undefined;
  readonly kind: DiffCause["kind"];
}

/** Before and after. */
function Both({ a, b, type, kind }: BothProps): JSX.Element {
  const text = (value: unknown): string => {
    if (value === null) return kind === "verdict" ? "absent" : "none";
    if (kind === "verdict" && value === true) return "present";
    return kind === "fact" || kind === "verdict" ? valueText(type, fromAnswer(type, value)) : String(value);
  };
  return (
    <span class="compare-both">
      {" "}
      <del>{text(a)}</del>
      <span aria-hidden="true"> → </span>
      <ins>{text(b)}</ins>
    </span>
  );
}

function typeOf({ kind, name }: DiffCause): BaseType | undefined {
  const declared = inspection.value;
  if (kind === "fact") return declared?.facts.find(({ id }) => id === name)?.type_spec;
  return kind === "verdict" ? declared?.rules.find(({ produces }) => produces === name)?.payload_type : undefined;
}

function look({ kind, name }: DiffCause): void {
  switch (kind) {
    case "fact":
      return explain({ kind: "fact", fact: name });
    case "verdict":
      return explain({ kind: "verdict", verdict: name });
    case "state": {
      const [entity = "", ...instance] = name.split("/");
      return explain({ kind: "instance", entity, instance: instance.join("/") });
    }
    case "outcome": {
      const { flow } = workspace.peek().run;
      return flow === null ? showPanel("flow") : explain({ kind: "step", flow, step: name });
    }
    case "persona":
      return showPanel("results");
    case "binding":
      return showPanel("flow");
    case "rule":
    case "operation":
    case "flow":
      return goTo({ kind, id: name });
  }
}
