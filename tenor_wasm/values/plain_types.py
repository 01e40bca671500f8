"""Reads types in which nothing is unusual, without places and messages; ``types.parse_type`` reads every type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tenor_wasm.values.types import (
    MAX_DIGITS,
    MAX_PRECISION,
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TextType,
)

# One object for equal types, which contracts have many of: a frozen one takes long to make.
_shared = lru_cache(maxsize=256)
_MONEY, _DECIMAL, _TEXT, _INT = _shared(MoneyType), _shared(DecimalType), _shared(TextType), _shared(IntType)
_NAMED: Mapping[str, BaseType] = {
    "Bool": BoolType(),
    "Int": IntType(),
    "Text": TextType(),
    "Date": DateType(),
    "DateTime": DateTimeType(),
}
"""The types that are told by their name alone."""


def plain_type(json: Any) -> BaseType | None:
    """Read a type; ``None`` for one that is unusual or wrong. Raises what a value that is no object raises."""
    base = json["base"]
    if len(json) == 1:
        return _NAMED.get(base)
    reader = _READERS.get(base)
    return None if reader is None else reader(json)


def _money(json: Any) -> BaseType | None:
    currency = json["currency"]
    return _MONEY(currency) if type(currency) is str and currency else None


def _decimal(json: Any) -> BaseType | None:
    precision, scale = json["precision"], json["scale"]
    if type(precision) is not int or type(scale) is not int:
        return None
    return (
        _DECIMAL(precision, scale)
        if 0 <= scale <= min(precision, MAX_DIGITS) and 0 < precision <= MAX_PRECISION
        else None
    )


def _text(json: Any) -> BaseType | None:
    longest = json["max_length"]
    return _TEXT(longest) if type(longest) is int and longest > 0 else None


def _int(json: Any) -> BaseType | None:
    low, high = json.get("min"), json.get("max")
    if type(low) is not int or type(high) is not int or low > high:
        return None
    return _INT(low, high)


def _enum(json: Any) -> BaseType | None:
    values = json["values"]
    return _checked_enum(tuple(values)) if type(values) is list else None


@lru_cache(maxsize=256)
def _checked_enum(values: tuple[Any, ...]) -> EnumType | None:
    if not values or len(set(values)) != len(values) or any(type(value) is not str for value in values):
        return None
    return EnumType(values)


def _record(json: Any) -> BaseType | None:
    fields: dict[str, BaseType] = {}
    for name, member in json["fields"].items():
        base_type = plain_type(member)
        if base_type is None:
            return None
        fields[name] = base_type
    return RecordType(fields)


def _list(json: Any) -> BaseType | None:
    longest, element = json.get("max"), plain_type(json["element_type"])
    if (
        element is None
        or type(element) is ListType
        or (longest is not None and (type(longest) is not int or longest < 0))
    ):
        return None
    return ListType(element, longest)


_READERS: Mapping[str, Callable[[Any], BaseType | None]] = {
    "Money": _money,
    "Decimal": _decimal,
    "Text": _text,
    "Int": _int,
    "Enum": _enum,
    "Record": _record,
    "List": _list,
}
