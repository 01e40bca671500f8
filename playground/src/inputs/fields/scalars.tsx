/** Controls for values without parts. Whatever is typed goes into the document, also what is no value of the type. */

import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import type { BaseType } from "tenor-wasm";
import { fieldText, typedValue, valueText } from "../values";
import { type ControlProps, describedBy, type Described, Misfit } from "./control";

type Of<Base extends BaseType["base"]> = ControlProps<Extract<BaseType, { base: Base }>>;

/** One line of text, for every scalar that is written down. */
export function TextLine(props: ControlProps & { readonly class?: string; readonly placeholder?: string }): JSX.Element {
  const { type, value, label, fallback, onChange } = props;
  const text = fieldText(type, value);
  if (text === undefined) return <Misfit {...props} />;
  const isNumber = type.base === "Int" || type.base === "Decimal";
  return (
    <input
      type="text"
      class={props.class}
      aria-label={label}
      autocomplete="off"
      spellcheck={false}
      inputMode={type.base === "Int" ? "numeric" : isNumber ? "decimal" : undefined}
      placeholder={fallback === undefined ? props.placeholder : fieldText(type, fallback)}
      value={text}
      onInput={({ currentTarget: { value: typed } }) => onChange(typed === "" ? undefined : typedValue(type, typed))}
      {...describedBy(props)}
    />
  );
}

export const IntControl = (props: Of<"Int">): JSX.Element => <TextLine {...props} class="inputs-number" />;
export const DecimalControl = (props: Of<"Decimal">): JSX.Element => <TextLine {...props} class="inputs-number" />;

/** Longer than this, a text has several lines. */
const LONG_TEXT = 120;

export function TextControl(props: Of<"Text">): JSX.Element {
  const { type, value, label, fallback, compact = false, onChange } = props;
  const text = fieldText(type, value);
  if (text === undefined) return <Misfit {...props} />;
  const { max_length: longest } = type;
  // The limit counts code points, as the evaluator does; `maxlength` would count otherwise, and swallow what is pasted.
  const length = [...text].length;
  const common = {
    "aria-label": label,
    placeholder: fallback === undefined ? undefined : fieldText(type, fallback),
    value: text,
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => onChange(currentTarget.value),
    ...describedBy(props),
  };
  const isLong = !compact && (longest === undefined || longest > LONG_TEXT || text.includes("\n"));
  return (
    <span class="inputs-text">
      {isLong ? <textarea rows={2} {...common} /> : <input type="text" autocomplete="off" {...common} />}
      {longest === undefined || (compact && length <= longest) ? null : (
        <span class={length > longest ? "inputs-count over" : "inputs-count"}>
          {length}
          <span aria-hidden="true">/</span>
          <span class="unseen"> of </span>
          {longest}
        </span>
      )}
    </span>
  );
}

const TRUTHS = ["true", "false"];

export function BoolControl(props: Of<"Bool">): JSX.Element {
  const { type, value, label, fallback, compact = false, onChange } = props;
  const group = useId();
  if (value !== undefined && typeof value !== "boolean" && value !== "") return <Misfit {...props} />;
  if (compact) {
    return (
      <Choice
        label={label}
        value={typeof value === "boolean" ? String(value) : undefined}
        values={TRUTHS}
        other={undefined}
        none="choose …"
        described={describedBy(props)}
        onChange={(chosen) => onChange(chosen === "true")}
      />
    );
  }
  return (
    <span class="inputs-bool" role="radiogroup" aria-label={label} {...describedBy(props)}>
      {[true, false].map((choice) => (
        <label key={String(choice)}>
          <input type="radio" name={group} checked={value === choice} onChange={() => onChange(choice)} />
          {String(choice)}
        </label>
      ))}
      {value === undefined && fallback !== undefined ? <span class="hint">{`default: ${valueText(type, fallback)}`}</span> : null}
    </span>
  );
}

export function EnumControl(props: Of<"Enum">): JSX.Element {
  const { type, value, label, fallback, onChange } = props;
  if (value !== undefined && typeof value !== "string") return <Misfit {...props} />;
  const isOther = value !== undefined && !type.values.includes(value);
  return (
    <Choice
      label={label}
      value={value}
      values={type.values}
      other={isOther ? `${value === "" ? "nothing" : value} (not a choice)` : undefined}
      none={fallback === undefined ? "choose …" : `default: ${typeof fallback === "string" ? fallback : ""}`}
      onChange={onChange}
      described={describedBy(props)}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly values: readonly string[];
  /** The words for a value that is not among the choices. */
  readonly other: string | undefined;
  /** The words for no value. */
  readonly none: string;
  readonly described: Described;
  readonly onChange: (value: string) => void;
}

/** A list to choose from that shows also a value that is not in it. */
export function Choice({ label, value, values, other, none, described, onChange }: ChoiceProps): JSX.Element {
  // Options count: a text of the document may be anything, also what a word of ours would be.
  const at = value === undefined ? "none" : other !== undefined ? "other" : String(values.indexOf(value));
  return (
    <select
      aria-label={label}
      value={at}
      onChange={({ currentTarget }) => {
        const chosen = values[Number(currentTarget.value)];
        if (chosen !== undefined) onChange(chosen);
      }}
      {...described}
    >
      {value === undefined ? <option value="none">{none}</option> : null}
      {other === undefined ? null : <option value="other">{other}</option>}
      {values.map((choice, index) => (
        <option key={choice} value={String(index)}>
          {choice}
        </option>
      ))}
    </select>
  );
}

/** The offset at the end of a date-time; a picked one without has UTC. */
const OFFSET = /(?:Z|[+-]\d{2}:\d{2})$/;

export const DateControl = (props: Of<"Date">): JSX.Element => (
  <Picked {...props} kind="date" placeholder="YYYY-MM-DD" picked={(text) => text} shown={(text) => text} />
);

export const DateTimeControl = (props: Of<"DateTime">): JSX.Element => (
  <Picked
    {...props}
    kind="datetime-local"
    placeholder="YYYY-MM-DDThh:mm:ssZ"
    picked={(local, before) => `${local}${local.length === 16 ? ":00" : ""}${OFFSET.exec(before)?.[0] ?? "Z"}`}
    shown={(text) => text.replace(OFFSET, "")}
  />
);

interface PickedProps extends ControlProps {
  readonly kind: "date" | "datetime-local";
  readonly placeholder: string;
  readonly picked: (picked: string, before: string) => string;
  readonly shown: (text: string) => string;
}

/** Text, because it may be broken and must not be lost; the browser's own picker beside it. */
function Picked({ kind, placeholder, picked, shown, ...props }: PickedProps): JSX.Element {
  const picker = useRef<HTMLInputElement>(null);
  const text = fieldText(props.type, props.value) ?? "";
  return (
    <span class="inputs-date">
      <TextLine {...props} placeholder={placeholder} />
      <input
        ref={picker}
        class="inputs-picker"
        type={kind}
        tabIndex={-1}
        aria-hidden="true"
        step={1}
        value={shown(text)}
        onChange={({ currentTarget: { value } }) => value !== "" && props.onChange(picked(value, text))}
      />
      <button type="button" class="icon" aria-label={`Pick ${props.label}`} onClick={() => picker.current?.showPicker()}>
        <span aria-hidden="true">▾</span>
      </button>
    </span>
  );
}
