/** The verdicts by stratum: whether each is present, with what payload, by which rule. */

import type { JSX } from "preact";
import type { InspectResult, Payload, Verdict } from "tenor-wasm";
import { inspection, verdicts } from "../engine";
import { goTo } from "../editor/navigate";
import { explain } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { workspace } from "../state/store";

export function Verdicts(): JSX.Element | null {
  const { value, stale } = verdicts.answer.value;
  const rules = inspection.value?.rules ?? [];
  if (value === undefined || rules.length === 0) return null;
  const present = new Map(value.verdicts.map((verdict) => [verdict.type, verdict]));
  const declared = onePerVerdict(rules, present);
  const strata = [...new Set(declared.map(({ stratum }) => stratum))].sort((a, b) => a - b);
  const count = new Set(rules.map(({ produces }) => produces)).size;
  return (
    <section class={stale ? "results-verdicts results-stale" : "results-verdicts"} aria-label="Verdicts">
      <h2>
        Verdicts <span class="hint">{`${present.size} of ${count} present`}</span>
      </h2>
      {strata.map((stratum) => (
        <div key={stratum} class="results-stratum">
          <h3>{`Stratum ${stratum}`}</h3>
          <ul class="plain results-cards">
            {declared
              .filter((rule) => rule.stratum === stratum)
              .map((rule) => (
                <VerdictCard key={rule.produces} rule={rule} verdict={present.get(rule.produces)} />
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

type Rule = InspectResult["rules"][number];

/** Of several rules for one verdict the one that produced it, else the first. */
function onePerVerdict(rules: readonly Rule[], present: ReadonlyMap<string, Verdict>): readonly Rule[] {
  const chosen = new Map<string, Rule>();
  for (const rule of rules) {
    if (!chosen.has(rule.produces) || present.get(rule.produces)?.provenance.rule === rule.id) chosen.set(rule.produces, rule);
  }
  return [...chosen.values()];
}

interface CardProps {
  readonly rule: Rule;
  readonly verdict: Verdict | undefined;
}

function VerdictCard({ rule, verdict }: CardProps): JSX.Element {
  const name = rule.produces;
  const { selection } = workspace.value;
  const isChosen = selection?.kind === "verdict" && selection.verdict === name;
  const payload = verdict === undefined ? "" : payloadText(verdict.payload);
  return (
    <li class="results-card" data-present={verdict !== undefined} data-verdict={name}>
      <button type="button" class="results-card-name" aria-pressed={isChosen} onClick={() => explain({ kind: "verdict", verdict: name })}>
        <span aria-hidden="true">{verdict === undefined ? "–" : "✓"}</span> {name}
        <span class="results-presence">{verdict === undefined ? "absent" : "present"}</span>
      </button>
      {payload === "" || payload === "true" ? null : <span class="results-payload">{payload}</span>}
      <span class="hint">
        by{" "}
        <PanelLink panel="contract" run={() => goTo({ kind: "rule", id: rule.id })} instead={rule.id}>
          {rule.id}
        </PanelLink>
      </span>
    </li>
  );
}

/** A payload as people read it. */
export function payloadText(payload: Payload): string {
  switch (payload.kind) {
    case "money_value":
      return `${payload.amount} ${payload.currency}`;
    case "duration_value":
      return `${payload.value} ${payload.unit}`;
    case "record_value":
      return `{${Object.entries(payload.fields)
        .map(([name, field]) => `${name}: ${payloadText(field)}`)
        .join(", ")}}`;
    case "tagged_union_value":
      return `${payload.tag}(${payloadText(payload.payload)})`;
    case "list_value":
      return `[${payload.elements.map(payloadText).join(", ")}]`;
    case "text_value":
    case "enum_value":
      return `“${payload.value}”`;
    default:
      return String(payload.value);
  }
}
