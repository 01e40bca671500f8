"""The twelve base types and their JSON form (§4.1, §15.1 check 1)."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm.errors import Findings
from tenor_wasm.values.types import NAMES, described, parse_type, type_name, type_to_json
from tests import bundles as b

WELL_FORMED: list[tuple[Any, str]] = [
    (b.BOOL, "Bool"),
    (b.integer(), "Int"),
    (b.integer(0, 10), "Int(0, 10)"),
    (b.integer(None, 10), "Int(-∞, 10)"),
    (b.decimal(5, 2), "Decimal(5, 2)"),
    (b.text(), "Text"),
    (b.text(20), "Text(20)"),
    (b.enum("a", "b"), "Enum('a', 'b')"),
    (b.DATE, "Date"),
    (b.DATE_TIME, "DateTime"),
    (b.money("USD"), "Money(USD)"),
    (b.duration("days", 0, 5), "Duration(days)"),
    (b.record(), "Record"),
    (b.record(a=b.BOOL, b=b.union(x=b.DATE)), "Record"),
    (b.union(x=b.BOOL), "TaggedUnion"),
    (b.list_of(b.text(20), 5), "List(Text(20), max 5)"),
    (b.list_of(b.BOOL), "List(Bool)"),
]


@pytest.mark.parametrize(("json", "description"), WELL_FORMED)
def test_a_type_is_read_described_and_written_back(json: Any, description: str) -> None:
    findings = Findings()
    base_type = parse_type(json, None, findings)
    assert findings.faults == []
    assert base_type is not None
    assert type_to_json(base_type) == json
    assert type_name(base_type) == json["base"]
    assert described(base_type) == description


def test_all_twelve_base_types_are_covered() -> None:
    assert {json["base"] for json, _ in WELL_FORMED} == set(NAMES.values())
    assert len(NAMES) == 12


@pytest.mark.parametrize(
    ("json", "paths"),
    [
        ("Bool", [""]),
        (None, [""]),
        ({}, ["/base"]),
        ({"base": "Float"}, ["/base"]),
        ({"base": ["Bool"]}, ["/base"]),
        ({"base": "Int", "min": 2, "max": 1}, ["/min"]),
        ({"base": "Int", "min": "0", "max": True}, ["/min", "/max"]),
        ({"base": "Decimal"}, ["/precision", "/scale"]),
        ({"base": "Decimal", "precision": 0, "scale": 0}, ["/precision"]),
        ({"base": "Decimal", "precision": 40, "scale": 29}, ["/scale"]),
        ({"base": "Decimal", "precision": 2, "scale": 3}, ["/scale"]),
        ({"base": "Text", "max_length": 0}, ["/max_length"]),
        ({"base": "Enum"}, ["/values"]),
        ({"base": "Enum", "values": []}, ["/values"]),
        ({"base": "Enum", "values": ["a", "a"]}, ["/values"]),
        ({"base": "Enum", "values": ["a", 1]}, ["/values"]),
        ({"base": "Money"}, ["/currency"]),
        ({"base": "Money", "currency": ""}, ["/currency"]),
        ({"base": "Duration", "unit": "months"}, ["/unit"]),
        ({"base": "Duration", "unit": "days", "min": 1, "max": 0}, ["/min"]),
        ({"base": "Record"}, ["/fields"]),
        ({"base": "Record", "fields": {"a": {"base": "X"}, "b": 1, "c": b.BOOL}}, ["/fields/a/base", "/fields/b"]),
        ({"base": "TaggedUnion", "variants": {}}, ["/variants"]),
        ({"base": "TaggedUnion", "variants": {"x/y": {"base": "Int", "min": "a"}}}, ["/variants/x~1y/min"]),
        ({"base": "List", "max": 3}, ["/element_type"]),
        ({"base": "List", "element_type": b.BOOL, "max": -1}, ["/max"]),
        ({"base": "List", "element_type": b.list_of(b.BOOL), "max": 3}, ["/element_type"]),
    ],
)
def test_an_ill_formed_type_is_reported_at_every_place(json: Any, paths: list[str]) -> None:
    findings = Findings()
    assert parse_type(json, None, findings) is None
    assert [(fault.code, fault.path) for fault in findings.faults] == [("invalid_type", path) for path in paths]
