"""What a contract keeps of its answers: told apart by all that decides them, and never much."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from tenor_wasm.api import compat, layouts
from tenor_wasm.api.handles import HANDLES
from tests import bundles as b

Json = Any

FLAGS = ("a", "b", "c", "d", "e")


def handle_of(*constructs: Json) -> int:
    handle: int = json.loads(compat.load_contract(json.dumps(b.bundle(*constructs))))["handle"]
    return handle


def space(handle: int, facts: Json, states: Json, persona: str = "clerk") -> Json:
    return json.loads(compat.compute_action_space(handle, json.dumps(facts), json.dumps(states), persona))


def guarded() -> int:
    """A contract whose one operation asks a fact itself, no verdict."""
    return handle_of(
        b.persona(),
        b.fact("ready", b.BOOL),
        b.entity("Order", "draft", "sent"),
        b.operation("send", "Order: draft -> sent", when=b.ref("ready")),
        b.flow("f", b.act("send")),
    )


def test_a_precondition_that_asks_a_fact_is_decided_each_time() -> None:
    handle = guarded()
    for ready in (True, False, True):
        answer = space(handle, {"ready": ready}, {"Order": "draft"})
        assert (len(answer["actions"]), len(answer["blocked_actions"])) == ((1, 0) if ready else (0, 1))


def test_bindings_that_were_given_are_told_where_none_were_given_before() -> None:
    handle = guarded()
    for given in ({}, {"Order": "_default"}, {}):
        answer = compat.simulate_flow_with_bindings(
            handle, "f", "clerk", '{"ready": true}', '{"Order": "draft"}', json.dumps(given)
        )
        assert json.loads(answer)["instance_bindings"] == given


def branching(flows: int = 1) -> int:
    """Flows that begin with a question of many answers."""
    condition = b.both(b.either(b.ref("a"), b.ref("b")), b.either(b.ref("c"), b.either(b.ref("d"), b.ref("e"))))
    return handle_of(
        b.persona(),
        b.persona("chief"),
        *(b.fact(name, b.BOOL) for name in FLAGS),
        b.entity("Order", "draft", "sent", "closed"),
        b.operation("send", "Order: draft -> sent", personas=("clerk", "chief"), when=b.ref("a")),
        *(
            b.flow(f"f{number}", b.decide("s", condition, "do_send", b.done()), b.act("send"))
            for number in range(flows)
        ),
    )


def kept(handle: int) -> Any:
    """What is kept of a contract's action spaces."""
    return HANDLES.get(handle).derived[layouts._Space]


SITUATIONS = [
    (dict(zip(FLAGS, truths, strict=True)), states)
    for truths in product((True, False), repeat=len(FLAGS))
    for states in ({"Order": "draft"}, {"Order": {"o-1": "sent", "o-2": "draft"}}, {})
]


def test_what_is_kept_is_bounded_and_answers_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [space(branching(3), *situation) for situation in SITUATIONS[::7]]
    monkeypatch.setattr(layouts, "MOST_CHARACTERS", 12_000)
    monkeypatch.setattr(layouts, "MOST_WAYS", 5)
    handle = branching(3)
    for facts, states in SITUATIONS:
        space(handle, facts, states)
        found = kept(handle)
        assert sum(layout.size for layout in found.met.values()) <= 12_000
        assert sum(layouts._size(one.pieces) for flow in found.flows for one in flow.met.values()) <= 12_000
        assert all(len(flow._ways.following) <= 5 for flow in found.flows)
    assert [space(handle, *situation) for situation in SITUATIONS[::7]] == expected


def test_personas_that_no_operation_names_share_one_answer() -> None:
    handle = branching()
    facts, states = SITUATIONS[0]
    for number in range(20):
        answer = space(handle, facts, states, f"stranger {number}")
        assert answer["persona_id"] == f"stranger {number}"
        assert answer["blocked_actions"][0]["reason"]["type"] == "PersonaNotAuthorized"
    # Two: a function that is made for the contract meanwhile numbers its verdicts.
    shared = len(kept(handle).met)
    assert shared <= 2
    for persona in ("clerk", "chief"):
        assert [action["persona_id"] for action in space(handle, facts, states, persona)["actions"]] == [persona]
    assert len(kept(handle).met) == shared + 2
