"""Instances that change one by one: they answer as a fresh grouping does, whose cost a change hardly has."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import pytest

from tenor_wasm.evaluator import live_instances
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Instances
from tenor_wasm.evaluator.live_instances import LiveInstances, Run

STATES = ("draft", "sent", "closed")
ASKED = [states for size in range(4) for states in itertools.combinations(STATES, size)]


def same(live: LiveInstances, fresh: Instances) -> None:
    """Every question has the same answer."""
    assert dict(live.states) == dict(fresh.states)
    assert dict(live.states.items()) == dict(fresh.states)
    assert len(live.states) == len(fresh.states)
    assert live.ids == tuple(fresh.ids)
    assert dict(live.by_state) == {state: tuple(group) for state, group in fresh.by_state.items()}
    for states in ASKED:
        group, expected = live.within(states), tuple(fresh.within(states))
        assert group == expected
        assert (len(group), bool(group), group[:2]) == (len(expected), bool(expected), expected[:2])
        assert all(group[place] == expected[place] for place in (0, -1) if expected)
        assert dict(live.outside(states)) == dict(fresh.outside(states))
        assert list(live.outside(states)) == list(fresh.outside(states))


def test_a_long_life_of_changes_is_as_good_as_a_fresh_grouping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_instances, "CHUNK", 4)
    chance = Random(7)
    states = {f"i-{number:03}": chance.choice(STATES) for number in range(60)}
    live = LiveInstances.of(Instances(dict(states)))
    names = [*states, *(f"j-{number}" for number in range(60)), "é", "🚂", "\U0001f682x", "￿", ""]
    for turn in range(600):
        names_of_turn = chance.sample(names, chance.choice([1, 1, 1, 2, 5]))
        # First it grows, then it shrinks to nothing.
        changes: dict[str, str | None] = {
            name: None if chance.random() < turn / 400 else chance.choice(STATES) for name in names_of_turn
        }
        before = dict(states)
        earlier = live
        live = live.changed(changes)
        states = {name: state for name, state in {**states, **changes}.items() if state is not None}
        if turn % 20 == 0:
            same(live, Instances(dict(states)))
            same(earlier, Instances(before))
    assert len(states) < 20


def test_the_form_of_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_instances, "CHUNK", 4)
    chance = Random(3)
    ids = [f"{number:04}" for number in range(500)]
    run = Run.of(())
    for name in chance.sample(ids, 500):
        assert name not in run
        run = run.with_id(name)
        assert name in run
    assert list(itertools.chain(*run.chunks)) == ids
    assert all(1 <= len(chunk) <= 8 for chunk in run.chunks)
    for name in chance.sample(ids, 490):
        run = run.without_id(name)
        assert name not in run
        assert all(1 <= len(chunk) <= 8 for chunk in run.chunks)
        assert len(run.chunks) <= run.length // 2 + 1
    assert run.length == sum(map(len, run.chunks)) == 10


def test_what_a_change_does_not_touch_stays_the_same_object() -> None:
    live = LiveInstances.of(Instances({"a": "draft", "b": "sent", "c": "closed"}))
    groups = {states: live.within(states) for states in ASKED}
    others = {states: live.outside(states) for states in ASKED}
    after = live.changed({"a": "sent"})
    for states in ASKED:
        if states and {"draft", "sent"}.isdisjoint(states):
            assert after.within(states) is groups[states]
        if {"draft", "sent"} <= set(states):
            assert after.outside(states) is others[states]
    assert after.within(("closed",)) is groups["closed",]
    assert live.changed({"a": "draft", "nobody": None}) is live


def test_a_group_reads_like_a_tuple() -> None:
    group: Any = LiveInstances.of(Instances({"b": "draft", "a": "sent", "c": "draft"})).within(("draft", "sent"))
    same_ids: Any = ("a", "b", "c")
    assert group == same_ids
    assert (same_ids == group) is True
    assert group != ("a", "b")
    assert group != ["a", "b", "c"]
    assert hash(group) == hash(("a", "b", "c"))
    assert repr(group) == "('a', 'b', 'c')"
    assert ("b" in group, "x" in group, 3 in group) == (True, False, False)
    assert group.index("c") == 2
    with pytest.raises(IndexError):
        group[3]
    with pytest.raises(IndexError):
        LiveInstances.of(Instances({})).ids[0]


class Counted(str):
    """An id that counts how often ids are compared."""

    __slots__ = ()
    comparisons = 0

    def __lt__(self, other: Any) -> bool:
        Counted.comparisons += 1
        return str.__lt__(self, other)

    def __eq__(self, other: Any) -> bool:
        Counted.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("count", [1_000, 100_000])
def test_the_cost_of_a_change_hardly_follows_the_number_of_instances(count: int) -> None:
    ids = [Counted(f"{number:07}") for number in range(count)]
    live = LiveInstances.of(Instances({name: STATES[number % 2] for number, name in enumerate(ids)}))
    Counted.comparisons = 0
    after = live.changed({ids[count // 2]: "sent", ids[count // 2 + 1]: None, Counted("0000007x"): "closed"})
    # Binary searches: some twenty comparisons each, in each of the states.
    assert Counted.comparisons < 20 * 20
    known = {id(chunk) for run in live._runs.values() for chunk in run.chunks}
    made = [chunk for run in after._runs.values() for chunk in run.chunks if id(chunk) not in known]
    assert len(made) <= 4
    assert sum(map(len, made)) <= 4 * 2 * live_instances.CHUNK
    assert sum(len(run.chunks) for run in after._runs.values()) <= 2 * count / live_instances.CHUNK + 3


def test_entity_states_take_either_form() -> None:
    plain = EntityStates.nested({"Order": {"a": "draft", "b": "sent"}, "Bill": {}})
    live = plain.live()
    assert live == plain
    assert live.live() is live
    assert live.to_json() == plain.to_json() == {"Bill": {}, "Order": {"a": "draft", "b": "sent"}}
    changes: dict[tuple[str, str], str | None] = {("Order", "a"): None, ("Order", "c"): "sent", ("New", "x"): "on"}
    assert live.with_states(changes) == plain.with_states(changes)
    assert live.with_states(changes).live().to_json() == plain.with_states(changes).to_json()
    assert live.to_json() == plain.to_json()
