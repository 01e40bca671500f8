"""Where every instance stands: flat, nested and mixed JSON, nothing guessed (§6.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.evaluator.entity_states import read_entity_states
from tests import bundles as b

CONTRACT = b.load(b.entity("Order", "draft", "sent"), b.entity("a/b", "on", "off"), b.entity("Bill", "open", "paid"))
ENTITIES = CONTRACT.entities


@pytest.mark.parametrize(
    ("json", "read"),
    [
        ({}, {}),
        ({"Order": "sent"}, {("Order", "_default"): "sent"}),
        ({"Order": {"_default": "sent"}}, {("Order", "_default"): "sent"}),
        ({"Order": {"b": "sent", "a": "draft"}}, {("Order", "a"): "draft", ("Order", "b"): "sent"}),
        ({"Order": {"1": "sent"}, "Bill": "paid"}, {("Order", "1"): "sent", ("Bill", "_default"): "paid"}),
        ({"Order": {" ": "sent", "ö/~": "draft"}}, {("Order", " "): "sent", ("Order", "ö/~"): "draft"}),
        ({"Order": {}}, {}),
    ],
)
def test_flat_nested_and_mixed_maps_are_read(json: Any, read: dict[tuple[str, str], str]) -> None:
    states = read_entity_states(json, ENTITIES)
    assert states == read
    assert len(states) == len(read)
    assert read_entity_states(states.to_json(), ENTITIES) == states


@pytest.mark.parametrize(
    ("json", "found"),
    [
        ({"Ghost": "on"}, [("unknown_entity", "/Ghost")]),
        ({"Order": "lost"}, [("unknown_state", "/Order")]),
        ({"Order": {"o-1": "lost", "o-2": "draft"}}, [("unknown_state", "/Order/o-1")]),
        ({"Order": {"": "draft"}}, [("empty_instance_id", "/Order/")]),
        ({"Order": {"o-1": None}}, [("type_mismatch", "/Order/o-1")]),
        ({"Order": {"o-1": {"state": "draft"}}}, [("type_mismatch", "/Order/o-1")]),
        ({"Order": None}, [("type_mismatch", "/Order")]),
        ({"Order": ["draft"]}, [("type_mismatch", "/Order")]),
        ({"Order": True}, [("type_mismatch", "/Order")]),
        ({"a/b": {"x~y": "lost"}}, [("unknown_state", "/a~1b/x~0y")]),
        (
            {"Ghost": {}, "Order": {"": 1, "x": "lost"}, "Bill": 7},
            [
                ("unknown_entity", "/Ghost"),
                ("empty_instance_id", "/Order/"),
                ("unknown_state", "/Order/x"),
                ("type_mismatch", "/Bill"),
            ],
        ),
    ],
)
def test_every_fault_is_reported_at_its_place(json: Any, found: list[tuple[str, str]]) -> None:
    with pytest.raises(api.TenorError) as caught:
        read_entity_states(json, ENTITIES)
    assert caught.value.code == "invalid_entity_states"
    assert b.findings(caught.value) == found


@pytest.mark.parametrize("json", [None, [], "draft", 7])
def test_entity_states_are_an_object(json: Any) -> None:
    with pytest.raises(api.TenorError) as caught:
        read_entity_states(json, ENTITIES)
    assert (caught.value.code, caught.value.path) == ("invalid_entity_states", "")


def test_states_that_were_built_by_hand_obey_the_same_rules() -> None:
    for states, code in [
        ({("Ghost", "x"): "on"}, "unknown_entity"),
        ({("Order", "x"): "lost"}, "unknown_state"),
        ({("Order", ""): "draft"}, "empty_instance_id"),
    ]:
        with pytest.raises(api.TenorError) as caught:
            api.action_space(CONTRACT, {}, api.EntityStates(states), "clerk")
        assert b.findings(caught.value)[0][0] == code


def test_a_changed_map_is_a_new_map() -> None:
    before = api.EntityStates({("Order", "a"): "draft", ("Order", "b"): "draft"})
    after = before.with_states({("Order", "a"): "sent"})
    assert (before["Order", "a"], after["Order", "a"], after["Order", "b"]) == ("draft", "sent", "draft")
    assert before != after
    assert len({before, after, api.EntityStates(dict(before))}) == 2


def test_only_a_wholly_absent_entity_gets_a_default_instance() -> None:
    states = read_entity_states({"Order": {"o-1": "sent"}, "Bill": {}}, ENTITIES).with_defaults(ENTITIES)
    assert dict(states) == {("Order", "o-1"): "sent", ("a/b", "_default"): "on"}
    assert (states.state("Bill", "_default"), dict(states.instances("Bill"))) == (None, {})
