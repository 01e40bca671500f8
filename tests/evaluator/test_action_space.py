"""Who may start which flow on which instances, and what stands in the way (§15.6, the table in rows 1 to 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

Json = Any

CONSTRUCTS = (
    b.persona(),
    b.persona("chief"),
    b.fact("urgent", b.BOOL, default=False),
    b.fact("sum", b.integer(0, 99), default=5),
    b.rule("is_urgent", b.ref("urgent")),
    b.rule("is_small", b.compare(b.ref("sum"), "<", b.literal(10))),
    b.entity(
        "Order", "draft", "sent", "closed", transitions=[("draft", "sent"), ("draft", "closed"), ("sent", "closed")]
    ),
    b.entity("Bill", "open", "paid"),
    b.operation("send", "Order: draft -> sent"),
    b.operation("close", "Order: draft -> closed", "Order: sent -> closed"),
    b.operation("settle", "Order: sent -> closed", "Bill: open -> paid"),
    b.operation("pay", "Bill: open -> paid"),
    b.operation("note"),
    b.operation("approve", personas=("chief",)),
    b.operation("refuse", "Order: draft -> closed", personas=("chief",), when=b.present("is_urgent")),
    b.operation(
        "judge",
        "Order: draft -> sent => yes",
        "Bill: open -> paid => yes",
        "Order: sent -> closed => no",
        outcomes=("yes", "no"),
    ),
)
STATES = {"Order": {"o-1": "draft", "o-2": "sent", "o-3": "draft"}, "Bill": {"b-1": "open", "b-2": "paid"}}


def space(*flows: Json, states: Json = None, persona: str = "clerk", **facts: Json) -> Json:
    contract = b.load(*CONSTRUCTS, *flows)
    return api.to_json(api.action_space(contract, facts, STATES if states is None else states, persona))


def available(*flows: Json, **more: Json) -> Json:
    """The one action of an action space in which nothing is blocked."""
    answer = space(*flows, **more)
    assert [blocked["flow_id"] for blocked in answer["blocked_actions"]] == [flow["id"] for flow in flows[1:]]
    (action,) = answer["actions"]
    return action


def blocked(*flows: Json, **more: Json) -> Json:
    """The blocked action of the first flow."""
    answer = space(*flows, **more)
    return next(entry for entry in answer["blocked_actions"] if entry["flow_id"] == flows[0]["id"])


# --- row 1: the precondition is evaluated ----------------------------------------------------------------------


def guarded(when: Json) -> tuple[Json, Json]:
    return b.operation("guarded", when=when), b.flow("f", b.act("guarded"))


PRECONDITIONS: list[tuple[str, Json, dict[str, Json], list[str] | None]] = [
    ("a present verdict", b.present("is_small"), {}, None),
    ("an absent verdict", b.present("is_urgent"), {}, ["is_urgent"]),
    ("one of two", b.either(b.present("is_urgent"), b.present("is_small")), {}, None),
    ("none of two", b.either(b.present("is_urgent"), b.present("is_small")), {"sum": 50}, ["is_urgent", "is_small"]),
    ("the absence of a verdict", b.negate(b.present("is_urgent")), {}, None),
    ("the absence of a present verdict", b.negate(b.present("is_small")), {}, []),
    ("a fact", b.compare(b.ref("sum"), ">", b.literal(9)), {"sum": 10}, None),
    ("a false fact", b.compare(b.ref("sum"), ">", b.literal(9)), {}, []),
    ("a verdict that is not asked", b.both(b.ref("urgent"), b.present("is_urgent")), {}, []),
]


@pytest.mark.parametrize(("when", "facts", "missing"), [pytest.param(*row[1:], id=row[0]) for row in PRECONDITIONS])
def test_a_precondition_is_evaluated_and_its_absent_verdicts_named(
    when: Json, facts: dict[str, Json], missing: list[str] | None
) -> None:
    operation, flow = guarded(when)
    contract = b.load(*CONSTRUCTS, operation, flow)
    answer: Json = api.to_json(api.action_space(contract, facts, STATES, "clerk"))
    if missing is None:
        assert [action["flow_id"] for action in answer["actions"]] == ["f"]
    else:
        (entry,) = answer["blocked_actions"]
        assert entry["reason"] == {
            "type": "PreconditionNotMet",
            "missing_verdicts": missing,
            "operation_id": "guarded",
        }


def test_an_action_names_the_verdicts_that_enable_it() -> None:
    operation, flow = guarded(b.both(b.present("is_small"), b.negate(b.present("is_urgent"))))
    contract = b.load(*CONSTRUCTS, operation, flow)
    answer: Json = api.to_json(api.action_space(contract, {}, {}, "clerk"))
    (action,) = answer["actions"]
    small = {
        "verdict_type": "is_small",
        "payload": {"kind": "bool_value", "value": True},
        "producing_rule": "is_small_rule",
        "stratum": 0,
    }
    assert action["enabling_verdicts"] == [small]
    assert answer["current_verdicts"] == [small]


# --- rows 2 and 3: every instance, every reason ----------------------------------------------------------------


def test_available_and_blocked_instances_are_complete() -> None:
    action = available(b.flow("f", b.act("send")))
    assert action["instance_bindings"] == {"Order": ["o-1", "o-3"]}
    assert action["blocked_instances"] == {"Order": {"o-2": "sent"}}
    assert action["affected_entities"] == [
        {"entity_id": "Order", "current_state": "draft", "possible_transitions": ["sent", "closed"]}
    ]
    assert (action["persona_id"], action["entry_operation_id"]) == ("clerk", "send")
    assert action["description"]


def test_all_blocking_instances_are_named_per_entity() -> None:
    states = {"Order": {"o-9": "draft", "o-1": "closed"}, "Bill": {"b-1": "paid", "b-2": "open"}}
    entry = blocked(b.flow("f", b.act("settle")), states=states)
    assert entry["reason"] == {
        "type": "EntityNotInSourceState",
        "entity_id": "Order",
        "current_state": "closed",
        "required_state": "sent",
        "required_states": ["sent"],
        "operation_id": "settle",
        "instance_ids": ["o-1", "o-9"],
    }
    assert entry["instance_bindings"] == {"Order": ["o-1", "o-9"], "Bill": ["b-1"]}
    assert entry["blocked_instances"] == {"Order": {"o-1": "closed", "o-9": "draft"}, "Bill": {"b-1": "paid"}}


def test_reasons_come_all_and_in_a_fixed_order() -> None:
    entry = blocked(b.flow("f", b.act("refuse")), states={"Order": "closed"})
    assert [reason["type"] for reason in entry["reasons"]] == [
        "PersonaNotAuthorized",
        "PreconditionNotMet",
        "EntityNotInSourceState",
    ]
    assert entry["reason"] == entry["reasons"][0]
    assert entry["reason"]["allowed_personas"] == ["chief"]
    assert entry["instance_bindings"] == {}, "no instance blocks the first reason"
    assert entry["blocked_instances"] == {"Order": {"_default": "closed"}}
    unready = blocked(b.flow("f", b.act("refuse")), states={"Order": "closed"}, persona="chief")
    assert [reason["type"] for reason in unready["reasons"]] == ["PreconditionNotMet", "EntityNotInSourceState"]


@pytest.mark.parametrize("states", [{}, {"Order": {}}, {"Bill": "open"}])
def test_an_entity_without_instances_blocks(states: Json) -> None:
    entry = blocked(b.flow("f", b.act("send")), states=states)
    assert entry["reason"]["current_state"] == "(unknown)"
    assert entry["reason"]["instance_ids"] == []
    assert entry["instance_bindings"] == {"Order": []}
    assert entry["blocked_instances"] == {}


def test_an_undeclared_persona_may_start_nothing_and_is_warned_about() -> None:
    answer = space(b.flow("f", b.act("note")), persona="ghost")
    assert answer["actions"] == []
    assert [warning["code"] for warning in answer["warnings"]] == ["unknown_persona"]


# --- row 4: the way to the first operation ---------------------------------------------------------------------

ENTRIES: list[tuple[str, tuple[Json, ...], dict[str, Json], list[str]]] = [
    (
        "a branch, true",
        (b.flow("f", b.decide("s", b.ref("urgent"), "do_send", "do_note"), b.act("send"), b.act("note")),),
        {"urgent": True},
        ["send"],
    ),
    (
        "a branch, false",
        (b.flow("f", b.decide("s", b.ref("urgent"), "do_send", "do_note"), b.act("send"), b.act("note")),),
        {},
        ["note"],
    ),
    ("a handoff", (b.flow("f", b.hand_off("s", "do_send"), b.act("send")),), {}, ["send"]),
    ("a sub-flow", (b.flow("f", b.run_flow("s", "g")), b.flow("g", b.act("send"))), {}, ["send"]),
    (
        "a sub-flow that passes through",
        (
            b.flow("f", b.run_flow("s", "g", "do_send"), b.act("send")),
            b.flow("g", b.decide("t", b.TRUE, b.done(), b.done("failure"))),
        ),
        {},
        ["send"],
    ),
    (
        "a sub-flow that fails without operation",
        (
            b.flow("f", b.run_flow("s", "g", "do_send", b.escalate("do_note")), b.act("send"), b.act("note")),
            b.flow("g", b.decide("t", b.FALSE, b.done(), b.done("failure"))),
        ),
        {},
        ["note"],
    ),
    (
        "a sub-flow that fails into a compensation",
        (
            b.flow("f", b.run_flow("s", "g", on_failure=b.compensate("pay", "note"))),
            b.flow("g", b.decide("t", b.FALSE, b.done(), b.done("escalation"))),
        ),
        {},
        ["pay"],
    ),
    (
        "every branch of a parallel step",
        (b.flow("f", b.parallel("s", {"one": [b.act("send")], "two": [b.hand_off("t", "do_pay"), b.act("pay")]})),),
        {},
        ["send", "pay"],
    ),
    (
        "a parallel step that passes through",
        (
            b.flow(
                "f",
                b.parallel(
                    "s",
                    {
                        "one": [b.decide("t", b.TRUE, b.done(), b.done())],
                        "two": [b.decide("t", b.TRUE, b.done(), b.done())],
                    },
                    "do_send",
                ),
                b.act("send"),
            ),
        ),
        {},
        ["send"],
    ),
    (
        "a parallel step that fails without operation",
        (
            b.flow(
                "f",
                b.parallel(
                    "s",
                    {
                        "one": [b.decide("t", b.TRUE, b.done(), b.done())],
                        "two": [b.decide("t", b.TRUE, b.done("failure"), b.done())],
                    },
                    "do_send",
                    b.escalate("do_note"),
                ),
                b.act("send"),
                b.act("note"),
            ),
        ),
        {},
        ["note"],
    ),
]


@pytest.mark.parametrize(("flows", "facts", "operations"), [pytest.param(*row[1:], id=row[0]) for row in ENTRIES])
def test_a_flow_is_followed_to_its_first_operations(
    flows: tuple[Json, ...], facts: dict[str, Json], operations: list[str]
) -> None:
    answer = space(*flows, **facts)
    action = next(entry for entry in answer["actions"] if entry["flow_id"] == "f")
    assert action["first_operation_ids"] == operations
    assert action["entry_operation_id"] == operations[0]


def test_an_operation_that_several_branches_begin_with_is_named_once() -> None:
    flow = b.flow("f", b.parallel("s", {"one": [b.act("note")], "two": [b.act("note")]}))
    assert available(flow)["first_operation_ids"] == ["note"]


def test_a_parallel_entry_needs_all_its_first_operations() -> None:
    flow = b.flow("f", b.parallel("s", {"one": [b.act("send")], "two": [b.act("pay")]}))
    assert available(flow)["instance_bindings"] == {"Bill": ["b-1"], "Order": ["o-1", "o-3"]}
    entry = blocked(flow, states={"Order": "draft", "Bill": "paid"})
    assert [reason["operation_id"] for reason in entry["reasons"]] == ["pay"]
    assert entry["instance_bindings"] == {"Bill": ["_default"]}


@pytest.mark.parametrize("outcome", ["success", "failure", "parked"])
def test_a_flow_that_reaches_no_operation_is_listed_with_what_was_found(outcome: str) -> None:
    flow = b.flow("f", b.decide("s", b.present("is_urgent"), "do_send", b.done(outcome)), b.act("send"))
    entry = blocked(flow)
    assert entry["ends_with"] == outcome
    assert entry["reason"] == {"type": "PreconditionNotMet", "missing_verdicts": ["is_urgent"], "operation_id": None}
    assert (entry["instance_bindings"], entry["blocked_instances"]) == ({}, {})


def test_the_verdicts_that_decided_the_way_enable_the_action() -> None:
    action = available(b.flow("f", b.decide("s", b.present("is_small"), "do_send", b.done()), b.act("send")))
    assert [verdict["verdict_type"] for verdict in action["enabling_verdicts"]] == ["is_small"]


def test_sub_flows_that_multiply_without_operation_reach_the_limit() -> None:
    flows = [b.flow(f"f{n}", b.run_flow("one", f"f{n + 1}", "two"), b.run_flow("two", f"f{n + 1}")) for n in range(30)]
    last = b.flow("f30", b.decide("s", b.TRUE, b.done(), b.done()))
    with pytest.raises(api.TenorError) as caught:
        space(*flows, last)
    assert caught.value.code == "flow_too_long"


# --- rows 5 and 6: several outcomes, several source states -----------------------------------------------------


def test_every_source_state_of_an_entity_makes_an_instance_available() -> None:
    action = available(b.flow("f", b.act("close")))
    assert action["instance_bindings"] == {"Order": ["o-1", "o-2", "o-3"]}
    assert action["blocked_instances"] == {}


def test_each_outcome_says_which_combinations_it_accepts() -> None:
    action = available(b.flow("f", b.act("judge", outcomes={"yes": b.done(), "no": b.done()})))
    assert action["instance_bindings"] == {"Bill": ["b-1"], "Order": ["o-1", "o-2", "o-3"]}
    assert action["outcomes"] == [
        {"operation_id": "judge", "outcome": "yes", "instance_bindings": {"Bill": ["b-1"], "Order": ["o-1", "o-3"]}},
        {"operation_id": "judge", "outcome": "no", "instance_bindings": {"Order": ["o-2"]}},
    ]
    assert action["blocked_instances"] == {"Bill": {"b-2": "paid"}}


def test_one_outcome_that_applies_is_enough() -> None:
    flow = b.flow("f", b.act("judge", outcomes={"yes": b.done(), "no": b.done()}))
    action = available(flow, states={"Order": "sent"})
    assert [outcome["outcome"] for outcome in action["outcomes"]] == ["no"]
    entry = blocked(flow, states={"Order": {"o-1": "draft"}, "Bill": {"b-1": "paid"}})
    assert [reason["entity_id"] for reason in entry["reasons"]] == ["Bill"]


def test_an_operation_without_effects_needs_no_instance() -> None:
    action = available(b.flow("f", b.act("note")), states={})
    assert (action["instance_bindings"], action["affected_entities"]) == ({}, [])


def test_flows_come_in_the_order_of_the_bundle() -> None:
    flows = [
        b.flow(name, b.act(operation))
        for name, operation in (("z", "note"), ("a", "approve"), ("m", "send"), ("b", "approve"))
    ]
    answer = space(*flows)
    assert [action["flow_id"] for action in answer["actions"]] == ["z", "m"]
    assert [entry["flow_id"] for entry in answer["blocked_actions"]] == ["a", "b"]


def test_an_available_binding_simulates_and_a_blocked_one_does_not() -> None:
    flow = b.flow("f", b.act("settle"))
    contract = b.load(*CONSTRUCTS, flow)
    states = {"Order": {"o-1": "sent", "o-2": "draft", "o-3": "sent"}, "Bill": STATES["Bill"]}
    answer: Json = api.to_json(api.action_space(contract, {}, states, "clerk"))
    bindings = answer["actions"][0]["instance_bindings"]
    for order in states["Order"]:
        for bill in states["Bill"]:
            run = api.simulate_flow(contract, "f", "clerk", {}, states, {"Order": order, "Bill": bill})
            listed = order in bindings["Order"] and bill in bindings["Bill"]
            assert (run.outcome == "success") is listed
