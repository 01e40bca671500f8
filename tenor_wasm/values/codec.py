"""Values from JSON, checked against their declared type (§4.3, §5.2); ``printing`` is the way back.

``decoder(type)`` builds, once per type, the function that reads a JSON value. In memory a value is plain and
immutable, its type known from the contract: Bool ``bool``, Int ``int``, Decimal and Money ``Decimal``, Text and Enum
``str``, Date ``str``, DateTime ``int`` nanoseconds, Duration ``int`` in the declared unit, Record ``RecordValue``,
TaggedUnion ``TaggedValue``, List ``tuple``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from tenor_wasm.errors import Findings, Json, Place, is_object, listed, shown
from tenor_wasm.values import numeric, times
from tenor_wasm.values.json_float import JsonFloat as JsonFloat
from tenor_wasm.values.types import (
    MAX_DIGITS,
    MAX_PRECISION,
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
    described,
)


class RecordValue(dict[str, Any]):
    """A record: declared field name to value. Never changed after it was read."""

    __slots__ = ()


class TaggedValue(NamedTuple):
    """A tagged union value."""

    tag: str
    payload: Any


class _Invalid:
    """The mark of a value that could not be read; the reason is among the findings."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID = _Invalid()

Decoder: TypeAlias = Callable[[Json, Place, Findings], Any]
"""Reads a JSON value; returns ``INVALID`` after reporting why it does not fit the type."""


def decoder(base_type: BaseType) -> Decoder:
    """The function that reads a JSON value of this type.

    It reports faults with the codes ``type_mismatch``, ``float_not_allowed``, ``out_of_range``,
    ``decimal_precision``, ``text_too_long``, ``invalid_text``, ``not_in_enum``, ``invalid_date``,
    ``invalid_date_time``, ``wrong_currency``, ``wrong_unit``, ``missing_field``, ``unknown_variant`` and
    ``list_too_long``, each at the place of the value at fault.
    """
    return _DECODERS[type(base_type)](base_type)


def _mismatch(json: Json, wanted: str, place: Place, findings: Findings) -> _Invalid:
    if isinstance(json, (float, JsonFloat)):
        findings.fault(
            "float_not_allowed",
            f'expected {wanted}, got {shown(json)}; write decimals as text, for example "10.50"',
            place,
        )
    else:
        findings.fault("type_mismatch", f"expected {wanted}, got {shown(json)}", place)
    return INVALID


def _bool_decoder(_: BoolType) -> Decoder:
    def decode(json: Json, place: Place, findings: Findings) -> Any:
        return json if json is True or json is False else _mismatch(json, "true or false", place, findings)

    return decode


def _whole_decoder(low: int | None, high: int | None, wanted: str) -> Decoder:
    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if type(json) is not int:
            return _mismatch(json, wanted, place, findings)
        if (low is not None and json < low) or (high is not None and json > high):
            findings.fault("out_of_range", f"{shown(json)} is not {wanted}", place)
            return INVALID
        return json

    return decode


def _span(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    if low is None:
        return f" of at most {high}"
    return f" from {low} to {high}" if high is not None else f" of at least {low}"


def _int_decoder(base_type: IntType) -> Decoder:
    low, high = base_type.minimum, base_type.maximum
    return _whole_decoder(low, high, "a whole number" + _span(low, high))


def _decimal(json: Json, wanted: str, place: Place, findings: Findings, digits: int = MAX_DIGITS) -> Any:
    """Read a decimal text, a whole number, or a structured ``decimal_value`` of at most so many digits."""
    if isinstance(json, str) or type(json) is int:
        value = numeric.parse_decimal(json if isinstance(json, str) else _integer_text(json), digits)
        if value is not None:
            return value
    elif is_object(json) and json.get("kind") == "decimal_value":
        return _structured_decimal(json, wanted, place, findings, digits)
    return _mismatch(json, wanted, place, findings)


def decode_decimal(json: Json, place: Place, findings: Findings) -> Any:
    """Read a decimal of any precision and scale that §13.6 allows, or return ``INVALID`` after reporting."""
    return _decimal(json, 'a decimal as text, for example "10.50"', place, findings)


def _integer_text(value: int) -> str:
    return str(value) if value.bit_length() < 400 else ""


def _structured_decimal(json: Mapping[str, Json], wanted: str, place: Place, findings: Findings, digits: int) -> Any:
    text, precision, scale = json.get("value"), json.get("precision"), json.get("scale")
    value = numeric.parse_decimal(text, digits) if isinstance(text, str) else None
    if value is None:
        return _mismatch(text, wanted, (place, "value"), findings)
    if type(precision) is not int or type(scale) is not int or not 0 <= scale <= min(precision, MAX_DIGITS):
        findings.fault("type_mismatch", "a decimal_value needs a 'precision' and within it a 'scale' up to 28", place)
        return INVALID
    if not 1 <= precision <= MAX_PRECISION or not numeric.fits(value, DecimalType(precision, scale)):
        findings.fault(
            "decimal_precision", f"{value:f} does not fit its own precision {precision} and scale {scale}", place
        )
        return INVALID
    return value


def _decimal_decoder(base_type: DecimalType) -> Decoder:
    wanted = (
        f"a decimal as text with at most {base_type.precision} digits, {base_type.scale} of them after the point,"
        ' for example "10.50"'
    )

    digits = max(MAX_DIGITS, base_type.precision)

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        value = _decimal(json, wanted, place, findings, digits)
        if value is INVALID or numeric.fits(value, base_type):
            return value
        findings.fault("decimal_precision", f"{value:f} does not fit {described(base_type)}: expected {wanted}", place)
        return INVALID

    return decode


def is_text(value: str) -> bool:
    """Whether the text is valid Unicode: a lone surrogate has no UTF-8 form (§4.3)."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text_decoder(base_type: TextType) -> Decoder:
    longest = base_type.max_length

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if not isinstance(json, str):
            return _mismatch(json, "a text", place, findings)
        if longest is not None and len(json) > longest:
            findings.fault(
                "text_too_long", f"the text has {len(json)} characters; at most {longest} are declared", place
            )
            return INVALID
        if not is_text(json):
            findings.fault("invalid_text", "the text holds half of a surrogate pair; it has no UTF-8 form", place)
            return INVALID
        return json

    return decode


def _enum_decoder(base_type: EnumType) -> Decoder:
    values = frozenset(base_type.values)
    wanted = f"one of {listed(base_type.values)}"

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if not isinstance(json, str):
            return _mismatch(json, wanted, place, findings)
        if json not in values:
            findings.fault("not_in_enum", f"{shown(json)} is not {wanted}", place)
            return INVALID
        return json

    return decode


def _date_decoder(_: DateType) -> Decoder:
    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if not isinstance(json, str):
            return _mismatch(json, "a date as text YYYY-MM-DD", place, findings)
        fault = times.date_fault(json)
        if fault is not None:
            findings.fault("invalid_date", f"{shown(json)} is no date: {fault}", place)
            return INVALID
        return json

    return decode


def _date_time_decoder(_: DateTimeType) -> Decoder:
    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if not isinstance(json, str):
            return _mismatch(json, "a date-time as text YYYY-MM-DDThh:mm:ssZ", place, findings)
        value = times.parse_date_time(json)
        if isinstance(value, str):
            findings.fault("invalid_date_time", f"{shown(json)} is no date-time: {value}", place)
            return INVALID
        return value

    return decode


def _money_decoder(base_type: MoneyType) -> Decoder:
    currency = base_type.currency
    wanted = f'an amount of money such as {{"amount": "10.50", "currency": "{currency}"}}'
    wanted_amount = 'a decimal as text with at most 28 digits, for example "10.50"'

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if type(json) is not dict and not isinstance(json, Mapping):
            return _mismatch(json, wanted, place, findings)
        if "amount" not in json or "currency" not in json:
            return _without_member(json, ("amount", "currency"), wanted, place, findings)
        given = json["currency"]
        value = _decimal(json["amount"], wanted_amount, (place, "amount"), findings)
        if given != currency:
            findings.fault(
                "wrong_currency", f"expected the currency '{currency}', got {shown(given)}", (place, "currency")
            )
            return INVALID
        return value

    return decode


def _without_member(
    json: Mapping[str, Json], keys: tuple[str, ...], wanted: str, place: Place, findings: Findings
) -> _Invalid:
    for key in keys:
        if key not in json:
            findings.fault("missing_field", f"'{key}' is missing: expected {wanted}", place)
    return INVALID


def _duration_decoder(base_type: DurationType) -> Decoder:
    unit = base_type.unit
    wanted = f'a duration such as {{"value": 3, "unit": "{unit}"}}'
    span = _span(base_type.minimum, base_type.maximum)
    whole = _whole_decoder(base_type.minimum, base_type.maximum, f"a whole number of {unit}{span}")

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if type(json) is not dict and not isinstance(json, Mapping):
            return _mismatch(json, wanted, place, findings)
        if "value" not in json or "unit" not in json:
            return _without_member(json, ("value", "unit"), wanted, place, findings)
        value, given = json["value"], json["unit"]
        if given != unit:
            findings.fault("wrong_unit", f"expected the unit '{unit}', got {shown(given)}", (place, "unit"))
            return INVALID
        return whole(value, (place, "value"), findings)

    return decode


def _record_decoder(base_type: RecordType) -> Decoder:
    members = tuple((name, decoder(member)) for name, member in base_type.fields.items())
    names = base_type.fields.keys()
    wanted = f"an object with the fields {listed(names)}"

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if type(json) is not dict and not isinstance(json, Mapping):
            return _mismatch(json, wanted, place, findings)
        record = RecordValue()
        complete = True
        for name, decode_member in members:
            if name in json:
                value = record[name] = decode_member(json[name], (place, name), findings)
                complete = complete and value is not INVALID
            else:
                findings.fault("missing_field", f"the field '{name}' is missing", place)
                complete = False
        if len(record) == len(json):
            return record if complete else INVALID
        for name in json:
            if name not in names:
                findings.warn("unknown_field", f"the field '{name}' is not declared and was ignored", (place, name))
        return record if complete else INVALID

    return decode


def _tagged_union_decoder(base_type: TaggedUnionType) -> Decoder:
    variants = {tag: decoder(member) for tag, member in base_type.variants.items()}
    wanted = f'an object {{"tag", "payload"}} with a tag of {listed(variants)}'

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if type(json) is not dict and not isinstance(json, Mapping):
            return _mismatch(json, wanted, place, findings)
        if "tag" not in json or "payload" not in json:
            return _without_member(json, ("tag", "payload"), wanted, place, findings)
        tag, payload_json = json["tag"], json["payload"]
        decode_payload = variants.get(tag) if isinstance(tag, str) else None
        if decode_payload is None:
            findings.fault("unknown_variant", f"{shown(tag)} is not one of {listed(variants)}", (place, "tag"))
            return INVALID
        value = decode_payload(payload_json, (place, "payload"), findings)
        return INVALID if value is INVALID else TaggedValue(tag, value)

    return decode


def _list_decoder(base_type: ListType) -> Decoder:
    decode_element = decoder(base_type.element)
    longest = base_type.maximum

    def decode(json: Json, place: Place, findings: Findings) -> Any:
        if not isinstance(json, (list, tuple)):
            return _mismatch(json, "a list", place, findings)
        if longest is not None and len(json) > longest:
            findings.fault("list_too_long", f"the list has {len(json)} elements; at most {longest} are declared", place)
            return INVALID
        faults = len(findings.faults)
        values = tuple([decode_element(element, (place, index), findings) for index, element in enumerate(json)])
        return values if len(findings.faults) == faults else INVALID

    return decode


_DECODERS: Mapping[type, Callable[[Any], Decoder]] = {
    BoolType: _bool_decoder,
    IntType: _int_decoder,
    DecimalType: _decimal_decoder,
    TextType: _text_decoder,
    EnumType: _enum_decoder,
    DateType: _date_decoder,
    DateTimeType: _date_time_decoder,
    MoneyType: _money_decoder,
    DurationType: _duration_decoder,
    RecordType: _record_decoder,
    TaggedUnionType: _tagged_union_decoder,
    ListType: _list_decoder,
}


# --- literals of a bundle --------------------------------------------------------------------------------------


def decode_literal(json: Json, base_type: BaseType, place: Place, findings: Findings) -> Any:
    """Read a literal or default as a bundle writes it: plain, or wrapped as ``{"kind": "int_literal", "value": …}``.

    A bundle may write a duration as a bare whole number of the declared unit. Reports as ``decoder`` does.
    """
    return decoder(base_type)(_plain(json, base_type), place, findings)


def _plain(json: Json, base_type: BaseType) -> Json:
    """Take the wrappers off, down to the form that facts have."""
    if isinstance(base_type, DurationType) and is_object(json) and json.get("kind") == "int_literal":
        json = json.get("value")
    if isinstance(base_type, DurationType):
        return {"value": json, "unit": base_type.unit} if type(json) is int else json
    # A record may have a field of its own that is named 'kind'.
    is_record = is_object(json) and isinstance(base_type, RecordType) and json.keys() <= base_type.fields.keys()
    if is_object(json) and isinstance(json.get("kind"), str) and not is_record:
        return _unwrap(json, base_type)
    if is_object(json) and isinstance(base_type, RecordType):
        return {name: _plain_member(value, base_type.fields.get(name)) for name, value in json.items()}
    if is_object(json) and isinstance(base_type, TaggedUnionType):
        return _plain_variant(json, base_type)
    if isinstance(json, list) and isinstance(base_type, ListType):
        return [_plain(element, base_type.element) for element in json]
    return json


def _unwrap(json: Mapping[str, Json], base_type: BaseType) -> Json:
    inner = _WRAPPERS.get(str(json["kind"]))
    if inner is None or inner not in json:
        return json
    if isinstance(base_type, TaggedUnionType):
        return _plain_variant(json, base_type)
    return _plain(json[inner], base_type)


_WRAPPERS: Mapping[str, str] = {
    "bool_literal": "value",
    "bool_value": "value",
    "int_literal": "value",
    "int_value": "value",
    "text_literal": "value",
    "text_value": "value",
    "enum_literal": "value",
    "enum_value": "value",
    "date_value": "value",
    "datetime_value": "value",
    "record_value": "fields",
    "list_value": "elements",
    "tagged_union_value": "payload",
}


def _plain_member(json: Json, base_type: BaseType | None) -> Json:
    return json if base_type is None else _plain(json, base_type)


def _plain_variant(json: Mapping[str, Json], base_type: TaggedUnionType) -> Json:
    tag = json.get("tag")
    variant = base_type.variants.get(tag) if isinstance(tag, str) else None
    return {**json, "payload": _plain(json["payload"], variant)} if variant and "payload" in json else json
