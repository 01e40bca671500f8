"""Several instances of one entity type, each with a state of its own (§6.5, §9.2, §11.1, §15.6)."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

CONTRACT = b.load(
    b.persona(),
    b.fact("paid", b.BOOL),
    b.rule("payment_seen", b.ref("paid")),
    b.entity("Order", "draft", "submitted", "approved"),
    b.entity("DeliveryRecord", "pending", "delivered"),
    b.operation("submit_order", "Order: draft -> submitted", when=b.present("payment_seen")),
    b.operation("approve_order", "Order: submitted -> approved"),
    b.operation("deliver", "Order: submitted -> approved", "DeliveryRecord: pending -> delivered"),
    b.flow("submit", b.act("submit_order")),
    b.flow("approve", b.act("approve_order")),
    b.flow("submit_and_deliver", b.act("submit_order", "do_deliver"), b.act("deliver")),
)
FACTS = {"paid": True}
THREE_ORDERS = {"Order": {"ord-001": "draft", "ord-002": "submitted", "ord-003": "approved"}}


def space(entity_states: object) -> dict[str, Any]:
    """The clerk's action space: flow id → the JSON of its action or blocked action."""
    answer: Any = api.to_json(api.action_space(CONTRACT, FACTS, entity_states, "clerk"))
    return {entry["flow_id"]: entry for entry in [*answer["actions"], *answer["blocked_actions"]]}


def test_multiple_instances_same_entity_type() -> None:
    submit = space(THREE_ORDERS)["submit"]
    assert submit["instance_bindings"] == {"Order": ["ord-001"]}
    assert submit["blocked_instances"] == {"Order": {"ord-002": "submitted", "ord-003": "approved"}}


def test_action_space_per_instance() -> None:
    flows = space({"Order": {"a": "draft", "b": "submitted"}})
    assert flows["submit"]["instance_bindings"] == {"Order": ["a"]}
    assert flows["approve"]["instance_bindings"] == {"Order": ["b"]}
    assert flows["approve"]["blocked_instances"] == {"Order": {"a": "draft"}}


def test_execute_with_instance_targeting() -> None:
    states = api.EntityStates({("Order", "a"): "draft", ("Order", "b"): "draft", ("DeliveryRecord", "d"): "pending"})
    result = api.execute_operation(
        CONTRACT.operations["submit_order"], "clerk", api.take_snapshot(CONTRACT, FACTS), states, {"Order": "b"}
    )
    assert dict(result.entity_states) == {
        ("Order", "a"): "draft",
        ("Order", "b"): "submitted",
        ("DeliveryRecord", "d"): "pending",
    }
    assert states["Order", "b"] == "draft"
    assert result.provenance.instance_binding == {"Order": "b"}
    assert result.provenance.state_before == {("Order", "b"): "draft"}
    assert result.provenance.state_after == {("Order", "b"): "submitted"}


def test_flow_with_instance_bindings() -> None:
    states = {"Order": {"ord-001": "draft", "ord-002": "draft"}, "DeliveryRecord": {"del-001": "pending"}}
    bindings = {"Order": "ord-001", "DeliveryRecord": "del-001"}
    result = api.simulate_flow(CONTRACT, "submit_and_deliver", "clerk", FACTS, states, bindings)
    assert result.outcome == "success"
    assert result.flow.entity_states.to_json() == {
        "Order": {"ord-001": "approved", "ord-002": "draft"},
        "DeliveryRecord": {"del-001": "delivered"},
    }
    assert result.flow.instance_bindings == bindings
    assert [dict(step.instance_bindings) for step in result.flow.steps] == [{"Order": "ord-001"}, bindings]


def test_missing_instance_binding_is_an_error() -> None:
    snapshot = api.take_snapshot(CONTRACT, FACTS)
    states = api.EntityStates.single_instance({"Order": "draft", "DeliveryRecord": "pending"})
    for bindings, missing in [
        ({"DeliveryRecord": "_default"}, ["Order"]),
        ({}, ["DeliveryRecord", "Order"]),
    ]:
        with pytest.raises(api.TenorError) as caught:
            api.execute_flow(CONTRACT.flows["submit_and_deliver"], "clerk", snapshot, states, bindings)
        assert (caught.value.code, caught.value.details) == ("missing_binding", {"missing": missing})
        assert all(f"'{name}'" in caught.value.message for name in missing)


def test_single_instance_degenerate_case() -> None:
    flat: dict[str, object] = {"Order": "draft", "DeliveryRecord": "pending"}
    nested = {"Order": {"_default": "draft"}, "DeliveryRecord": {"_default": "pending"}}
    built = api.EntityStates.single_instance({"Order": "draft", "DeliveryRecord": "pending"})
    spaces = [space(states) for states in (flat, nested, built)]
    assert spaces[0] == spaces[1] == spaces[2]
    assert spaces[0]["submit"]["instance_bindings"] == {"Order": ["_default"]}
    everything = {"Order": "_default", "DeliveryRecord": "_default"}
    runs: list[Any] = [
        api.to_json(api.simulate_flow(CONTRACT, "submit_and_deliver", "clerk", FACTS, states, bindings))
        for states in (flat, nested, built)
        for bindings in (None, {}, "", everything)
    ]
    for run in runs:
        assert run["would_transition"] == runs[0]["would_transition"]
        assert run["resolved_bindings"] == everything
        assert (run["outcome"], run["path"]) == ("success", runs[0]["path"])


def test_instance_absence() -> None:
    assert space({})["submit"]["reason"]["current_state"] == "(unknown)"
    result = api.simulate_flow(CONTRACT, "submit", "clerk", FACTS, THREE_ORDERS, {"Order": "ord-404"})
    assert (result.outcome, result.flow.failed, result.flow.transitions) == ("failure", True, ())
    (step,) = result.flow.steps
    assert step.error is not None
    assert step.error.code == "unknown_instance"
    with pytest.raises(api.OperationRefused, match="has no instance 'ord-404'"):
        api.execute_operation(
            CONTRACT.operations["submit_order"],
            "clerk",
            api.take_snapshot(CONTRACT, FACTS),
            api.EntityStates({("Order", "ord-001"): "draft"}),
            {"Order": "ord-404"},
        )
