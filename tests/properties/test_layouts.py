"""Answers that are filled into a layout are those that are written anew, whatever the ids are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm.api import compat
from tests.properties import strategies as some

Json = Any

NAMES = st.text(max_size=8).filter(lambda name: name == "" or not name.isspace())


def renamed(states: Mapping[str, Mapping[str, str]], prefix: str) -> dict[str, dict[str, str]]:
    """The same instances under other ids, in the same order."""

    def name(number: int, instance_id: str) -> str:
        return f"{number:02}{prefix}{instance_id}"

    return {
        entity_id: {name(number, one): some[one] for number, one in enumerate(sorted(some))}
        for entity_id, some in states.items()
    }


def handle_of(bundle: Json) -> int:
    handle: int = json.loads(compat.load_contract(json.dumps(bundle)))["handle"]
    return handle


def answers(handle: int, flows: Any, facts: Json, states: Json, bindings: Json, persona: str) -> list[str]:
    texts = (json.dumps(facts), json.dumps(states))
    return [
        compat.compute_action_space(handle, *texts, persona),
        *(compat.simulate_flow_with_bindings(handle, flow, persona, *texts, json.dumps(bindings)) for flow in flows),
        *(compat.simulate_flow(handle, flow, persona, *texts) for flow in flows),
    ]


@given(st.data())
def test_a_contract_that_has_met_a_situation_answers_as_a_fresh_one(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    facts, persona = data.draw(some.facts(world)), data.draw(some.personas())
    states = renamed(data.draw(some.nested_states(world)), "")
    bindings = data.draw(some.bindings(world, states))
    known, fresh = handle_of(world.bundle), handle_of(world.bundle)
    answers(known, world.flows, facts, states, bindings, persona)
    for _ in range(data.draw(st.integers(0, 2))):
        # Another situation: other conditions, states and bindings, which may come to the same or not.
        met = renamed(data.draw(some.nested_states(world)), "")
        met_with = data.draw(some.facts(world)), met, data.draw(some.bindings(world, met)), data.draw(some.personas())
        answers(known, world.flows, *met_with)
    prefix = data.draw(NAMES)
    others = renamed(states, prefix)
    places = {entity_id: dict(zip(sorted(some), others[entity_id], strict=True)) for entity_id, some in states.items()}
    bound = {entity_id: places[entity_id].get(one, prefix + one) for entity_id, one in bindings.items()}
    given = (world.flows, facts, others, bound, data.draw(some.personas()))
    assert answers(known, *given) == answers(fresh, *given)
    for handle in (known, fresh):
        compat.free_contract(handle)
