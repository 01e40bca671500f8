/** What the page shows, as Markdown for an issue or a message: the inputs, and what the evaluator answered to them. */

import type { ActionSpaceResult, EvaluateResult, Payload, SimulateFlowResult } from "tenor-wasm";
import { payloadText } from "../results/verdicts";
import type { Problem } from "../engine";
import type { ContractText, Workspace } from "../state/workspace";

/** The answers that belong to the workspace; what is not known is left out. */
export interface Answers {
  readonly verdicts?: EvaluateResult | undefined;
  readonly actions?: ActionSpaceResult | undefined;
  readonly run?: SimulateFlowResult | undefined;
  /** Why there are none of the contract as it stands, and what is wrong with that. */
  readonly missing: string | null;
  readonly problems: readonly Problem[];
}

export function markdownOf(workspace: Workspace, { verdicts, actions, run, missing, problems }: Answers): string {
  const { title, contract, inputs } = workspace;
  return [
    `# ${title}`,
    ...(missing === null ? [] : [`${missing}: what it answers is not known.`, ...problems.map(faultLine)]),
    ...(verdicts === undefined ? [] : ["## Verdicts", verdictList(verdicts)]),
    ...(actions === undefined ? [] : [`## What \`${actions.persona_id}\` may do`, actionTable(actions)]),
    ...(run === undefined ? [] : [`## Run of \`${run.flow_id}\``, runList(run)]),
    "## Inputs",
    fenced("json", inputs.facts),
    fenced("json", inputs.states),
    "## Contract",
    ...contractTexts(contract),
    "",
  ].join("\n\n");
}

function faultLine({ code: kind, message, place }: Problem): string {
  const at = place === undefined ? "" : `${code([place.file, place.line, place.column].filter((part) => part !== "").join(":"))} `;
  return `- ${at}${message} (${code(kind)})`;
}

function verdictList({ verdicts }: EvaluateResult): string {
  if (verdicts.length === 0) return "None.";
  // In code, as code writes it.
  const value = (payload: Payload): string => code(payloadText(payload, JSON.stringify));
  return verdicts.map(({ type, payload, provenance }) => `- \`${type}\` = ${value(payload)} by rule \`${provenance.rule}\``).join("\n");
}

function actionTable({ actions, blocked_actions: blocked }: ActionSpaceResult): string {
  const open = actions.map(({ flow_id, instance_bindings }) => `| \`${flow_id}\` | available | ${instances(instance_bindings)} |`);
  const shut = blocked.map(({ flow_id, reason }) => `| \`${flow_id}\` | blocked | ${reason.type} |`);
  return ["| flow | | instances, or reason |", "|---|---|---|", ...open, ...shut].join("\n");
}

function instances(bindings: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(bindings)
    .map(([entity, ids]) => `${entity}: ${ids.map(code).join(", ")}`)
    .join("; ");
}

function runList({ outcome, path, would_transition: changes }: SimulateFlowResult): string {
  const steps = path.map(({ step_id, result }) => `1. \`${step_id}\`: ${result}`);
  const moves = changes.map(
    ({ entity_id, instance_id, from_state, to_state }) => `- ${entity_id} ${code(instance_id)}: ${from_state} → ${to_state}`,
  );
  return [`Outcome: **${outcome}**`, steps.join("\n"), moves.join("\n")].filter((part) => part !== "").join("\n\n");
}

function contractTexts({ form, files, root, bundle }: ContractText): readonly string[] {
  if (form === "bundle" && bundle !== null) return [fenced("json", bundle)];
  const names = [root, ...Object.keys(files).filter((name) => name !== root)];
  return names.flatMap((name) => [`\`${name}\``, fenced("tenor", files[name] ?? "")]);
}

function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${text.replaceAll("|", "\\|")}${fence}`;
}

/** The fence is longer than any in the text. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
