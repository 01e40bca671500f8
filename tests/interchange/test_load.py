"""Every check of contract load (§15.1, §10.4, §11.5), each with its code and exact JSON Pointer."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

ORDER = b.entity("Order", "draft", "sent", "closed")
BILL = b.entity("Bill", "open", "paid")
CLERK = b.persona()
CHIEF = b.persona("chief")
SEND = b.operation("send", "Order: draft -> sent")
PAY = b.operation("pay", "Bill: open -> paid")
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
Found = list[tuple[str, str]]


def refusal(bundle: Json) -> api.TenorError:
    with pytest.raises(api.TenorError) as caught:
        api.load(bundle)
    assert caught.value.code == "invalid_contract"
    return caught.value


def found(*constructs: Json) -> Found:
    return b.findings(refusal(b.bundle(*constructs)))


def without(construct: Json, key: str) -> Json:
    return {name: value for name, value in construct.items() if name != key}


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


TWO_OUTCOMES = b.operation(
    "decide", "Order: draft -> sent => yes", "Order: draft -> closed => no", outcomes=("yes", "no")
)
FORK = b.entity("Order", "draft", "sent", "closed", transitions=[("draft", "sent"), ("draft", "closed")])
BASE = (CLERK, CHIEF, FORK, BILL, SEND, PAY, TWO_OUTCOMES)
STEPS = f"/constructs/{len(BASE)}/steps"
"""Where the steps of the flow stand that follows ``BASE``."""

FLOWS: list[tuple[str, tuple[Json, ...], Found]] = [
    ("no entry", (without(b.flow("f", b.act("send")), "entry"),), [("missing_member", "/constructs/7")]),
    ("an unknown entry", (b.flow("f", b.act("send"), entry="x"),), [("unknown_step", "/constructs/7/entry")]),
    ("no steps", (b.flow("f", b.act("send")) | {"steps": []},), [("unknown_step", "/constructs/7/entry")]),
    (
        "another snapshot",
        (b.flow("f", b.act("send")) | {"snapshot": "live"},),
        [("invalid_snapshot", "/constructs/7/snapshot")],
    ),
    ("a step of no kind", (b.flow("f", {"id": "s"}),), [("unknown_kind", f"{STEPS}/0/kind")]),
    ("a step twice", (b.flow("f", b.act("send"), b.act("send")),), [("duplicate_step", f"{STEPS}/1/id")]),
    ("an unknown operation", (b.flow("f", b.act("fly")),), [("unknown_operation", f"{STEPS}/0/op")]),
    ("an unknown persona", (b.flow("f", b.act("send", by="ghost")),), [("unknown_persona", f"{STEPS}/0/persona")]),
    ("an unknown next step", (b.flow("f", b.act("send", "x")),), [("unknown_step", f"{STEPS}/0")]),
    (
        "a target of no kind",
        (b.flow("f", b.act("send", 7)),),
        [("invalid_member", f"{STEPS}/0/outcomes/success")],
    ),
    (
        "an unknown target",
        (b.flow("f", b.act("send", {"kind": "Jump"})),),
        [("unknown_kind", f"{STEPS}/0/outcomes/success/kind")],
    ),
    (
        "an outcome that the operation has not",
        (b.flow("f", b.act("send", outcomes={"success": b.done(), "luck": b.done()})),),
        [("unknown_outcome", f"{STEPS}/0/outcomes/luck")],
    ),
    (
        "an outcome without a route",
        (b.flow("f", b.act("decide", outcomes={"yes": b.done()})),),
        [("outcome_not_handled", f"{STEPS}/0/outcomes")],
    ),
    ("no handler", (b.flow("f", without(b.act("send"), "on_failure")),), [("missing_handler", f"{STEPS}/0")]),
    (
        "a handler of no kind",
        (b.flow("f", b.act("send", on_failure={"kind": "Retry"})),),
        [("unknown_kind", f"{STEPS}/0/on_failure/kind")],
    ),
    (
        "an escalation to nowhere",
        (b.flow("f", b.act("send", on_failure=b.escalate("x", "ghost"))),),
        [("unknown_persona", f"{STEPS}/0/on_failure/to_persona"), ("unknown_step", f"{STEPS}/0")],
    ),
    (
        "an unknown compensation",
        (b.flow("f", b.act("send", on_failure=b.compensate("pay", "fly"))),),
        [("unknown_operation", f"{STEPS}/0/on_failure/steps/1/op")],
    ),
    (
        "a compensation by an unknown persona",
        (
            b.flow(
                "f",
                b.act(
                    "send",
                    on_failure={
                        **b.compensate(),
                        "steps": [{"op": "pay", "persona": "ghost", "on_failure": b.done("failure")}],
                    },
                ),
            ),
        ),
        [("unknown_persona", f"{STEPS}/0/on_failure/steps/0/persona")],
    ),
    (
        "no compensation step",
        (b.flow("f", b.act("send", on_failure=b.compensate())),),
        [("invalid_member", f"{STEPS}/0/on_failure/steps")],
    ),
    (
        "a compensation without handler",
        (b.flow("f", b.act("send", on_failure={**b.compensate(), "steps": [{"op": "pay", "persona": "clerk"}]})),),
        [("missing_handler", f"{STEPS}/0/on_failure/steps/0")],
    ),
    (
        "a compensation that would go on",
        (
            b.flow(
                "f",
                b.act(
                    "send",
                    on_failure={
                        **b.compensate(),
                        "steps": [{"op": "pay", "persona": "clerk", "on_failure": b.terminate()}],
                    },
                ),
            ),
        ),
        [("unknown_kind", f"{STEPS}/0/on_failure/steps/0/on_failure/kind")],
    ),
    (
        "a condition over an unknown fact",
        (b.flow("f", b.decide("s", b.ref("x"), b.done(), b.done())),),
        [("unknown_fact", f"{STEPS}/0/condition/fact_ref")],
    ),
    (
        "a condition over an unknown verdict",
        (b.flow("f", b.decide("s", b.present("x"), b.done(), b.done())),),
        [("unknown_verdict", f"{STEPS}/0/condition/verdict_present")],
    ),
    (
        "a branch without its other way",
        (b.flow("f", without(b.decide("s", b.TRUE, b.done(), b.done()), "if_false")),),
        [("missing_member", f"{STEPS}/0")],
    ),
    (
        "a handoff to nobody",
        (b.flow("f", b.hand_off("s", "do_send", "ghost"), b.act("send")),),
        [("unknown_persona", f"{STEPS}/0/to_persona")],
    ),
    (
        "a handoff to an unknown step",
        (b.flow("f", b.hand_off("s", "x")),),
        [("unknown_step", f"{STEPS}/0")],
    ),
    ("an unknown sub-flow", (b.flow("f", b.run_flow("s", "g")),), [("unknown_flow", f"{STEPS}/0/flow")]),
    (
        "steps in a circle",
        (b.flow("f", b.act("send", "do_pay"), b.act("pay", "do_send")),),
        [("step_cycle", STEPS)],
    ),
    (
        "steps in a circle through a handler",
        (b.flow("f", b.act("send", "do_pay"), b.act("pay", on_failure=b.escalate("do_send"))),),
        [("step_cycle", STEPS)],
    ),
    (
        "sub-flows in a circle",
        (b.flow("f", b.run_flow("s", "g")), b.flow("g", b.run_flow("s", "f"))),
        [("flow_cycle", STEPS)],
    ),
    (
        "a sub-flow in a circle through a branch",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.run_flow("s", "f")]})),),
        [("flow_cycle", STEPS), ("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "one branch alone",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")]})),),
        [("invalid_member", f"{STEPS}/0/branches")],
    ),
    (
        "a branch twice",
        (
            b.flow(
                "f",
                b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]})
                | {
                    "branches": [
                        {"id": "one", "entry": "do_send", "steps": [b.act("send")]},
                        {"id": "one", "entry": "do_pay", "steps": [b.act("pay")]},
                    ]
                },
            ),
        ),
        [("duplicate_branch", f"{STEPS}/0/branches/1/id")],
    ),
    (
        "a branch that leaves its own steps",
        (b.flow("f", b.parallel("p", {"one": [b.act("send", "do_pay")], "two": [b.act("pay")]})),),
        [("unknown_step", f"{STEPS}/0/branches/0/steps/0")],
    ),
    (
        "a circle inside a branch",
        (
            b.flow(
                "f",
                b.parallel(
                    "p",
                    {
                        "one": [b.act("send", "again"), b.hand_off("again", "do_send")],
                        "two": [b.act("pay")],
                    },
                ),
            ),
        ),
        [("step_cycle", f"{STEPS}/0/branches/0/steps")],
    ),
    (
        "a join without handler",
        (
            b.flow(
                "f",
                b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]})
                | {"join": {"on_all_success": b.done()}},
            ),
        ),
        [("missing_handler", f"{STEPS}/0/join")],
    ),
    (
        "a join to an unknown step",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]}, "x")),),
        [("unknown_step", f"{STEPS}/0")],
    ),
    (
        "a join that completes into an unknown step",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]}, on_all_complete="x")),),
        [("unknown_step", f"{STEPS}/0")],
    ),
    (
        "branches that change the same entity",
        (
            b.flow(
                "f",
                b.parallel(
                    "p", {"one": [b.act("send")], "two": [b.act("decide", outcomes={"yes": b.done(), "no": b.done()})]}
                ),
            ),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "branches that change the same entity through a sub-flow",
        (
            b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.run_flow("s", "g")]})),
            b.flow("g", b.run_flow("s", "h")),
            b.flow("h", b.act("send")),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "branches that change the same entity through a compensation",
        (
            b.flow(
                "f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay", on_failure=b.compensate("send"))]})
            ),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
]


@pytest.mark.parametrize(("flows", "expected"), [pytest.param(*row[1:], id=row[0]) for row in FLOWS])
def test_a_faulty_flow_is_refused_at_its_place(flows: tuple[Json, ...], expected: Found) -> None:
    assert found(*BASE, *flows) == expected


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
