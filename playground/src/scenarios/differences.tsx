/** Where a scenario's answer departs from what it expects, laid out for people. */

import { LosslessNumber } from "lossless-json";
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
          {differences.map(({ path, expected, actual }) => {
            const [section = "", name = ""] = path.slice(1).split("/").map(unescaped);
            const { label, words } = SECTIONS[section] ?? { label: path };
            return (
              <tr key={path}>
                <th scope="row" title={path}>
                  {label} {name === "" ? null : <code>{name}</code>}
                </th>
                <td>{shown(expected, actual, words)}</td>
                <td>{shown(actual, expected, words)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Section {
  readonly label: string;
  /** What false and true mean here. */
  readonly words?: readonly [no: string, yes: string];
}

const SECTIONS: Readonly<Record<string, Section>> = {
  verdicts: { label: "Verdict", words: ["absent", "present"] },
  actions: { label: "Flow", words: ["not available", "available"] },
  outcome: { label: "Outcome" },
  path: { label: "Steps" },
  transitions: { label: "State changes" },
  error: { label: "Error" },
};

/** A reference token of a JSON Pointer. */
function unescaped(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** So many members of a list or an object are shown; beyond, those that the other side has as well are left out. */
const FEW = 6;

function shown(value: unknown, other: unknown, words?: Section["words"]): ComponentChildren {
  if (value === null || value === undefined) return <span class="hint">nothing</span>;
  if (typeof value === "boolean" && words !== undefined) return words[Number(value)];
  if (Array.isArray(value)) return <List values={value} others={Array.isArray(other) ? other : []} />;
  if (isObject(value)) return <Members value={value} other={isObject(other) ? other : {}} />;
  return <code>{typeof value === "string" ? value : writeJson(value)}</code>;
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber);
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

/** A state change as a sentence; anything else as it is. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const { entity_id: entity, instance_id: instance, from_state: from, to_state: to } = isObject(value) ? value : {};
  return to === undefined ? writeJson(value) : `${String(entity)} ${String(instance)}: ${String(from)} → ${String(to)}`;
}

interface ListProps {
  readonly values: readonly unknown[];
  readonly others: readonly unknown[];
}

function List({ values, others }: ListProps): JSX.Element {
  const known = new Set(others.map((one) => writeJson(one)));
  const all = values.map((one) => ({ text: textOf(one), isCommon: known.has(writeJson(one)) }));
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
