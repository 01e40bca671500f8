/** What the results are in a sentence, which is read out when it changes; and whether they are those of the inputs as they stand. */

import type { JSX } from "preact";
import { actionSpaces, contract, inputProblems, runtime, verdicts } from "../engine";
import { showPanel } from "../shell/navigate";
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
  return shownPersonas.value
    .map((persona) => {
      const answers = [...(spaces.value.get(persona)?.values() ?? [])];
      const open = answers.filter(({ action }) => action !== null).length;
      return answers.length === 0 ? "" : `${persona} can start ${open} of ${answers.length} flows`;
    })
    .filter(Boolean)
    .join("; ")
    .concat(sections.value.some(({ total }) => total > 0) ? "." : sections.value.length > 0 ? ". There are no instances." : "");
}

/** Said while what is shown is older than the inputs: why, and where to mend it. */
export function Staleness(): JSX.Element | null {
  const answers = [verdicts.answer.value, actionSpaces.answer.value];
  if (contract.answer.value.problems.length > 0) {
    return <Notice text="The contract has errors: these results belong to its last version without." panel="contract" label="Go to the contract" />;
  }
  if (inputProblems.value.length > 0) {
    const known = answers.some(({ value }) => value !== undefined);
    const text = known ? "The inputs have errors: these results are older." : "The inputs have errors: there are no results yet.";
    return <Notice text={text} panel="inputs" label="Go to the inputs" />;
  }
  if (runtime.value.phase === "starting" && answers.some(({ stale }) => stale)) {
    return <p class="hint">What was seen at the last visit, until the evaluator runs.</p>;
  }
  return null;
}

interface NoticeProps {
  readonly text: string;
  readonly panel: string;
  readonly label: string;
}

function Notice({ text, panel, label }: NoticeProps): JSX.Element {
  return (
    <p class="results-notice">
      {text}{" "}
      <button type="button" class="link" onClick={() => showPanel(panel, { focus: true })}>
        {label}
      </button>
    </p>
  );
}
