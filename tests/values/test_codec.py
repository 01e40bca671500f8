"""Values to and from JSON, checked against their declared type (§4.3, §5.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tenor_wasm.errors import Findings
from tenor_wasm.values.codec import INVALID, JsonFloat, decode_literal, decoder
from tenor_wasm.values.printing import payload, plain_json, text_of
from tenor_wasm.values.types import BaseType, parse_type
from tests import bundles as b

Json = Any


def type_of(json: Json) -> BaseType:
    findings = Findings()
    base_type = parse_type(json, None, findings)
    assert base_type is not None, findings.faults
    return base_type


def decode(json: Json, base_type: Json) -> tuple[Any, list[tuple[str, str]]]:
    """The value that was read, and the code and path of each fault."""
    findings = Findings()
    value = decoder(type_of(base_type))(json, None, findings)
    return value, [(fault.code, fault.path) for fault in findings.faults]


LINE = b.record(name=b.text(10), price=b.money())
SHAPE = b.union(circle=b.record(radius=b.decimal(5, 2)), named=b.text(5))
EUR = {"amount": "9.99", "currency": "EUR"}

PRINTED: list[tuple[Json, Json, Json, str]] = [
    (b.BOOL, True, {"kind": "bool_value", "value": True}, "true"),
    (b.BOOL, False, {"kind": "bool_value", "value": False}, "false"),
    (b.integer(0, 5), 5, {"kind": "int_value", "value": 5}, "5"),
    (b.integer(), 2**70 + 1, {"kind": "int_value", "value": 2**70 + 1}, str(2**70 + 1)),
    (b.decimal(10, 2), "10.50", {"kind": "decimal_value", "value": "10.50"}, "10.50"),
    (b.decimal(10, 2), "10.5", {"kind": "decimal_value", "value": "10.5"}, "10.5"),
    (b.decimal(28, 28), "0." + "3" * 28, {"kind": "decimal_value", "value": "0." + "3" * 28}, "0." + "3" * 28),
    (b.text(3), "añ🙂", {"kind": "text_value", "value": "añ🙂"}, '"añ🙂"'),
    (b.text(), "", {"kind": "text_value", "value": ""}, '""'),
    (b.enum("a", "b"), "b", {"kind": "enum_value", "value": "b"}, '"b"'),
    (b.DATE, "2024-02-29", {"kind": "date_value", "value": "2024-02-29"}, "2024-02-29"),
    (
        b.DATE_TIME,
        "2024-02-29T01:02:03Z",
        {"kind": "datetime_value", "value": "2024-02-29T01:02:03Z"},
        "2024-02-29T01:02:03Z",
    ),
    (b.money(), EUR, {"kind": "money_value", **EUR}, "9.99 EUR"),
    (
        b.duration("days", 0, 9),
        {"value": 3, "unit": "days"},
        {"kind": "duration_value", "value": 3, "unit": "days"},
        "3 days",
    ),
    (
        LINE,
        {"name": "tea", "price": EUR},
        {
            "kind": "record_value",
            "fields": {"name": {"kind": "text_value", "value": "tea"}, "price": {"kind": "money_value", **EUR}},
        },
        '{name: "tea", price: 9.99 EUR}',
    ),
    (
        SHAPE,
        {"tag": "circle", "payload": {"radius": "1.25"}},
        {
            "kind": "tagged_union_value",
            "tag": "circle",
            "payload": {"kind": "record_value", "fields": {"radius": {"kind": "decimal_value", "value": "1.25"}}},
        },
        "circle({radius: 1.25})",
    ),
    (
        b.list_of(b.integer(), 2),
        [1, 2],
        {"kind": "list_value", "elements": [{"kind": "int_value", "value": 1}, {"kind": "int_value", "value": 2}]},
        "[1, 2]",
    ),
    (b.list_of(b.BOOL, 0), [], {"kind": "list_value", "elements": []}, "[]"),
]


@pytest.mark.parametrize(("base_type", "json", "structured", "text"), PRINTED)
def test_a_value_is_printed_in_all_its_forms_and_read_back(
    base_type: Json, json: Json, structured: Json, text: str
) -> None:
    declared = type_of(base_type)
    value, faults = decode(json, base_type)
    assert faults == []
    assert plain_json(value, declared) == json
    assert payload(value, declared) == structured
    assert text_of(value, declared) == text


@pytest.mark.parametrize(
    ("base_type", "json", "value"),
    [
        (b.decimal(5, 2), 7, Decimal(7)),
        (b.decimal(5, 2), {"kind": "decimal_value", "precision": 3, "scale": 2, "value": "7.25"}, Decimal("7.25")),
        (b.decimal(5, 2), "1.1000", Decimal("1.1000")),
        (b.decimal(5, 2), "-0.00", Decimal("0.00")),
        (b.money(), {"amount": 5, "currency": "EUR"}, Decimal(5)),
        (
            b.money(),
            {
                "amount": {"kind": "decimal_value", "precision": 10, "scale": 2, "value": "5.00"},
                "currency": "EUR",
            },
            Decimal("5.00"),
        ),
        (b.duration("hours", -5, 5), {"value": -5, "unit": "hours"}, -5),
        (b.integer(0, 10), 0, 0),
        (b.list_of(b.integer()), (1, 2), (1, 2)),
    ],
)
def test_other_ways_to_write_a_value_are_accepted(base_type: Json, json: Json, value: Any) -> None:
    assert decode(json, base_type) == (value, [])


REFUSED: list[tuple[Json, Json, str, str]] = [
    (b.BOOL, 1, "type_mismatch", ""),
    (b.BOOL, "true", "type_mismatch", ""),
    (b.BOOL, None, "type_mismatch", ""),
    (b.integer(0, 5), True, "type_mismatch", ""),
    (b.integer(0, 5), "3", "type_mismatch", ""),
    (b.integer(0, 5), JsonFloat("3.0"), "float_not_allowed", ""),
    (b.integer(0, 5), 3.0, "float_not_allowed", ""),
    (b.integer(0, 5), 6, "out_of_range", ""),
    (b.integer(0, None), -1, "out_of_range", ""),
    (b.integer(None, 0), 10**500, "out_of_range", ""),
    (b.decimal(5, 2), JsonFloat("1.5"), "float_not_allowed", ""),
    (b.decimal(5, 2), float("nan"), "float_not_allowed", ""),
    (b.decimal(5, 2), "1.234", "decimal_precision", ""),
    (b.decimal(5, 2), "1000.00", "decimal_precision", ""),
    (b.decimal(5, 2), "1e2", "type_mismatch", ""),
    (b.decimal(5, 2), True, "type_mismatch", ""),
    (b.decimal(5, 2), {"kind": "decimal_value", "precision": 3, "scale": 1, "value": "7.25"}, "decimal_precision", ""),
    (b.decimal(5, 2), {"kind": "decimal_value", "value": "7.25"}, "type_mismatch", ""),
    (b.decimal(5, 2), {"kind": "decimal_value", "precision": 3, "scale": 2, "value": 7}, "type_mismatch", "/value"),
    (b.text(3), "abcd", "text_too_long", ""),
    (b.text(3), 3, "type_mismatch", ""),
    (b.text(3), "a\ud800", "invalid_text", ""),
    (b.enum("a", "b"), "c", "not_in_enum", ""),
    (b.enum("a", "b"), 1, "type_mismatch", ""),
    (b.DATE, "2023-02-29", "invalid_date", ""),
    (b.DATE, 20230228, "type_mismatch", ""),
    (b.DATE_TIME, "2024-01-01T00:00:00", "invalid_date_time", ""),
    (b.DATE_TIME, 0, "type_mismatch", ""),
    (b.money(), {"amount": "5.00", "currency": "USD"}, "wrong_currency", "/currency"),
    (b.money(), {"amount": JsonFloat("5.0"), "currency": "EUR"}, "float_not_allowed", "/amount"),
    (b.money(), {"amount": "5.00"}, "missing_field", ""),
    (b.money(), {"currency": "EUR"}, "missing_field", ""),
    (b.money(), "5.00", "type_mismatch", ""),
    (b.duration("days"), {"value": 3, "unit": "hours"}, "wrong_unit", "/unit"),
    (b.duration("days", 0, 5), {"value": 6, "unit": "days"}, "out_of_range", "/value"),
    (b.duration("days"), {"value": "3", "unit": "days"}, "type_mismatch", "/value"),
    (b.duration("days"), {"unit": "days"}, "missing_field", ""),
    (b.duration("days"), 3, "type_mismatch", ""),
    (LINE, {"name": "tea"}, "missing_field", ""),
    (LINE, {"name": "a long name", "price": EUR}, "text_too_long", "/name"),
    (LINE, [], "type_mismatch", ""),
    (SHAPE, {"tag": "square", "payload": 1}, "unknown_variant", "/tag"),
    (SHAPE, {"tag": ["circle"], "payload": 1}, "unknown_variant", "/tag"),
    (SHAPE, {"tag": "circle", "payload": {"radius": "1.234"}}, "decimal_precision", "/payload/radius"),
    (SHAPE, {"tag": "circle"}, "missing_field", ""),
    (SHAPE, "circle", "type_mismatch", ""),
    (b.list_of(b.integer(), 2), [1, 2, 3], "list_too_long", ""),
    (b.list_of(b.integer(), 2), [1, "2"], "type_mismatch", "/1"),
    (b.list_of(b.integer(), 2), {}, "type_mismatch", ""),
]


@pytest.mark.parametrize(("base_type", "json", "code", "path"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_at_its_place(base_type: Json, json: Json, code: str, path: str) -> None:
    assert decode(json, base_type) == (INVALID, [(code, path)])


def test_every_fault_inside_a_structure_is_reported_at_once() -> None:
    lines = b.list_of(b.record(name=b.text(3), **{"a/b~c": b.integer(0, 9)}), 5)
    value, faults = decode([{"name": "long", "a/b~c": 10}, {"name": 1}, 7], lines)
    assert value is INVALID
    assert faults == [
        ("text_too_long", "/0/name"),
        ("out_of_range", "/0/a~1b~0c"),
        ("type_mismatch", "/1/name"),
        ("missing_field", "/1"),
        ("type_mismatch", "/2"),
    ]


def test_a_field_that_is_not_declared_is_ignored_with_a_warning() -> None:
    findings = Findings()
    decoder(type_of(LINE))({"name": "tea", "price": EUR, "colour": "green"}, (None, "line"), findings)
    assert [(warning.code, warning.path) for warning in findings.warnings] == [("unknown_field", "/line/colour")]
    assert findings.faults == []


@pytest.mark.parametrize(
    ("base_type", "json", "value"),
    [
        (b.BOOL, {"kind": "bool_literal", "value": True}, True),
        (b.integer(), {"kind": "int_literal", "value": 7}, 7),
        (b.text(), {"kind": "text_literal", "value": "x"}, "x"),
        (b.enum("x"), {"kind": "enum_literal", "value": "x"}, "x"),
        (b.duration("days"), 3, 3),
        (b.duration("days"), {"kind": "int_literal", "value": 3}, 3),
        (b.duration("days"), {"kind": "duration_value", "value": 3, "unit": "days"}, 3),
        (b.record(span=b.duration("days")), {"span": 3}, {"span": 3}),
        (b.list_of(b.duration("days")), [1, {"value": 2, "unit": "days"}], (1, 2)),
        (b.union(span=b.duration("days")), {"tag": "span", "payload": 3}, ("span", 3)),
    ],
)
def test_a_literal_may_be_wrapped_as_bundles_write_it(base_type: Json, json: Json, value: Any) -> None:
    findings = Findings()
    assert decode_literal(json, type_of(base_type), None, findings) == value
    assert findings.faults == []
