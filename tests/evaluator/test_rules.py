"""Facts become verdicts, stratum by stratum (§5.2, §7.4)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

Json = Any


def answer(contract: api.Contract, facts: Json) -> Json:
    return api.to_json(api.evaluate(contract, facts))


def test_verdicts_come_in_stratum_order_then_as_declared() -> None:
    contract = b.load(
        b.rule("late", b.present("early"), stratum=5),
        b.rule("first", b.TRUE),
        b.rule("never", b.FALSE),
        b.rule("early", b.TRUE),
        b.rule("middle", b.either(b.present("never"), b.present("first")), stratum=1),
    )
    verdicts = answer(contract, {})["verdicts"]
    assert [(v["type"], v["provenance"]["stratum"]) for v in verdicts] == [
        ("first", 0),
        ("early", 0),
        ("middle", 1),
        ("late", 5),
    ]
    assert verdicts[2]["provenance"] == {
        "rule": "middle_rule",
        "stratum": 1,
        "facts_used": [],
        "verdicts_used": ["never", "first"],
    }


@pytest.mark.parametrize(("flag", "produced"), [(True, ["a", "not_b"]), (False, ["b"])], ids=["present", "absent"])
def test_a_rule_sees_whether_a_lower_verdict_was_produced(flag: bool, produced: list[str]) -> None:
    contract = b.load(
        b.fact("flag", b.BOOL),
        b.rule("a", b.ref("flag")),
        b.rule("b", b.negate(b.present("a")), stratum=1),
        b.rule("not_b", b.negate(b.present("b")), stratum=2),
    )
    assert [v["type"] for v in answer(contract, {"flag": flag})["verdicts"]] == produced


def test_a_fact_takes_its_default_where_none_is_given() -> None:
    contract = b.load(
        b.fact("limit", b.integer(0, 99), default=7), b.rule("seen", b.TRUE, b.ref("limit"), b.integer(0, 99))
    )
    for facts, value, source in (({}, 7, "contract"), ({"limit": 7}, 7, "external"), ({"limit": 9}, 9, "external")):
        assert answer(contract, facts)["verdicts"][0]["payload"] == {"kind": "int_value", "value": value}
        assert api.take_snapshot(contract, facts).facts.assertion_sources == {"limit": source}


def test_all_missing_and_faulty_facts_are_reported_at_once() -> None:
    contract = b.load(
        b.fact("here", b.BOOL),
        b.fact("gone", b.DATE),
        b.fact("wrong", b.integer(0, 9)),
        b.fact("deep", b.list_of(b.record(on=b.DATE))),
        b.fact("a/b", b.BOOL),
        b.fact("kept", b.BOOL, default=True),
    )
    with pytest.raises(api.TenorError) as caught:
        api.evaluate(contract, {"here": True, "wrong": 10, "deep": [{"on": "2024-13-01"}, {}], "odd": 1})
    assert (caught.value.code, caught.value.path) == ("invalid_facts", "/gone")
    assert b.findings(caught.value) == [
        ("missing_fact", "/gone"),
        ("out_of_range", "/wrong"),
        ("invalid_date", "/deep/0/on"),
        ("missing_field", "/deep/1"),
        ("missing_fact", "/a~1b"),
    ]


@pytest.mark.parametrize("facts", [None, [], "x", 7, True])
def test_facts_are_an_object(facts: Json) -> None:
    with pytest.raises(api.TenorError) as caught:
        api.evaluate(b.load(), facts)
    assert (caught.value.code, caught.value.path) == ("invalid_facts", "")


def test_unknown_facts_and_fields_are_ignored_with_a_warning() -> None:
    contract = b.load(b.fact("person", b.record(name=b.text())))
    result = api.evaluate(contract, {"person": {"name": "Ada", "age": 36}, "odd": 1.5})
    assert [(w.code, w.path) for w in result.warnings] == [("unknown_field", "/person/age"), ("unknown_fact", "/odd")]


def test_evaluation_is_pure_and_repeats_to_the_byte() -> None:
    bundle = b.bundle(
        b.fact("lines", b.list_of(b.record(name=b.text(), cost=b.money())), default=[]),
        b.rule("seen", b.TRUE, b.ref("lines"), b.list_of(b.record(name=b.text(), cost=b.money()))),
    )
    facts = {"lines": [{"name": "tea", "cost": {"amount": "1.50", "currency": "EUR"}, "odd": []}]}
    inputs = copy.deepcopy((bundle, facts))
    contract = api.load(bundle)
    first = json.dumps(answer(contract, facts))
    assert json.dumps(answer(contract, {})) != first
    assert json.dumps(answer(contract, facts)) == first
    assert json.dumps(answer(api.load(copy.deepcopy(bundle)), copy.deepcopy(facts))) == first
    assert (bundle, facts) == inputs


def test_the_order_of_keys_does_not_matter() -> None:
    bundle = b.bundle(
        b.fact("a", b.record(x=b.integer(), y=b.integer())),
        b.fact("b", b.BOOL),
        b.rule("seen", b.both(b.ref("b"), b.compare(b.field("a", "x"), "<", b.field("a", "y")))),
    )
    facts = {"a": {"x": 1, "y": 2}, "b": True}

    def turned(value: Json) -> Json:
        return json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(reversed(pairs)))

    assert answer(api.load(turned(bundle)), turned(facts)) == answer(api.load(bundle), facts)
