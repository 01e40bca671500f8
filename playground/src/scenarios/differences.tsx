/** Where a scenario's answer departs from what it expects, laid out for people. */

import type { ComponentChildren, JSX } from "preact";
import { writeJson } from "tenor-wasm";
import type { Result } from "./runs";

export function Differences({ result: { differences, error } }: { readonly result: Result }): JSX.Element {
  return (
    <div class="scenarios-differences">
      {error === undefined ? null : (
        <p>
          {error.message} <code>{error.code}</code>
        </p>
      )}
      <table>
        <caption class="unseen">What differs</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Expected</th>
            <th scope="col">Came</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ path, expected, actual }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td>{shown(expected, actual)}</td>
              <td>{shown(actual, expected)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** So many members of a list or an object are shown; beyond, those that the other side has as well are left out. */
const FEW = 6;

function shown(value: unknown, other: unknown): ComponentChildren {
  if (value === null || value === undefined) return <span class="hint">nothing</span>;
  if (Array.isArray(value)) return <List values={value} others={Array.isArray(other) ? other : []} />;
  if (typeof value === "object") return <Members value={value as Members} other={isObject(other) ? other : {}} />;
  return <code>{typeof value === "string" ? value : writeJson(value)}</code>;
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function Members({ value, other }: { readonly value: Members; readonly other: Members }): JSX.Element {
  return (
    <ul class="plain">
      {Object.entries(value).map(([name, one]) => (
        <li key={name}>
          <code>{name}</code>: {shown(one, other[name])}
        </li>
      ))}
    </ul>
  );
}

interface ListProps {
  readonly values: readonly unknown[];
  readonly others: readonly unknown[];
}

function List({ values, others }: ListProps): JSX.Element {
  const known = new Set(others.map((one) => writeJson(one)));
  const all = values.map((one) => ({ text: typeof one === "string" ? one : writeJson(one), isCommon: known.has(writeJson(one)) }));
  const own = all.filter(({ isCommon }) => !isCommon);
  const listed = all.length > FEW && own.length > 0 ? own : all;
  const rest = all.length - Math.min(listed.length, FEW);
  return (
    <ol class="scenarios-list">
      {listed.slice(0, FEW).map(({ text, isCommon }, index) => (
        <li key={index}>
          <code class={isCommon ? undefined : "scenarios-own"}>{text}</code>
        </li>
      ))}
      {rest > 0 ? <li class="hint">{`and ${rest} more`}</li> : null}
      {all.length === 0 ? <li class="hint">none</li> : null}
    </ol>
  );
}
