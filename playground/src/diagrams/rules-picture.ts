/** The rules by stratum: which facts and verdicts each names, and which fired, now or in the scenarios. */

import type { InspectResult, Verdict } from "tenor-wasm";
import { explain } from "../shell/navigate";
import { type Coverage, hitsOf, hitsSign, hitsTone, hitsWords, share, unseenConditions } from "./coverage";
import { type Cell, cell, type Picture, type PictureEdge, type PictureNode } from "./picture";

const LONGEST = 34;

type Rule = InspectResult["rules"][number];

interface Situation {
  /** The verdicts that are present now. */
  readonly present: ReadonlySet<string>;
  readonly coverage: Coverage | null;
}

export function rulesPicture({ facts, rules }: InspectResult, verdicts: readonly Verdict[], coverage: Coverage | null): Picture {
  const situation = { present: new Set(verdicts.map(({ type }) => type)), coverage };
  const used = new Set(rules.flatMap(({ facts_used: names }) => names));
  return {
    title: `Rules: ${told(rules, situation)}`,
    direction: "right",
    nodes: [...facts.filter(({ id }) => used.has(id)).map(factNode), ...rules.map((rule) => ruleNode(rule, situation))],
    edges: ruleEdges(rules, situation),
    table: {
      columns: ["Verdict", "Rule", "Stratum", "When", ...(coverage === null ? ["Now"] : ["In the scenarios", "Conditions that no scenario showed"])],
      rows: rules.map((rule) => ruleRow(rule, situation)),
    },
  };
}

function told(rules: readonly Rule[], { present, coverage }: Situation): string {
  if (coverage === null) return `${rules.filter(({ produces }) => present.has(produces)).length} of ${rules.length} fired`;
  return share(rules.map(({ id }) => hitsOf(coverage, "rules", id)), "covered");
}

function factNode({ id, type }: InspectResult["facts"][number]): PictureNode {
  return {
    id: `fact ${id}`,
    shape: "plain",
    label: id,
    lines: [type.length > LONGEST ? `${type.slice(0, LONGEST)}…` : type],
    tone: "plain",
    rank: 0,
    note: "a fact",
    run: () => explain({ kind: "fact", fact: id }),
  };
}

function ruleNode({ id, stratum, produces }: Rule, { present, coverage }: Situation): PictureNode {
  const isPresent = present.has(produces);
  const hits = hitsOf(coverage, "rules", id);
  return {
    id: `rule ${id}`,
    shape: "step",
    rank: stratum + 1,
    label: produces,
    lines: [`${id}, stratum ${stratum}`],
    tone: hits === undefined ? (isPresent ? "good" : "closed") : hitsTone(hits),
    badge: hits === undefined ? (isPresent ? "✓" : "–") : hitsSign(hits),
    note: isPresent ? "present" : "absent",
    run: () => explain({ kind: "verdict", verdict: produces }),
  };
}

function ruleEdges(rules: readonly Rule[], { present, coverage }: Situation): readonly PictureEdge[] {
  const ruleOf = new Map(rules.map((rule) => [rule.produces, rule]));
  const isOn = ({ id, produces }: Rule): boolean => {
    const hits = hitsOf(coverage, "rules", id);
    return hits === undefined ? present.has(produces) : hits > 0;
  };
  return rules.flatMap(({ id, facts_used: names, verdicts_used: needed }): readonly PictureEdge[] => [
    ...names.map((name) => ({ from: `fact ${name}`, to: `rule ${id}`, label: "", tone: "plain" as const })),
    ...needed.flatMap((name) => {
      const rule = ruleOf.get(name);
      if (rule === undefined) return [];
      return [{ from: `rule ${rule.id}`, to: `rule ${id}`, label: "", tone: isOn(rule) ? ("good" as const) : ("plain" as const) }];
    }),
  ]);
}

function ruleRow({ id, stratum, produces, condition_summary: when }: Rule, { present, coverage }: Situation): readonly Cell[] {
  const unseen = unseenConditions(coverage, "rule", id);
  return [
    cell(produces, () => explain({ kind: "verdict", verdict: produces })),
    cell(id),
    cell(String(stratum)),
    cell(when),
    ...(unseen === null
      ? [cell(present.has(produces) ? "✓ present" : "– absent")]
      : [cell(hitsWords(hitsOf(coverage, "rules", id))), cell(unseen.join("; ") || "none")]),
  ];
}
