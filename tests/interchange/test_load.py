"""What a bundle and each of its constructs must be (§15.1), with the code and exact JSON Pointer of each fault."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b
from tests.bundles import Found, found, refusal, without

ORDER = b.entity("Order", "draft", "sent", "closed")
CLERK = b.persona()
SEND = b.operation("send", "Order: draft -> sent")
COUNT = b.fact("count", b.integer(0, 10))

Json = Any

CONSTRUCTS: list[tuple[str, tuple[Json, ...], Found]] = [
    ("a construct of no kind", ({"id": "x"},), [("unknown_kind", "/constructs/0/kind")]),
    ("an unknown kind", ({"id": "x", "kind": "Wish"},), [("unknown_kind", "/constructs/0/kind")]),
    ("no object", (CLERK, "x"), [("invalid_member", "/constructs/1")]),
    ("no id", ({"kind": "Persona"},), [("missing_member", "/constructs/0")]),
    ("an empty id", (b.persona(""),), [("invalid_member", "/constructs/0/id")]),
    ("the same id twice", (CLERK, CLERK), [("duplicate_id", "/constructs/1/id")]),
    ("a fact without type", (without(COUNT, "type"),), [("invalid_type", "/constructs/0/type")]),
    ("a fact without source", (without(COUNT, "source"),), [("missing_member", "/constructs/0")]),
    ("an empty source", (b.fact("x", b.BOOL, source=""),), [("invalid_member", "/constructs/0/source")]),
    ("a source of no kind", (b.fact("x", b.BOOL, source=7),), [("invalid_member", "/constructs/0/source")]),
    (
        "an undeclared source",
        (b.fact("x", b.BOOL, source={"source_id": "db", "path": "p"}),),
        [("unknown_source", "/constructs/0/source/source_id")],
    ),
    (
        "a default that is no value of the type",
        (b.fact("x", b.integer(0, 9), default=10),),
        [("out_of_range", "/constructs/0/default")],
    ),
    (
        "a default with a fault inside",
        (b.fact("x", b.list_of(b.record(on=b.DATE)), default=[{"on": "2023-02-29"}]),),
        [("invalid_date", "/constructs/0/default/0/on")],
    ),
    ("no states", (b.entity("E", "a") | {"states": []},), [("invalid_member", "/constructs/0/states")]),
    ("states of no kind", (b.entity("E", "a") | {"states": "a"},), [("invalid_member", "/constructs/0/states")]),
    ("a state twice", (b.entity("E", "a", "b", "a"),), [("duplicate_state", "/constructs/0/states/2")]),
    ("no initial state", (without(ORDER, "initial"),), [("missing_member", "/constructs/0")]),
    ("an unknown initial state", (ORDER | {"initial": "x"},), [("unknown_state", "/constructs/0/initial")]),
    (
        "transitions between unknown states",
        (b.entity("E", "a", "b", transitions=[("a", "x"), ("y", "b")]),),
        [("unknown_state", "/constructs/0/transitions/0/to"), ("unknown_state", "/constructs/0/transitions/1/from")],
    ),
    ("an unknown parent", (b.entity("E", "a", parent="P"),), [("unknown_entity", "/constructs/0/parent")]),
    (
        "a circle of parents",
        (b.entity("A", "a", parent="B"), b.entity("B", "b", parent="A")),
        [("entity_cycle", "/constructs/0/parent")],
    ),
    ("its own parent", (b.entity("A", "a", parent="A"),), [("entity_cycle", "/constructs/0/parent")]),
    ("no stratum", (without(b.rule("v", b.TRUE), "stratum"),), [("missing_member", "/constructs/0")]),
    ("a negative stratum", (b.rule("v", b.TRUE, stratum=-1),), [("invalid_member", "/constructs/0/stratum")]),
    ("no body", (without(b.rule("v", b.TRUE), "body"),), [("missing_member", "/constructs/0")]),
    (
        "one verdict from two rules",
        (b.rule("v", b.TRUE), b.rule("v", b.TRUE) | {"id": "other"}),
        [("duplicate_verdict", "/constructs/1/body/produce/verdict_type")],
    ),
    (
        "a verdict of the same stratum",
        (b.rule("v", b.TRUE), b.rule("w", b.present("v"))),
        [("stratum_violation", "/constructs/1/body/when/verdict_present")],
    ),
    (
        "a verdict of a higher stratum",
        (b.rule("v", b.negate(b.present("w"))), b.rule("w", b.TRUE, stratum=1)),
        [("stratum_violation", "/constructs/0/body/when/operand/verdict_present")],
    ),
    (
        "an unknown verdict",
        (b.rule("v", b.present("w")),),
        [("unknown_verdict", "/constructs/0/body/when/verdict_present")],
    ),
    (
        "no personas",
        (CLERK, ORDER, b.operation("o", personas=())),
        [("empty_personas", "/constructs/2/allowed_personas")],
    ),
    (
        "unknown personas",
        (CLERK, b.operation("o", personas=("clerk", "ghost"))),
        [("unknown_persona", "/constructs/1/allowed_personas/1")],
    ),
    ("no precondition", (CLERK, without(SEND, "precondition"), ORDER), [("missing_member", "/constructs/1")]),
    (
        "a precondition over an unknown verdict",
        (CLERK, b.operation("o", when=b.both(b.TRUE, b.present("v")))),
        [("unknown_verdict", "/constructs/1/precondition/right/verdict_present")],
    ),
    ("no error contract", (CLERK, ORDER, without(SEND, "error_contract")), [("missing_member", "/constructs/2")]),
    ("an empty set of outcomes", (CLERK, b.operation("o", outcomes=())), [("no_outcomes", "/constructs/1/outcomes")]),
    (
        "an outcome twice",
        (CLERK, b.operation("o", outcomes=("a", "b", "a"))),
        [("duplicate_outcome", "/constructs/1/outcomes/2")],
    ),
    (
        "an outcome that is an error too",
        (CLERK, b.operation("o", outcomes=("a", "b"), errors=("b",))),
        [("outcome_in_error_contract", "/constructs/1/outcomes/1")],
    ),
    (
        "an effect of no outcome",
        (CLERK, ORDER, b.operation("o", "Order: draft -> sent", outcomes=("a", "b"))),
        [("effect_without_outcome", "/constructs/2/effects/0")],
    ),
    (
        "an effect of an unknown outcome",
        (CLERK, ORDER, b.operation("o", "Order: draft -> sent => c", outcomes=("a", "b"))),
        [("unknown_outcome", "/constructs/2/effects/0/outcome")],
    ),
    (
        "an effect on an unknown entity",
        (CLERK, b.operation("o", "Ghost: a -> b")),
        [("unknown_entity", "/constructs/1/effects/0/entity_id")],
    ),
    (
        "effects that are no declared transition",
        (CLERK, ORDER, b.operation("o", "Order: draft -> sent", "Order: sent -> draft", "Order: * -> sent")),
        [("undeclared_transition", "/constructs/2/effects/1"), ("undeclared_transition", "/constructs/2/effects/2")],
    ),
]


@pytest.mark.parametrize(("constructs", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CONSTRUCTS])
def test_a_faulty_construct_is_refused_at_its_place(constructs: tuple[Json, ...], expected: Found) -> None:
    assert found(*constructs) == expected


@pytest.mark.parametrize("bundle", [None, 7, "x", [], True])
def test_what_is_no_object_is_no_contract(bundle: Json) -> None:
    with pytest.raises(api.TenorError) as caught:
        api.load(bundle)
    assert (caught.value.code, caught.value.path) == ("invalid_contract", "")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "Contract"}, [("invalid_member", "/kind")]),
        ({"id": 7}, [("invalid_member", "/id")]),
        ({"constructs": {}}, [("invalid_member", "/constructs")]),
        ({"constructs": None}, [("missing_member", "")]),
        ({"tenor_version": None}, [("missing_member", "")]),
        ({"tenor_version": "1"}, [("invalid_member", "/tenor_version")]),
        ({"tenor_version": "1.0.0-beta"}, [("invalid_member", "/tenor_version")]),
    ],
)
def test_a_faulty_bundle_is_refused_at_its_place(change: Json, expected: Found) -> None:
    assert b.findings(refusal({**b.bundle(), **change})) == expected


@pytest.mark.parametrize("version", ["2.0.0", "10.3.1", "0.3.0"])
def test_another_major_version_is_refused_before_anything_is_read(version: str) -> None:
    with pytest.raises(api.TenorError) as caught:
        api.load(b.bundle({"id": "x", "kind": "Wish"}, version=version))
    assert (caught.value.code, caught.value.path) == ("unsupported_version", "/tenor_version")
    assert caught.value.details == {"found": version, "supported_major": 1}


def test_all_findings_come_at_once_and_the_first_leads() -> None:
    error = refusal(
        b.bundle(
            b.fact("x", {"base": "Float"}),
            b.entity("E", "a", "b", parent="P"),
            b.rule("v", b.both(b.present("w"), b.compare(b.ref("y"), "=", b.literal(1)))),
            b.operation("o", "E: b -> a", personas=("ghost",), outcomes=("a",), errors=("a",)),
            b.flow("f", b.act("o", on_failure=b.terminate()), b.run_flow("s", "g")),
            CLERK,
        )
    )
    assert sorted(b.findings(error)) == sorted(
        [
            ("invalid_type", "/constructs/0/type/base"),
            ("unknown_entity", "/constructs/1/parent"),
            ("unknown_verdict", "/constructs/2/body/when/left/verdict_present"),
            ("unknown_fact", "/constructs/2/body/when/right/left/fact_ref"),
            ("outcome_in_error_contract", "/constructs/3/outcomes/0"),
            ("undeclared_transition", "/constructs/3/effects/0"),
            ("unknown_persona", "/constructs/3/allowed_personas/0"),
            ("unknown_outcome", "/constructs/4/steps/0/outcomes/success"),
            ("outcome_not_handled", "/constructs/4/steps/0/outcomes"),
            ("unknown_flow", "/constructs/4/steps/1/flow"),
        ]
    )
    assert error.path == b.findings(error)[0][1]
    assert "9 more" in error.message


def test_a_construct_that_cannot_be_read_causes_no_second_finding_where_it_is_used() -> None:
    bad_fact = b.fact("x", {"base": "Int", "min": "0"})
    assert found(bad_fact, b.rule("v", b.compare(b.ref("x"), "=", b.literal(1)))) == [
        ("invalid_type", "/constructs/0/type/min")
    ]
    bad_entity = b.entity("E", "a") | {"states": 7}
    assert found(CLERK, bad_entity, b.operation("o", "E: a -> b"), b.flow("f", b.act("o"))) == [
        ("invalid_member", "/constructs/1/states")
    ]


# --- what is lenient -------------------------------------------------------------------------------------------


def warnings(*constructs: Json, version: str = "1.0.0") -> Found:
    return [(w.code, w.path) for w in api.load(b.bundle(*constructs, version=version)).warnings]


def test_a_bundle_without_any_persona_is_not_checked_for_them() -> None:
    assert warnings(ORDER, SEND, b.flow("f", b.act("send", by="anyone"))) == [("no_personas", "/constructs")]
    assert warnings(ORDER) == []


def test_an_operation_without_outcomes_has_the_one_outcome_success() -> None:
    operation = without(SEND, "outcomes")
    assert warnings(CLERK, ORDER, operation, b.flow("f", b.act("send"))) == [("implicit_outcome", "/constructs/2")]
    assert b.load(CLERK, ORDER, operation).operations["send"].outcomes == ("success",)


def test_a_terminal_outcome_may_have_another_label() -> None:
    flow = b.flow("f", b.act("send", b.done("sent"), on_failure=b.terminate("lost")))
    assert warnings(CLERK, ORDER, SEND, flow) == [
        ("custom_terminal_outcome", "/constructs/3/steps/0/outcomes/success/outcome"),
        ("custom_terminal_outcome", "/constructs/3/steps/0/on_failure/outcome"),
    ]


def test_a_newer_minor_version_may_bring_kinds_that_are_unknown_here() -> None:
    assert warnings({"id": "x", "kind": "Wish"}, version="1.9.0") == [("unknown_kind", "/constructs/0/kind")]
    assert warnings(version="1.9.7") == []


def test_members_that_are_not_known_are_ignored() -> None:
    assert warnings({**COUNT, "colour": 1}, {**ORDER, "provenance": {"line": 3}}, version="1.1.3") == []


def test_one_name_may_stand_for_constructs_of_different_kinds() -> None:
    contract = b.load(b.persona("Order"), b.fact("Order", b.BOOL), ORDER)
    assert (list(contract.facts), list(contract.entities), contract.personas) == (["Order"], ["Order"], ("Order",))


def test_a_contract_that_is_nested_too_deeply_is_a_clear_error() -> None:
    predicate = b.TRUE
    for _ in range(5000):
        predicate = b.negate(predicate)
    with pytest.raises(api.TenorError) as caught:
        b.load(b.rule("v", predicate))
    assert caught.value.code == "too_deep"
