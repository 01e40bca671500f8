/** What went wrong, where it stands: message, code, place, and what to do. */

import type { JSX } from "preact";
import type { Problem } from "../engine";

interface Props {
  readonly problems: readonly Problem[];
  /** Fields name it as `aria-describedby`. */
  readonly id?: string;
  /** Whether the JSON Pointer is shown, too. */
  readonly paths?: boolean;
}

export function Problems({ problems, id, paths = true }: Props): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <ul class="problems" id={id}>
      {problems.map(({ code, message, path, help }, index) => (
        <li key={index}>
          {message} <code>{code}</code>
          {paths && path !== "" ? (
            <>
              {" "}
              at <code>{path}</code>
            </>
          ) : null}
          {help === undefined ? null : <p class="help">{help}</p>}
        </li>
      ))}
    </ul>
  );
}
