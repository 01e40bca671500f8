"""One operation on chosen instances: persona, precondition, outcome, atomic effects, provenance (§9.2, §9.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

CONTRACT = b.load(
    b.persona(),
    b.persona("chief"),
    b.fact("ready", b.BOOL),
    b.fact("sum", b.integer(0, 99), default=5),
    b.rule("is_ready", b.ref("ready")),
    b.entity(
        "Order", "draft", "sent", "closed", transitions=[("draft", "sent"), ("draft", "closed"), ("sent", "closed")]
    ),
    b.entity("Bill", "open", "paid"),
    b.operation(
        "send",
        "Order: draft -> sent",
        when=b.both(b.present("is_ready"), b.compare(b.ref("sum"), ">", b.literal(1))),
    ),
    b.operation("settle", "Order: sent -> closed", "Bill: open -> paid"),
    b.operation("close", "Order: draft -> closed", "Order: sent -> closed"),
    b.operation(
        "judge",
        "Order: draft -> sent => taken",
        "Bill: open -> paid => taken",
        "Order: draft -> closed => dropped",
        "Order: sent -> closed => ended",
        outcomes=("taken", "dropped", "ended"),
    ),
    b.operation("split", "Order: draft -> sent => early", "Bill: open -> paid => late", outcomes=("early", "late")),
    b.operation("look", outcomes=("seen",)),
    b.operation("sign", "Order: draft -> sent => signed", outcomes=("signed", "noted")),
)
READY = {"ready": True}


def run(
    operation: str,
    states: dict[str, Any],
    bindings: dict[str, str] | None = None,
    persona: str = "clerk",
    facts: dict[str, Any] | None = None,
    outcome: str | None = None,
) -> api.OperationResult:
    """Execute on the states given as ``entity → state``; entities are bound to ``_default`` unless said otherwise."""
    entity_states = api.EntityStates.single_instance(states)
    snapshot = api.take_snapshot(CONTRACT, READY if facts is None else facts)
    bound = {"Order": "_default", "Bill": "_default"} if bindings is None else bindings
    result = api.execute_operation(CONTRACT.operations[operation], persona, snapshot, entity_states, bound, outcome)
    assert entity_states == api.EntityStates.single_instance(states), "the input is never changed"
    return result


def refusal(*args: Any, **kwargs: Any) -> api.OperationRefused:
    with pytest.raises(api.OperationRefused) as caught:
        run(*args, **kwargs)
    return caught.value


def test_an_operation_moves_its_instance_and_accounts_for_it() -> None:
    result = run("send", {"Order": "draft", "Bill": "open"})
    assert result.outcome == "success"
    assert dict(result.entity_states) == {("Order", "_default"): "sent", ("Bill", "_default"): "open"}
    provenance = result.provenance
    assert (provenance.operation_id, provenance.persona, provenance.outcome) == ("send", "clerk", "success")
    assert provenance.instance_binding == {"Order": "_default"}
    assert provenance.facts_used == ("sum",)
    assert provenance.verdicts_used == ("is_ready",)
    assert provenance.state_before == {("Order", "_default"): "draft"}
    assert provenance.state_after == {("Order", "_default"): "sent"}
    assert provenance.transitions == (api.Transition("Order", "_default", "draft", "sent"),)
    assert provenance.applicable_outcomes == ("success",)


def test_the_checks_come_in_a_fixed_order() -> None:
    """Persona before precondition before states: each is only asked when those before it have passed."""
    wrong_state, unready = {"Order": "closed"}, {"ready": False}
    assert refusal("send", wrong_state, persona="chief", facts=unready).code == "persona_rejected"
    assert refusal("send", wrong_state, facts=unready).code == "precondition_failed"
    assert refusal("send", wrong_state).code == "entity_not_in_source_state"


def test_a_refusal_says_what_is_off() -> None:
    error = refusal("close", {"Order": "closed"})
    assert error.details == {
        "entity_id": "Order",
        "instance_id": "_default",
        "required_states": ["draft", "sent"],
        "current_state": "closed",
    }
    assert "expected 'draft' or 'sent'" in error.message
    missing = refusal("close", {"Order": "draft"}, {"Order": "o-9"})
    assert (missing.code, missing.details["instance_id"]) == ("unknown_instance", "o-9")


def test_an_undeclared_persona_is_rejected_like_any_other() -> None:
    assert refusal("send", {"Order": "draft"}, persona="ghost").code == "persona_rejected"


@pytest.mark.parametrize("state", ["draft", "sent"])
def test_of_several_source_states_the_current_one_applies(state: str) -> None:
    result = run("close", {"Order": state})
    assert result.provenance.transitions == (api.Transition("Order", "_default", state, "closed"),)


def test_all_effects_apply_or_none() -> None:
    both = run("settle", {"Order": "sent", "Bill": "open"})
    assert dict(both.entity_states) == {("Order", "_default"): "closed", ("Bill", "_default"): "paid"}
    assert both.provenance.instance_binding == {"Order": "_default", "Bill": "_default"}
    for states in ({"Order": "sent", "Bill": "paid"}, {"Order": "closed", "Bill": "open"}):
        assert refusal("settle", states).code == "entity_not_in_source_state"


@pytest.mark.parametrize(
    ("order", "bill", "outcome", "applicable"),
    [
        ("draft", "open", "taken", ("taken", "dropped")),
        ("draft", "paid", "dropped", ("dropped",)),
        ("sent", "open", "ended", ("ended",)),
    ],
)
def test_the_states_decide_the_outcome(order: str, bill: str, outcome: str, applicable: tuple[str, ...]) -> None:
    result = run("judge", {"Order": order, "Bill": bill})
    assert result.outcome == outcome
    assert result.provenance.applicable_outcomes == applicable
    assert {t.entity_id for t in result.provenance.transitions} == (
        {"Order", "Bill"} if outcome == "taken" else {"Order"}
    )


def test_the_caller_may_name_one_of_several_outcomes() -> None:
    result = run("judge", {"Order": "draft", "Bill": "open"}, outcome="dropped")
    assert dict(result.entity_states) == {("Order", "_default"): "closed", ("Bill", "_default"): "open"}
    assert result.provenance.instance_binding == {"Order": "_default"}


def test_a_named_outcome_must_apply_and_exist() -> None:
    error = refusal("judge", {"Order": "draft", "Bill": "paid"}, outcome="taken")
    assert (error.code, error.details["entity_id"]) == ("entity_not_in_source_state", "Bill")
    with pytest.raises(api.TenorError) as caught:
        run("judge", {"Order": "draft", "Bill": "open"}, outcome="lost")
    assert caught.value.code == "unknown_outcome"
    assert not isinstance(caught.value, api.OperationRefused)


def test_when_no_outcome_suits_the_first_blocking_entity_is_named() -> None:
    error = refusal("judge", {"Order": "closed", "Bill": "open"})
    assert error.details["required_states"] == ["draft", "sent"]
    assert refusal("split", {"Order": "sent", "Bill": "paid"}).details["entity_id"] == "Order"


def test_an_outcome_without_effects_always_applies_after_those_declared_before_it() -> None:
    assert run("sign", {"Order": "draft"}).outcome == "signed"
    result = run("sign", {"Order": "closed"})
    assert (result.outcome, result.provenance.transitions) == ("noted", ())
    seen = run("look", {}, {})
    assert (seen.outcome, seen.provenance.state_before, seen.provenance.instance_binding) == ("seen", {}, {})


def test_every_entity_with_an_effect_needs_a_binding_before_anything_is_asked() -> None:
    with pytest.raises(api.TenorError) as caught:
        run("settle", {"Order": "sent", "Bill": "open"}, {}, persona="ghost")
    assert (caught.value.code, caught.value.details) == ("missing_binding", {"missing": ["Bill", "Order"]})


def test_a_precondition_that_cannot_be_computed_names_its_operation() -> None:
    contract = b.load(
        b.persona(),
        b.fact("names", b.list_of(b.text())),
        b.operation("act", when=b.compare(b.element(b.ref("names"), 0), "=", b.literal("x"))),
    )
    snapshot = api.take_snapshot(contract, {"names": []})
    with pytest.raises(api.TenorError) as caught:
        api.execute_operation(contract.operations["act"], "clerk", snapshot, api.EntityStates(), {})
    assert (caught.value.code, caught.value.details["construct"]) == ("index_out_of_range", "operation")
    assert caught.value.details["id"] == "act"
