"""Whatever comes in, an answer or a ``TenorError`` comes out: of the typed calls, the wire, the drop-in functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api import compat, wire
from tests.properties import strategies as some

Json = Any
METHODS = ("version", "load", "free", "evaluate", "action_space", "simulate_flow", "inspect")


def settled(call: Callable[..., Any], *args: Any) -> Any:
    """What the call returns as JSON, or ``None`` when it raises a clean error; whatever else it raises is let out."""
    try:
        result = call(*args)
    except api.TenorError as error:
        check(error)
        return None
    return result if isinstance(result, api.Contract) else api.to_json(result)


def check(error: api.TenorError) -> None:
    """An error has a code that is no defect, a message, a JSON Pointer, and a JSON form."""
    assert error.code != "internal_error"
    assert error.message
    assert error.path == "" or error.path.startswith("/")
    json.dumps(error.to_json())


def clean(answer: str | None) -> Json:
    """An answer of the edge: ASCII, JSON, and no defect of the evaluator."""
    if answer is None:
        return None
    assert answer.isascii()
    assert '"internal_error"' not in answer
    return json.loads(answer)


def ask_everything(contract: api.Contract, facts: Json, states: Json, bindings: Json) -> None:
    settled(api.inspect, contract)
    settled(api.evaluate, contract, facts)
    settled(api.action_space, contract, facts, states, "clerk")
    for flow in (*contract.flows, "no such flow"):
        settled(api.simulate_flow, contract, flow, "clerk", facts, states, bindings)


@given(some.any_json(), some.any_json(), some.any_json())
def test_any_value_may_be_given_to_the_typed_calls(bundle: Json, one: Json, two: Json) -> None:
    assert settled(api.load, bundle) is None or isinstance(bundle, dict)
    contract = api.load({"id": "x", "kind": "Bundle", "tenor": "1.0", "tenor_version": "1.0.0", "constructs": []})
    ask_everything(contract, one, two, bundle)
    settled(api.action_space, contract, {}, {}, one)
    settled(api.simulate_flow, contract, one, two, {}, {}, {}, bundle)


@given(some.worlds(), some.any_json(), some.any_json(), some.any_json())
def test_any_value_may_be_given_for_a_contract(world: some.World, facts: Json, states: Json, bindings: Json) -> None:
    ask_everything(api.load(world.bundle), facts, states, bindings)


@given(some.worlds(), st.data())
def test_a_damaged_contract_is_refused_or_answers(world: some.World, data: st.DataObject) -> None:
    found = list(some.places(world.bundle))
    facts, states = data.draw(some.facts(world)), data.draw(some.nested_states(world))
    bindings = data.draw(some.bindings(world, states))
    # A part of the contract stands in another part's place: types and shapes that are nearly right.
    for _ in range(8):
        at, source = data.draw(st.sampled_from(found)), data.draw(st.sampled_from(found))
        contract = settled(api.load, some.replaced(world.bundle, at, some.part(world.bundle, source)))
        if contract is not None:
            ask_everything(contract, facts, states, bindings)
    contract = settled(
        api.load, some.replaced(world.bundle, data.draw(st.sampled_from(found)), data.draw(some.any_json()))
    )
    if contract is not None:
        ask_everything(contract, facts, states, bindings)


@given(st.text() | some.any_json().map(json.dumps), st.sampled_from(METHODS) | st.text(max_size=9))
def test_any_text_may_be_sent_over_the_wire(text: str, method: str) -> None:
    answer = clean(wire.dispatch(method, text))
    assert ("ok" in answer) != ("error" in answer)
    params = f'{{"bundle":{text},"contract":0,"facts":{text},"entity_states":{text},"persona":"p","flow":"f"}}'
    clean(wire.dispatch(method, params))


@given(some.worlds(), st.lists(st.text() | some.any_json().map(json.dumps), min_size=5, max_size=5), st.integers(-2, 2))
def test_any_text_may_be_given_to_the_drop_in_functions(world: some.World, texts: list[str], off: int) -> None:
    handle = clean(compat.load_contract(json.dumps(world.bundle)))["handle"]
    clean(compat.load_contract(texts[0]))
    for other in {handle, handle + off}:
        clean(compat.evaluate(other, texts[0]))
        clean(compat.compute_action_space(other, texts[0], texts[1], texts[2]))
        for flow in (world.flows[0], texts[0]):
            clean(compat.simulate_flow(other, flow, texts[1], texts[2], texts[3]))
            clean(compat.simulate_flow_with_bindings(other, flow, texts[1], texts[2], texts[3], texts[4]))
    clean(compat.inspect_contract(handle))
    compat.free_contract(handle)
    assert clean(compat.inspect_contract(handle))["code"] == "unknown_handle"
