/** The errors of the contract: how many, and each with the way to its place. */

import type { JSX } from "preact";
import type { Problem } from "../engine";
import { goToPlace } from "./navigate";

const MOST_SHOWN = 50;

interface Props {
  readonly problems: readonly Problem[];
  readonly pending: boolean;
}

export function ErrorList({ problems, pending }: Props): JSX.Element {
  return (
    <div class="editor-errors">
      <p id="contract-status" role="status" class={problems.length === 0 ? "hint" : "error"}>
        {status(problems.length, pending)}
      </p>
      {problems.length === 0 ? null : (
        <ol class="plain" aria-label="Errors in the contract">
          {problems.slice(0, MOST_SHOWN).map((problem, index) => (
            <li key={index}>
              <Fault problem={problem} />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function status(count: number, pending: boolean): string {
  if (count === 0) return pending ? "Checking …" : "No errors";
  const errors = count === 1 ? "1 error" : `${count} errors`;
  const shown = count > MOST_SHOWN ? `, the first ${MOST_SHOWN} of them` : "";
  return `${errors}${shown}. The results are those of the last version without errors.`;
}

function Fault({ problem }: { readonly problem: Problem }): JSX.Element {
  const { place, message, code, help, path } = problem;
  return (
    <>
      {place === undefined ? (
        <p>
          {message} <code>{code}</code> {path === "" ? null : <code>{path}</code>}
        </p>
      ) : (
        <button type="button" class="link editor-fault" onClick={() => goToPlace(place)}>
          <span class="editor-place">
            {place.file === "" ? "" : `${place.file} `}
            {place.line}:{place.column}
          </span>{" "}
          {message} <code>{code}</code>
        </button>
      )}
      {help === undefined ? null : <p class="hint">Help: {help}</p>}
    </>
  );
}
