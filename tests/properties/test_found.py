"""What the comparison with the peer and the properties below have found: one test for each fault that was fixed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api import compat, wire
from tests import bundles as b


def _json(result: object) -> Any:
    return json.loads(json.dumps(api.to_json(result)))


def test_sub_flow_and_parallel_steps_carry_the_bindings_that_they_hand_on() -> None:
    contract = b.load(
        b.persona(),
        b.entity("Door", "open", "shut"),
        b.entity("Lamp", "on", "off"),
        b.operation("close", "Door: open -> shut"),
        b.operation("darken", "Lamp: on -> off"),
        b.flow("leave", b.run_flow("both", "rest")),
        b.flow("rest", b.parallel("split", {"one": [b.act("close")], "two": [b.act("darken")]})),
    )
    bindings = {"Door": "front", "Lamp": "hall"}
    states = {"Door": {"front": "open"}, "Lamp": {"hall": "on"}}
    path = _json(api.simulate_flow(contract, "leave", "clerk", {}, states, bindings))["path"]
    assert path[0]["step_type"] == "sub_flow"
    assert path[0]["instance_bindings"] == bindings
    assert path[0]["steps"][0]["step_type"] == "parallel"
    assert path[0]["steps"][0]["instance_bindings"] == bindings


def test_affected_entities_stand_in_the_order_of_the_effects() -> None:
    contract = b.load(
        b.persona(),
        b.entity("Alpha", "x", "y"),
        b.entity("Beta", "x", "y"),
        b.operation("move", "Beta: x -> y", "Alpha: x -> y"),
        b.flow("go", b.act("move")),
    )
    (action,) = api.action_space(contract, {}, {"Alpha": "x", "Beta": "x"}, "clerk").actions
    assert [entity.entity_id for entity in action.affected_entities] == ["Beta", "Alpha"]


def test_rules_are_shown_in_the_order_of_the_bundle_and_evaluated_by_stratum() -> None:
    contract = b.load(b.rule("late", b.present("early"), stratum=1), b.rule("early", b.TRUE))
    assert [rule["produces"] for rule in _json(api.inspect(contract))["rules"]] == ["late", "early"]
    assert [verdict.verdict_type for verdict in api.evaluate(contract, {}).verdicts] == ["early", "late"]


def test_an_instance_in_the_needed_state_does_not_block_because_another_entity_does() -> None:
    contract = b.load(
        b.persona(),
        b.entity("Order", "draft", "sent"),
        b.entity("Truck", "free", "busy"),
        b.operation("send", "Order: draft -> sent", "Truck: free -> busy"),
        b.flow("ship", b.act("send")),
    )
    states = {"Order": {"o1": "draft", "o2": "sent"}, "Truck": {"t1": "busy"}}
    (blocked,) = api.action_space(contract, {}, states, "clerk").blocked_actions
    assert blocked.instance_bindings == {"Order": ("o2",), "Truck": ("t1",)}
    assert blocked.blocked_instances == {"Order": {"o2": "sent"}, "Truck": {"t1": "busy"}}


def test_whole_numbers_that_grow_without_end_overflow() -> None:
    term: dict[str, Any] = b.ref("x")
    for _ in range(6):
        term = {"op": "*", "left": term, "literal": 10**990}
    bounded = b.fact("x", b.integer(1, 10**990))
    with pytest.raises(api.TenorError) as refused:
        b.load(bounded, b.rule("v", b.TRUE, term, b.integer(0, 5)))
    assert b.findings(refused.value)[0][0] == "product_range"
    contract = b.load(bounded, b.rule("v", b.TRUE, term, b.integer()))
    with pytest.raises(api.TenorError) as overflow:
        api.evaluate(contract, {"x": 10**980})
    assert overflow.value.code == "overflow"


@pytest.mark.parametrize("method", [[], {}, None, 1])
def test_a_method_that_is_no_text_is_an_unknown_method(method: Any) -> None:
    assert json.loads(wire.dispatch(method, "{}"))["error"]["code"] == "unknown_method"


def test_sub_flows_that_nest_deeper_than_they_can_be_followed_are_an_error() -> None:
    chain = [b.flow(f"f{level}", b.run_flow("next", f"f{level + 1}")) for level in range(2000)]
    bundle = b.bundle(b.persona(), *chain, b.operation("stop"), b.flow("f2000", b.act("stop")))
    handle = json.loads(compat.load_contract(json.dumps(bundle)))["handle"]
    assert json.loads(compat.simulate_flow(handle, "f0", "clerk", "{}", "{}"))["code"] == "too_deep"
    assert json.loads(compat.compute_action_space(handle, "{}", "{}", "clerk"))["code"] == "too_deep"
    assert json.loads(compat.simulate_flow(handle, "f1990", "clerk", "{}", "{}"))["outcome"] == "success"


def test_a_record_may_have_a_field_named_kind() -> None:
    line = b.record(kind=b.text(), wait=b.duration("days"))
    contract = b.load(
        b.fact("plain", line, default={"kind": "record_value", "wait": 3}),
        b.fact("wrapped", line, default={"kind": "record_value", "fields": {"kind": "rush", "wait": 3}}),
    )
    assert contract.facts["plain"].default == {"kind": "record_value", "wait": 3}
    assert contract.facts["wrapped"].default == {"kind": "rush", "wait": 3}


@pytest.mark.parametrize("operator", [1, [], {}, True, "%"])
def test_an_operator_that_is_none_makes_no_literal_of_an_expression(operator: Any) -> None:
    product = {"op": operator, "left": b.ref("x"), "literal": 10}
    with pytest.raises(api.TenorError) as refused:
        b.load(b.fact("x", b.integer()), b.rule("v", b.compare(product, "=", b.ref("x"))))
    assert b.findings(refused.value) == [("invalid_expression", "/constructs/1/body/when/left")]
