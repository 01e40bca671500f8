"""Comparison: every change has its causes, and what did not change is not there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tests import bundles as b
from tests.properties import strategies as some
from tests.why.test_chain import BINDINGS, CONSTRUCTS, CONTRACT, SMALL, STATES

Json = Any

LARGE = {"amount": {"amount": "900.00", "currency": "EUR"}}


def side(**more: Json) -> Json:
    return {"facts": SMALL, "entity_states": STATES, "persona": "clerk", "instance_bindings": BINDINGS, **more}


def diff(a: Json, b_side: Json, flow: str | None = None, other: api.Contract | None = None) -> Json:
    return api.to_json(api.diff(CONTRACT, a, b_side, flow, other))


def causes(change: Json) -> list[tuple[str, str]]:
    return [(cause["kind"], cause["name"]) for cause in change["causes"]]


def by_flow(changes: Json) -> Json:
    return {change["flow_id"]: change for change in changes}


def test_an_evaluation_and_itself_are_the_same() -> None:
    answer = diff(side(), side(), "plain")
    assert answer == {"same": True, "inputs": [], "verdicts": [], "actions": [], "instances": [], "path": None}


def test_a_fact_that_decides_nothing_changes_nothing() -> None:
    answer = diff(side(), side(facts={**SMALL, "ready_on": "2027-01-01T00:00:00Z"}), "plain")
    assert answer["same"] is True
    assert [(change["kind"], change["name"]) for change in answer["inputs"]] == [("fact", "ready_on")]


def test_a_verdict_is_lost_to_a_fact_and_all_that_rests_on_it_with_it() -> None:
    answer = diff(side(), side(facts=LARGE), "plain")
    assert [(change["verdict_type"], change["change"]) for change in answer["verdicts"]] == [("small", "lost")]
    assert causes(answer["verdicts"][0]) == [("fact", "amount")]
    changed = by_flow(answer["actions"])
    assert {flow: change["change"] for flow, change in changed.items()} == {
        "plain": "blocked",
        "nested": "blocked",
        "split": "blocked",
    }
    assert causes(changed["plain"]) == [("verdict", "small")]
    # A parallel step is open for all its branches or for none: the bill waits with the order.
    assert [(change["flow_id"], change["instance_id"], change["a"], change["b"]) for change in answer["instances"]] == [
        ("plain", "o1", "available", "blocked"),
        ("nested", "o1", "available", "blocked"),
        ("split", "b1", "available", "blocked"),
        ("split", "o1", "available", "blocked"),
    ]
    path = answer["path"]
    assert (path["index"], path["a"]["result"], path["b"]["error"]["code"]) == (0, "success", "precondition_failed")
    assert (path["outcome_a"], path["outcome_b"]) == ("success", "failure")
    assert causes(path) == [("verdict", "small")]


def test_a_verdicts_cause_may_be_a_verdict_below() -> None:
    urgent = {**SMALL, "urgent": True}
    answer = diff(side(facts=urgent), side(facts={**urgent, **LARGE}))
    assert {change["verdict_type"]: causes(change) for change in answer["verdicts"]} == {
        "small": [("fact", "amount")],
        "hurried": [("verdict", "small")],
    }


def test_a_state_moves_one_instance_alone() -> None:
    other = {**STATES, "Order": {"o1": "draft", "o2": "draft", "o3": "draft"}}
    answer = diff(side(), side(entity_states=other))
    assert answer["actions"] == []
    plain = [change for change in answer["instances"] if change["flow_id"] == "plain"]
    assert [(change["instance_id"], change["a"], change["b"], causes(change)) for change in plain] == [
        ("o2", "blocked", "available", [("state", "Order/o2")]),
        ("o3", "absent", "available", [("state", "Order/o3")]),
    ]


def test_another_persona_opens_what_it_may_do() -> None:
    answer = diff(side(), side(persona="chief"))
    changed = by_flow(answer["actions"])
    assert changed["noted"]["change"] == "opened"
    assert causes(changed["noted"]) == [("persona", "persona")]
    assert changed["plain"]["change"] == "blocked"
    assert causes(changed["plain"]) == [("persona", "persona")]


def test_other_bindings_and_choices_part_the_paths() -> None:
    bound = diff(side(), side(instance_bindings={"Order": "o2", "Bill": "b1"}), "plain")["path"]
    assert causes(bound) == [("binding", "Order")]
    chosen = diff(side(), side(outcomes={"do_judge": "no"}), "judged")["path"]
    assert causes(chosen) == [("outcome", "do_judge")]


def test_the_inner_step_is_named_not_the_one_that_holds_it() -> None:
    path = diff(side(), side(facts=LARGE), "nested")["path"]
    assert (path["a"]["step_id"], path["a"]["step_type"]) == ("do_send", "operation")
    path = diff(side(), side(facts=LARGE), "split")["path"]
    assert path["a"]["step_id"] == "do_send"


def test_another_version_of_the_contract_names_rules_operations_and_flows() -> None:
    changed = [construct for construct in CONSTRUCTS if construct["id"] not in ("small_rule", "sign", "noted", "plain")]
    newer = b.load(
        *changed,
        b.rule("small", b.FALSE),
        b.operation("sign", personas=("chief", "clerk")),
        b.flow("plain", b.act("pay")),
        b.flow("noted", b.act("sign", by="chief")),
        b.flow("fresh", b.act("pay")),
    )
    answer = diff(side(), side(), "plain", newer)
    assert [(change["kind"], change["name"]) for change in answer["inputs"]] == [
        ("rule", "small_rule"),
        ("operation", "sign"),
        ("flow", "plain"),
        ("flow", "fresh"),
    ]
    assert causes(answer["verdicts"][0]) == [("rule", "small_rule")]
    actions = by_flow(answer["actions"])
    assert (actions["fresh"]["change"], actions["fresh"]["a"], causes(actions["fresh"])) == (
        "added",
        "undeclared",
        [("flow", "fresh")],
    )
    assert causes(actions["noted"]) == [("operation", "sign")]
    assert actions["plain"]["change"] == "other_operations"
    assert ("flow", "plain") in causes(actions["plain"])
    assert causes(answer["path"]) == [("flow", "plain")]


@pytest.mark.parametrize("damaged", [None, [], {}, {"facts": {}}, {"facts": {}, "persona": 1}, side(more=1)])
def test_what_is_no_evaluation_is_refused(damaged: Json) -> None:
    with pytest.raises(api.TenorError) as caught:
        diff(side(), damaged)
    assert (caught.value.code, caught.value.details["argument"]) == ("invalid_argument", "b")


def test_a_fault_says_on_which_side_it_is() -> None:
    with pytest.raises(api.TenorError) as caught:
        diff(side(), side(facts={}))
    assert (caught.value.code, caught.value.details["side"]) == ("invalid_facts", "b")


@pytest.mark.parametrize("flow", [None, "plain"])
def test_an_instance_that_one_side_has_not_is_the_cause_also_where_a_run_begins_with_it(flow: str | None) -> None:
    some_states = {"Bill": {"b-1": "open"}}
    answer = diff(
        side(entity_states=some_states, instance_bindings={}),
        side(entity_states={**some_states, "Order": "draft"}, instance_bindings={}),
        flow,
    )
    assert [(change["kind"], change["name"]) for change in answer["inputs"]] == [("state", "Order/_default")]
    assert by_flow(answer["actions"])["plain"]["change"] == "opened"
    for change in [*answer["actions"], *answer["instances"]]:
        assert causes(change) == [("state", "Order/_default")]


def test_steps_of_one_name_in_several_flows_are_told_apart() -> None:
    decides = b.decide("check", b.ref("y"), "do_send", b.done())
    contract = b.load(
        b.persona(),
        b.fact("x", b.BOOL),
        b.fact("y", b.BOOL),
        b.entity("Order", "draft", "sent", "closed"),
        b.operation("send", "Order: draft -> sent"),
        b.operation("note"),
        b.flow("f", b.decide("check", b.ref("x"), "one", "two"), b.run_flow("one", "one"), b.run_flow("two", "two")),
        b.flow("one", decides, b.act("send")),
        b.flow("two", decides, b.act("note", step="do_send")),
    )
    a, other = [
        {"facts": {"x": x, "y": True}, "entity_states": {"Order": "draft"}, "persona": "clerk"} for x in (True, False)
    ]
    answer = api.to_json(api.diff(contract, a, other))
    change = by_flow(answer["actions"])["f"]
    assert (change["change"], causes(change)) == ("other_operations", [("fact", "x")])


@given(st.data())
def test_every_change_of_a_random_contract_has_a_cause(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    contract = api.load(world.bundle)
    flow = data.draw(st.sampled_from(world.flows))
    sides = []
    for _ in range(2):
        states = data.draw(some.nested_states(world))
        bindings = data.draw(some.bindings(world, states))
        facts, persona = data.draw(some.facts(world)), data.draw(some.personas())
        sides.append({"facts": facts, "entity_states": states, "persona": persona, "instance_bindings": bindings})
    try:
        answer: Json = api.to_json(api.diff(contract, sides[0], sides[1], flow))
    except api.TenorError:
        return
    changes = [*answer["verdicts"], *answer["actions"], *answer["instances"]]
    for change in changes + ([answer["path"]] if answer["path"] else []):
        assert change["causes"], json.dumps([change, answer["inputs"]])
