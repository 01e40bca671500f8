/** The control for a value, chosen by its type. Each shows whatever the document holds: also what does not fit. */

import type { FunctionComponent, JSX } from "preact";
import type { BaseType } from "tenor-wasm";
import type { Problem } from "../../engine";
import type { Json, Path } from "../documents";
import { FACTS, pointer, problemsAt, problemsId, problemsIn } from "../pointers";
import { emptyValue, valueText } from "../values";

export interface ControlProps<Type extends BaseType = BaseType> {
  readonly type: Type;
  /** Undefined where the document has nothing there. */
  readonly value: Json | undefined;
  /** Where the value stands in the facts. */
  readonly path: Path;
  /** The control's name for those who do not see where it stands. */
  readonly label: string;
  /** What holds while there is no value. */
  readonly fallback?: Json | undefined;
  /** In a row of a table: no hints, and problems stand in the table. */
  readonly compact?: boolean;
  /** The record that should have the value has not: that is told of the record, and stands here. */
  readonly missing?: boolean;
  /** Undefined: the field was emptied. */
  readonly onChange: (value: Json | undefined) => void;
}

type Controls = { readonly [Base in BaseType["base"]]: FunctionComponent<ControlProps<Extract<BaseType, { base: Base }>>> };

let controls: Controls;

/** Told by `index.ts`: a list of records holds controls, too, and a module cannot need itself. */
export function tellControls(all: Controls): void {
  controls = all;
}

export function Control(props: ControlProps): JSX.Element {
  const Chosen = controls[props.type.base] as FunctionComponent<ControlProps>;
  return <Chosen {...props} />;
}

/** What a form control says about its problems, those of the value's parts included. */
export function describedBy({ path, missing = false }: Pick<ControlProps, "path" | "missing">): Described {
  const place = pointer(FACTS, path);
  const invalid = missing || problemsIn(place).length > 0;
  return { "aria-invalid": invalid, "aria-describedby": invalid ? problemsId(place) : undefined };
}

export interface Described {
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

/** The problems of a record's member: its own, and that it is missing. */
export function problemsOfMember(path: Path, name: string): readonly Problem[] {
  const missing = problemsAt(pointer(FACTS, path)).filter((problem) => isMissing(problem, name));
  return [...missing, ...problemsIn(pointer(FACTS, [...path, name]))];
}

/** The problems of a record that are not those of a member. */
export function problemsOfRecord(path: Path, names: readonly string[]): readonly Problem[] {
  return problemsAt(pointer(FACTS, path)).filter((problem) => !names.some((name) => isMissing(problem, name)));
}

function isMissing({ code, message }: Problem, name: string): boolean {
  return code === "missing_field" && message.includes(`'${name}'`);
}

/** A value that the control has no form for: it stays as it is until somebody decides. */
export function Misfit({ type, value, label, path, onChange }: ControlProps): JSX.Element {
  return (
    <div class="inputs-misfit">
      <code>{valueText(undefined, value)}</code>
      <button type="button" aria-label={`Replace the value of ${label}`} onClick={() => onChange(emptyValue(type))} {...describedBy({ path })}>
        Replace
      </button>
    </div>
  );
}
