"""Policies choose an action with all its bindings, for a reason, and look at no more than they need."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tenor_wasm.agent import (
    Action,
    Called,
    Decision,
    FirstAvailable,
    FirstThatChooses,
    Limits,
    Observation,
    PriorityList,
    RandomChoice,
    RoundRobin,
    nothing,
)
from tenor_wasm.errors import TenorError
from tests import bundles as b
from tests.agent.hosts import Wired, chosen, ran, shop
from tests.executor.shops import FACTS

Json = Any

ONCE = Limits(steps=1)
DRAFTS = {"Order": {f"ord-{number:03}": "draft" for number in range(7)}}
MIXED = {"Order": {"a": "draft", "b": "submitted", "c": "draft", "d": "approved"}, "Parcel": {"p": "packed"}}


def seen(instances: Json, persona: str = "clerk", limit: int = 100, **more: Any) -> Observation:
    return Observation(Wired(shop(instances, **more)), persona, FACTS, limit=limit)


# --- what is open ----------------------------------------------------------------------------------------------


def test_every_action_binds_every_entity_that_its_flow_can_touch() -> None:
    actions = [(action.flow_id, dict(action.bindings)) for action in seen(MIXED).actions()]
    assert actions == [
        ("submit", {"Order": "a"}),
        ("submit", {"Order": "c"}),
        ("reopen", {"Order": "b"}),
        ("ship", {"Order": "d", "Parcel": "p"}),
        ("process", {"Order": "a"}),
        ("process", {"Order": "c"}),
        ("rush", {"Order": "a"}),
        ("rush", {"Order": "c"}),
        ("both", {"Order": "a", "Parcel": "p"}),
        ("both", {"Order": "c", "Parcel": "p"}),
    ]


def test_what_is_blocked_says_why() -> None:
    assert seen(MIXED, "boss").blocked["submit"] == "submit_order allows only clerk"
    observation = seen({"Order": {"a": "draft"}})
    assert observation.blocked["ship"] == (
        "ship_order needs Order in approved; no instance is; ship_order needs Parcel in packed; there is no instance"
    )
    assert (observation.open_flows, observation.goes_on) == (("submit", "process", "rush"), False)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_pages_together_give_every_action_once(limit: int) -> None:
    instances = {
        "Order": {f"o{n:02}": ("draft", "submitted", "approved")[n % 3] for n in range(11)},
        "Parcel": {f"p{n}": "packed" for n in range(3)},
    }
    whole = Counter(map(str, seen(instances).actions()))
    assert set(whole.values()) == {1}
    assert Counter(map(str, seen(instances, limit=limit).actions())) == whole
    assert len([name for name in whole if name.startswith("both")]) == 4 * 3
    bound = seen(instances, limit=limit).actions("both", {"Order": "o03", "Parcel": "p2"})
    assert [str(action) for action in bound] == ["both on Order/o03, Parcel/p2"]


LATER = b.load(
    b.persona(),
    b.entity("Case", "open", "shut"),
    b.entity("File", "loose", "filed", "burnt", transitions=[("loose", "filed"), ("filed", "burnt")]),
    b.operation("shut", "Case: open -> shut"),
    b.operation("put", "File: loose -> filed"),
    b.flow("close", b.act("shut", "do_put"), b.act("put")),
)


def test_entities_of_later_steps_are_bound_to_instances_that_the_flow_can_move() -> None:
    instances = {"Case": {"c1": "open", "c2": "shut"}, "File": {"f1": "burnt", "f2": "loose", "f3": "loose"}}
    for limit in (1, 100):
        actions = [dict(action.bindings) for action in seen(instances, contract=LATER, limit=limit).actions()]
        assert actions == [{"Case": "c1", "File": "f2"}, {"Case": "c1", "File": "f3"}]
    without = {"Case": {"c1": "open"}, "File": {"f1": "burnt"}}
    steps = ran(shop(without, LATER), "clerk", FirstAvailable(), ONCE, {})
    assert steps[0].decision.reason == "no open flow finds an instance for each entity that it needs"


TWO_WAYS = b.load(
    b.persona(),
    b.entity("Case", "new", "old", "done", transitions=[("new", "done"), ("old", "done")]),
    b.entity("Desk", "left", "right", "used", transitions=[("left", "used"), ("right", "used")]),
    b.operation(
        "work",
        "Case: new -> done => quick", "Desk: left -> used => quick",
        "Case: old -> done => slow", "Desk: right -> used => slow",
        outcomes=["quick", "slow"],
    ),
    b.flow("work", b.act("work", outcomes={"quick": b.done(), "slow": b.done()})),
)  # fmt: skip


def test_instances_are_combined_as_an_outcome_accepts_them() -> None:
    instances = {"Case": {"n": "new", "o": "old"}, "Desk": {"l": "left", "r": "right"}}
    actions = [dict(action.bindings) for action in seen(instances, contract=TWO_WAYS, limit=1).actions()]
    assert actions == [{"Case": "n", "Desk": "l"}, {"Case": "o", "Desk": "r"}]
    steps = ran(shop(instances, TWO_WAYS), "clerk", RandomChoice(5), Limits(), {})
    assert [step.result and step.result.status for step in steps] == ["executed", "executed", None]


def test_a_flow_without_instances_is_an_action_without_bindings() -> None:
    contract = b.load(
        b.persona(), b.operation("look"), b.flow("look", b.act("look")), b.entity("Thing", "here", "gone")
    )
    assert [action.bindings for action in seen({}, contract=contract).actions()] == [{}]


VAIN = b.load(
    b.persona(),
    b.entity("Case", "open", "shut", transitions=[("open", "shut"), ("shut", "open")]),
    b.rule("never", b.compare(b.literal(1, b.integer()), ">", b.literal(2, b.integer()))),
    b.operation("shut", "Case: open -> shut"),
    b.operation("reopen", "Case: shut -> open"),
    b.operation("seal", "Case: shut -> open", when=b.present("never")),
    b.flow("try", b.act("shut", "do_seal"), b.act("seal", on_failure=b.compensate("reopen"))),
)
DRAFT_CASES = {"Case": {"a": "open", "b": "open"}}
"""A flow that can be started and never comes to anything."""


# --- policies --------------------------------------------------------------------------------------------------


def test_first_takes_the_first_flow_and_the_first_instance() -> None:
    steps = ran(shop(MIXED), "clerk", FirstAvailable(), Limits(steps=3))
    assert chosen(steps) == ["submit on Order/a", "submit on Order/c", "reopen on Order/a"]
    assert steps[0].decision.reason == "the first that is open"


def test_priority_takes_the_first_flow_of_its_list_and_no_other() -> None:
    steps = ran(shop(MIXED), "clerk", PriorityList(["approve", "ship", "submit"]), Limits())
    assert chosen(steps) == ["ship on Order/d, Parcel/p", "submit on Order/a", "submit on Order/c", "nothing"]
    assert steps[0].decision.reason == "number 2 of the list, and none before it is open"
    assert steps[-1].decision.reason == "none of 'approve', 'ship', 'submit' is open"
    with pytest.raises(TenorError) as caught:
        ran(shop(MIXED), "clerk", PriorityList(["sail"]), ONCE)
    assert caught.value.code == "unknown_flow"


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_same_seed_chooses_alike(limit: int) -> None:
    runs = [
        chosen(ran(shop(DRAFTS), "clerk", RandomChoice(seed), Limits(steps=12), page=limit)) for seed in (1, 1, 2, 3)
    ]
    assert runs[0] == runs[1]
    assert len({tuple(run) for run in runs}) == 3


def test_chance_favours_no_flow_and_no_instance() -> None:
    policy, observation = RandomChoice(7), seen(DRAFTS | {"Parcel": {"p": "packed", "q": "packed"}})
    drawn = [policy.choose(observation).action for _ in range(700)]
    flows = Counter(action.flow_id for action in drawn if action)
    orders = Counter(action.bindings["Order"] for action in drawn if action)
    assert set(flows) == {"submit", "process", "rush", "both"}
    assert set(orders) == set(DRAFTS["Order"])
    assert min(flows.values()) > 120
    assert min(orders.values()) > 60


def test_chance_finds_the_one_action_that_is_left() -> None:
    observation = seen(DRAFTS)
    everything = list(observation.actions())
    aside = frozenset(action.key for action in everything[:-1])
    policy = RandomChoice(1)
    assert policy.choose(Observation(Wired(shop(DRAFTS)), "clerk", FACTS, aside=aside)).action == everything[-1]
    all_aside = Observation(Wired(shop(DRAFTS)), "clerk", FACTS, aside=aside | {everything[-1].key})
    assert policy.choose(all_aside) == nothing("whatever is open was tried and changed nothing")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_round_robin_gives_each_instance_its_turn(limit: int) -> None:
    names = [f"o{number}" for number in range(5)]
    instances = {"Order": {name: ("draft", "submitted")[index % 2] for index, name in enumerate(names)}}
    steps = ran(shop(instances), "clerk", RoundRobin(), Limits(steps=11), page=limit)
    turns = [step.decision.action.bindings["Order"] for step in steps if step.decision.action]
    assert turns == [*names, *names, "o0"]
    assert steps[1].decision.reason == "it is the turn of Order/o1"


def test_round_robin_goes_on_where_it_was_when_instances_come_and_go() -> None:
    executor, policy = shop({"Order": {"b": "draft", "d": "draft"}}), RoundRobin("Order")
    turns = [*chosen(ran(executor, "clerk", policy, ONCE))]
    executor.create_instance("Order", "a")
    executor.create_instance("Order", "c")
    for _ in range(4):
        turns += chosen(ran(executor, "clerk", policy, ONCE))
    assert [turn.split("/")[1] for turn in turns] == ["b", "c", "d", "a", "b"]


def test_round_robin_passes_over_what_was_tried_in_vain() -> None:
    steps = ran(shop(DRAFT_CASES, VAIN), "clerk", RoundRobin(), Limits(), {})
    assert chosen(steps) == ["try on Case/a", "try on Case/b", "nothing"]


def test_a_function_is_a_policy() -> None:
    def choose(observation: Observation) -> Action | None:
        return next((action for action in observation.actions("submit") if action.bindings["Order"] == "c"), None)

    steps = ran(shop(MIXED), "clerk", Called(choose, "picky"), Limits())
    assert chosen(steps) == ["submit on Order/c", "nothing"]
    assert [step.decision.reason for step in steps] == ["picky chose it", "picky chose nothing"]
    said = Decision(None, "no wish")
    assert ran(shop(MIXED), "clerk", Called(lambda _: said), ONCE)[0].decision == said
    with pytest.raises(TenorError) as caught:
        ran(shop(MIXED), "clerk", Called(lambda _: "submit"), ONCE)  # type: ignore[arg-type, return-value]
    assert caught.value.code == "invalid_choice"


def test_several_policies_are_asked_in_turn() -> None:
    policy = FirstThatChooses([PriorityList(["ship"]), Called(lambda _: None, "shy"), PriorityList(["reopen"])])
    steps = ran(shop(MIXED), "clerk", policy, Limits())
    assert chosen(steps) == ["ship on Order/d, Parcel/p", "reopen on Order/b", "nothing"]
    assert steps[1].decision.reason == "priority: number 1 of the list, and none before it is open"
    reasons = "priority: none of 'ship' is open; shy: shy chose nothing; priority: none of 'reopen' is open"
    assert steps[2].decision.reason == reasons


# --- how much they look at -------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [FirstAvailable(), PriorityList(["ship", "submit"])], ids=lambda one: one.name)
def test_the_first_page_is_enough_for_who_takes_the_first(policy: Any) -> None:
    asked = []
    for size in (300, 3000):
        states = ("draft", "submitted")
        host = Wired(shop({"Order": {f"{number:05}": states[number % 2] for number in range(size)}}))
        assert chosen(ran(host, "clerk", policy, ONCE, page=10)) == ["submit on Order/00000"]
        asked.append(dict(host.asked))
    assert asked[0] == asked[1] == {"action_space_page": 1, "history": 1, "execute_flow": 1}


def test_no_more_pages_are_read_than_somebody_looks_at() -> None:
    host = Wired(shop({"Order": {f"{number:03}": "draft" for number in range(100)}}))
    observation = Observation(host, "clerk", FACTS, limit=10)
    actions = observation.actions()
    for number in range(35):
        assert dict(next(actions).bindings) == {"Order": f"{number:03}"}
    assert host.asked["action_space_page"] == 4
