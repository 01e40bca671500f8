"""Fragments of text, however they are put together, are what the standard library writes for the same values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm.api.fragments import FEW, Fragments, ids_text, others_text
from tenor_wasm.evaluator.instances import Instances

PLAIN = [f"{prefix}-{number:03}" for prefix in ("a", "B") for number in range(FEW)]
"""More than a few ids without anything unusual."""

STATES = ("held", "a state", 'the "end"', "é")
UNUSUAL = [
    "a-00",
    "a-000!",
    "a-000 ",
    'say "x"',
    "back\\slash",
    "line\nbreak",
    "\x00",
    "\x7f",
    "é",
    "🙂",
    "a,b",
    "\x01",
]


def written(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


@given(st.sets(st.sampled_from([*PLAIN, *UNUSUAL]) | st.text(min_size=1)))
def test_ids_are_written_as_a_list(names: set[str]) -> None:
    ids = tuple(sorted({*names, *PLAIN}))
    assert ids_text(ids) == written(list(ids))
    assert ids_text(tuple(sorted(names))) == written(sorted(names))


@given(st.dictionaries(st.sampled_from([*PLAIN, *UNUSUAL]) | st.text(min_size=1), st.sampled_from(STATES)))
def test_others_are_written_as_an_object_sorted_by_id(states: dict[str, str]) -> None:
    for some in (states, dict.fromkeys(PLAIN, "held") | states):
        others = Instances(some).outside(("held",))
        expected = dict(sorted((name, state) for name, state in some.items() if state != "held"))
        assert others_text(others) == written(expected)
        assert dict(others) == expected


@pytest.mark.parametrize("unusual", UNUSUAL)
def test_one_unusual_id_among_many_does_not_change_the_order(unusual: str) -> None:
    states = {name: STATES[number % 2] for number, name in enumerate([*PLAIN, unusual])}
    assert others_text(Instances(states).outside(())) == written(dict(sorted(states.items())))


def test_fragments_of_the_answer_before_are_used_again_and_the_rest_is_forgotten() -> None:
    instances = Instances(dict.fromkeys(PLAIN, "held"))
    first = Fragments()
    text, lost = first.ids(instances.ids), first.ids(tuple(sorted(PLAIN)))
    second = Fragments(first)
    assert second.ids(instances.ids) is text
    third = Fragments(second)
    assert third.ids(instances.ids) is text
    assert lost == text
