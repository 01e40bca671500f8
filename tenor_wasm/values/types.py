"""The twelve base types (§4.1) as frozen data, and their JSON form.

A bound that a bundle leaves out (``min``, ``max``, ``max_length``) is ``None``: unbounded. Decimal ranges obey §13.6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tenor_wasm.errors import Findings, Json, Place, is_object, listed, shown

MAX_DIGITS = 28
"""Significant digits of a decimal, and its largest scale (§13.6). A type may declare more digits."""

MAX_PRECISION = 100
"""Digits that a decimal type may declare: far beyond the model, so that published bundles load, but bounded."""

SECONDS_PER_UNIT: Mapping[str, int] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
"""Duration units and their exact lengths (§4.1: a day is 86,400 seconds)."""


@dataclass(frozen=True, slots=True)
class BoolType:
    """True or false."""


@dataclass(frozen=True, slots=True)
class IntType:
    """Whole numbers from ``minimum`` to ``maximum``, both included."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class DecimalType:
    """Fixed-point numbers of ``precision`` digits, ``scale`` of them after the point."""

    precision: int
    scale: int


@dataclass(frozen=True, slots=True)
class TextType:
    """Text of at most ``max_length`` Unicode code points."""

    max_length: int | None = None


@dataclass(frozen=True, slots=True)
class EnumType:
    """One of the declared ``values``."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateType:
    """A calendar date."""


@dataclass(frozen=True, slots=True)
class DateTimeType:
    """A point in time, in UTC."""


@dataclass(frozen=True, slots=True)
class MoneyType:
    """An amount in one ``currency``."""

    currency: str


@dataclass(frozen=True, slots=True)
class DurationType:
    """A whole number of ``unit`` between ``minimum`` and ``maximum``."""

    unit: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class RecordType:
    """Named fields."""

    fields: Mapping[str, BaseType] = field(hash=False)


@dataclass(frozen=True, slots=True)
class TaggedUnionType:
    """One of several tagged payloads."""

    variants: Mapping[str, BaseType] = field(hash=False)


@dataclass(frozen=True, slots=True)
class ListType:
    """At most ``maximum`` elements of one type; lists do not nest."""

    element: BaseType
    maximum: int | None = None


BaseType: TypeAlias = (
    BoolType
    | IntType
    | DecimalType
    | TextType
    | EnumType
    | DateType
    | DateTimeType
    | MoneyType
    | DurationType
    | RecordType
    | TaggedUnionType
    | ListType
)

NAMES: Mapping[type, str] = {
    BoolType: "Bool",
    IntType: "Int",
    DecimalType: "Decimal",
    TextType: "Text",
    EnumType: "Enum",
    DateType: "Date",
    DateTimeType: "DateTime",
    MoneyType: "Money",
    DurationType: "Duration",
    RecordType: "Record",
    TaggedUnionType: "TaggedUnion",
    ListType: "List",
}


def type_name(base_type: BaseType) -> str:
    """The specification's word for the type, such as ``Decimal``."""
    return NAMES[type(base_type)]


def described(base_type: BaseType) -> str:
    """The type with its bounds, as a message shows it: ``Int(0, 10)``, ``Money(USD)``, ``List(Text(20), max 5)``."""
    match base_type:
        case IntType(minimum, maximum) if minimum is not None or maximum is not None:
            return f"Int({_bound(minimum, '-∞')}, {_bound(maximum, '∞')})"
        case DecimalType(precision, scale):
            return f"Decimal({precision}, {scale})"
        case TextType(max_length) if max_length is not None:
            return f"Text({max_length})"
        case EnumType(values):
            return f"Enum({listed(values)})"
        case MoneyType(currency):
            return f"Money({currency})"
        case DurationType(unit, _, _):
            return f"Duration({unit})"
        case ListType(element, maximum):
            return f"List({described(element)}" + (f", max {maximum})" if maximum is not None else ")")
        case _:
            return type_name(base_type)


def _bound(value: int | None, absent: str) -> str:
    return absent if value is None else str(value)


# --- the JSON form ---------------------------------------------------------------------------------------------


def type_to_json(base_type: BaseType) -> dict[str, Json]:
    """The interchange form of a type: ``{"base": …}`` and its bounds, keys sorted."""
    result: dict[str, Json] = {"base": type_name(base_type)}
    match base_type:
        case IntType(minimum, maximum):
            result |= _present(max=maximum, min=minimum)
        case DecimalType(precision, scale):
            result |= {"precision": precision, "scale": scale}
        case TextType(max_length):
            result |= _present(max_length=max_length)
        case EnumType(values):
            result["values"] = list(values)
        case MoneyType(currency):
            result["currency"] = currency
        case DurationType(unit, minimum, maximum):
            result |= _present(max=maximum, min=minimum)
            result["unit"] = unit
        case RecordType(fields):
            result["fields"] = {name: type_to_json(fields[name]) for name in sorted(fields)}
        case TaggedUnionType(variants):
            result["variants"] = {tag: type_to_json(variants[tag]) for tag in sorted(variants)}
        case ListType(element, maximum):
            result["element_type"] = type_to_json(element)
            result |= _present(max=maximum)
        case _:
            pass
    return result


def _present(**bounds: int | None) -> dict[str, Json]:
    return {name: value for name, value in bounds.items() if value is not None}


def parse_type(json: Json, place: Place, findings: Findings) -> BaseType | None:
    """Read a type from its interchange form (§4.1, §15.1 check 1).

    Every ill-formed part is reported to ``findings`` with code ``invalid_type``; ``None`` is returned then.
    """
    if not is_object(json):
        findings.fault("invalid_type", f'a type must be an object such as {{"base": "Bool"}}, not {shown(json)}', place)
        return None
    base = json.get("base")
    parser = _PARSERS.get(base) if isinstance(base, str) else None
    if parser is None:
        findings.fault(
            "invalid_type", f"unknown base type {shown(base)}; use one of {listed(_PARSERS, 20)}", (place, "base")
        )
        return None
    return parser(_TypeReader(json, place, findings))


class _TypeReader:
    """Reads the members of one type object and reports what is wrong with each."""

    __slots__ = ("findings", "json", "place")

    def __init__(self, json: Mapping[str, Json], place: Place, findings: Findings) -> None:
        self.json, self.place, self.findings = json, place, findings

    def fault(self, message: str, key: str) -> None:
        self.findings.fault("invalid_type", message, (self.place, key))

    def integer(self, key: str, low: int | None, high: int | None, required: bool) -> tuple[bool, int | None]:
        value = self.json.get(key)
        if value is None and not required:
            return True, None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(f"'{key}' must be a whole number, not {shown(value)}", key)
            return False, None
        if (low is not None and value < low) or (high is not None and value > high):
            span = f"from {low} to {high}" if high is not None else f"{low} or more"
            self.fault(f"'{key}' must be {span}, not {shown(value)}", key)
            return False, None
        return True, value

    def range(self) -> tuple[int | None, int | None] | None:
        good_low, low = self.integer("min", None, None, False)
        good_high, high = self.integer("max", None, None, False)
        if not (good_low and good_high):
            return None
        if low is not None and high is not None and low > high:
            self.fault(f"'min' is {low} but 'max' is {high}: no value fits", "min")
            return None
        return low, high

    def text(self, key: str) -> str | None:
        value = self.json.get(key)
        if not isinstance(value, str) or not value:
            self.fault(f"'{key}' must be a non-empty text, not {shown(value)}", key)
            return None
        return value

    def members(self, key: str, word: str) -> dict[str, BaseType] | None:
        value = self.json.get(key)
        if not is_object(value):
            self.fault(f"'{key}' must be an object of {word} to type, not {shown(value)}", key)
            return None
        parsed = {name: parse_type(member, ((self.place, key), name), self.findings) for name, member in value.items()}
        complete = {name: member for name, member in parsed.items() if member is not None}
        return complete if len(complete) == len(parsed) else None


def _parse_int(reader: _TypeReader) -> BaseType | None:
    bounds = reader.range()
    return None if bounds is None else IntType(*bounds)


def _parse_decimal(reader: _TypeReader) -> BaseType | None:
    good_precision, precision = reader.integer("precision", 1, MAX_PRECISION, True)
    good_scale, scale = reader.integer("scale", 0, MAX_DIGITS, True)
    if not (good_precision and good_scale) or precision is None or scale is None:
        return None
    if scale > precision:
        reader.fault(f"'scale' {scale} exceeds 'precision' {precision}", "scale")
        return None
    return DecimalType(precision, scale)


def _parse_text(reader: _TypeReader) -> BaseType | None:
    good, max_length = reader.integer("max_length", 1, None, False)
    return TextType(max_length) if good else None


def _parse_enum(reader: _TypeReader) -> BaseType | None:
    values = reader.json.get("values")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        reader.fault("'values' must be a non-empty list of texts", "values")
        return None
    if len(set(values)) != len(values):
        reader.fault("'values' names a value twice", "values")
        return None
    return EnumType(tuple(values))


def _parse_money(reader: _TypeReader) -> BaseType | None:
    currency = reader.text("currency")
    return None if currency is None else MoneyType(currency)


def _parse_duration(reader: _TypeReader) -> BaseType | None:
    unit = reader.json.get("unit")
    bounds = reader.range()
    if not isinstance(unit, str) or unit not in SECONDS_PER_UNIT:
        reader.fault(f"'unit' must be one of {listed(SECONDS_PER_UNIT)}, not {shown(unit)}", "unit")
        return None
    return None if bounds is None else DurationType(unit, *bounds)


def _parse_record(reader: _TypeReader) -> BaseType | None:
    fields = reader.members("fields", "field")
    return None if fields is None else RecordType(fields)


def _parse_tagged_union(reader: _TypeReader) -> BaseType | None:
    variants = reader.members("variants", "tag")
    if variants is None:
        return None
    if not variants:
        reader.fault("'variants' must name at least one tag", "variants")
        return None
    return TaggedUnionType(variants)


def _parse_list(reader: _TypeReader) -> BaseType | None:
    element = parse_type(reader.json.get("element_type"), (reader.place, "element_type"), reader.findings)
    good, maximum = reader.integer("max", 0, None, False)
    if isinstance(element, ListType):
        reader.fault("a list may not hold lists (§4.1)", "element_type")
        return None
    return ListType(element, maximum) if good and element is not None else None


_PARSERS: Mapping[str, Callable[[_TypeReader], BaseType | None]] = {
    "Bool": lambda _: BoolType(),
    "Int": _parse_int,
    "Decimal": _parse_decimal,
    "Text": _parse_text,
    "Enum": _parse_enum,
    "Date": lambda _: DateType(),
    "DateTime": lambda _: DateTimeType(),
    "Money": _parse_money,
    "Duration": _parse_duration,
    "Record": _parse_record,
    "TaggedUnion": _parse_tagged_union,
    "List": _parse_list,
}
