/** Said wherever something is shown that belongs to an older contract, or to older inputs: why, and where to mend it. */

import type { JSX } from "preact";
import { contract, inspection, type Problem } from "../engine";
import { Problems } from "../widgets";
import { isShown } from "./navigate";
import { PanelLink } from "./panel-link";

/** While the contract has errors; `what` begins the sentence: "these results belong". */
export function ContractNotice({ what }: { readonly what: string }): JSX.Element | null {
  const { problems } = contract.answer.value;
  if (problems.length === 0 || inspection.value === undefined) return null;
  return <Notice text={`The contract has errors: ${what} to its last version without errors.`} panel="contract" problems={problems} />;
}

interface NoticeProps {
  readonly text: string;
  readonly panel: "contract" | "inputs";
  readonly problems: readonly Problem[];
}

/** Where the panel that lists the problems is not shown, they stand here. */
export function Notice({ text, panel, problems }: NoticeProps): JSX.Element {
  return (
    <div class="older">
      {text} <PanelLink panel={panel}>Go to the {panel}</PanelLink>
      {isShown(panel) ? null : <Problems problems={problems} />}
    </div>
  );
}
