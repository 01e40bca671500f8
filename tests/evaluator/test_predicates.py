"""Every operator on every type (§4.2, §10.3), short-circuit, and the order in which facts are touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

Json = Any


def amount(value: str) -> Json:
    return {"amount": value, "currency": "EUR"}


def span(value: int, unit: str = "hours") -> Json:
    return {"value": value, "unit": unit}


LINES = b.list_of(b.record(name=b.text(9), count=b.integer(0, 99)), 5)
TYPES: dict[str, Json] = {
    "flag": b.BOOL,
    "count": b.integer(-100, 100),
    "big": b.integer(),
    "ratio": b.decimal(6, 2),
    "fine": b.decimal(10, 4),
    "name": b.text(9),
    "alias": b.text(20),
    "grade": b.enum("low", "high"),
    "day": b.DATE,
    "when": b.DATE_TIME,
    "since": b.DATE_TIME,
    "price": b.money(),
    "limit": b.money(),
    "hours": b.duration("hours"),
    "days": b.duration("days"),
    "names": b.list_of(b.text(9), 5),
    "none": b.list_of(b.BOOL, 5),
    "lines": LINES,
    "person": b.record(age=b.integer(0, 150), home=b.record(city=b.text(9)), tags=b.list_of(b.text(9), 3)),
    "other": b.record(age=b.integer(0, 99), home=b.record(city=b.text(20)), tags=b.list_of(b.text(9), 3)),
    "rest": b.record(span=b.duration("hours")),
    "pause": b.record(span=b.duration("minutes")),
    "shape": b.union(circle=b.record(radius=b.integer(0, 9)), dot=b.BOOL),
    "second": b.union(circle=b.record(radius=b.integer(0, 9)), dot=b.BOOL),
}
PERSON = {"age": 30, "home": {"city": "Graz"}, "tags": ["a", "b"]}
FACTS: dict[str, Json] = {
    "flag": True,
    "count": 7,
    "big": 2**53 + 1,
    "ratio": "7.00",
    "fine": "7.0001",
    "name": "tea",
    "alias": "tea",
    "grade": "low",
    "day": "2024-02-29",
    "when": "2024-03-01T00:30:00+01:00",
    "since": "2024-02-28T23:30:00Z",
    "price": amount("9.90"),
    "limit": amount("9.9"),
    "hours": span(48),
    "days": span(2, "days"),
    "names": ["x", "y", "z"],
    "none": [],
    "lines": [{"name": "tea", "count": 1}, {"name": "rice", "count": 5}],
    "person": PERSON,
    "other": PERSON,
    "rest": {"span": span(2)},
    "pause": {"span": span(120, "minutes")},
    "shape": {"tag": "circle", "payload": {"radius": 3}},
    "second": {"tag": "dot", "payload": True},
}


def verdict(when: Json, value: Json = True, base_type: Json = b.BOOL, **facts: Json) -> api.VerdictInstance | None:
    """The verdict of one rule over the facts above, some of them changed; ``None`` when it is not produced."""
    contract = b.load(*(b.fact(name, TYPES[name]) for name in TYPES), b.rule("v", when, value, base_type))
    verdicts = api.evaluate(contract, {**FACTS, **facts}).verdicts
    return verdicts[0] if verdicts else None


def holds(when: Json, **facts: Json) -> bool:
    return verdict(when, **facts) is not None


def test_every_base_type_is_compared() -> None:
    assert {json["base"] for json in TYPES.values()} == {
        *("Bool", "Int", "Decimal", "Text", "Enum", "Date", "DateTime"),
        *("Money", "Duration", "Record", "TaggedUnion", "List"),
    }


# Per row: a smaller and a larger term, and one that is equal to the smaller in another way of writing.
ORDERED: list[tuple[str, Json, Json, Json]] = [
    ("Int", b.ref("count"), b.literal(8), b.literal(7)),
    ("Int beyond 2^53", b.ref("big"), b.literal(2**53 + 2), b.literal(2**53 + 1)),
    ("Decimal", b.ref("ratio"), b.ref("fine"), b.literal("7.0", b.decimal(2, 1))),
    ("Decimal with text", b.ref("ratio"), b.literal("7.01"), b.literal("7")),
    ("Int with Decimal", b.ref("count"), b.ref("fine"), b.ref("ratio")),
    ("Int with Decimal literal", b.ref("count"), b.literal("7.5", b.decimal(2, 1)), b.literal("7.00", b.decimal(3, 2))),
    ("Date", b.ref("day"), b.literal("2024-03-01"), b.literal("2024-02-29", b.text())),
    (
        "DateTime",
        b.ref("when"),
        b.literal("2024-02-29T23:30:00.000000001Z"),
        b.literal("2024-02-29T23:30:00Z", b.DATE_TIME),
    ),
    ("Money", b.ref("price"), b.literal(amount("9.91"), b.money()), b.ref("limit")),
    ("Duration", b.ref("hours"), b.literal(49, b.duration("hours")), b.literal(48, b.duration("hours"))),
    ("Duration of two units", b.ref("hours"), b.literal(3, b.duration("days")), b.ref("days")),
    ("len", b.length(b.ref("names")), b.literal(4), b.literal(3)),
    ("len of nothing", b.length(b.ref("none")), b.literal(1), b.literal(0)),
]


@pytest.mark.parametrize(("smaller", "larger", "same"), [pytest.param(*row[1:], id=row[0]) for row in ORDERED])
def test_ordered_types_have_six_comparisons(smaller: Json, larger: Json, same: Json) -> None:
    def true_operators(left: Json, right: Json) -> list[str]:
        return [operator for operator in ("=", "!=", "<", "<=", ">", ">=") if holds(b.compare(left, operator, right))]

    assert true_operators(smaller, larger) == ["!=", "<", "<="]
    assert true_operators(larger, smaller) == ["!=", ">", ">="]
    assert true_operators(smaller, same) == ["=", "<=", ">="]
    assert true_operators(same, smaller) == ["=", "<=", ">="]


UNORDERED: list[tuple[str, Json, Json, Json]] = [
    ("Bool", b.ref("flag"), b.TRUE, b.FALSE),
    ("Text", b.ref("name"), b.literal("tea"), b.literal("Tea")),
    ("Text of two lengths", b.ref("name"), b.ref("alias"), b.literal("te")),
    ("Enum", b.ref("grade"), b.literal("low", b.enum("low", "high")), b.literal("high")),
    ("Enum with text", b.ref("grade"), b.literal("low"), b.literal("high", b.text(9))),
    ("Record", b.ref("person"), b.ref("other"), b.literal({**PERSON, "age": 31}, TYPES["person"])),
    (
        "Record with a field below",
        b.ref("person"),
        b.ref("other"),
        b.literal({**PERSON, "home": {"city": "Linz"}}, TYPES["person"]),
    ),
    ("Record with two units", b.ref("rest"), b.ref("pause"), b.literal({"span": span(121, "minutes")}, TYPES["pause"])),
    (
        "TaggedUnion",
        b.ref("shape"),
        b.literal({"tag": "circle", "payload": {"radius": 3}}, TYPES["shape"]),
        b.ref("second"),
    ),
    (
        "TaggedUnion by payload",
        b.ref("shape"),
        b.ref("shape"),
        b.literal({"tag": "circle", "payload": {"radius": 4}}, TYPES["shape"]),
    ),
    ("a field", b.field("person", "home.city"), b.literal("Graz"), b.literal("Linz")),
    ("a field by dotted name", b.ref("person.age"), b.literal(30), b.literal(31)),
    ("an element", b.element(b.ref("names"), 1), b.literal("y"), b.literal("x")),
    ("a field of an element", b.element(b.field("person", "tags"), b.literal(0)), b.literal("a"), b.literal("b")),
]


@pytest.mark.parametrize(("left", "same", "different"), [pytest.param(*row[1:], id=row[0]) for row in UNORDERED])
def test_every_type_has_equality(left: Json, same: Json, different: Json) -> None:
    for a, c in ((left, same), (same, left)):
        assert holds(b.compare(a, "=", c))
        assert not holds(b.compare(a, "!=", c))
    for a, c in ((left, different), (different, left)):
        assert not holds(b.compare(a, "=", c))
        assert holds(b.compare(a, "!=", c))


def plus(left: Json, right: Json) -> Json:
    return b.compare(left, "+", right)


def minus(left: Json, right: Json) -> Json:
    return b.compare(left, "-", right)


def times(left: Json, right: Json) -> Json:
    return b.compare(left, "*", right)


ARITHMETIC: list[tuple[Json, Json, Json]] = [
    (plus(b.ref("count"), b.literal(3)), b.integer(), 10),
    (minus(b.ref("count"), b.ref("big")), b.integer(), 7 - 2**53 - 1),
    (times(b.ref("count"), b.literal(-3)), b.integer(), -21),
    ({"op": "*", "left": b.ref("count"), "literal": 3}, b.integer(), 21),
    (times(b.literal(3), b.ref("count")), b.integer(), 21),
    (times(b.ref("count"), b.ref("count")), b.integer(-10000, 10000), 49),
    (plus(b.ref("ratio"), b.ref("fine")), b.decimal(11, 4), "14.0001"),
    (plus(b.ref("count"), b.ref("ratio")), b.decimal(8, 2), "14.00"),
    (minus(b.ref("ratio"), b.literal("7.00", b.decimal(3, 2))), b.decimal(8, 2), "0.00"),
    (times(b.ref("ratio"), b.literal(3)), b.decimal(8, 2), "21.00"),
    (times(b.ref("fine"), b.literal("0.5", b.decimal(2, 1))), b.decimal(12, 4), "3.5000"),
    (times(b.ref("ratio"), b.literal("0.335", b.decimal(4, 3))), b.decimal(10, 2), "2.34"),
    (plus(b.ref("price"), b.ref("limit")), b.money(), amount("19.80")),
    (minus(b.ref("price"), b.literal(amount("10"), b.money())), b.money(), amount("-0.10")),
    (plus(b.ref("hours"), b.ref("days")), b.duration("hours"), span(96)),
    (minus(b.ref("days"), b.ref("hours")), b.duration("hours"), span(0)),
    (plus(b.ref("days"), b.literal(1, b.duration("seconds"))), b.duration("seconds"), span(172801, "seconds")),
    (plus(b.ref("when"), b.ref("days")), b.DATE_TIME, "2024-03-02T23:30:00Z"),
    (minus(b.ref("when"), b.ref("since")), b.duration("seconds"), span(86400, "seconds")),
    (plus(times(b.ref("count"), b.literal(2)), minus(b.literal(1), b.ref("count"))), b.integer(), 8),
    (b.length(b.ref("lines")), b.integer(), 2),
    (b.element(b.ref("names"), minus(b.ref("count"), b.literal(5))), b.text(9), "z"),
    (b.ref("count"), b.decimal(5, 2), "7.00"),
    (b.ref("days"), b.duration("minutes"), span(2880, "minutes")),
    (b.ref("ratio"), b.decimal(10, 4), "7.00"),
    (b.ref("fine"), b.decimal(10, 2), "7.00"),
]


@pytest.mark.parametrize(("term", "base_type", "expected"), ARITHMETIC)
def test_a_payload_is_computed_in_its_type(term: Json, base_type: Json, expected: Json) -> None:
    produced = verdict(b.TRUE, term, base_type)
    assert produced is not None
    answer: Json = api.to_json(api.evaluate(b.load(b.fact("x", base_type, default=expected)), {}))
    assert answer["verdicts"] == []
    same = verdict(b.TRUE, b.literal(expected), base_type)
    assert same is not None
    assert (produced.payload, str(produced.payload)) == (same.payload, str(same.payload))


def test_arithmetic_stands_on_both_sides_of_a_comparison() -> None:
    assert holds(
        b.compare(plus(b.ref("count"), b.literal(1)), "=", times(b.literal(2), minus(b.literal(11), b.ref("count"))))
    )


FAULTS: list[tuple[str, Json, Json, dict[str, Json]]] = [
    ("overflow", times(b.ref("ratio"), b.literal(2)), b.decimal(2, 1), {}),
    ("overflow", plus(b.ref("count"), b.ref("big")), b.integer(0, 9), {}),
    ("overflow", b.ref("ratio"), b.decimal(2, 1), {"ratio": "10.00"}),
    ("overflow", plus(b.ref("when"), b.ref("days")), b.DATE_TIME, {"days": span(10**7, "days")}),
    ("overflow", b.ref("days"), b.duration("hours", 0, 47), {}),
    ("overflow", plus(b.ref("price"), b.ref("limit")), b.money(), {"price": amount("9" * 28), "limit": amount("0.1")}),
    ("overflow", plus(b.ref("big"), b.ref("ratio")), b.decimal(28, 2), {"big": 10**30}),
    ("index_out_of_range", b.element(b.ref("names"), b.ref("count")), b.text(9), {}),
    ("index_out_of_range", b.element(b.ref("names"), b.ref("count")), b.text(9), {"count": -1}),
    ("absent_variant", b.field("second", "circle.radius"), b.integer(0, 9), {}),
]


@pytest.mark.parametrize(("code", "term", "base_type", "facts"), FAULTS)
def test_a_value_that_cannot_be_computed_names_its_rule(
    code: str, term: Json, base_type: Json, facts: dict[str, Json]
) -> None:
    with pytest.raises(api.TenorError) as caught:
        verdict(b.TRUE, term, base_type, **facts)
    error = caught.value
    assert (error.code, error.details["construct"], error.details["id"]) == (code, "rule", "v_rule")
    assert "'v_rule'" in error.message


def test_an_index_beyond_the_list_aborts_a_predicate_too() -> None:
    with pytest.raises(api.TenorError, match="there is no element"):
        holds(b.compare(b.element(b.ref("names"), b.ref("count")), "=", b.literal("x")))
    guard = b.compare(b.length(b.ref("names")), ">", b.ref("count"))
    assert not holds(b.both(guard, b.compare(b.element(b.ref("names"), b.ref("count")), "=", b.literal("x"))))


@pytest.mark.parametrize("operator", ["=", "!=", "<", "<=", ">", ">="])
def test_a_comparison_with_an_absent_variant_is_false(operator: str) -> None:
    absent = b.compare(b.field("second", "circle.radius"), operator, b.literal(3))
    assert not holds(absent)
    assert holds(b.negate(absent))
    assert not holds(b.compare(b.literal(3), operator, b.field("second", "circle.radius")))
    assert not holds(b.compare(plus(b.field("second", "circle.radius"), b.literal(1)), operator, b.literal(3)))


def test_a_bool_variant_stands_as_a_predicate() -> None:
    assert holds(b.field("second", "dot"))
    assert not holds(b.field("shape", "dot"))
    assert holds(b.negate(b.field("shape", "dot")))


# --- logic -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("right", [True, False])
def test_logic_follows_the_truth_table(left: bool, right: bool) -> None:
    a, c = b.literal(left, b.BOOL), b.literal(right, b.BOOL)
    assert holds(b.both(a, c)) is (left and right)
    assert holds(b.either(a, c)) is (left or right)
    assert holds(b.negate(a)) is (not left)


def used(when: Json, **facts: Json) -> tuple[str, ...]:
    """What deciding the predicate touched, whether it is true or false."""
    seen = verdict(when, **facts) or verdict(b.negate(when), **facts)
    assert seen is not None
    return seen.facts_used


COUNT_IS_ZERO = b.compare(b.ref("count"), "=", b.literal(0))


@pytest.mark.parametrize(
    ("when", "touched"),
    [
        (b.both(COUNT_IS_ZERO, b.ref("flag")), ("count",)),
        (b.both(b.ref("flag"), COUNT_IS_ZERO), ("flag", "count")),
        (b.either(b.ref("flag"), COUNT_IS_ZERO), ("flag",)),
        (b.either(COUNT_IS_ZERO, b.ref("flag")), ("count", "flag")),
        (b.both(b.ref("flag"), b.both(b.ref("flag"), b.ref("flag"))), ("flag",)),
        (b.compare(plus(b.ref("ratio"), b.ref("count")), ">", b.ref("fine")), ("ratio", "count", "fine")),
        (
            b.compare(b.element(b.ref("names"), minus(b.ref("count"), b.ref("count"))), "=", b.ref("name")),
            ("names", "count", "name"),
        ),
        (b.compare(b.field("person", "age"), ">", b.literal(1)), ("person",)),
        (
            b.quantified("exists", "n", b.ref("names"), b.compare(b.ref("n"), "=", b.ref("name"))),
            ("names", "name"),
        ),
        (b.quantified("exists", "n", b.ref("none"), b.ref("flag")), ("none",)),
        (b.quantified("forall", "n", b.ref("none"), b.ref("flag")), ("none",)),
    ],
)
def test_facts_are_listed_in_the_order_of_first_touch(when: Json, touched: tuple[str, ...]) -> None:
    assert used(when) == touched


def test_a_payload_touches_facts_after_its_condition() -> None:
    produced = verdict(b.ref("flag"), plus(b.ref("count"), b.ref("big")), b.integer())
    assert produced is not None
    assert produced.facts_used == ("flag", "count", "big")


# --- quantifiers -----------------------------------------------------------------------------------------------


def some(body: Json, domain: Json, name: str = "n") -> Json:
    return b.quantified("exists", name, domain, body)


def every(body: Json, domain: Json, name: str = "n") -> Json:
    return b.quantified("forall", name, domain, body)


N_IS_Y = b.compare(b.ref("n"), "=", b.literal("y"))


@pytest.mark.parametrize(
    ("names", "exists", "forall"),
    [
        ([], False, True),
        (["y"], True, True),
        (["x"], False, False),
        (["x", "y"], True, False),
        (["y", "y"], True, True),
    ],
)
def test_quantifiers_over_no_one_and_many_elements(names: list[str], exists: bool, forall: bool) -> None:
    assert holds(some(N_IS_Y, b.ref("names")), names=names) is exists
    assert holds(every(N_IS_Y, b.ref("names")), names=names) is forall


def test_a_quantifier_stops_at_the_element_that_decides() -> None:
    """The element behind the deciding one would fault; it is never looked at."""
    beyond = b.compare(b.element(b.ref("names"), b.field("line", "count")), "=", b.literal("y"))
    lines = [{"name": "tea", "count": 1}, {"name": "rice", "count": 50}]
    assert holds(some(beyond, b.ref("lines"), "line"), lines=lines)
    assert not holds(every(b.negate(beyond), b.ref("lines"), "line"), lines=lines)
    with pytest.raises(api.TenorError, match="there is no element"):
        holds(every(beyond, b.ref("lines"), "line"), lines=lines)


def test_quantifiers_nest_and_see_each_other() -> None:
    shared = b.compare(b.ref("n"), "=", b.field("line", "name"))
    matched = every(some(shared, b.ref("names")), b.ref("lines"), "line")
    assert holds(matched, names=["rice", "tea"])
    assert not holds(matched, names=["rice"])
    assert holds(b.both(matched, some(N_IS_Y, b.ref("names"))), names=["rice", "tea", "y"])


def test_an_inner_variable_hides_an_outer_one_and_a_fact() -> None:
    inner = some(b.compare(b.ref("name"), "=", b.literal("z")), b.ref("names"), "name")
    hidden = some(b.both(inner, b.compare(b.ref("name"), "=", b.literal("x"))), b.ref("names"), "name")
    assert holds(hidden)
    assert not holds(b.compare(b.ref("name"), "=", b.literal("z")))


def test_a_quantifier_ranges_over_a_field_of_a_record_and_of_a_variable() -> None:
    assert holds(some(b.compare(b.ref("n"), "=", b.literal("b")), b.field("person", "tags")))
    declared = some(b.compare(b.field("n", "count"), ">", b.literal(4)), b.ref("lines"))
    assert holds({**declared, "variable_type": LINES["element_type"]})


ORDERS = b.union(listed=b.record(names=b.list_of(b.text(9), 5)), empty=b.integer(0, 9))


@pytest.mark.parametrize("quantify", [some, every])
def test_a_quantifier_over_a_list_that_is_absent_does_not_hold(quantify: Callable[..., Json]) -> None:
    absent = {"tag": "empty", "payload": 1}
    inner = quantify(N_IS_Y, b.field("order", "listed.names"))
    contract = b.load(
        b.fact("order", ORDERS),
        b.fact("orders", b.list_of(ORDERS, 3)),
        b.rule("outer", quantify(N_IS_Y, b.field("order", "listed.names"))),
        b.rule("nested", some(inner, b.ref("orders"), "order")),
        b.rule("none", b.negate(inner)),
    )
    present = {"tag": "listed", "payload": {"names": ["y"]}}
    # Often enough that the function which is made for a contract takes over.
    for _ in range(40):
        assert produced(contract, order=absent, orders=[absent]) == ["none"]
        assert produced(contract, order=present, orders=[absent, present]) == ["outer", "nested"]


def produced(contract: api.Contract, **facts: Json) -> list[str]:
    return [verdict.verdict_type for verdict in api.evaluate(contract, facts).verdicts]


def test_a_variable_hides_a_fact_also_where_a_path_begins_with_it() -> None:
    is_many = b.compare(b.ref("first.count"), ">", b.literal(4))
    few, many = {"name": "tea", "count": 1}, {"name": "rice", "count": 5}
    lines, first = b.fact("lines", LINES), b.fact("first", LINES["element_type"])
    contract = b.load(first, lines, b.rule("among", some(is_many, b.ref("lines"), "first")), b.rule("alone", is_many))
    assert produced(contract, first=few, lines=[few, many]) == ["among"]
    assert produced(contract, first=many, lines=[few]) == ["alone"]
