"""States that are picked out of a text are those that the general reader finds; of no other text is anything found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain, combinations, permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenor_wasm.api import compat, reading, written_states
from tenor_wasm.api.fragments import others_text
from tenor_wasm.api.json_text import read_json
from tenor_wasm.api.wire import dispatch
from tenor_wasm.evaluator.entity_states import EntityStates, read_entity_states
from tests import bundles as b

ENTITIES = b.load(b.entity("Order", "draft", "sent", "paid"), b.entity("Parcel", "sent", "a", "é")).entities
STATES = {"Order": ("draft", "sent", "paid"), "Parcel": ("sent", "a")}

PLAIN = [f"{prefix}{number}" for prefix in ("o-", "O_") for number in range(12)]
"""Ids as people write them."""

MARKS = [":", ",", "{", "}", "[", "]", ",:", "},", ":{", ";", "~", "#", "'", " ", "!", "a b", "a!", "a", "ab"]
"""Ids that look like what stands between ids, or that sort beside the mark that ends one."""

UNUSUAL = ['"', "\\", "\n", "\x00", "\x1f", "\x7f", "é", "🙂", ""]
"""Ids that are written otherwise than they are, or that are none."""


@pytest.fixture(autouse=True, scope="module")
def _however_short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for module in (written_states, reading):
            patched.setattr(module, "LONG", 0)
        yield


def ids(*kinds: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*chain(*kinds)])


@st.composite
def nested(draw: st.DrawFn, of: st.SearchStrategy[str]) -> dict[str, dict[str, str]]:
    """Some instances of one entity or both."""
    entities = draw(st.lists(st.sampled_from([*STATES]), min_size=1, max_size=2, unique=True))
    return {
        entity_id: draw(st.dictionaries(of, st.sampled_from(STATES[entity_id]), min_size=1, max_size=16))
        for entity_id in entities
    }


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def seen(states: EntityStates) -> object:
    """All that an answer may say of states."""
    every = [(entity_id, states.of(entity_id)) for entity_id in states.entity_ids()]
    return [
        (
            entity_id,
            dict(one.states),
            list(one.ids),
            {state: list(group) for state, group in sorted(one.by_state.items())},
            one.order,
            [
                (
                    list(one.within(some)),
                    others_text(one.outside(some)),
                    list(one.outside(some).ids),
                    dict(one.outside(some)),
                )
                for number in range(4)
                for some in combinations(STATES[entity_id], number)
            ],
        )
        for entity_id, one in every
    ]


def general(text: str) -> EntityStates:
    return read_entity_states(read_json(text), ENTITIES)


@given(nested(ids(PLAIN, [":", ",", "{", "[", ",:", ":{"])))
@example({"Order": {"b": "paid", "a": "draft"}, "Parcel": {"only": "sent"}})
def test_what_people_write_is_picked_out(states: dict[str, dict[str, str]]) -> None:
    text = compact(states)
    found = written_states.written_states(text, ENTITIES)
    assert found is not None
    assert seen(found) == seen(general(text))
    assert found == general(text)


@given(
    nested(ids(PLAIN, MARKS, UNUSUAL) | st.text(max_size=3)), st.sampled_from([(",", ":"), (", ", ": "), (",", ": ")])
)
def test_whatever_else_is_written_is_read_as_always(states: dict[str, dict[str, str]], marks: tuple[str, str]) -> None:
    text = json.dumps(states, separators=marks)
    found = written_states.written_states(text, ENTITIES)
    if found is not None:
        assert seen(found) == seen(general(text))


CHARACTERS = st.sampled_from([*'"":,{}[]\\ aos-1', "sent", '"sent"', '":"', '","', '"},"', "\n", "é"])


@given(nested(ids(PLAIN, MARKS)), st.data())
def test_a_damaged_text_is_not_taken_for_another(states: dict[str, dict[str, str]], data: st.DataObject) -> None:
    text = compact(states)
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 3)))
        text = text[:begin] + data.draw(CHARACTERS | st.just("")) + text[end:]
    found = written_states.written_states(text, ENTITIES)
    if found is not None:
        assert seen(found) == seen(general(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"Order":{"a":"sent","a":"sent"}}',
        '{"Order":{"b":"sent","a":"sent","b":"paid"}}',
        '{"Order":{"a":"sent"},"Order":{"b":"sent"}}',
        '{"Order":{"a":"lost"}}',
        '{"Other":{"a":"sent"}}',
        '{"Order":{"":"sent"}}',
        '{"Order":{"a":"sent","":"sent"}}',
        '{"Order":{"a",":"sent"b":"sent"}}',
        '{"Order":{"a":"sent","b"}}',
        '{"Order":{"a":"sent""b":"sent"}}',
        '{"Order":{"a":"sent"}},"Parcel":{"a":"sent"}}',
        '{"Order":{"a":"sent"}"Parcel":{"a":"sent"}}',
        '{"Order":{"a":"sent"},"Parcel"{"a":"sent"}}',
        '{"Order":{"a":"sent"},"Parcel":{"a":{"b":"sent"}}',
        '{"Order":{"a\nb":"sent"}}',
        '{"Order":{"a\\u0062":"sent"}}',
        '{"Order":{}}',
        '{"Order":"sent"}',
        '{"":"}}',
        '{"}}',
        "",
    ],
)
def test_of_what_is_not_right_or_not_plain_nothing_is_found(text: str) -> None:
    assert written_states.written_states(text, ENTITIES) is None


def test_an_entity_may_have_more_states_than_a_byte_has_numbers() -> None:
    states = [f"s{number}" for number in range(written_states.MOST_STATES + 1)]
    most, more = (b.load(b.entity("Order", *some)).entities for some in (states[:-1], states))
    text = compact({"Order": {f"o-{state}": state for state in states[:-1]}})
    assert written_states.written_states(text, more) is None
    found = written_states.written_states(text, most)
    assert found is not None
    assert list(found.of("Order").within((states[-2],))) == [f"o-{states[-2]}"]


BUNDLE = b.bundle(
    b.fact("ready", b.BOOL),
    b.entity("Order", *STATES["Order"]),
    b.entity("Parcel", *STATES["Parcel"]),
    b.persona(),
    b.operation("send", "Order: draft -> sent"),
    b.operation("settle", "Order: sent -> paid", "Parcel: sent -> a"),
    b.flow("sending", b.act("send")),
    b.flow("settling", b.act("settle")),
)
FACTS = {"ready": True}


@pytest.fixture(scope="module")
def handle() -> int:
    loaded: int = json.loads(compat.load_contract(json.dumps(BUNDLE)))["handle"]
    return loaded


def either_way(answer: Callable[[], str]) -> str:
    """An answer, which must be the same where no text is long enough."""
    quick = answer()
    with pytest.MonkeyPatch.context() as patched:
        for module in (written_states, reading):
            patched.setattr(module, "LONG", 1_000_000)
        assert answer() == quick
    return quick


@pytest.mark.parametrize("shift", range(3))
@pytest.mark.parametrize("names", [[f"o-{number}" for number in range(40)], ["only"]])
def test_an_action_space_is_the_same_either_way(handle: int, names: list[str], shift: int) -> None:
    states = {"Order": {name: STATES["Order"][(place + shift) % 3] for place, name in enumerate(names)}}
    texts = (compact(FACTS), compact(states))
    assert "actions" in json.loads(either_way(lambda: compat.compute_action_space(handle, *texts, "clerk")))


@given(nested(ids(PLAIN, MARKS)), st.permutations(range(4)), st.data())
def test_the_wire_answers_the_same_either_way(
    handle: int, states: dict[str, dict[str, str]], order: list[int], data: st.DataObject
) -> None:
    contract = data.draw(st.sampled_from([handle, handle, -1, "x"]))
    facts = data.draw(st.sampled_from([FACTS, FACTS, {}, {"ready": 1}, FACTS | {"entity_states": 1}]))
    persona = data.draw(st.sampled_from(["clerk", "nobody", 5]))
    members = [("contract", contract), ("facts", facts), ("entity_states", states), ("persona", persona)]
    chosen = dict([members[place] for place in order][: data.draw(st.sampled_from([4, 4, 3]))])
    text = compact(chosen | data.draw(st.sampled_from([{}, {}, {"form": "counts"}, {"other": 1}])))
    for _ in range(data.draw(st.sampled_from([0, 0, 1, 2]))):
        begin = data.draw(st.integers(0, len(text)))
        text = text[:begin] + data.draw(CHARACTERS) + text[begin + data.draw(st.integers(0, 2)) :]
    either_way(lambda: dispatch("action_space", text))


def test_the_wire_finds_written_states(handle: int) -> None:
    states = {"Order": {"a": "draft", "b": "sent"}}
    given = {"contract": handle, "facts": FACTS, "entity_states": states, "persona": "clerk"}
    for order in permutations(given):
        inputs = reading.written_space_inputs(compact({name: given[name] for name in order}))
        assert inputs is not None
        assert inputs.states.to_json() == states
    named = compact(given | {"facts": FACTS | {"entity_states": 1}})
    assert reading.written_space_inputs(named) is None  # which of the two is meant, only the general reader can tell


def test_the_wire_does_not_take_what_bears_the_name_of_the_states_elsewhere(handle: int) -> None:
    meant, other = {"Order": {"a": "draft"}}, {"Order": {f"o-{number:03}": "sent" for number in range(100)}}
    given = {"contract": handle, "facts": FACTS | {"entity_states": other}, "ENTITY": meant, "persona": "clerk"}
    text = compact(given).replace("ENTITY", "entity\\u005fstates")
    assert reading.written_space_inputs(text) is None
    assert dispatch("action_space", text) == dispatch("action_space", compact(json.loads(text)))
