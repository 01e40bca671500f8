/** What the results are in a sentence, which is read out when it changes; and whether they are those of the inputs as they stand. */

import type { JSX } from "preact";
import { actionSpaces, contract, inputProblems, type Problem, runtime, verdicts } from "../engine";
import { isShown } from "../shell/navigate";
import { PanelLink } from "../shell/panel-link";
import { Problems } from "../widgets";
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
    return <Notice text="The contract has errors: these results belong to its last version without." panel="contract" problems={contract.answer.value.problems} />;
  }
  if (inputProblems.value.length > 0) {
    const known = answers.some(({ value }) => value !== undefined);
    const text = known ? "The inputs have errors: these results are older." : "The inputs have errors: there are no results yet.";
    return <Notice text={text} panel="inputs" problems={inputProblems.value} />;
  }
  if (runtime.value.phase === "starting" && answers.some(({ stale }) => stale)) {
    return <p class="hint">What was seen at the last visit, until the evaluator runs.</p>;
  }
  return null;
}

interface NoticeProps {
  readonly text: string;
  readonly panel: "contract" | "inputs";
  readonly problems: readonly Problem[];
}

/** Where the panel that lists the problems is not shown, they stand here. */
function Notice({ text, panel, problems }: NoticeProps): JSX.Element {
  return (
    <div class="results-notice">
      {text} <PanelLink panel={panel}>Go to the {panel}</PanelLink>
      {isShown(panel) ? null : <Problems problems={problems} />}
    </div>
  );
}
