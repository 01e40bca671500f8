"""Values as people and other tools see them: structured payloads, plain JSON, text (see ``codec`` for reading)."""

from __future__ import annotations

from typing import Any

from tenor_wasm.errors import Json
from tenor_wasm.values import numeric, times
from tenor_wasm.values.types import (
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TaggedUnionType,
    TextType,
)


def payload(value: Any, base_type: BaseType) -> dict[str, Json]:
    """The structured form of a value on the drop-in surface, such as ``{"kind": "bool_value", "value": true}``."""
    match base_type:
        case BoolType():
            return {"kind": "bool_value", "value": value}
        case IntType():
            return {"kind": "int_value", "value": value}
        case DecimalType():
            return {"kind": "decimal_value", "value": numeric.print_decimal(value)}
        case TextType():
            return {"kind": "text_value", "value": value}
        case EnumType():
            return {"kind": "enum_value", "value": value}
        case DateType():
            return {"kind": "date_value", "value": value}
        case DateTimeType():
            return {"kind": "datetime_value", "value": times.print_date_time(value)}
        case MoneyType(currency):
            return {"kind": "money_value", "amount": numeric.print_decimal(value), "currency": currency}
        case DurationType(unit, _, _):
            return {"kind": "duration_value", "value": value, "unit": unit}
        case RecordType(fields):
            members = {name: payload(value[name], fields[name]) for name in sorted(fields)}
            return {"kind": "record_value", "fields": members}
        case TaggedUnionType(variants):
            return {
                "kind": "tagged_union_value",
                "tag": value.tag,
                "payload": payload(value.payload, variants[value.tag]),
            }
        case ListType(element, _):
            return {"kind": "list_value", "elements": [payload(item, element) for item in value]}


def plain_json(value: Any, base_type: BaseType) -> Json:
    """The value in the form that facts have: what ``decoder(base_type)`` would read back."""
    match base_type:
        case DecimalType():
            return numeric.print_decimal(value)
        case DateTimeType():
            return times.print_date_time(value)
        case MoneyType(currency):
            return {"amount": numeric.print_decimal(value), "currency": currency}
        case DurationType(unit, _, _):
            return {"value": value, "unit": unit}
        case RecordType(fields):
            return {name: plain_json(value[name], fields[name]) for name in sorted(fields)}
        case TaggedUnionType(variants):
            return {"tag": value.tag, "payload": plain_json(value.payload, variants[value.tag])}
        case ListType(element, _):
            return [plain_json(item, element) for item in value]
        case _:
            return value


def text_of(value: Any, base_type: BaseType) -> str:
    """The value as people read it: ``true``, ``"auto"``, ``10.50``, ``8500.00 USD``, ``3 days``."""
    match base_type:
        case BoolType():
            return "true" if value else "false"
        case TextType() | EnumType():
            return f'"{value}"'
        case DecimalType():
            return numeric.print_decimal(value)
        case DateTimeType():
            return times.print_date_time(value)
        case MoneyType(currency):
            return f"{numeric.print_decimal(value)} {currency}"
        case DurationType(unit, _, _):
            return f"{value} {unit}"
        case RecordType(fields):
            return "{" + ", ".join(f"{name}: {text_of(value[name], fields[name])}" for name in sorted(fields)) + "}"
        case TaggedUnionType(variants):
            return f"{value.tag}({text_of(value.payload, variants[value.tag])})"
        case ListType(element, _):
            return "[" + ", ".join(text_of(item, element) for item in value) + "]"
        case _:
            return str(value)
