"""The arguments of a call from JSON text, quickly where they are as most callers write them.

The quick way finds what ``read_json`` and the calls find, or nothing: then those are asked, and say what is wrong.
Objects are counted on the way, which shows repeated keys without another look at each member.
"""

from __future__ import annotations

from tenor_wasm.api.calls import (
    Evaluation,
    SpaceInputs,
    check_text,
    declared_flow,
    evaluate,
    read_space_inputs,
    read_states,
    space_inputs,
)
from tenor_wasm.api.handles import HANDLES
from tenor_wasm.api.json_text import has_members, read_json, scan_json
from tenor_wasm.api.written_states import LONG, written_states
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates, counted_entity_states
from tenor_wasm.evaluator.snapshot import Snapshot, counted_snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract, Flow


def evaluation_of(contract: Contract, facts: str) -> Evaluation:
    """An evaluation. Raises as ``read_json`` and ``calls.evaluate``."""
    snapshot = _quick_snapshot(contract, facts)
    return evaluate(contract, read_json(facts, "the facts")) if snapshot is None else Evaluation(snapshot, ())


def space_inputs_of(contract: Contract, facts: str, entity_states: str, persona: str) -> SpaceInputs:
    """What an action space is computed from. Raises as ``read_json`` and ``calls.read_space_inputs``."""
    states = written_states(entity_states, contract.entities)
    if states is None:
        states = _quick_states(contract, entity_states, True)
    if states is None:
        facts_json, states_json = read_json(facts, "the facts"), read_json(entity_states, "the entity states")
        return read_space_inputs(contract, facts_json, states_json, persona)
    snapshot = _quick_snapshot(contract, facts)
    if snapshot is None or type(persona) is not str:
        facts_json = read_json(facts, "the facts")
        check_text(persona, "persona")
        snapshot = take_snapshot(contract, facts_json)
    return space_inputs(snapshot, states, persona)


def written_space_inputs(params: str) -> SpaceInputs | None:
    """The same from the parameters of the wire, where its entity states are ``written_states``; else ``None``.

    Raises as ``calls.read_space_inputs`` about the facts.
    """
    if type(params) is not str or len(params) < LONG or params.count(_STATES) != 1:
        return None
    before, _, after = params.partition(f"{_STATES}:{{")
    states, _, after = after.partition('"}}')
    if len(states) < LONG:
        return None
    try:
        # What is valid with null in the place of the states is valid with these, as they are an object by themselves.
        given = read_json(f"{before}{_STATES}:null{after}")
    except TenorError:
        return None
    if type(given) is not dict or given.keys() != _OF_A_SPACE or type(given["persona"]) is not str:
        return None
    if given["entity_states"] is not None:  # what was cut out stood deeper, under the same name
        return None
    contract = HANDLES.find(given["contract"])
    written = None if contract is None else written_states(f'{{{states}"}}}}', contract.entities)
    if contract is None or written is None:
        return None
    return space_inputs(take_snapshot(contract, given["facts"]), written, given["persona"])


_STATES = '"entity_states"'

_OF_A_SPACE = {"contract", "facts", "entity_states", "persona"}
"""The parameters of a whole action space; with others it is of another form, or of a session."""


def run_inputs_of(
    contract: Contract, flow: str, persona: str, facts: str, entity_states: str
) -> tuple[Flow, Snapshot, EntityStates]:
    """A flow, and what it runs on. Raises as ``read_json`` and ``calls.simulate_flow``."""
    snapshot, states = _quick_snapshot(contract, facts), _quick_states(contract, entity_states, False)
    if snapshot is not None and states is not None:
        return declared_flow(contract, flow, persona), snapshot, states
    facts_json = read_json(facts, "the facts")
    states_json = read_json(entity_states, "the entity states") if states is None else None
    declared = declared_flow(contract, flow, persona)
    snapshot = take_snapshot(contract, facts_json)
    return declared, snapshot, read_states(states_json, contract) if states is None else states


def flat_object(text: str, what: str) -> Json:
    """An object, quickly where it holds no other. Raises as ``read_json``."""
    value = scan_json(text)
    return value if type(value) is dict and has_members(text, len(value)) else read_json(text, what)


def _quick_snapshot(contract: Contract, text: str) -> Snapshot | None:
    generated = compiled(contract).generated
    if not generated.is_worth_asking():
        return None
    counted = counted_snapshot(contract, scan_json(text))
    if counted is None:
        return None
    snapshot, members = counted
    return snapshot if has_members(text, members) else None


def _quick_states(contract: Contract, text: str, grouped: bool) -> EntityStates | None:
    counted = counted_entity_states(scan_json(text), contract.entities, grouped)
    if counted is None:
        return None
    snapshot, members = counted
    return snapshot if has_members(text, members) else None
