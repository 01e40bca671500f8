"""Properties of evaluation that hold for every well-formed contract and every input."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api.json_text import write_json
from tenor_wasm.interchange import constructs as c
from tests.properties import strategies as some

Json = Any
STATE_ERRORS = ("unknown_instance", "entity_not_in_source_state")
COMBINATIONS = 20
"""How many combinations of instances are tried for each outcome."""


def answer(call: Any, *args: Any, **options: Any) -> Json:
    """What a call answers as JSON, or the code of the fault of computation that it met."""
    try:
        return api.to_json(call(*args, **options))
    except api.TenorError as error:
        return computation_error(error)


def computation_error(error: api.TenorError) -> Json:
    """The error in short; any that a well-formed contract and input must not meet is a failure."""
    if error.code not in some.COMPUTATION_ERRORS:
        raise error
    return {"error": error.code, "construct": error.details["construct"], "id": error.details["id"]}


def all_answers(contract: api.Contract, facts: Json, states: Json, bindings: Json, persona: str) -> list[Json]:
    """The answers of every call about one situation. The contract's warnings are put in a fixed order: they follow
    the text of the bundle."""
    shown = answer(api.inspect, contract)
    shown["warnings"].sort(key=str)
    flows = [answer(api.simulate_flow, contract, flow, persona, facts, states, bindings) for flow in contract.flows]
    return [
        shown,
        answer(api.evaluate, contract, facts),
        answer(api.action_space, contract, facts, states, persona),
        *flows,
    ]


@st.composite
def situations(draw: st.DrawFn) -> tuple[some.World, Json, dict[str, dict[str, str]], str]:
    """A contract, facts, nested entity states, and a persona."""
    world = draw(some.worlds())
    return world, draw(some.facts(world)), draw(some.nested_states(world)), draw(some.personas())


# --- instances -------------------------------------------------------------------------------------------------


@given(st.data())
def test_flat_states_are_one_default_instance(data: st.DataObject) -> None:
    world = data.draw(some.worlds())
    contract, facts, flat = api.load(world.bundle), data.draw(some.facts(world)), data.draw(some.flat_states(world))
    persona = data.draw(some.personas())
    nested = {entity_id: {"_default": state} for entity_id, state in flat.items()}
    mixed = {**flat, **dict(list(nested.items())[:1])}
    expected = all_answers(contract, facts, flat, None, persona)
    assert all_answers(contract, facts, nested, None, persona) == expected
    assert all_answers(contract, facts, mixed, None, persona) == expected
    by_name = dict.fromkeys(world.states, "_default")
    for flow in world.flows:
        implied = answer(api.simulate_flow, contract, flow, persona, facts, flat)
        named = answer(api.simulate_flow, contract, flow, persona, facts, flat, by_name)
        assert implied.get("would_transition") == named.get("would_transition")
        assert implied.get("outcome") == named.get("outcome")


def combinations(instances: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """The combinations of one instance for each entity, as far as they are tried."""
    for chosen in itertools.islice(itertools.product(*instances.values()), COMBINATIONS):
        yield dict(zip(instances, chosen, strict=True))


def executes(
    operation: c.Operation,
    label: str,
    space: api.ActionSpace,
    states: api.EntityStates,
    binding: dict[str, str],
) -> bool:
    """Whether the operation produces the outcome on these instances; any refusal must be about their states."""
    try:
        result = api.execute_operation(operation, space.persona, space.snapshot, states, binding, label)
    except api.OperationRefused as refusal:
        if refusal.code not in STATE_ERRORS:
            raise
        return False
    assert result.outcome == label
    return True


@given(situations())
def test_an_action_can_be_done_on_exactly_the_instances_that_it_lists(situation: Any) -> None:
    world, facts, nested, persona = situation
    contract = api.load(world.bundle)
    try:
        space = api.action_space(contract, facts, nested, persona).space
    except api.TenorError as error:
        computation_error(error)
        return
    states = api.EntityStates({(e, i): state for e, instances in nested.items() for i, state in instances.items()})
    for action in space.actions:
        listed = {(outcome.operation_id, outcome.outcome): outcome.instance_bindings for outcome in action.outcomes}
        for operation_id in action.first_operation_ids:
            operation = contract.operations[operation_id]
            entities = sorted({effect.entity_id for effect in operation.effects})
            for label in operation.outcomes:
                # An entity that this outcome leaves alone may be bound to anything.
                touched = {effect.entity_id for effect in operation.effects if effect.outcome == label}
                suited = listed.get((operation_id, label))
                every = {entity_id: (*nested[entity_id], "nowhere") for entity_id in entities if entity_id in touched}
                aside = dict.fromkeys(set(entities) - touched, "nowhere")
                for binding in combinations(every):
                    expected = suited is not None and all(binding[name] in suited[name] for name in touched)
                    assert executes(operation, label, space, states, {**binding, **aside}) == expected
            for entity_id in entities:
                offered = set(action.instance_bindings.get(entity_id, ()))
                blocked: Mapping[str, str] = action.blocked_instances.get(entity_id) or {}
                assert offered.isdisjoint(blocked)
                assert offered | set(blocked) == set(nested[entity_id])
                assert all(nested[entity_id][name] == state for name, state in blocked.items())


@given(situations())
def test_a_listed_binding_simulates_without_a_state_error_at_the_first_operations(situation: Any) -> None:
    world, facts, nested, persona = situation
    contract = api.load(world.bundle)
    space = answer(api.action_space, contract, facts, nested, persona)
    for action in space.get("actions", ()):
        elsewhere = dict.fromkeys(world.states, "nowhere")
        choices = [
            [outcome for outcome in action["outcomes"] if outcome["operation_id"] == operation_id]
            for operation_id in dict.fromkeys(action["first_operation_ids"])
        ]
        for chosen in itertools.islice(itertools.product(*choices), COMBINATIONS):
            suited = {name: ids[0] for outcome in chosen for name, ids in outcome["instance_bindings"].items()}
            run = answer(
                api.simulate_flow, contract, action["flow_id"], persona, facts, nested, {**elsewhere, **suited}
            )
            for record in first_operations(run.get("path", ())):
                assert record.get("error", {}).get("code") not in STATE_ERRORS


def first_operations(path: Json) -> Iterator[Json]:
    """The first operation records of a path: in each parallel branch, and inside a sub-flow, the first one."""
    for index, record in enumerate(path):
        if record["step_type"] in ("operation", "compensation"):
            yield record
            return
        if record["step_type"] == "sub_flow":
            found = list(first_operations(record["steps"]))
            if found:
                yield from found
                return
        if record["step_type"] == "parallel":
            inside = [later for later in path[index + 1 :] if "branch_id" in later]
            groups = {later["branch_id"].split("/")[0]: [] for later in inside}  # type: dict[str, list[Json]]
            for later in inside:
                groups[later["branch_id"].split("/")[0]].append(later)
            found = [first for group in groups.values() for first in first_operations(group)]
            if found:
                yield from found
                return


@given(situations())
def test_every_instance_that_blocks_a_flow_is_refused_for_its_state(situation: Any) -> None:
    world, facts, nested, persona = situation
    contract = api.load(world.bundle)
    space = answer(api.action_space, contract, facts, nested, persona)
    for blocked in space.get("blocked_actions", ()):
        if blocked["reason"]["type"] != "EntityNotInSourceState":
            continue
        operation = contract.operations[blocked["reason"]["operation_id"]]
        snapshot = api.take_snapshot(contract, facts)
        states = api.EntityStates({(e, i): state for e, instances in nested.items() for i, state in instances.items()})
        entities = sorted({effect.entity_id for effect in operation.effects})
        for binding in combinations({entity_id: (*nested[entity_id], "nowhere") for entity_id in entities}):
            with pytest.raises(api.OperationRefused) as refused:
                api.execute_operation(operation, persona, snapshot, states, binding)
            assert refused.value.code in STATE_ERRORS
        for entity_id, names in blocked["instance_bindings"].items():
            assert set(names) <= set(nested[entity_id])


# --- flows -----------------------------------------------------------------------------------------------------


@given(situations(), st.data())
def test_only_bound_instances_change_and_the_transitions_tell_how(situation: Any, data: st.DataObject) -> None:
    world, facts, nested, persona = situation
    contract = api.load(world.bundle)
    chosen = data.draw(some.bindings(world, nested))
    for flow in world.flows:
        try:
            result = api.simulate_flow(contract, flow, persona, facts, nested, chosen).flow
        except api.TenorError as error:
            computation_error(error)
            continue
        replayed = {(e, i): state for e, instances in nested.items() for i, state in instances.items()}
        for change in result.transitions:
            assert chosen[change.entity_id] == change.instance_id
            assert replayed[change.entity_id, change.instance_id] == change.from_state
            assert change.to_state in contract.entities[change.entity_id].transitions[change.from_state]
            replayed[change.entity_id, change.instance_id] = change.to_state
        assert dict(result.entity_states) == replayed
        assert [change for record in result.steps for change in transitions_of(record)] == list(result.transitions)


def transitions_of(record: api.StepRecord) -> Iterator[api.Transition]:
    """The transitions of a step and of the sub-flow inside it, each held against the states before and after."""
    provenance = record.provenance
    if provenance is not None:
        changes = provenance.transitions
        assert provenance.state_before == {(x.entity_id, x.instance_id): x.from_state for x in changes}
        assert provenance.state_after == {(x.entity_id, x.instance_id): x.to_state for x in changes}
        assert provenance.instance_binding == {x.entity_id: x.instance_id for x in changes}
        assert record.result == provenance.outcome == provenance.applicable_outcomes[0]
        yield from changes
    for inner in record.steps:
        yield from transitions_of(inner)


@given(situations(), st.data())
def test_a_named_outcome_is_the_one_that_is_produced(situation: Any, data: st.DataObject) -> None:
    world, facts, nested, persona = situation
    contract = api.load(world.bundle)
    chosen = data.draw(some.bindings(world, nested))
    flow = contract.flows[world.flows[-1]]
    step = next((step for step in flow.steps.values() if isinstance(step, c.OperationStep)), None)
    if step is None:
        return
    label = data.draw(st.sampled_from(contract.operations[step.operation_id].outcomes))
    run = answer(api.simulate_flow, contract, flow.id, persona, facts, nested, chosen, {step.id: label})
    for record in run.get("path", ()):
        if record["step_id"] == step.id and record["step_type"] == "operation":
            assert record["result"] == label or record["result"].startswith("error: ")


# --- purity ----------------------------------------------------------------------------------------------------


def shuffled(value: Json, random: Random) -> Json:
    """The same JSON value with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    return [shuffled(item, random) for item in value] if isinstance(value, list) else value


@given(situations(), st.data())
def test_the_order_of_keys_does_not_matter(situation: Any, data: st.DataObject) -> None:
    world, facts, nested, persona = situation
    chosen = data.draw(some.bindings(world, nested))
    random = Random(data.draw(st.integers(0, 2**32)))
    expected = all_answers(api.load(world.bundle), facts, nested, chosen, persona)
    other = api.load(shuffled(world.bundle, random))
    again = [shuffled(item, random) for item in (facts, nested, chosen)]
    assert all_answers(other, again[0], again[1], again[2], persona) == expected


@given(situations(), st.data())
def test_inputs_stay_as_they_are_and_the_same_input_gives_the_same_bytes(situation: Any, data: st.DataObject) -> None:
    world, facts, nested, persona = situation
    chosen = data.draw(some.bindings(world, nested))
    inputs = (world.bundle, facts, nested, chosen)
    before = deepcopy(inputs)
    texts = [write_json(all_answers(api.load(world.bundle), facts, nested, chosen, persona)) for _ in range(2)]
    assert inputs == before
    assert json.dumps(inputs) == json.dumps(before)
    assert texts[0] == texts[1]
    contract = api.load(world.bundle)
    for _ in range(2):
        assert write_json(all_answers(contract, facts, nested, chosen, persona)) == texts[0]
