"""What would open a blocked action: every suggestion proves true, and no minimal one is missed."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api.why import ExplanationResult
from tenor_wasm.evaluator.remedies import Remedies
from tenor_wasm.values.printing import plain_json
from tests import bundles as b
from tests.properties import strategies as s

Json = Any
NAMES = ("p", "q", "r", "e")
KINDS: dict[str, tuple[Json, tuple[Json, ...]]] = {
    "p": (b.BOOL, (True, False)),
    "q": (b.BOOL, (True, False)),
    "r": (b.BOOL, (True, False)),
    "e": (b.enum("low", "mid", "high"), ("low", "mid", "high")),
}


def remedies_of(result: ExplanationResult) -> Remedies:
    assert result.remedies is not None
    return result.remedies


def conditions(verdicts: tuple[str, ...], depth: int = 2) -> st.SearchStrategy[Json]:
    leaves: list[st.SearchStrategy[Json]] = [
        st.sampled_from([b.ref("p"), b.ref("q"), b.ref("r")]),
        st.sampled_from(["low", "mid", "high"]).map(
            lambda value: b.compare(b.ref("e"), "=", b.literal(value, KINDS["e"][0]))
        ),
    ]
    if verdicts:
        leaves.append(st.sampled_from(verdicts).map(b.present))
    leaf = st.one_of(leaves)
    if not depth:
        return leaf
    inner = conditions(verdicts, depth - 1)
    return st.one_of(leaf, st.builds(b.both, inner, inner), st.builds(b.either, inner, inner), inner.map(b.negate))


@st.composite
def contracts(draw: st.DrawFn) -> api.Contract:
    """Small enumerable contracts: facts, two rules, a branch perhaps, and one operation."""
    rules = [b.rule("v0", draw(conditions(()))), b.rule("v1", draw(conditions(("v0",))), stratum=1)]
    operation = b.operation("act", "Door: a -> c => success", personas=("clerk",), when=draw(conditions(("v0", "v1"))))
    return b.load(
        *(b.persona(name) for name in ("clerk", "chief")),
        *(b.fact(name, base_type) for name, (base_type, _) in KINDS.items()),
        b.entity("Door", "a", "c"),
        *rules,
        operation,
        b.flow("go", b.act("act")),
    )


def is_open(contract: api.Contract, facts: Json, states: Json, persona: str) -> bool:
    return any(action.flow_id == "go" for action in api.action_space(contract, facts, states, persona).actions)


def brute_force(contract: api.Contract, facts: Json, states: Json) -> set[frozenset[tuple[str, Json]]]:
    """Every minimal change of facts, persona and instance, by trying all of them."""
    options = {name: [v for v in values if v != facts[name]] for name, (_, values) in KINDS.items()}
    options["persona"] = ["clerk"]
    options["instance"] = [name for name in states if name != "i1" and states[name] != states["i1"]][:1]
    found: list[frozenset[tuple[str, Json]]] = []
    for size in range(1, len(options) + 1):
        for names in combinations(options, size):
            for values in product(*(options[name] for name in names)):
                change = dict(zip(names, values, strict=True))
                key = frozenset(change.items())
                persona = change.pop("persona", "chief")
                instance = change.pop("instance", "i1")
                if any(smaller <= key for smaller in found):
                    continue
                if is_open(contract, {**facts, **change}, {"Door": {instance: states[instance]}}, persona):
                    found.append(key)
    return set(found)


def as_set(remedies: Remedies) -> set[frozenset[tuple[str, Json]]]:
    found = set()
    for remedy in remedies.found:
        items: list[tuple[str, Json]] = []
        for change in remedy.changes:
            kind = type(change).__name__
            if kind == "FactChange":
                items.append((change.fact_id, change.value))  # type: ignore[union-attr]
            elif kind == "PersonaChange":
                items.append(("persona", change.persona))  # type: ignore[union-attr]
            else:
                items.append(("instance", change.instance_ids[0]))  # type: ignore[union-attr]
        found.add(frozenset(items))
    return found


@given(
    contracts(),
    st.fixed_dictionaries({name: st.sampled_from(values) for name, (_, values) in KINDS.items()}),
    st.sampled_from([{"i1": "a"}, {"i1": "c"}, {"i1": "c", "i2": "a"}]),
)
def test_no_minimal_set_of_changes_is_missed_and_none_is_wrong(
    contract: api.Contract, facts: Json, states: Json
) -> None:
    result = api.explain(contract, {"action": "go"}, facts, {"Door": states}, "chief", {"Door": "i1"})
    remedies = remedies_of(result)
    assert remedies.complete
    assert remedies.sampled_facts == ()
    assert as_set(remedies) == brute_force(contract, facts, states)


def applied(contract: api.Contract, answer: Json, suggestion: Json, facts: Json, states: Json) -> bool:
    """Whether the flow is open once a suggestion is followed, done with the calls alone."""
    persona, bound = answer["persona"], dict(answer["instance_bindings"])
    defaults = {fact.id: plain_json(fact.default, fact.type) for fact in contract.facts.values() if fact.has_default}
    facts = {**defaults, **facts}
    changes = sorted(suggestion["changes"], key=lambda change: change["kind"] == "flows")
    for change in changes:
        if change["kind"] == "fact":
            for part in change["parts"]:
                whole = s.replaced(facts[change["fact_id"]], tuple(part["path"]), part["value"])
                facts = {**facts, change["fact_id"]: whole}
        elif change["kind"] == "persona":
            persona = change["persona"]
        elif change["kind"] == "instance":
            bound[change["entity_id"]] = change["instance_ids"][0]
        for run in change.get("runs", ()):
            ran = api.simulate_flow(contract, run["flow_id"], run["persona"], facts, states, run["instance_bindings"])
            states = {**states, **ran.flow.entity_states.to_json()}
    own = {
        entity: {name: state for name, state in instances.items() if bound.get(entity, name) == name}
        for entity, instances in states.items()
    }
    space = api.action_space(contract, facts, own, persona)
    return answer["target"]["name"] in [action.flow_id for action in space.actions]


@given(st.data())
def test_every_suggestion_for_a_random_contract_proves_true(data: st.DataObject) -> None:
    world = data.draw(s.worlds())
    contract = api.load(world.bundle)
    facts, states = data.draw(s.facts(world)), data.draw(s.nested_states(world))
    persona, bound = data.draw(s.personas()), data.draw(s.bindings(world, states))
    for flow_id in contract.flows:
        try:
            result = api.explain(contract, {"action": flow_id}, facts, states, persona, bound, limit=150)
        except api.TenorError:
            return
        answer: Json = api.to_json(result)
        for suggestion in answer.get("remedies", {"suggestions": ()})["suggestions"]:
            assert applied(contract, answer, suggestion, facts, states), suggestion
            assert all(change["text"] in answer["text"] for change in suggestion["changes"]), suggestion


def contract_about(base_type: Json, when: Json) -> api.Contract:
    return b.load(
        b.persona("clerk"),
        b.fact("f", base_type),
        b.entity("Door", "a", "c"),
        b.operation("act", "Door: a -> c => success", when=when),
        b.flow("go", b.act("act")),
    )


BOUNDS = [
    (b.integer(), b.compare(b.ref("f"), ">", b.literal(10)), 3, 11),
    (b.integer(), b.compare(b.ref("f"), "<", b.literal(10)), 30, 9),
    (b.integer(), b.compare(b.literal(10), "<=", b.ref("f")), 3, 10),
    (b.integer(0, 99), b.compare(b.compare(b.ref("f"), "+", b.literal(5)), "=", b.literal(20)), 3, 15),
    (b.decimal(6, 2), b.compare(b.ref("f"), "<", b.literal("1.00", b.decimal(6, 2))), "4.00", "0.99"),
    (b.DATE, b.compare(b.ref("f"), ">", b.literal("2024-02-28", b.DATE)), "2024-01-01", "2024-02-29"),
    (b.text(), b.compare(b.ref("f"), "=", b.literal("yes", b.text())), "no", "yes"),
]


@pytest.mark.parametrize(("base_type", "when", "now", "wanted"), BOUNDS)
def test_a_bound_gives_the_nearest_value_that_satisfies_it(
    base_type: Json, when: Json, now: Json, wanted: Json
) -> None:
    contract = contract_about(base_type, when)
    result = api.explain(contract, {"action": "go"}, {"f": now}, {"Door": "a"}, "clerk")
    suggestions = api.to_json(result)["remedies"]["suggestions"]  # type: ignore[index]
    assert [one["changes"][0]["parts"] for one in suggestions] == [[{"path": [], "value": wanted}]]
    assert is_open(contract, {"f": wanted}, {"Door": "a"}, "clerk")


def test_elements_of_a_list_are_changed_where_they_fail() -> None:
    base_type = b.list_of(b.record(ok=b.BOOL, n=b.integer()))
    contract = contract_about(base_type, b.quantified("forall", "x", b.ref("f"), b.field("x", "ok")))
    items = [{"ok": True, "n": 1}, {"ok": False, "n": 2}, {"ok": False, "n": 3}]
    result = api.explain(contract, {"action": "go"}, {"f": items}, {"Door": "a"}, "clerk")
    (suggestion,) = api.to_json(result)["remedies"]["suggestions"]  # type: ignore[index]
    (change,) = suggestion["changes"]
    assert change["parts"] == [{"path": [1, "ok"], "value": True}, {"path": [2, "ok"], "value": True}]


DOOR = ("shut", "ajar", "wide", "gone")


def test_flows_that_bring_the_instance_there_are_found_and_only_the_needed_ones() -> None:
    contract = b.load(
        b.persona("clerk"),
        b.persona("chief"),
        b.entity("Door", *DOOR, transitions=list(pairwise(DOOR))),
        b.operation("loosen", "Door: shut -> ajar => success", personas=("chief",)),
        b.operation("push", "Door: ajar -> wide => success", personas=("clerk",)),
        b.operation("unhinge", "Door: wide -> gone => success", personas=("clerk",)),
        b.flow("loosening", b.act("loosen") | {"persona": "chief"}),
        b.flow("pushing", b.act("push")),
        b.flow("unhinging", b.act("unhinge")),
    )
    states = {"Door": {"d1": "shut", "d2": "ajar"}}
    for instance, flows in (("d1", ["loosening", "pushing"]), ("d2", ["pushing"])):
        result = api.explain(contract, {"action": "unhinging"}, {}, states, "clerk", {"Door": instance})
        (remedy,) = remedies_of(result).found
        (change,) = remedy.changes
        assert [run.flow_id for run in change.runs] == flows  # type: ignore[union-attr]
        assert change.state == "wide"  # type: ignore[union-attr]
    assert [run.persona for run in change.runs] == ["clerk"]  # type: ignore[union-attr]


def test_the_search_stops_at_its_limit_and_says_so() -> None:
    names = [f"f{number}" for number in range(8)]
    when = b.ref(names[0])
    for name in names[1:]:
        when = b.both(when, b.ref(name))
    contract = b.load(
        b.persona("clerk"),
        *(b.fact(name, b.BOOL) for name in names),
        b.entity("Door", "a", "c"),
        b.operation("act", "Door: a -> c => success", when=when),
        b.flow("go", b.act("act")),
    )
    facts = dict.fromkeys(names, False)
    stopped = remedies_of(api.explain(contract, {"action": "go"}, facts, {"Door": "a"}, "clerk", limit=10))
    assert (stopped.complete, stopped.checked, stopped.found) == (False, 10, ())
    whole = remedies_of(api.explain(contract, {"action": "go"}, facts, {"Door": "a"}, "clerk"))
    assert whole.complete
    assert [len(remedy.changes) for remedy in whole.found] == [8]
