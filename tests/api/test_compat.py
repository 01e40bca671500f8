"""The seven functions that applications call today: names, argument order, shapes (semantics: drop-in surface)."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from tenor_wasm.api import compat
from tests import bundles as b

Json = Any

BUNDLE = b.bundle(
    b.persona(),
    b.persona("chief"),
    b.fact("count", b.integer(0, 9)),
    b.fact("unit", b.text(5), default="kg"),
    b.rule("some", b.compare(b.ref("count"), ">", b.literal(0)), b.ref("count"), b.integer(0, 9)),
    b.entity("Order", "draft", "sent"),
    b.entity("Bill", "open", "paid"),
    b.operation("send", "Order: draft -> sent", when=b.present("some")),
    b.operation("sign", "Order: draft -> sent", personas=("chief",)),
    b.operation("pay", "Bill: open -> paid"),
    b.flow("f", b.act("send", "do_pay"), b.act("pay")),
    b.flow("g", b.act("sign", by="chief")),
)
FACTS = json.dumps({"count": 3})
STATES = json.dumps({"Order": {"o-1": "draft", "o-2": "sent"}, "Bill": "open"})


@pytest.fixture
def handle() -> int:
    number = json.loads(compat.load_contract(json.dumps(BUNDLE)))["handle"]
    assert isinstance(number, int)
    return number


def test_the_seven_functions_keep_their_names_and_arguments() -> None:
    signatures = {
        name: list(inspect.signature(getattr(compat, name)).parameters)
        for name in (
            *("load_contract", "free_contract", "evaluate", "compute_action_space"),
            *("simulate_flow", "simulate_flow_with_bindings", "inspect_contract"),
        )
    }
    flow = ["handle", "flow_id", "persona_id", "facts_json", "entity_states_json"]
    assert signatures == {
        "load_contract": ["bundle_json"],
        "free_contract": ["handle"],
        "evaluate": ["handle", "facts_json"],
        "compute_action_space": ["handle", "facts_json", "entity_states_json", "persona_id"],
        "simulate_flow": flow,
        "simulate_flow_with_bindings": [*flow, "instance_bindings_json"],
        "inspect_contract": ["handle"],
    }


def test_evaluate_has_its_shape(handle: int) -> None:
    assert json.loads(compat.evaluate(handle, FACTS))["verdicts"] == [
        {
            "type": "some",
            "payload": {"kind": "int_value", "value": 3},
            "provenance": {"rule": "some_rule", "stratum": 0, "facts_used": ["count"], "verdicts_used": []},
        }
    ]


def test_compute_action_space_has_its_shape(handle: int) -> None:
    answer = json.loads(compat.compute_action_space(handle, FACTS, STATES, "clerk"))
    assert answer["persona_id"] == "clerk"
    (action,) = answer["actions"]
    assert set(action) >= {
        *("flow_id", "persona_id", "entry_operation_id", "enabling_verdicts", "affected_entities"),
        *("description", "instance_bindings"),
    }
    assert action["enabling_verdicts"] == answer["current_verdicts"]
    assert set(action["enabling_verdicts"][0]) >= {"verdict_type", "payload", "producing_rule", "stratum"}
    (blocked,) = answer["blocked_actions"]
    assert (blocked["flow_id"], blocked["reason"]["type"]) == ("g", "PersonaNotAuthorized")
    assert blocked["instance_bindings"] == {}


def test_simulate_flow_has_its_shape(handle: int) -> None:
    bindings = json.dumps({"Order": "o-1", "Bill": "_default"})
    answer = json.loads(compat.simulate_flow_with_bindings(handle, "f", "clerk", FACTS, STATES, bindings))
    assert set(answer) >= {
        *("simulation", "flow_id", "persona", "outcome", "path", "would_transition", "verdicts", "instance_bindings")
    }
    assert answer["simulation"] is True
    assert answer["would_transition"] == [
        {"entity_id": "Order", "instance_id": "o-1", "from_state": "draft", "to_state": "sent"},
        {"entity_id": "Bill", "instance_id": "_default", "from_state": "open", "to_state": "paid"},
    ]
    assert answer["path"][0]["instance_bindings"] == {"Order": "o-1"}
    assert answer["verdicts"] == json.loads(compat.evaluate(handle, FACTS))["verdicts"]


@pytest.mark.parametrize("bindings", [None, "", "null", '""', "{}"])
def test_no_bindings_mean_the_default_instances(handle: int, bindings: str | None) -> None:
    states = json.dumps({"Order": "draft"})
    with_none = compat.simulate_flow(handle, "f", "clerk", FACTS, states)
    assert compat.simulate_flow_with_bindings(handle, "f", "clerk", FACTS, states, bindings) == with_none
    answer = json.loads(with_none)
    assert (answer["outcome"], answer["instance_bindings"]) == ("success", {})
    assert {move["instance_id"] for move in answer["would_transition"]} == {"_default"}


def test_inspect_contract_has_its_shape(handle: int) -> None:
    answer = json.loads(compat.inspect_contract(handle))
    assert set(answer) >= {"facts", "entities", "rules", "personas", "operations", "flows"}
    assert answer["personas"] == [{"id": "clerk"}, {"id": "chief"}]
    assert [fact["has_default"] for fact in answer["facts"]] == [False, True]
    assert answer["facts"][1]["default"] == "kg"
    assert answer["entities"][0]["transitions"] == [{"from": "draft", "to": "sent"}]
    assert answer["flows"][0]["affected_entities"] == ["Order", "Bill"]


def test_errors_are_messages_with_code_path_and_details_beside(handle: int) -> None:
    answers = {
        "invalid_contract": compat.load_contract("{}"),
        "invalid_json": compat.load_contract("{"),
        "unknown_handle": compat.evaluate(-1, FACTS),
        "invalid_facts": compat.evaluate(handle, "{}"),
        "invalid_entity_states": compat.compute_action_space(handle, FACTS, '{"Ghost": "x"}', "clerk"),
        "unknown_flow": compat.simulate_flow(handle, "h", "clerk", FACTS, STATES),
        "missing_binding": compat.simulate_flow_with_bindings(handle, "f", "clerk", FACTS, STATES, '{"Order": "o-1"}'),
        "duplicate_key": compat.simulate_flow_with_bindings(handle, "f", "clerk", FACTS, STATES, '{"a":1,"a":1}'),
    }
    for code, text in answers.items():
        answer = json.loads(text)
        assert set(answer) == {"error", "code", "path", "details"}
        assert answer["code"] == code
        assert isinstance(answer["error"], str)
    assert json.loads(answers["invalid_facts"])["path"] == "/count"
    assert json.loads(answers["invalid_entity_states"])["path"] == "/Ghost"
    assert json.loads(answers["missing_binding"])["details"] == {"missing": ["Bill"]}


@pytest.mark.parametrize("argument", [None, -7, "nonsense", "[]", "\ud800"])
def test_no_function_ever_raises(handle: int, argument: Any) -> None:
    for text in (
        compat.load_contract(argument),
        compat.evaluate(handle, argument),
        compat.evaluate(argument, FACTS),
        compat.compute_action_space(handle, FACTS, argument, "clerk"),
        compat.compute_action_space(handle, FACTS, STATES, argument),
        compat.simulate_flow(handle, argument, "clerk", FACTS, STATES),
        compat.simulate_flow(handle, "f", "clerk", argument, STATES),
        compat.inspect_contract(argument),
    ):
        answer = json.loads(text)
        assert answer.get("code") != "internal_error", answer
    compat.free_contract(argument)
    assert "verdicts" in json.loads(compat.evaluate(handle, FACTS))


def test_a_freed_contract_is_gone_and_freeing_it_again_is_no_error(handle: int) -> None:
    compat.free_contract(handle)
    compat.free_contract(handle)
    assert json.loads(compat.inspect_contract(handle))["code"] == "unknown_handle"
