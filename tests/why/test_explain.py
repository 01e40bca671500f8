"""Explanations: trees that agree with evaluation, and sentences."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.evaluator.explain import Explained, explain_predicate
from tenor_wasm.evaluator.predicates import Reading, compile_predicate
from tenor_wasm.evaluator.snapshot import Snapshot
from tests import bundles as b
from tests.properties import strategies as s

Json = Any


def contract_with(facts: dict[str, Json], when: Json) -> api.Contract:
    return b.load(*(b.fact(name, base_type) for name, base_type in facts.items()), b.rule("v", when))


def root_of(facts: dict[str, Json], when: Json, values: Json) -> Explained:
    contract = contract_with(facts, when)
    return explain_predicate(contract.rules[0].when, api.take_snapshot(contract, values)).root


def everything(node: Explained) -> list[Explained]:
    inner = [*node.operands, *(case.body for case in node.cases)]
    return [node, *(one for part in inner for one in everything(part))]


def test_short_circuit_says_what_it_passed_over() -> None:
    when = b.both(b.ref("a"), b.ref("c"))
    root = root_of({"a": b.BOOL, "c": b.BOOL}, when, {"a": False, "c": True})
    assert root.truth is False
    assert [(one.text, one.truth, one.skipped) for one in root.operands] == [("a", False, False), ("c", None, True)]
    root = root_of({"a": b.BOOL, "c": b.BOOL}, b.either(b.ref("a"), b.ref("c")), {"a": True, "c": True})
    assert root.operands[1].skipped


def test_a_quantifier_names_the_element_that_decided_and_counts_the_others() -> None:
    items = b.list_of(b.record(open=b.BOOL))
    when = b.quantified("forall", "x", b.ref("l"), b.field("x", "open"))
    root = root_of({"l": items}, when, {"l": [{"open": True}, {"open": False}, {"open": True}, {"open": False}]})
    assert (root.truth, root.length, root.decided_by, root.more_deciding) == (False, 4, 1, 1)
    assert [(case.index, case.value, case.body.truth) for case in root.cases] == [(1, {"open": False}, False)]


def test_a_quantifier_that_no_element_decides_shows_the_first_few() -> None:
    when = b.quantified("exists", "x", b.ref("l"), b.compare(b.ref("x"), ">", b.literal(9)))
    root = root_of({"l": b.list_of(b.integer(0, 9))}, when, {"l": [1, 2, 3, 4, 5]})
    assert (root.truth, root.decided_by, root.more_deciding) == (False, None, 0)
    assert [case.value for case in root.cases] == [1, 2, 3]


def test_arithmetic_shows_the_promoted_type() -> None:
    when = b.compare(b.compare(b.ref("n"), "+", b.ref("d")), ">", b.literal("1.00", b.decimal(5, 2)))
    root = root_of({"n": b.integer(0, 9), "d": b.decimal(5, 2)}, when, {"n": 3, "d": "1.50"})
    total = root.operands[0]
    assert (total.kind, total.operator, str(total.value)) == ("arithmetic", "+", "4.50")
    assert type(total.type).__name__ == "DecimalType"
    assert [type(one.type).__name__ for one in total.operands] == ["IntType", "DecimalType"]


def test_an_absent_variant_ends_the_comparison() -> None:
    union = b.union(Cash=b.integer(), Card=b.integer())
    when = b.compare(b.field("u", "Cash"), "=", b.ref("n"))
    root = root_of({"u": union, "n": b.integer()}, when, {"u": {"tag": "Card", "payload": 1}, "n": 1})
    assert (root.truth, root.operands[0].absent, root.operands[1].skipped) == (False, True, True)


def test_verdicts_that_refer_to_each_other_are_told_of_once() -> None:
    rules = [b.rule("v0", b.ref("a"))]
    for number in range(1, 40):
        below = b.present(f"v{number - 1}")
        rules.append(b.rule(f"v{number}", b.both(below, below), stratum=number))
    contract = b.load(b.fact("a", b.BOOL), *rules)
    result = api.explain(contract, {"verdict": "v39"}, {"a": False})
    assert len(result.why.verdicts) == 40
    assert len(api.explanation_text(result)) < 20_000
    assert len(api.explanation_text(api.explain(contract, {"verdict": "v39"}, {"a": True}))) < 20_000


def _agrees(predicate: Any, snapshot: Snapshot) -> None:
    reading = Reading(snapshot.facts.values, snapshot.verdicts)
    truth = compile_predicate(predicate)(reading)
    explanation = explain_predicate(predicate, snapshot)
    assert explanation.truth == truth
    assert explanation.facts_used == tuple(reading.facts_used)
    assert explanation.verdicts_used == tuple(reading.verdicts_used)
    nodes = everything(explanation.root)
    named = {node.name for node in nodes if node.kind == "fact"}
    assert named <= set(reading.facts_used)
    if not any(node.kind in ("forall", "exists") for node in nodes):
        assert named == set(reading.facts_used)
    for node in nodes:
        assert node.skipped == (node.truth is None and node.type is None)


@given(st.data())
def test_the_tree_agrees_with_evaluation(data: st.DataObject) -> None:
    world = data.draw(s.worlds())
    contract = api.load(world.bundle)
    try:
        snapshot = api.take_snapshot(contract, data.draw(s.facts(world)))
    except api.TenorError:
        return
    for rule in contract.rules:
        _agrees(rule.when, snapshot)


@given(st.data())
def test_every_target_of_a_random_contract_is_explained(data: st.DataObject) -> None:
    world = data.draw(s.worlds())
    contract = api.load(world.bundle)
    facts, states = data.draw(s.facts(world)), data.draw(s.nested_states(world))
    persona, bound = data.draw(s.personas()), data.draw(s.bindings(world, states))
    try:
        space = api.action_space(contract, facts, states, persona)
    except api.TenorError:
        return
    for rule in contract.rules:
        result = api.explain(contract, {"verdict": rule.verdict_type}, facts)
        assert result.holds == (rule.verdict_type in space.space.snapshot.verdicts)
    for name in contract.facts:
        assert api.to_json(api.explain(contract, {"fact": name}, facts))["text"]
    open_flows = {action.flow_id for action in space.actions}
    for flow_id in contract.flows:
        anywhere = api.explain(contract, {"action": flow_id}, facts, states, persona, limit=20)
        assert anywhere.holds == (flow_id in open_flows)
        assert api.to_json(api.explain(contract, {"action": flow_id}, facts, states, persona, bound, limit=20))["text"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"verdict": "none"}, "unknown_target"),
        ({"fact": "none"}, "unknown_target"),
        ({"action": "none"}, "unknown_target"),
        ({"step": "s"}, "invalid_argument"),
        ({"verdict": 1}, "invalid_argument"),
        ("v", "invalid_argument"),
        ({}, "invalid_argument"),
    ],
)
def test_a_target_that_cannot_be_explained_is_refused(target: Json, code: str) -> None:
    contract = contract_with({"a": b.BOOL}, b.ref("a"))
    with pytest.raises(api.TenorError) as caught:
        api.explain(contract, target, {"a": True})
    assert caught.value.code == code
