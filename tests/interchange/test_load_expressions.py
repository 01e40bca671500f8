"""What an expression must be (§4.2, §7.1, §10.4), with the code and exact JSON Pointer of each fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests import bundles as b
from tests.bundles import Found, found

COUNT = b.fact("count", b.integer(0, 10))
RATIO = b.fact("ratio", b.decimal(5, 2))
NAMES = b.fact("names", b.list_of(b.text(10), 3))
PERSON = b.fact("person", b.record(age=b.integer(0, 150), name=b.text(10)))
SHAPE = b.fact("shape", b.union(circle=b.record(radius=b.integer(0, 9)), dot=b.BOOL))
PRICE = b.fact("price", b.money("EUR"))
LONG = b.fact("long", b.duration("hours", 0, 100))
DAY = b.fact("day", b.DATE)
WHEN = b.fact("when", b.DATE_TIME)
GRADE = b.fact("grade", b.enum("a", "b"))
FLAG = b.fact("flag", b.BOOL)
FACTS = (COUNT, RATIO, NAMES, PERSON, SHAPE, PRICE, LONG, DAY, WHEN, GRADE, FLAG)

Json = Any

WHEN_PLACE = f"/constructs/{len(FACTS)}/body/when"
VALUE_PLACE = f"/constructs/{len(FACTS)}/body/produce/payload/value"
ELEMENT = b.quantified("exists", "n", b.ref("names"), b.compare(b.ref("n"), "=", b.literal("x")))

PREDICATES: list[tuple[str, Json, Found]] = [
    ("nothing", {}, [("invalid_expression", "")]),
    ("a bare value", 7, [("invalid_expression", "")]),
    ("an unknown operator", b.compare(b.ref("count"), "~", b.ref("count")), [("invalid_expression", "")]),
    ("a fact that is not Bool", b.ref("count"), [("type_error", "")]),
    ("an unknown fact", b.ref("nothing"), [("unknown_fact", "/fact_ref")]),
    ("a fact by number", {"fact_ref": 7}, [("invalid_expression", "/fact_ref")]),
    ("a verdict by number", {"verdict_present": 7}, [("invalid_expression", "/verdict_present")]),
    (
        "both sides unknown",
        b.compare(b.ref("x"), "=", b.ref("y")),
        [("unknown_fact", "/left/fact_ref"), ("unknown_fact", "/right/fact_ref")],
    ),
    ("text beside a number", b.compare(b.ref("count"), "=", b.literal("x", b.text())), [("type_error", "")]),
    ("order of Bools", b.compare(b.ref("flag"), "<", b.ref("flag")), [("type_error", "")]),
    ("order of texts", b.compare(b.literal("a"), "<", b.literal("b")), [("type_error", "")]),
    ("order of enums", b.compare(b.ref("grade"), "<", b.literal("b")), [("type_error", "")]),
    ("order of records", b.compare(b.ref("person"), "<", b.ref("person")), [("type_error", "")]),
    ("order of unions", b.compare(b.ref("shape"), ">=", b.ref("shape")), [("type_error", "")]),
    ("equality of lists", b.compare(b.ref("names"), "=", b.ref("names")), [("type_error", "")]),
    (
        "two currencies",
        b.compare(b.ref("price"), "=", b.literal({"amount": "1", "currency": "USD"}, b.money("USD"))),
        [("type_error", "")],
    ),
    ("a date beside a time", b.compare(b.ref("day"), "=", b.ref("when")), [("type_error", "")]),
    (
        "a text that is no enum value",
        b.compare(b.ref("grade"), "=", b.literal("z")),
        [("not_in_enum", "/right/literal")],
    ),
    (
        "a text that is no date",
        b.compare(b.ref("day"), "<", b.literal("2023-02-29")),
        [("invalid_date", "/right/literal")],
    ),
    (
        "a time without offset",
        b.compare(b.literal("2024-01-01T00:00:00"), "<", b.ref("when")),
        [("invalid_date_time", "/left/literal")],
    ),
    ("a literal without type", b.literal([]), [("invalid_expression", "/literal")]),
    ("a literal of an ill-formed type", b.literal(1, {"base": "Int", "min": "x"}), [("invalid_type", "/type/min")]),
    ("a literal out of its type", b.literal("x", b.BOOL), [("type_mismatch", "/literal")]),
    ("a conjunction with one side", {"op": "and", "left": b.TRUE}, [("invalid_expression", "/right")]),
    ("a negation of nothing", {"op": "not"}, [("invalid_expression", "/operand")]),
    ("another quantifier", b.quantified("most", "n", b.ref("names"), b.TRUE), [("invalid_expression", "/quantifier")]),
    (
        "a variable without name",
        b.quantified("exists", "", b.ref("names"), b.TRUE),
        [("invalid_expression", "/variable")],
    ),
    ("an unknown domain", b.quantified("exists", "n", b.ref("x"), b.TRUE), [("unknown_fact", "/domain/fact_ref")]),
    ("a domain that is no list", b.quantified("exists", "n", b.ref("count"), b.TRUE), [("type_error", "/domain")]),
    (
        "a body over an unknown fact",
        b.quantified("forall", "n", b.ref("names"), b.ref("x")),
        [("unknown_fact", "/body/fact_ref")],
    ),
    (
        "an element declared as something else",
        ELEMENT | {"variable_type": b.text(11)},
        [("type_error", "/variable_type")],
    ),
    (
        "a variable outside its quantifier",
        b.both(ELEMENT, b.compare(b.field("n", "x"), "=", b.literal("x"))),
        [("unknown_variable", "/right/left/field_ref/var")],
    ),
    (
        "an unknown field",
        b.compare(b.field("person", "size"), "=", b.literal(1)),
        [("unknown_field", "/left/field_ref/field")],
    ),
    (
        "a field of no record",
        b.compare(b.field("count", "x"), "=", b.literal(1)),
        [("unknown_field", "/left/field_ref/field")],
    ),
    (
        "an unknown tag",
        b.compare(b.field("shape", "square.side"), "=", b.literal(1)),
        [("unknown_field", "/left/field_ref/field")],
    ),
    (
        "a field without name",
        b.compare({"field_ref": {"var": "person"}}, "=", b.literal(1)),
        [("invalid_expression", "/left/field_ref")],
    ),
    (
        "a product of two facts",
        b.compare(b.compare(b.ref("count"), "*", b.ref("count")), "<", b.literal(9)),
        [("variable_product", "/left")],
    ),
    (
        "a sum of texts",
        b.compare(b.compare(b.literal("a"), "+", b.literal("b")), "=", b.literal("c")),
        [("type_error", "/left")],
    ),
    (
        "a product of money",
        b.compare(b.compare(b.ref("price"), "*", b.literal(2)), "=", b.ref("price")),
        [("type_error", "/left")],
    ),
    (
        "times that are added",
        b.compare(b.compare(b.ref("when"), "+", b.ref("when")), "=", b.ref("when")),
        [("type_error", "/left")],
    ),
    (
        "a span taken from a time",
        b.compare(b.compare(b.ref("when"), "-", b.ref("long")), "=", b.ref("when")),
        [("type_error", "/left")],
    ),
    (
        "a result declared as something else",
        b.compare(b.compare(b.ref("count"), "+", b.literal(1)) | {"result_type": b.BOOL}, "=", b.literal(2)),
        [("type_error", "/left/result_type")],
    ),
    (
        "another comparison type",
        b.compare(b.ref("count"), "=", b.literal(2)) | {"comparison_type": b.BOOL},
        [("type_error", "/comparison_type")],
    ),
    (
        "the length of a number",
        b.compare(b.length(b.ref("count")), "=", b.literal(1)),
        [("type_error", "/left/operand")],
    ),
    (
        "an index that is no Int",
        b.compare(b.element(b.ref("names"), b.ref("ratio")), "=", b.literal("x")),
        [("type_error", "/left/index")],
    ),
    (
        "an index beyond every such list",
        b.compare(b.element(b.ref("names"), 3), "=", b.literal("x")),
        [("type_error", "/left/index")],
    ),
    (
        "an index below every list",
        b.compare(b.element(b.ref("names"), -1), "=", b.literal("x")),
        [("type_error", "/left/index")],
    ),
]


@pytest.mark.parametrize(("predicate", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PREDICATES])
def test_a_faulty_predicate_is_refused_at_its_place(predicate: Json, expected: Found) -> None:
    assert found(*FACTS, b.rule("v", predicate)) == [(code, WHEN_PLACE + path) for code, path in expected]


PAYLOADS: list[tuple[str, Json, Json, Found]] = [
    ("a value of another type", 7, b.BOOL, [("type_mismatch", "")]),
    ("a value out of range", 11, b.integer(0, 10), [("out_of_range", "")]),
    ("a wrapped value out of range", b.literal(11), b.integer(0, 10), [("out_of_range", "/literal")]),
    ("a fact of another type", b.ref("flag"), b.integer(0, 10), [("type_error", "")]),
    ("a longer text", b.field("person", "name"), b.text(9), [("type_error", "")]),
    ("an enum of other values", b.ref("grade"), b.enum("a", "b", "c"), [("type_error", "")]),
    (
        "a product out of range",
        b.compare(b.ref("count"), "*", b.ref("count")),
        b.integer(0, 99),
        [("product_range", "")],
    ),
    (
        "a product out of range within a sum",
        b.compare(b.compare(b.ref("count"), "*", b.ref("count")), "+", b.literal(0)),
        b.integer(0, 99),
        [("product_range", "")],
    ),
    (
        "a product out of the range of a decimal",
        b.compare(b.ref("count"), "*", b.ref("count")),
        b.decimal(3, 1),
        [("product_range", "")],
    ),
    (
        "a product of decimals",
        b.compare(b.ref("ratio"), "*", b.ref("ratio")),
        b.decimal(10, 4),
        [("variable_product", "")],
    ),
    ("a decimal as Int", b.ref("ratio"), b.integer(), [("type_error", "")]),
    ("hours as days", b.ref("long"), b.duration("days"), [("type_error", "")]),
]


@pytest.mark.parametrize(("value", "base_type", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PAYLOADS])
def test_a_faulty_payload_is_refused_at_its_place(value: Json, base_type: Json, expected: Found) -> None:
    rule = b.rule("v", b.TRUE, value, base_type)
    assert found(*FACTS, rule) == [(code, VALUE_PLACE + path) for code, path in expected]
