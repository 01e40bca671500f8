/** The rules by stratum: which facts and verdicts each names, and which fired. */

import type { InspectResult, Verdict } from "tenor-wasm";
import { explain } from "../shell/navigate";
import { hitsBadge, hitsOf } from "./coverage";
import { cell, type Picture, type PictureEdge } from "./picture";

const LONGEST = 34;

export function rulesPicture({ facts, rules }: InspectResult, verdicts: readonly Verdict[]): Picture {
  const present = new Set(verdicts.map(({ type }) => type));
  const ruleOf = new Map(rules.map((rule) => [rule.produces, rule]));
  const used = new Set(rules.flatMap(({ facts_used: names }) => names));
  const fired = rules.filter(({ produces }) => present.has(produces)).length;
  return {
    title: `Rules: ${fired} of ${rules.length} fired`,
    direction: "right",
    nodes: [
      ...facts.filter(({ id }) => used.has(id)).map(({ id, type }) => ({
        id: `fact ${id}`,
        shape: "plain" as const,
        label: id,
        lines: [type.length > LONGEST ? `${type.slice(0, LONGEST)}…` : type],
        tone: "plain" as const,
        rank: 0,
        note: "a fact",
        run: () => explain({ kind: "fact", fact: id }),
      })),
      ...rules.map(({ id, stratum, produces }) => {
        const hits = hitsOf("rules", id);
        const isOn = hits === undefined ? present.has(produces) : hits > 0;
        return {
          id: `rule ${id}`,
          shape: "step" as const,
          rank: stratum + 1,
          label: produces,
          lines: [`${id}, stratum ${stratum}`],
          tone: isOn ? ("good" as const) : ("closed" as const),
          badge: hits === undefined ? (isOn ? "✓" : "–") : hitsBadge(hits),
          note: present.has(produces) ? "present" : "absent",
          run: () => explain({ kind: "verdict" as const, verdict: produces }),
        };
      }),
    ],
    edges: rules.flatMap(({ id, facts_used: names, verdicts_used: needed }): readonly PictureEdge[] => [
      ...names.map((name) => ({ from: `fact ${name}`, to: `rule ${id}`, label: "", tone: "plain" as const })),
      ...needed.flatMap((name) => {
        const rule = ruleOf.get(name);
        if (rule === undefined) return [];
        const tone = present.has(name) ? ("good" as const) : ("plain" as const);
        return [{ from: `rule ${rule.id}`, to: `rule ${id}`, label: "", tone }];
      }),
    ]),
    table: {
      columns: ["Verdict", "Rule", "Stratum", "When", "Now"],
      rows: rules.map(({ id, stratum, produces, condition_summary: when }) => [
        cell(produces, () => explain({ kind: "verdict", verdict: produces })),
        cell(id),
        cell(String(stratum)),
        cell(when),
        cell(present.has(produces) ? "✓ present" : "– absent"),
      ]),
    },
  };
}
