"""Whatever the contract: each view of an action space says what the full form says, no more and no less."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api import compat
from tenor_wasm.api.json_text import write_json
from tests.properties.test_evaluation import answer, situations

Json = Any


def expanded(space: Json) -> Json:
    """The grouped form with the instances put in where flows name states."""
    groups = space["instances"]

    def ids(entity_id: str, states: list[str]) -> list[str]:
        return sorted(name for state in states for name in groups[entity_id][state])

    def bindings(part: Json) -> Json:
        return {entity_id: ids(entity_id, states) for entity_id, states in part["instance_states"].items()}

    def reason(part: Json) -> Json:
        if "instance_states" not in part:
            return part
        states = part["instance_states"]
        rest = {key: value for key, value in part.items() if key != "instance_states"}
        return {**rest, "instance_ids": ids(part["entity_id"], states)}

    def flow(part: Json) -> Json:
        kept = {key: value for key, value in part.items() if key not in ("instance_states", "blocked_states")}
        kept["instance_bindings"] = bindings(part)
        kept["blocked_instances"] = {
            entity_id: {name: state for state in states for name in groups[entity_id][state]}
            for entity_id, states in part["blocked_states"].items()
        }
        for several in ("outcomes", "reasons"):
            if several in part:
                kept[several] = [reason(one) if "type" in one else outcome(one) for one in part[several]]
        if "reason" in part:
            kept["reason"] = reason(part["reason"])
        return kept

    def outcome(part: Json) -> Json:
        return {**{key: part[key] for key in ("operation_id", "outcome")}, "instance_bindings": bindings(part)}

    flows = {name: [flow(part) for part in space[name]] for name in ("actions", "blocked_actions")}
    return {**{key: value for key, value in space.items() if key not in ("form", "instances")}, **flows}


def counted(value: Json) -> Json:
    """The full form with numbers in place of lists of instances."""
    if isinstance(value, list):
        return [counted(item) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Json] = {}
    for key, member in value.items():
        if key in ("instance_bindings", "blocked_instances"):
            name = "instance_counts" if key == "instance_bindings" else "blocked_counts"
            result[name] = {entity_id: len(ids) for entity_id, ids in member.items()}
        elif key == "instance_ids":
            result["instance_count"] = len(member)
        else:
            result[key] = counted(member)
    return result


def joined(first: Json, second: Json) -> Json:
    """Two pages after each other: lists of instances are joined, everything else is the same on both."""
    if isinstance(first, dict):
        both = first.keys() & second.keys()
        return {**first, **second, **{key: joined(first[key], second[key]) for key in both}}
    if isinstance(first, list) and first != second:
        names = all(isinstance(item, str) for item in (*first, *second))
        return first + second if names else [joined(a, b) for a, b in zip(first, second, strict=True)]
    assert first == second
    return first


def lean(value: Json) -> Json:
    """Without members that hold nothing: a page leaves out what it has no instance of."""
    if isinstance(value, dict):
        return {key: kept for key, member in value.items() if (kept := lean(member)) not in ({}, [])}
    return [lean(item) for item in value] if isinstance(value, list) else value


def pages(size: int, *situation: Json, **view: Json) -> list[Json]:
    found: list[Json] = []
    cursor = None
    while not found or cursor is not None:
        assert len(found) < 50
        page = answer(api.action_space, *situation, **view, page={"size": size, "cursor": cursor})
        if "error" in page or "next_cursor" not in page:
            return []
        cursor = page.pop("next_cursor")
        found.append(page)
    return found


@given(situations())
def test_the_grouped_form_and_the_counts_say_what_the_full_form_says(situation: Json) -> None:
    world, facts, nested, persona = situation
    given_ = (api.load(world.bundle), facts, nested, persona)
    full = answer(api.action_space, *given_)
    if "actions" not in full:
        return
    assert expanded(answer(api.action_space, *given_, form="grouped")) == full
    assert counted(full) | {"form": "counts"} == answer(api.action_space, *given_, form="counts")


@given(situations(), st.integers(1, 4), st.sampled_from(["full", "grouped"]))
def test_pages_after_each_other_are_the_whole(situation: Json, size: int, form: str) -> None:
    world, facts, nested, persona = situation
    given_ = (api.load(world.bundle), facts, nested, persona)
    whole = answer(api.action_space, *given_, form=form)
    if "actions" not in whole:
        return
    found = pages(size, *given_, form=form)
    together = found[0]
    for page in found[1:]:
        together = joined(together, page)
    assert lean(together) == lean(whole)


@given(situations())
def test_one_flow_and_one_entity_are_parts_of_the_whole(situation: Json) -> None:
    world, facts, nested, persona = situation
    given_ = (api.load(world.bundle), facts, nested, persona)
    full = answer(api.action_space, *given_)
    if "actions" not in full:
        return
    for flow in world.flows:
        one = answer(api.action_space, *given_, flow=flow)
        for name in ("actions", "blocked_actions"):
            assert one[name] == [part for part in full[name] if part["flow_id"] == flow]
    for entity_id in world.states:
        one = answer(api.action_space, *given_, entity=entity_id)
        for name in ("actions", "blocked_actions"):
            every = {part["flow_id"]: part for part in full[name]}
            for part in one[name]:
                for lists in ("instance_bindings", "blocked_instances"):
                    of_entity = {key: value for key, value in every[part["flow_id"]][lists].items() if key == entity_id}
                    assert part[lists] == of_entity
            shown = {part["flow_id"] for part in one[name]}
            naming = {key for key, part in every.items() if entity_id in part["instance_bindings"]}
            assert naming <= shown


def renamed(nested: Json, suffix: str) -> Json:
    """The same situation with other instances."""
    return {
        entity_id: {f"{name}{suffix}": state for name, state in instances.items()}
        for entity_id, instances in nested.items()
    }


@given(situations(), st.sampled_from(["%s", '"', "é", " !", "\x00"]))
def test_a_text_that_was_laid_out_before_says_what_the_typed_result_says(situation: Json, suffix: str) -> None:
    world, facts, nested, persona = situation
    handle = json.loads(compat.load_contract(json.dumps(world.bundle)))["handle"]
    # Each flow is laid out by the first call and only filled in by those that follow.
    nowhere: Json = {entity_id: {} for entity_id in nested}
    for states in (nested, renamed(nested, suffix), nested, nowhere):
        text = compat.compute_action_space(handle, json.dumps(facts), json.dumps(states), persona)
        typed = answer(api.action_space, api.load(world.bundle), facts, states, persona)
        assert "error" in typed or text == write_json(typed)
    compat.free_contract(handle)
