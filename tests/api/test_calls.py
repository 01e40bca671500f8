"""The typed calls: results that cannot be changed, inputs that are not, and what ``inspect`` tells."""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

FACTS = (
    b.fact("lines", b.list_of(b.record(cost=b.money(), name=b.text(9)), 5)),
    b.fact("shape", b.union(dot=b.BOOL), default={"tag": "dot", "payload": True}),
    b.fact("wait", b.duration("days", 0, 9), default=3),
)
CONTRACT = b.load(
    b.persona(),
    *FACTS,
    b.entity("Case", "new", "done", parent="Group"),
    b.entity("Group", "open"),
    b.rule("any_line", b.compare(b.length(b.ref("lines")), ">", b.literal(0))),
    b.operation("finish", "Case: new -> done", when=b.present("any_line"), errors=("lost",)),
    b.flow("f", b.act("finish")),
)


def test_inspect_tells_every_declaration() -> None:
    answer: Any = api.to_json(api.inspect(CONTRACT))
    assert (answer["id"], answer["contract_hash"]) == ("test", CONTRACT.hash)
    assert [(fact["id"], fact["type"], fact.get("default")) for fact in answer["facts"]] == [
        ("lines", "List", None),
        ("shape", "TaggedUnion", {"tag": "dot", "payload": True}),
        ("wait", "Duration", {"value": 3, "unit": "days"}),
    ]
    assert answer["entities"][0] == {
        "id": "Case",
        "initial": "new",
        "states": ["new", "done"],
        "transitions": [{"from": "new", "to": "done"}],
        "parent": "Group",
    }
    assert answer["operations"][0]["error_contract"] == ["lost"]


SUMMARIES: list[tuple[Any, str]] = [
    (b.TRUE, "true"),
    (b.compare(b.length(b.ref("lines")), ">=", b.literal(2)), "len(lines) >= 2"),
    (b.negate(b.field("shape", "dot")), "not shape.dot"),
    (b.both(b.either(b.TRUE, b.FALSE), b.negate(b.both(b.TRUE, b.TRUE))), "(true or false) and not (true and true)"),
    (b.either(b.both(b.TRUE, b.FALSE), b.TRUE), "true and false or true"),
    (b.compare(b.ref("wait"), "<", b.literal(2, b.duration("days"))), "wait < 2 days"),
    (
        b.quantified("forall", "x", b.ref("lines"), b.compare(b.field("x", "name"), "!=", b.literal("tea"))),
        'forall x in lines . x.name != "tea"',
    ),
    (
        b.compare(
            b.compare(b.compare(b.literal(1), "-", b.compare(b.literal(2), "+", b.literal(3))), "*", b.literal(4)),
            "=",
            b.literal(-16),
        ),
        "(1 - (2 + 3)) * 4 = -16",
    ),
    (
        b.quantified(
            "exists", "x", b.ref("lines"), b.compare(b.element(b.ref("lines"), 1), "=", b.element(b.ref("lines"), 2))
        ),
        "exists x in lines . lines[1] = lines[2]",
    ),
]


@pytest.mark.parametrize(("predicate", "summary"), SUMMARIES)
def test_a_condition_is_summarised_with_no_more_parentheses_than_needed(predicate: Any, summary: str) -> None:
    contract = b.load(*FACTS, b.rule("v", predicate))
    answer: Any = api.to_json(api.inspect(contract))
    assert answer["rules"][0]["condition_summary"] == summary


def test_results_of_the_same_inputs_are_equal_and_of_others_are_not() -> None:
    facts = {"lines": [{"cost": {"amount": "1.00", "currency": "EUR"}, "name": "a"}]}
    assert api.evaluate(CONTRACT, facts) == api.evaluate(CONTRACT, facts)
    assert api.evaluate(CONTRACT, facts) != api.evaluate(CONTRACT, {"lines": []})
    with pytest.raises(AttributeError):
        api.evaluate(CONTRACT, facts).snapshot.facts = None  # type: ignore[misc, assignment]


def test_results_are_frozen() -> None:
    evaluation = api.evaluate(CONTRACT, {"lines": []})
    for thing, name in ((evaluation, "warnings"), (CONTRACT, "id"), (api.inspect(CONTRACT), "contract")):
        with pytest.raises(AttributeError):
            setattr(thing, name, None)


def test_a_contract_outlives_changes_to_the_bundle_it_came_from() -> None:
    bundle = b.bundle(
        b.fact("n", b.list_of(b.integer()), default=[1, 2]), b.rule("v", b.TRUE, b.ref("n"), b.list_of(b.integer()))
    )
    contract = api.load(bundle)
    before = api.to_json(api.evaluate(contract, {}))
    bundle["constructs"][0]["default"].append(3)
    bundle["constructs"].clear()
    assert api.to_json(api.evaluate(contract, {})) == before


def test_text_and_value_load_alike() -> None:
    bundle = b.bundle(b.persona())
    text = '{"constructs":[{"kind":"Persona","id":"clerk"}],"kind":"Bundle","id":"test"'
    text += ',"tenor":"1.0","tenor_version":"1.0.0"}'
    assert api.load_text(text).hash == api.load(bundle).hash
    assert api.load(api.parse_json(text)).hash == api.load(bundle).hash


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("text", ["{", json.dumps(b.bundle())])
def test_loading_leaves_the_garbage_collector_as_it_was(text: str, enabled: bool) -> None:
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(api.TenorError):
            api.load_text(text)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


def test_only_results_have_a_json_form() -> None:
    with pytest.raises(TypeError):
        api.to_json(object())


@pytest.mark.parametrize("persona", [None, 7, ["clerk"]])
def test_a_persona_is_a_name(persona: Any) -> None:
    with pytest.raises(api.TenorError) as caught:
        api.action_space(CONTRACT, {"lines": []}, {}, persona)
    assert caught.value.code == "invalid_argument"
