/** Values by their declared type: how they are written down, read aloud, and begun. The types are the contract's own words. */

import type { BaseType } from "tenor-wasm";
import { isList, isObject, type Json, LosslessNumber } from "./documents";

const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)$/;

/** A type in a few words: `whole number, 0 to 100`, `text, at most 60 characters`. */
export function describeType(type: BaseType): string {
  switch (type.base) {
    case "Bool":
      return "true or false";
    case "Int":
      return `whole number${span(type.min, type.max)}`;
    case "Decimal":
      return describeDecimal(type.precision, type.scale);
    case "Text":
      return type.max_length === undefined ? "text" : `text, at most ${type.max_length} characters`;
    case "Enum":
      return "choice";
    case "Money":
      return `money in ${type.currency}`;
    case "Duration":
      return `duration in ${type.unit}${span(type.min, type.max)}`;
    case "Date":
      return "date, YYYY-MM-DD";
    case "DateTime":
      return "date and time with offset";
    case "Record":
      return "record";
    case "TaggedUnion":
      return "one of several kinds";
    case "List":
      return `list${type.max === undefined ? "" : `, at most ${type.max}`}`;
  }
}

/** Up to which number, where that is short enough to be read. */
function describeDecimal(precision: number, scale: number): string {
  if (precision > 12) return `decimal, ${precision} digits, ${scale} after the point`;
  const whole = "9".repeat(precision - scale) || "0";
  return `decimal up to ${scale === 0 ? whole : `${whole}.${"9".repeat(scale)}`}`;
}

function span(min: number | string | undefined, max: number | string | undefined): string {
  if (min === undefined) return max === undefined ? "" : `, at most ${max}`;
  return max === undefined ? `, at least ${min}` : `, ${min} to ${max}`;
}

/** What a new value of a type begins with: empty where only a person can know, so that it is asked for. */
export function emptyValue(type: BaseType): Json {
  switch (type.base) {
    case "Bool":
      return false;
    case "Enum":
      return type.values[0] ?? "";
    case "Money":
      return { amount: "", currency: type.currency };
    case "Duration":
      return { value: "", unit: type.unit };
    case "Record":
      return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, emptyValue(field)]));
    case "TaggedUnion": {
      const [tag = "", variant] = Object.entries(type.variants)[0] ?? [];
      return { tag, payload: variant === undefined ? "" : emptyValue(variant) };
    }
    case "List":
      return [];
    default:
      return "";
  }
}

/** A value as one would say it; the plain text of what does not fit its type. */
export function valueText(type: BaseType | undefined, value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof LosslessNumber) return value.value;
  if (isList(value)) return `[${value.map((one) => valueText(type?.base === "List" ? type.element_type : undefined, one)).join(", ")}]`;
  if (!isObject(value)) return typeof value === "string" && (type === undefined || quoted(type)) ? `"${value}"` : String(value);
  if (type?.base === "Money") return `${plain(value["amount"])} ${plain(value["currency"])}`;
  if (type?.base === "Duration") return `${plain(value["value"])} ${plain(value["unit"])}`;
  const member = (name: string): BaseType | undefined => (type?.base === "Record" ? type.fields[name] : undefined);
  return `{${Object.entries(value)
    .map(([name, one]) => `${name}: ${valueText(member(name), one)}`)
    .join(", ")}}`;
}

function quoted({ base }: BaseType): boolean {
  return base === "Text" || base === "Enum";
}

function plain(value: Json | undefined): string {
  return value instanceof LosslessNumber ? value.value : typeof value === "string" ? value : valueText(undefined, value);
}

/** What stands in a text field for a scalar; undefined where the value is of another shape. */
export function fieldText(type: BaseType, value: Json | undefined): string | undefined {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof LosslessNumber) return type.base === "Int" || type.base === "Decimal" ? value.value : undefined;
  const isStructured = type.base === "Decimal" && isObject(value) && value["kind"] === "decimal_value";
  return isStructured && typeof value["value"] === "string" ? value["value"] : undefined;
}

/** What was typed for a scalar, as a value. What is no value of the type stays the text that it is. */
export function typedValue(type: BaseType, typed: string): Json {
  return type.base === "Int" && WHOLE_NUMBER.test(typed) ? new LosslessNumber(typed) : typed;
}

/** A value of an answer, in which large numbers are texts, as a value of a document. */
export function fromAnswer(type: BaseType | undefined, value: unknown): Json {
  if (typeof value === "number" || typeof value === "bigint") return new LosslessNumber(String(value));
  if (typeof value === "string") return type?.base === "Int" ? typedValue(type, value) : value;
  if (typeof value === "boolean" || value === null) return value;
  if (Array.isArray(value)) return value.map((one: unknown) => fromAnswer(type?.base === "List" ? type.element_type : undefined, one));
  const members = Object.entries(value as Record<string, unknown>);
  const { tag } = value as { readonly tag?: unknown };
  const of = (name: string): BaseType | undefined =>
    type?.base === "TaggedUnion" && name === "payload" ? type.variants[String(tag)] : memberType(type, name);
  return Object.fromEntries(members.map(([name, one]) => [name, fromAnswer(of(name), one)]));
}

/** The type of what stands at a key of a value. */
export function memberType(type: BaseType | undefined, key: string | number): BaseType | undefined {
  switch (type?.base) {
    case "List":
      return type.element_type;
    case "Record":
      return type.fields[String(key)];
    case "Duration":
      return key === "value" ? { base: "Int" } : undefined;
    default:
      return undefined;
  }
}
