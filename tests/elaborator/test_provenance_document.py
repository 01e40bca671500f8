"""The contract that the document on provenance prints, from its text to the verdicts that its chain shows."""

from __future__ import annotations

from typing import Any

from tenor_wasm import api
from tenor_wasm.evaluator.entity_states import read_entity_states
from tests.elaborator.sources import CASES, text_of

TEXT = text_of(CASES / "documents/escrow.tenor")
FACTS = {"payment_received": True, "release_approved": True}
ENTITIES = {"Order": {"order_001": "pending"}}

Json = Any


def bundle() -> Json:
    return api.elaborate({"escrow.tenor": TEXT}, "escrow.tenor")


def construct(kind: str, name: str) -> Json:
    return next(one for one in bundle()["constructs"] if (one["kind"], one["id"]) == (kind, name))


def test_the_sources_are_those_of_the_chain() -> None:
    assert construct("Fact", "payment_received")["source"] == {"field": "", "system": "payment_gateway"}
    assert construct("Fact", "release_approved")["source"] == {"field": "", "system": "api_input"}


def test_the_operation_is_as_printed() -> None:
    operation = construct("Operation", "approve_release")
    assert operation["allowed_personas"] == ["escrow_agent"]
    assert operation["precondition"] == {"verdict_present": "release_ready"}
    assert operation["effects"] == [{"entity_id": "Order", "from": "pending", "to": "approved"}]
    assert operation["error_contract"] == ["unauthorized", "invalid_state", "precondition_not_met"]


def test_the_verdicts_are_those_of_the_chain() -> None:
    evaluation = api.evaluate(api.load(bundle()), FACTS)
    rendered: Json = api.to_json(evaluation)
    by_type = {verdict["type"]: verdict for verdict in rendered["verdicts"]}
    assert list(by_type) == ["payment_ok", "release_ready"]
    for name, rule, stratum, facts, verdicts in (
        ("payment_ok", "check_payment", 0, ["payment_received"], []),
        ("release_ready", "check_release", 1, ["release_approved"], ["payment_ok"]),
    ):
        assert by_type[name]["payload"] == {"kind": "bool_value", "value": True}
        provenance = by_type[name]["provenance"]
        assert (provenance["rule"], provenance["stratum"]) == (rule, stratum)
        assert (provenance["facts_used"], provenance["verdicts_used"]) == (facts, verdicts)


def test_without_the_approval_only_the_payment_is_known() -> None:
    evaluation = api.evaluate(api.load(bundle()), {**FACTS, "release_approved": False})
    assert [verdict.verdict_type for verdict in evaluation.verdicts] == ["payment_ok"]


def test_the_operation_takes_the_order_as_the_chain_shows() -> None:
    contract = api.load_source({"escrow.tenor": TEXT}, "escrow.tenor")
    snapshot = api.evaluate(contract, FACTS).snapshot
    states = read_entity_states(ENTITIES, contract.entities)
    operation = contract.operations["approve_release"]
    result = api.execute_operation(operation, "escrow_agent", snapshot, states, {"Order": "order_001"})
    (transition,) = result.provenance.transitions
    assert (transition.entity_id, transition.instance_id) == ("Order", "order_001")
    assert (transition.from_state, transition.to_state) == ("pending", "approved")


def test_the_hash_depends_on_the_text_alone() -> None:
    assert api.load(bundle()).hash == api.load(bundle()).hash
