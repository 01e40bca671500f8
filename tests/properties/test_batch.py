"""A batch is worth its single calls: for any contract, facts, states and personas, errors too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api.wire import dispatch
from tests.properties import strategies as some

Json = Any


def asked(method: str, **params: Json) -> Json:
    return json.loads(dispatch(method, json.dumps(params)))


def single(contract: int, facts: Json, states: Json, personas: list[str] | None) -> Json:
    """What one result of a batch must be, made of single calls."""
    evaluation = asked("evaluate", contract=contract, facts=facts)
    if "error" in evaluation:
        return {"error": evaluation["error"]}
    result = evaluation["ok"]
    for persona in personas or ():
        space = asked("action_space", contract=contract, facts=facts, entity_states=states, persona=persona)
        if "error" in space:
            return {"error": space["error"]}
        result.setdefault("action_spaces", []).append(space["ok"])
    return result if personas != [] else result | {"action_spaces": []}


def without_places(item: Json) -> Json:
    """An error's code and message; where it stands is another place in a batch."""
    return (item["error"]["code"], item["error"]["message"]) if "error" in item else item


@given(st.data())
def test_a_batch_equals_single_calls(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    contract = asked("load", bundle=world.bundle)["ok"]["handle"]
    fact_sets = data.draw(st.lists(some.facts(world) | some.any_json(), max_size=4))
    states = data.draw(some.nested_states(world) | some.flat_states(world))
    personas = data.draw(st.none() | st.lists(some.personas(), max_size=3))
    answer = asked("evaluate_batch", contract=contract, fact_sets=fact_sets, entity_states=states, personas=personas)
    expected = [single(contract, facts, states, personas) for facts in fact_sets]
    dispatch("free", json.dumps({"contract": contract}))
    assert [*map(without_places, answer["ok"]["results"])] == [*map(without_places, expected)]
    assert answer["ok"]["failed"] == sum("error" in item for item in expected)


@given(st.data())
def test_an_error_of_a_batch_stands_below_its_fact_set(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    contract = api.load(world.bundle)
    fact_sets = data.draw(st.lists(some.facts(world) | some.any_json(), max_size=4))
    for index, result in enumerate(api.evaluate_batch(contract, fact_sets).results):
        if not isinstance(result, api.TenorError):
            continue
        with pytest.raises(api.TenorError) as caught:
            api.evaluate(contract, fact_sets[index])
        assert (result.code, result.path) == (caught.value.code, f"/{index}{caught.value.path}")
