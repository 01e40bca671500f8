"""The provenance chain: every kind of step has its record, and the records name each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tenor_wasm import api
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.schemas import schema, schema_names
from tenor_wasm.evaluator.ledger import KINDS, as_text
from tenor_wasm.interchange.canonical import canonical_json
from tests import bundles as b

Json = Any

FACTS = (
    b.fact("urgent", b.BOOL, default=False),
    b.fact("amount", b.money("EUR")),
    b.fact("ready_on", b.DATE_TIME, default="2026-01-01T00:00:00Z"),
)
RULES = (
    b.rule("small", b.compare(b.ref("amount"), "<=", b.literal({"amount": "100.00", "currency": "EUR"}, b.money()))),
    b.rule("hurried", b.both(b.ref("urgent"), b.present("small")), "now", b.text(), stratum=1),
)
CONSTRUCTS = (
    b.persona("clerk"),
    b.persona("chief"),
    *FACTS,
    *RULES,
    b.entity("Order", "draft", "sent", "closed"),
    b.entity("Bill", "open", "paid"),
    b.operation("send", "Order: draft -> sent", when=b.present("small")),
    b.operation("pay", "Bill: open -> paid"),
    b.operation("sign", personas=("chief",)),
    b.operation("judge", "Bill: open -> paid => yes", "Order: draft -> sent => no", outcomes=("yes", "no")),
    b.flow("plain", b.act("send")),
    b.flow("branched", b.decide("ask", b.present("hurried"), "do_send", b.done("later")), b.act("send")),
    b.flow("handed", b.hand_off("hand", "do_sign"), b.act("sign", by="chief")),
    b.flow("nested", b.run_flow("sub", "plain")),
    b.flow("twice", b.run_flow("one", "noted", "two"), b.run_flow("two", "noted")),
    b.flow("noted", b.act("sign", by="chief")),
    b.flow("split", b.parallel("both", {"left": [b.act("send")], "right": [b.act("pay")]})),
    b.flow("undone", b.act("sign", on_failure=b.compensate("pay"))),
    b.flow("raised", b.act("sign", on_failure=b.escalate("by_chief")), b.act("sign", step="by_chief", by="chief")),
    b.flow("judged", b.act("judge", outcomes={"yes": b.done(), "no": b.done()})),
)
CONTRACT = b.load(*CONSTRUCTS)
STATES = {"Order": {"o1": "draft", "o2": "sent"}, "Bill": {"b1": "open"}}
BINDINGS = {"Order": "o1", "Bill": "b1"}
SMALL = {"amount": {"amount": "10.00", "currency": "EUR"}}


def chain(flow: str, facts: Json = SMALL, states: Json = STATES, bindings: Json = BINDINGS, **more: Json) -> Json:
    """The chain of a simulation, as JSON brings it back."""
    result = api.simulate_flow(CONTRACT, flow, "clerk", facts, states, bindings, provenance=True, **more)
    return json.loads(write_json(result.provenance))


def ids_of(value: Json) -> Iterator[str]:
    """Every id that a record refers to."""
    names = {"ref", "step_id", "provenance_ref", "verdict_set_ref", "operation_provenance", "chain_ref"}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        if name in names and isinstance(inner, str):
            yield inner
        yield from ids_of(inner)


FLOWS = tuple(CONTRACT.flows)


def test_without_being_asked_for_there_is_no_chain() -> None:
    assert "provenance" not in api.to_json(api.simulate_flow(CONTRACT, "plain", "clerk", SMALL, STATES, BINDINGS))


@pytest.mark.parametrize("flow", FLOWS)
def test_records_name_each_other_and_nothing_else(flow: str) -> None:
    records = chain(flow)["records"]
    ids = [record[member] for kind, (member, _) in KINDS.items() for record in records[kind]]
    assert len(ids) == len(set(ids))
    referred = set(ids_of(records))
    assert referred <= set(ids)
    assert {record["step_record_id"] for record in records["step_records"]} <= referred
    assert {record["provenance_id"] for record in records["operation_provenance"]} <= referred


@pytest.mark.parametrize("flow", FLOWS)
def test_a_chain_is_the_same_bytes_every_time_and_says_that_it_is_a_simulation(flow: str) -> None:
    first = chain(flow)
    spelled = {"amount": {"currency": "EUR", "amount": "10.00"}, "ignored": 1}
    assert json.dumps(chain(flow, spelled, {**STATES, "Bill": {"b1": "open", "b2": "paid"}})) == json.dumps(first)
    assert first["simulation"] is True
    assert all(record["simulation"] is True for record in first["records"]["operation_provenance"])
    assert not [key for key in json.dumps(first).split('"') if key.endswith("_at")]


@pytest.mark.parametrize("flow", FLOWS)
def test_a_chain_fits_its_schema(flow: str) -> None:
    named = {str(schema(name)["$id"]): Resource.from_contents(schema(name)) for name in schema_names()}
    registry: Any = Registry().with_resources(named.items())
    Draft202012Validator({"$ref": schema("chain")["$id"]}, registry=registry).validate(chain(flow))


@pytest.mark.parametrize("flow", FLOWS)
def test_the_fast_digest_is_that_of_canonical_json(flow: str) -> None:
    document = chain(flow)
    assert as_text(document).encode() == canonical_json(document)


def test_an_operation_shows_verdicts_down_to_the_facts() -> None:
    step = chain("plain")["steps"][0]
    assert (step["step"], step["step_type"], step["operation"]) == ("do_send", "OperationStep", "send")
    assert step["persona"] == {"contract_persona": "clerk"}
    assert step["precondition"] == {"expression": "verdict_present(small)", "met": True}
    assert step["transitions"] == [
        {"entity": "Order", "instance": "o1", "from": "draft", "to": "sent", "transition_declared": True}
    ]
    assert (step["state_before"], step["state_after"]) == ({"Order": {"o1": "draft"}}, {"Order": {"o1": "sent"}})
    assert step["verdicts_at_evaluation"] == {
        "small": {
            "value": True,
            "produced": True,
            "type": "Bool",
            "stratum": 0,
            "rule": "small_rule",
            "when_expression": "amount <= 100.00 EUR",
            "verdicts_used": [],
            "facts_used": {
                "amount": {
                    "value": {"amount": "10.00", "currency": "EUR"},
                    "type": "Money",
                    "source": "test",
                    "assertion_source": "external",
                }
            },
        }
    }


def test_rules_that_did_not_fire_say_so_and_what_they_looked_at() -> None:
    document = chain("plain")
    hurried = document["verdicts"]["hurried"]
    assert (hurried["produced"], hurried["value"], hurried["verdicts_used"]) == (False, None, [])
    assert list(hurried["facts_used"]) == ["urgent"]
    record = next(r for r in document["records"]["verdict_provenance"] if r["verdict_name"] == "hurried")
    assert (record["result"], record["rule"], record["stratum"]) == (False, "hurried_rule", 1)
    fired = chain("plain", {**SMALL, "urgent": True})
    record = next(r for r in fired["records"]["verdict_provenance"] if r["verdict_name"] == "hurried")
    assert record["result"] is True
    assert [(ref["name"], ref["value"]) for ref in record["inputs"]["verdicts_referenced"]] == [("small", True)]
    assert fired["verdicts"]["hurried"]["value"] == "now"


def test_facts_say_whether_they_were_given_or_are_the_contracts_default() -> None:
    document = chain("plain")
    sources = {record["fact_name"]: record["assertion_source"] for record in document["records"]["fact_provenance"]}
    assert sources == {"urgent": "contract", "amount": "external", "ready_on": "contract"}
    assert document["inputs"]["defaults"] == ["urgent", "ready_on"]
    assert document["inputs"]["facts"] == SMALL


def test_the_inputs_hold_the_bound_instances_alone_and_absence_too() -> None:
    assert chain("plain")["inputs"]["entity_states"] == {"Order": {"o1": "draft"}, "Bill": {"b1": "open"}}
    absent = chain("plain", bindings={"Order": "nowhere"})
    assert absent["inputs"]["entity_states"] == {"Order": {"nowhere": None}}
    step = absent["steps"][0]
    assert (step["result"], step["error"]["code"]) == ("refused", "unknown_instance")
    assert step["precondition"]["met"] is True
    assert step["state_before"] == step["state_after"] == {"Order": {"nowhere": None}}


def test_a_branch_has_its_condition_and_truth() -> None:
    document = chain("branched")
    step = document["steps"][0]
    assert step["condition"] == {"expression": "verdict_present(hurried)", "result": False}
    assert (step["result"], step["next"]) == ("false", "later")
    assert step["verdicts_at_evaluation"]["hurried"]["produced"] is False
    assert document["flow_outcome"]["outcome"] == "later"


def test_a_handoff_has_both_personas() -> None:
    step = chain("handed")["steps"][0]
    assert (step["step_type"], step["from_persona"], step["to_persona"]) == ("HandoffStep", "clerk", "chief")


def test_a_sub_flow_has_its_own_chain() -> None:
    document = chain("nested")
    inner = document["steps"][0]["flow"]
    assert inner["flow_outcome"]["flow_id"] == "plain"
    assert inner["steps"][0]["operation"] == "send"
    chains = [record["provenance_chain_id"] for record in document["records"]["flow_outcomes"]]
    assert chains == [inner["provenance_chain_id"], document["provenance_chain_id"]]


def test_two_runs_of_one_sub_flow_are_two_chains() -> None:
    one, two = chain("twice")["steps"]
    assert one["flow"]["provenance_chain_id"] != two["flow"]["provenance_chain_id"]


def test_a_parallel_step_has_each_branch() -> None:
    step = chain("split")["steps"][0]
    assert [(branch["branch_id"], branch["outcome"]) for branch in step["branches"]] == [
        ("left", "success"),
        ("right", "success"),
    ]
    assert [branch["steps"][0]["operation"] for branch in step["branches"]] == ["send", "pay"]
    assert len(chain("split")["steps"]) == 1


def test_a_refusal_is_recorded_with_its_compensation() -> None:
    document = chain("undone")
    refused, compensation = document["steps"]
    assert (refused["result"], refused["error"]["code"]) == ("refused", "persona_rejected")
    assert refused["precondition"]["met"] is None
    assert (compensation["step"], compensation["step_type"]) == ("comp:pay", "CompensationStep")
    assert compensation["transitions"][0]["to"] == "paid"
    assert document["flow_outcome"]["status"] == "failed"


def test_an_escalation_says_to_whom() -> None:
    step = chain("raised")["steps"][1]
    assert (step["step_type"], step["to_persona"], step["next"]) == ("Escalation", "chief", "by_chief")


def test_a_chosen_outcome_is_an_input_and_an_open_choice_is_recorded() -> None:
    assert chain("judged", outcomes={"do_judge": "no"})["inputs"]["outcomes"] == {"do_judge": "no"}
    assert chain("judged")["steps"][0]["ambiguous_outcomes"] == ["yes", "no"]


def test_a_clock_and_ids_that_are_passed_in_are_used_and_kept() -> None:
    result = api.simulate_flow(CONTRACT, "plain", "clerk", SMALL, STATES, BINDINGS).flow
    names: list[str] = []

    def clock(name: str) -> str:
        names.append(name)
        return f"t{len(names)}"

    recording = api.Recording(clock=clock, ids=lambda kind, _: f"{kind}-id", simulation=False, execution_id="x1")
    document: Json = api.provenance_chain(result, recording)
    assert names == ["received_at", "evaluated_at", "started_at", "applied_at", "executed_at", "completed_at"]
    assert document["inputs"]["recorded"]["times"] == ["t1", "t2", "t3", "t4", "t5", "t6"]
    assert document["provenance_chain_id"] == "flow_outcomes-id"
    assert document["flow_outcome"]["execution_id"] == "x1"
    assert document["steps"][0]["applied_at"] == "t4"
    assert "simulation" not in document


def test_a_declared_source_is_named_with_its_protocol() -> None:
    source = {"id": "shop", "kind": "Source", "protocol": "http", "fields": {"base_url": "https://shop.invalid"}}
    facts = (
        b.fact("structured", b.BOOL, source={"source_id": "shop", "path": "orders.open"}),
        b.fact("dotted", b.BOOL, source={"system": "shop", "field": "open"}),
        b.fact("whole", b.BOOL, source={"system": "shop", "field": ""}),
    )
    contract = b.load(source, *facts, b.persona(), b.operation("note"), b.flow("f", b.act("note")))
    given = {"structured": True, "dotted": True, "whole": True}
    document: Json = api.simulate_flow(contract, "f", "clerk", given, provenance=True).provenance
    sources = {record["fact_name"]: record["source"] for record in document["records"]["fact_provenance"]}
    assert sources == {
        "structured": {"source_id": "shop", "path": "orders.open", "protocol": "http"},
        "dotted": "shop.open",
        "whole": "shop",
    }
