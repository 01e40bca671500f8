"""The function that is made for a contract finds what the general way finds, to the letter, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api import compat
from tenor_wasm.evaluator import generated
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.snapshot import Snapshot, counted_snapshot, general_snapshot
from tests import bundles as b
from tests.properties import strategies as some

Json = Any


def made(bundle: Json) -> api.Contract:
    """A contract whose function is there."""
    contract = api.load(bundle)
    form = compiled(contract)
    for _ in range(generated.MADE_AT):
        form.generated.is_worth_asking()
    return contract


def parts(snapshot: Snapshot) -> Json:
    """All that a snapshot holds, in its order."""
    values, sources, warnings = snapshot.facts
    return repr((list(values.items()), dict(sources), warnings, list(snapshot.verdicts.items())))


def members(value: Json) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(members, value.values()))
    return sum(map(members, value)) if isinstance(value, list) else 0


def generally(contract: api.Contract, facts: Json) -> Json:
    try:
        return parts(general_snapshot(contract, facts))
    except api.TenorError:
        return None


@given(st.data())
def test_it_finds_what_the_general_way_finds(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    facts = data.draw(some.facts(world))
    contract = made(world.bundle)
    counted = counted_snapshot(contract, facts)
    if counted is not None:
        assert parts(counted[0]) == generally(contract, facts)
        assert counted[1] == members(facts)


@given(st.data())
def test_facts_that_are_wrong_are_never_taken(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    facts = data.draw(some.facts(world))
    place = data.draw(st.sampled_from(list(some.places(facts))))
    changed = some.replaced(facts, place, data.draw(some.any_json()))
    contract = made(world.bundle)
    counted = counted_snapshot(contract, changed)
    if counted is not None:
        assert parts(counted[0]) == generally(contract, changed)
        assert counted[1] == members(changed)


@given(st.data())
def test_answers_in_text_are_the_same_before_and_after_it_is_made(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    facts, states = data.draw(some.facts(world)), data.draw(some.nested_states(world))
    persona = data.draw(some.personas())
    handles = [json.loads(compat.load_contract(json.dumps(world.bundle)))["handle"] for _ in range(2)]
    contract = api.load(world.bundle)
    del contract
    with pytest.MonkeyPatch.context() as patch:
        answers = []
        for made_at, handle in zip((10**9, 1), handles, strict=True):
            patch.setattr(generated, "MADE_AT", made_at)
            answers.append(
                [
                    compat.evaluate(handle, json.dumps(facts)),
                    compat.compute_action_space(handle, json.dumps(facts), json.dumps(states), persona),
                    *(
                        compat.simulate_flow(handle, flow, persona, json.dumps(facts), json.dumps(states))
                        for flow in world.flows
                    ),
                ]
            )
    for handle in handles:
        compat.free_contract(handle)
    assert answers[0] == answers[1]


# --- examples ---------------------------------------------------------------------------------------------------

LINE = b.record(label=b.text(10), amount=b.money())
EXAMPLE = b.bundle(
    b.fact("kind", b.enum("gift", "sale")),
    b.fact("price", b.money()),
    b.fact("rate", b.decimal(5, 2)),
    b.fact("lines", b.list_of(LINE, 3)),
    b.rule("cheap", b.compare(b.ref("price"), "<", b.literal({"amount": "5.00", "currency": "EUR"}, b.money()))),
    b.rule("given", b.compare(b.ref("kind"), "=", b.literal("gift", b.enum("gift", "sale")))),
    b.rule("free", b.either(b.present("given"), b.present("cheap")), stratum=1),
)
FACTS = {
    "kind": "gift",
    "price": {"amount": "3.00", "currency": "EUR"},
    "rate": "1.50",
    "lines": [{"label": "ä", "amount": {"amount": "-1", "currency": "EUR"}}],
}


def test_usual_facts_are_taken() -> None:
    """Not only the general way is at work."""
    contract = made(EXAMPLE)
    for facts in (
        FACTS,
        FACTS | {"rate": 7},
        FACTS | {"rate": "-0.5"},
        FACTS | {"lines": []},
        FACTS | {"kind": "sale"},
    ):
        counted = counted_snapshot(contract, facts)
        assert counted is not None
        assert parts(counted[0]) == generally(contract, facts)
        assert counted[0].verdicts.produced is not None


def test_what_was_touched_depends_on_the_way() -> None:
    contract = made(EXAMPLE)
    for facts, used in ((FACTS, ("given",)), (FACTS | {"kind": "sale"}, ("given", "cheap"))):
        counted = counted_snapshot(contract, facts)
        assert counted is not None
        assert counted[0].verdicts["free"].verdicts_used == used


def test_no_name_of_a_contract_becomes_code() -> None:
    name = "a'b\"c\\d\ne{f}%s\u2028#"
    named = b.bundle(
        b.fact(name, b.record(**{name: b.enum(name, "other")})),
        b.rule(name, b.compare(b.field(name, name), "=", b.literal(name, b.enum(name, "other"))), name, b.text()),
        b.rule("next", b.present(name), stratum=1),
    )
    facts = {name: {name: name}}
    contract = made(named)
    counted = counted_snapshot(contract, facts)
    assert counted is not None
    assert list(counted[0].verdicts) == [name, "next"]
    assert parts(counted[0]) == generally(contract, facts)


@pytest.mark.parametrize(
    "change",
    [
        {"rate": "1.500"},
        {"rate": "-0.00"},
        {"rate": 1000},
        {"rate": True},
        {"price": {"amount": "3.00", "currency": "EUR", "more": 1}},
        {"price": {"amount": "3.00", "currency": "USD"}},
        {"price": {"amount": {"kind": "decimal_value", "value": "3", "precision": 1, "scale": 0}, "currency": "EUR"}},
        {"kind": []},
        {"kind": "neither"},
        {"lines": [LINE] * 4},
        {"lines": [{"label": "\ud800", "amount": {"amount": "1", "currency": "EUR"}}]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_general_way(change: Json) -> None:
    assert counted_snapshot(made(EXAMPLE), FACTS | change) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"kind":"gift","kind":"gift","price":%s,"rate":"1","lines":[]}', "duplicate_key"),
        ('{"kind":"gift","price":%s,"rate":"1","rate":"1","lines":[]}', "duplicate_key"),
        ('{"kind" :"gift","kind":"gift","price":%s,"rate":"1","lines":[]}', "duplicate_key"),
        ('{"kind":"gift","price":%s,"rate":"1","lines":[],"a:b":1,"a:b":2}', "duplicate_key"),
        ('{"kind":"gift","price":%s,"rate":"1","lines":[]} x', "invalid_json"),
        ('{"kind":"gift","price":%s,"rate":"1","lines":[{"label":"\\ud800"}]}', "invalid_text"),
    ],
)
def test_texts_are_held_to_the_same_rules(text: str, code: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generated, "MADE_AT", 1)
        handle = json.loads(compat.load_contract(json.dumps(EXAMPLE)))["handle"]
        assert "verdicts" in json.loads(compat.evaluate(handle, json.dumps(FACTS)))
        assert json.loads(compat.evaluate(handle, text % json.dumps(FACTS["price"])))["code"] == code
        assert json.loads(compat.evaluate(handle, json.dumps(FACTS, indent=1)))["warnings"] == []
        compat.free_contract(handle)
