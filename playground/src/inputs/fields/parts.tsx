/** Controls for values with parts: money, durations, records, tagged unions. */

import type { ComponentChildren, JSX } from "preact";
import type { BaseType } from "tenor-wasm";
import { Problems } from "../../widgets";
import { at, isObject, type Json, type JsonObject } from "../documents";
import { FACTS, pointer, problemsAt, problemsId } from "../pointers";
import { describeType, emptyValue, fieldText } from "../values";
import { Control, type ControlProps, describedBy, Misfit, problemsOfMember, problemsOfRecord } from "./control";
import { Choice, TextLine } from "./scalars";

type Of<Base extends BaseType["base"]> = ControlProps<Extract<BaseType, { base: Base }>>;

export const MoneyControl = (props: Of<"Money">): JSX.Element => (
  <Measured {...props} number="amount" unit="currency" expected={props.type.currency} numberType={{ base: "Decimal", precision: 28, scale: 28 }} />
);

export const DurationControl = (props: Of<"Duration">): JSX.Element => (
  <Measured {...props} number="value" unit="unit" expected={props.type.unit} numberType={{ base: "Int" }} />
);

interface MeasuredProps extends ControlProps {
  readonly number: string;
  readonly unit: string;
  readonly expected: string;
  readonly numberType: BaseType;
}

/** A number and its unit. Another unit than the declared one is shown as it is, with a way to the right one. */
function Measured({ number, unit, expected, numberType, ...props }: MeasuredProps): JSX.Element {
  const { value, path, label, fallback, onChange } = props;
  const parts = isObject(value) ? value : {};
  const misfits = (value !== undefined && value !== "" && !isObject(value)) || fieldText(numberType, parts[number]) === undefined;
  if (misfits) return <Misfit {...props} />;
  const given = parts[unit];
  const isOther = isObject(value) && given !== expected;
  return (
    <span class="inputs-measured">
      <TextLine
        type={numberType}
        value={parts[number]}
        path={path}
        label={`${label}, ${number} in ${expected}`}
        fallback={at(fallback, [number])}
        class="inputs-number"
        onChange={(typed) => onChange(typed === undefined && given === expected ? undefined : { [unit]: expected, ...parts, [number]: typed ?? "" })}
      />
      <span class="inputs-unit">{isOther && typeof given === "string" ? given : expected}</span>
      {isOther ? (
        <button type="button" onClick={() => onChange({ ...parts, [unit]: expected })}>
          {`Use ${expected}`}
        </button>
      ) : null}
    </span>
  );
}

export function RecordControl(props: Of<"Record">): JSX.Element {
  const { type, value, path, label, onChange } = props;
  if (value !== undefined && value !== "" && !isObject(value)) return <Misfit {...props} />;
  const record: JsonObject = isObject(value) ? value : {};
  return (
    <fieldset class="inputs-record">
      <legend class="unseen">{label}</legend>
      {Object.entries(type.fields).map(([name, field]) => (
        <Part key={name} name={name} type={field} path={path}>
          <Control
            type={field}
            value={record[name]}
            path={[...path, name]}
            missing={problemsOfMember(path, name).length > 0}
            label={`${label}, ${name}`}
            onChange={(changed) => onChange({ ...record, [name]: changed ?? "" })}
          />
        </Part>
      ))}
      <Problems id={problemsId(pointer(FACTS, path))} problems={problemsOfRecord(path, Object.keys(type.fields))} paths={false} />
    </fieldset>
  );
}

interface PartProps {
  readonly name: string;
  readonly type: BaseType;
  /** Where the value stands that it is a part of. */
  readonly path: ControlProps["path"];
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A named part with its control and, below it, what is wrong with it. */
function Part({ name, type, path, children, title = name }: PartProps): JSX.Element {
  return (
    <div class="inputs-part">
      <span class="inputs-part-name">
        {title} <span class="hint">{describeType(type)}</span>
      </span>
      {children}
      {hasOwnProblems(type) ? null : <Problems id={problemsId(pointer(FACTS, [...path, name]))} problems={problemsOfMember(path, name)} paths={false} />}
    </div>
  );
}

/** Whether the control shows the problems of its parts beside them, and so the others itself. */
export function hasOwnProblems({ base }: BaseType): boolean {
  return base === "Record" || base === "List" || base === "TaggedUnion";
}

export function TaggedUnionControl(props: Of<"TaggedUnion">): JSX.Element {
  const { type, value, path, label, onChange } = props;
  if (value !== undefined && value !== "" && !isObject(value)) return <Misfit {...props} />;
  const union: JsonObject = isObject(value) ? value : {};
  const { tag } = union;
  const names = Object.keys(type.variants);
  const variant = typeof tag === "string" && Object.hasOwn(type.variants, tag) ? type.variants[tag] : undefined;
  const change = (changed: Json | undefined): void => onChange({ ...union, payload: changed ?? "" });
  const other = tag === undefined || variant !== undefined ? undefined : `${String(tag)} (not a kind)`;
  const place = pointer(FACTS, path);
  return (
    <fieldset class="inputs-record">
      <legend class="unseen">{label}</legend>
      <Choice
        label={`${label}, kind`}
        value={tag === undefined ? undefined : String(tag)}
        values={names}
        other={other}
        none="choose …"
        described={describedBy({ path })}
        onChange={(chosen) => onChange({ tag: chosen, payload: emptyValue(type.variants[chosen] as BaseType) })}
      />
      {variant === undefined ? null : (
        <Part name="payload" title={String(tag)} type={variant} path={path}>
          <Control type={variant} value={union["payload"]} path={[...path, "payload"]} label={`${label}, ${String(tag)}`} onChange={change} />
        </Part>
      )}
      <Problems id={problemsId(place)} problems={[...problemsOfRecord(path, ["payload"]), ...problemsAt(`${place}/tag`)]} paths={false} />
    </fieldset>
  );
}
