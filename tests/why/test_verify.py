"""Verification: a true chain agrees, and an edit of any one place of it is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api.json_text import write_json
from tests import bundles as b
from tests.engines import difference
from tests.properties import strategies as some
from tests.why.test_chain import BINDINGS, CONSTRUCTS, CONTRACT, FLOWS, SMALL, STATES, chain

Json = Any

OTHERS: tuple[Json, ...] = (None, True, False, 0, 1, -1, "", "x", "0", [], {}, [1], {"a": 1}, 1.0)
"""What a value is replaced by."""


def verified(document: Json, contract: api.Contract = CONTRACT) -> api.Verification:
    """The verification, of which the JSON form can be written."""
    verification = api.verify(contract, document)
    write_json(api.to_json(verification))
    return verification


def edits(document: Json) -> Iterator[Json]:
    """The document with each one of its places changed, removed or added to."""
    for at in some.places(document):
        value = some.part(document, at)
        for other in OTHERS[:2] + OTHERS[4:5] + OTHERS[7:8] + OTHERS[9:11]:
            if json.dumps(other) != json.dumps(value):
                yield some.replaced(document, at, other)
        if isinstance(value, str):
            yield some.replaced(document, at, value + "0")
        elif isinstance(value, dict):
            for name in value:
                yield some.replaced(document, at, {key: inner for key, inner in value.items() if key != name})
            yield some.replaced(document, at, {**value, "more": 1})
        elif isinstance(value, list):
            for index in range(len(value)):
                yield some.replaced(document, at, value[:index] + value[index + 1 :])
            yield some.replaced(document, at, [*value, *(value[:1] or [1])])


@pytest.mark.parametrize("flow", FLOWS)
def test_a_true_chain_agrees(flow: str) -> None:
    verification = verified(chain(flow))
    assert verification.agrees
    assert verification.difference is None
    assert verification.chain_id == chain(flow)["provenance_chain_id"]


@pytest.mark.parametrize("flow", ["plain", "split", "raised"])
def test_every_single_edit_is_found(flow: str) -> None:
    for edited in edits(chain(flow)):
        assert not verified(edited).agrees


def recorded_chain() -> Json:
    """A chain with a clock, ids, a caller and resolved personas."""
    times, ids = iter(range(100)), iter(range(100))
    recording = api.Recording(
        clock=lambda name: f"2026-02-15T14:30:{next(times):02d}Z",
        ids=lambda kind, derived: f"{kind}_{next(ids)}",
        simulation=False,
        execution_id="exec_1",
        trigger={"type": "api_invocation", "request_id": "req_1"},
        personas={"clerk": {"resolved_from": "key_1", "method": "key_binding"}},
    )
    result = api.simulate_flow(CONTRACT, "split", "clerk", SMALL, STATES, BINDINGS).flow
    return json.loads(write_json(api.provenance_chain(result, recording)))


def test_times_and_ids_that_were_passed_in_are_covered_like_all_else() -> None:
    document = recorded_chain()
    assert verified(document).agrees
    for edited in edits(document):
        assert not verified(edited).agrees


@st.composite
def chains(draw: st.DrawFn) -> tuple[api.Contract, Json]:
    """A random contract and the chain of a run, where its inputs can be computed."""
    world = draw(some.worlds())
    contract = api.load(world.bundle)
    states = draw(some.nested_states(world))
    bindings, flow = draw(some.bindings(world, states)), draw(st.sampled_from(world.flows))
    facts, persona = draw(some.facts(world)), draw(some.personas())
    try:
        result = api.simulate_flow(contract, flow, persona, facts, states, bindings, provenance=True)
    except api.TenorError:
        return contract, None
    return contract, json.loads(write_json(result.provenance))


@given(chains())
def test_every_chain_of_a_random_contract_agrees(drawn: tuple[api.Contract, Json]) -> None:
    contract, document = drawn
    if document is not None:
        verification = verified(document, contract)
        assert verification.agrees, verification.difference


@given(chains(), st.data())
def test_any_edit_of_a_random_chain_is_found(drawn: tuple[api.Contract, Json], data: st.DataObject) -> None:
    contract, document = drawn
    if document is None:
        return
    at = data.draw(st.sampled_from(sorted(some.places(document), key=repr)))
    value = some.part(document, at)
    other = data.draw(st.sampled_from(OTHERS) | some.any_json())
    if json.dumps(other, sort_keys=True) != json.dumps(value, sort_keys=True):
        assert not verified(some.replaced(document, at, other), contract).agrees
    if isinstance(value, dict) and value:
        name = data.draw(st.sampled_from(sorted(value)))
        less = {key: inner for key, inner in value.items() if key != name}
        assert not verified(some.replaced(document, at, less), contract).agrees


def test_the_difference_names_what_was_edited() -> None:
    document = chain("plain")
    cases: list[tuple[tuple[str | int, ...], Json, str, str]] = [
        (("contract_hash",), "sha256:" + "0" * 64, "contract_hash_mismatch", "/contract_hash"),
        (("format",), "other/1", "malformed_chain", "/format"),
        (("inputs",), [], "malformed_chain", "/inputs"),
        (("inputs", "flow"), "gone", "edited_value", "/inputs/flow"),
        (("inputs", "facts", "amount", "amount"), "11.00", "edited_value", "/records/fact_provenance/1/value/amount"),
        (("inputs", "facts", "amount", "amount"), "x", "edited_value", "/inputs/facts/amount/amount"),
        (("inputs", "facts"), {}, "missing_input", "/inputs/facts/amount"),
        (
            ("inputs", "entity_states", "Order", "o1"),
            "sent",
            "edited_state",
            "/records/operation_provenance/0/state_before/Order/o1",
        ),
        (("inputs", "entity_states", "Order", "o1"), "lost", "edited_state", "/inputs/entity_states/Order/o1"),
        (("inputs", "entity_states", "Order"), {}, "missing_input", "/inputs/entity_states/Order/o1"),
        (("inputs", "instance_bindings"), {}, "missing_input", "/inputs/instance_bindings/Order"),
        (("inputs", "outcomes"), {"nowhere": "x"}, "edited_value", "/inputs/outcomes/nowhere"),
        (("inputs", "outcomes"), {"do_send": 1}, "malformed_chain", "/inputs/outcomes/do_send"),
        (("inputs", "recorded"), {"ids": [1]}, "malformed_chain", "/inputs/recorded/ids/0"),
        (("inputs", "recorded"), {"ids": ["a"]}, "missing_input", "/inputs/recorded/ids/1"),
        (("steps", 0, "transitions", 0, "to"), "closed", "edited_state", "/steps/0/transitions/0/to"),
        (("steps", 0, "precondition", "met"), False, "edited_value", "/steps/0/precondition/met"),
        (("steps",), [], "edited_value", "/steps/0"),
        (("flow_outcome", "outcome"), "failure", "edited_value", "/flow_outcome/outcome"),
        (("content_hash",), "sha256:0", "edited_value", "/content_hash"),
    ]
    for at, other, code, path in cases:
        difference = verified(some.replaced(document, at, other)).difference
        assert difference is not None
        assert (difference.code, difference.path) == (code, path)


def test_both_values_are_given() -> None:
    answer: Json = api.to_json(verified(some.replaced(chain("plain"), ("steps", 0, "result"), "refused")))
    assert (answer["difference"]["expected"], answer["difference"]["found"]) == ("success", "refused")
    removed = chain("plain")
    del removed["trigger"]
    answer = api.to_json(verified(removed))
    assert answer["difference"]["expected"] == {"type": "simulation", "persona": "clerk"}
    assert "found" not in answer["difference"]


@pytest.mark.parametrize("document", [None, [], "x", 7, {}, {"format": "tenor-provenance/1"}])
def test_what_is_no_chain_is_answered(document: Json) -> None:
    difference = verified(document).difference
    assert difference is not None
    assert difference.code in ("malformed_chain", "contract_hash_mismatch")


def test_a_chain_of_another_version_of_the_contract_is_refused() -> None:
    other = b.load(*CONSTRUCTS, b.persona("auditor"))
    difference = verified(chain("plain"), other).difference
    assert difference is not None
    assert (difference.code, difference.expected, difference.found) == (
        "contract_hash_mismatch",
        other.hash,
        CONTRACT.hash,
    )


def test_verification_changes_nothing() -> None:
    document = recorded_chain()
    before = deepcopy(document)
    verified(document)
    assert document == before


# --- the example of the provenance document --------------------------------------------------------------------

RELEASE = """
fact payment_received { type: Bool source: payment_gateway }
fact release_approved { type: Bool source: "api_input" }
persona escrow_agent
entity Order {
  states: [pending, approved, released]
  initial: pending
  transitions: [(pending, approved), (approved, released)]
}
rule check_payment {
  stratum: 0
  when: payment_received = true
  produce: verdict payment_ok { payload: Bool = true }
}
rule check_release {
  stratum: 1
  when: verdict_present(payment_ok) and release_approved = true
  produce: verdict release_ready { payload: Bool = true }
}
operation approve_release {
  allowed_personas: [escrow_agent]
  precondition: verdict_present(release_ready)
  effects: [(Order, pending, approved)]
  error_contract: [unauthorized, invalid_state]
}
flow release_flow {
  snapshot: at_initiation
  entry: approve
  steps: {
    approve: OperationStep {
      op: approve_release
      persona: escrow_agent
      outcomes: { success: Terminal(success) }
      on_failure: Terminate(outcome: failure)
    }
  }
}
"""
TIMES = {
    "started_at": "2026-02-15T14:30:00.000Z",
    "received_at": "2026-02-15T14:30:00.001Z",
    "evaluated_at": "2026-02-15T14:30:00.008Z",
    "applied_at": "2026-02-15T14:30:00.012Z",
    "executed_at": "2026-02-15T14:30:00.012Z",
    "completed_at": "2026-02-15T14:30:00.047Z",
}
IDS = {"flow_outcomes": "chain_20260215_full", "snapshots": "snap_20260215_full"}


def released() -> tuple[api.Contract, Json]:
    """The end-to-end example, its ids, times and caller passed in."""
    contract = api.load_source({"release.tenor": RELEASE}, "release.tenor")
    facts = {"payment_received": True, "release_approved": True}
    states, bindings = {"Order": {"order_001": "pending"}}, {"Order": "order_001"}
    result = api.simulate_flow(contract, "release_flow", "escrow_agent", facts, states, bindings).flow
    recording = api.Recording(
        clock=TIMES.__getitem__,
        ids=lambda kind, derived: IDS.get(kind, derived),
        simulation=False,
        execution_id="exec_20260215_full",
        trigger={"type": "api_invocation", "api_key": "key_20260215_001", "request_id": "req_20260215_full"},
        personas={"escrow_agent": {"resolved_from": "tk_live_agent_key", "method": "key_binding"}},
    )
    return contract, json.loads(write_json(api.provenance_chain(result, recording)))


PRINTED: Json = {
    "provenance_chain_id": "chain_20260215_full",
    "flow_outcome": {
        "flow_id": "release_flow",
        "execution_id": "exec_20260215_full",
        "status": "completed",
        "started_at": "2026-02-15T14:30:00.000Z",
        "completed_at": "2026-02-15T14:30:00.047Z",
    },
    "trigger": {
        "type": "api_invocation",
        "persona": "escrow_agent",
        "api_key": "key_20260215_001",
        "request_id": "req_20260215_full",
    },
    "steps": [
        {
            "step": "approve",
            "operation": "approve_release",
            "persona": {
                "contract_persona": "escrow_agent",
                "resolved_from": "tk_live_agent_key",
                "method": "key_binding",
            },
            "precondition": {"expression": "verdict_present(release_ready)", "met": True},
            "transitions": [{"entity": "Order", "instance": "order_001", "from": "pending", "to": "approved"}],
            "verdicts_at_evaluation": {
                "payment_ok": {
                    "value": True,
                    "stratum": 0,
                    "rule": "check_payment",
                    "facts_used": {
                        "payment_received": {
                            "value": True,
                            "type": "Bool",
                            "source": "payment_gateway",
                            "received_at": "2026-02-15T14:30:00.001Z",
                        }
                    },
                },
                "release_ready": {
                    "value": True,
                    "stratum": 1,
                    "rule": "check_release",
                    "verdicts_used": ["payment_ok"],
                    "facts_used": {
                        "release_approved": {
                            "value": True,
                            "type": "Bool",
                            "source": "api_input",
                            "received_at": "2026-02-15T14:30:00.001Z",
                        }
                    },
                },
            },
            "snapshot_id": "snap_20260215_full",
            "evaluated_at": "2026-02-15T14:30:00.008Z",
            "applied_at": "2026-02-15T14:30:00.012Z",
        }
    ],
}
"""The members that the provenance document shows, each with its value."""


def test_the_documents_example_is_written_as_printed_and_verifies() -> None:
    contract, document = released()
    assert difference(PRINTED, document) is None
    assert verified(document, contract).agrees


def test_every_edit_of_the_documents_example_is_found() -> None:
    contract, document = released()
    for edited in edits(document):
        assert not verified(edited, contract).agrees
