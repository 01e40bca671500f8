/** What the results are in a sentence, which is read out when it changes; and whether they are those of the inputs as they stand. */

import type { JSX } from "preact";
import { actionSpaces, contract, inputProblems, runtime, verdicts } from "../engine";
import { ContractNotice, Notice } from "../shell/contract-notice";
import { spaces } from "./cells";
import { sections, shownPersonas } from "./sections";

export function Summary(): JSX.Element {
  return (
    <p class="results-summary" role="status">
      {summaryText()}
    </p>
  );
}

function summaryText(): string {
  const told = shownPersonas.value
    .map((persona) => {
      const answers = [...(spaces.value.get(persona)?.values() ?? [])];
      const open = answers.filter(({ action }) => action !== null).length;
      return answers.length === 0 ? "" : `${persona} can start ${open} of ${answers.length} flows`;
    })
    .filter(Boolean)
    .join("; ");
  const none = sections.value.length > 0 && sections.value.every(({ total }) => total === 0);
  return [...(told === "" ? [] : [`${told}.`]), ...(none ? ["There are no instances."] : [])].join(" ");
}

/** Said while what is shown is older than the inputs: why, and where to mend it. */
export function Staleness(): JSX.Element | null {
  const answers = [verdicts.answer.value, actionSpaces.answer.value];
  if (contract.answer.value.problems.length > 0) {
    return <ContractNotice what="these results belong" />;
  }
  if (inputProblems.value.length > 0) {
    const older = answers.some(({ value, problems }) => value !== undefined && problems.length > 0);
    const what = older ? "these results are older." : "what follows from them is not known yet.";
    return <Notice text={`The inputs have errors: ${what}`} panel="inputs" problems={inputProblems.value} />;
  }
  if (runtime.value.phase === "starting" && answers.some(({ stale }) => stale)) {
    return <p class="hint">What was seen at the last visit, until the evaluator runs.</p>;
  }
  return null;
}
