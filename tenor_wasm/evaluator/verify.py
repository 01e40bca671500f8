"""Does a recorded chain follow from its inputs? (§15.4, §17.4)

The chain is built once more from what it says its inputs were, and compared with what was recorded, member by member.
Everything in it is either an input or follows from the inputs, times and ids that a caller brought along among them;
so every edit of one place, wherever it is, makes the two disagree. Content is compared before ids and digests, which
follow from it: the difference that is named first is the one that says most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenor_wasm.errors import Json, TenorError, pointer, shown
from tenor_wasm.evaluator.chain import FORMAT, provenance_chain
from tenor_wasm.evaluator.entity_states import read_entity_states
from tenor_wasm.evaluator.flows import execute_flow
from tenor_wasm.evaluator.ledger import JsonObject, Recording, as_text
from tenor_wasm.evaluator.snapshot import take_snapshot
from tenor_wasm.interchange.constructs import Contract


class _Absent:
    """The mark of a member that is not there."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()
"""Stands for the value of a member that one side does not have."""


CODES: Mapping[str, str] = {
    "malformed_chain": "it is no chain, or has inputs of another form",
    "contract_hash_mismatch": "it is about another contract, or another version",
    "missing_input": "something that evaluation needs is not there",
    "edited_state": "a state of an instance does not follow",
    "edited_value": "anything else does not follow",
}
"""What can be wrong with a chain."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a chain departs from what follows from its inputs.

    ``code`` is one of ``CODES``; ``path`` a JSON Pointer into the chain; ``expected`` what follows, ``found`` what was
    recorded, ``ABSENT`` where a side has nothing there or nothing can be said.
    """

    code: str
    message: str
    path: str
    expected: Any = ABSENT
    found: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a chain follows from its inputs, and the first difference where it does not."""

    chain_id: str | None
    contract_hash: str
    difference: Difference | None

    @property
    def agrees(self) -> bool:
        """Whether nothing departs."""
        return self.difference is None


class _Refused(Exception):  # noqa: N818 - it carries an answer
    """The chain cannot be built again; the reason is the difference."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.message)
        self.difference = difference


def verify(chain: Json, contract: Contract) -> Verification:
    """Build a chain (a parsed JSON value) again from its own inputs and compare (§15.4).

    Never raises for what the chain says: whatever is wrong with it is the difference. An edit of any one place is
    found, ``content_hash`` included. Who rewrites the whole chain consistently writes a true chain of other inputs;
    only a signature tells that (E19).
    """
    try:
        difference = _difference(chain, contract)
    except _Refused as refused:
        difference = refused.difference
    chain_id = chain.get("provenance_chain_id") if isinstance(chain, Mapping) else None
    return Verification(chain_id if isinstance(chain_id, str) else None, contract.hash, difference)


def _difference(chain: Json, contract: Contract) -> Difference | None:
    if not isinstance(chain, Mapping):
        raise _malformed(f"a provenance chain is an object, not {shown(chain)}", "", chain)
    if chain.get("format") != FORMAT:
        found = chain.get("format", ABSENT)
        message = f"'format' must be '{FORMAT}': this is no provenance chain, or one of another version"
        return Difference("malformed_chain", message, "/format", FORMAT, found)
    if chain.get("contract_hash") != contract.hash:
        found = chain.get("contract_hash", ABSENT)
        message = f"the chain is about another contract or another version: this one has the hash {contract.hash}"
        return Difference("contract_hash_mismatch", message, "/contract_hash", contract.hash, found)
    inputs = _object(chain, "inputs", "")
    built = _build(inputs, contract, chain.get("simulation") is True)
    return _first_difference(built, chain)


# --- building it again -----------------------------------------------------------------------------------------


def _build(inputs: Mapping[str, Json], contract: Contract, simulation: bool) -> JsonObject:
    """The chain that follows from the inputs."""
    flow_id, persona = _text(inputs, "flow"), _text(inputs, "persona")
    flow = contract.flows.get(flow_id)
    if flow is None:
        raise _refused("edited_value", f"the contract has no flow '{flow_id}'", "/inputs/flow", flow_id)
    facts = _object(inputs, "facts")
    bindings, outcomes = _texts_of(inputs, "instance_bindings"), _texts_of(inputs, "outcomes")
    states = _states(_object(inputs, "entity_states"), bindings)
    recorded = _object(inputs, "recorded")
    recording = _recording(recorded, simulation)
    try:
        snapshot = take_snapshot(contract, facts)
        entity_states = read_entity_states(states, contract.entities)
        result = execute_flow(flow, persona, snapshot, entity_states, bindings, outcomes)
        return provenance_chain(result, recording)
    except TenorError as error:
        raise _explained(error, inputs) from None


def _states(states: Mapping[str, Json], bindings: Mapping[str, str]) -> JsonObject:
    """The entity states without the instances of which the chain says that they do not exist (``null``)."""
    for entity_id, instance_id in bindings.items():
        instances = states.get(entity_id)
        if not isinstance(instances, Mapping) or instance_id not in instances:
            place = pointer(((None, entity_id), instance_id), "/inputs/entity_states")
            raise _refused("missing_input", f"the state of '{instance_id}' is not among the inputs", place)
    return {
        entity_id: {name: state for name, state in instances.items() if state is not None}
        if isinstance(instances, Mapping)
        else instances
        for entity_id, instances in states.items()
    }


def _recording(recorded: Mapping[str, Json], simulation: bool) -> Recording:
    """The recording that gives again what was recorded."""
    place = "/inputs/recorded"
    personas = _object(recorded, "personas", place) if "personas" in recorded else {}
    resolved = {persona: _texts_of(personas, persona, f"{place}/personas") for persona in personas}
    ids, times = _again(recorded, "ids"), _again(recorded, "times")
    return Recording(
        clock=None if times is None else lambda _: next(times),
        ids=None if ids is None else lambda _, __: next(ids),
        simulation=simulation,
        execution_id=_text(recorded, "execution_id", place) if "execution_id" in recorded else None,
        trigger=_texts_of(recorded, "trigger", place) if "trigger" in recorded else {},
        personas=resolved,
        trust_domain=_text(recorded, "trust_domain", place) if "trust_domain" in recorded else None,
    )


def _again(recorded: Mapping[str, Json], name: str) -> Iterator[str] | None:
    """The recorded ids or times, one after the other."""
    place = f"/inputs/recorded/{name}"
    if name not in recorded:
        return None
    given = recorded[name]
    if not isinstance(given, (list, tuple)):
        raise _malformed(f"expected a list of texts, got {shown(given)}", place, given)
    for index, text in enumerate(given):
        if not isinstance(text, str):
            raise _malformed(f"expected a text, got {shown(text)}", f"{place}/{index}", text)
    return _each(given, place)


def _each(given: Any, place: str) -> Iterator[str]:
    yield from given
    raise _refused("missing_input", f"more was recorded than {place} holds", f"{place}/{len(given)}")


# --- reading the inputs ----------------------------------------------------------------------------------------


def _refused(code: str, message: str, path: str, found: Json = ABSENT) -> _Refused:
    return _Refused(Difference(code, message, path, ABSENT, found))


def _malformed(message: str, path: str, found: Json = ABSENT) -> _Refused:
    return _Refused(Difference("malformed_chain", message, path, ABSENT, found))


def _member(of: Mapping[str, Json], name: str, place: str) -> Json:
    if name not in of:
        path = pointer((None, name), place)
        raise _Refused(Difference("missing_input", f"'{name}' is missing: without it nothing can be checked", path))
    return of[name]


def _object(of: Mapping[str, Json], name: str, place: str = "/inputs") -> Mapping[str, Json]:
    value = _member(of, name, place)
    if not isinstance(value, Mapping):
        raise _malformed(f"'{name}' must be an object, not {shown(value)}", pointer((None, name), place), value)
    return value


def _text(of: Mapping[str, Json], name: str, place: str = "/inputs") -> str:
    value = _member(of, name, place)
    if not isinstance(value, str):
        raise _malformed(f"'{name}' must be a text, not {shown(value)}", pointer((None, name), place), value)
    return value


def _texts_of(of: Mapping[str, Json], name: str, place: str = "/inputs") -> dict[str, str]:
    texts = _object(of, name, place)
    return {key: _text(texts, key, pointer((None, name), place)) for key in texts}


_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "invalid_facts": ("facts", "edited_value"),
    "invalid_entity_states": ("entity_states", "edited_state"),
    "unknown_step": ("outcomes", "edited_value"),
    "unknown_outcome": ("outcomes", "edited_value"),
    "missing_binding": ("instance_bindings", "missing_input"),
}
"""What evaluation refuses → the input at fault, and the code of the difference. Recorded chains were evaluated once."""


def _explained(error: TenorError, inputs: Mapping[str, Json]) -> _Refused:
    """Why the inputs, which were evaluated when they were recorded, cannot be evaluated now."""
    name, code = _ARGUMENTS.get(error.code, ("", "edited_value"))
    findings = error.details.get("findings")
    if isinstance(findings, list) and any(finding["code"] == "missing_fact" for finding in findings):
        code = "missing_input"
        error = next(TenorError(f["code"], f["message"], f["path"]) for f in findings if f["code"] == "missing_fact")
    missing = error.details.get("missing")
    path = pointer((None, missing[0])) if isinstance(missing, list) else error.path
    place = f"/inputs/{name}{path}" if name else "/inputs"
    message = f"these inputs cannot be evaluated: {error.message}"
    return _refused(code, message, place, _at({"inputs": inputs}, place))


def _at(value: Any, path: str) -> Json:
    """What stands at a JSON Pointer, ``ABSENT`` where nothing does."""
    for step in path.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, (list, tuple)) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value


# --- comparing -------------------------------------------------------------------------------------------------

_DERIVED = frozenset(
    {
        *("provenance_chain_id", "step_record_id", "provenance_id", "verdict_set_id", "verdict_provenance_id"),
        *("fact_provenance_id", "snapshot_id", "step_id", "ref", "provenance_ref", "verdict_set_ref", "chain_ref"),
        *("operation_provenance", "content_hash", "ids"),
    }
)
"""Members that follow from others: ids, references, digests."""

_RECORDS = frozenset({"operation_provenance"})
"""Names that are also a kind of record: there they hold objects, which are content."""

_STATES = frozenset(
    {
        *("state_before", "state_after", "entity_transitions", "transitions"),
        *("from", "to", "from_state", "to_state", "current_state", "required_states"),
    }
)
"""Members that say where instances stand."""


_FOUNDATIONS = (("fact_provenance", "value"), ("operation_provenance", "state_before"))
"""Kind of record and member: where an edited input shows first, and says most plainly what was edited."""


def _first_difference(built: JsonObject, chain: Mapping[str, Json]) -> Difference | None:
    """The first difference of what all else rests on, else of content, else of what is derived from it."""
    if _same_text(built, chain):
        return None
    for kind, member in _FOUNDATIONS:
        found = _compare_column(built, chain, kind, member)
        if found is not None:
            return _named(*found)
    for content_only in (True, False):
        found = _compare(built, chain, None, content_only)
        if found is not None:
            return _named(*found)
    return None


def _compare_column(built: JsonObject, chain: Mapping[str, Json], kind: str, member: str) -> Any:
    """The first difference of one member of the records of one kind."""
    path = f"/records/{kind}"
    records, others = _at(built, path), _at(chain, path)
    if isinstance(records, list) and isinstance(others, (list, tuple)):
        for index, (record, other) in enumerate(zip(records, others, strict=False)):
            if isinstance(other, Mapping) and member in other:
                place = ((((None, "records"), kind), index), member)
                difference = _compare(record[member], other[member], place, True)
                if difference is not None:
                    return difference
    return None


def _same_text(built: JsonObject, chain: Mapping[str, Json]) -> bool:
    """Whether both are the same as text: nearly every chain is true, and this is the fastest way to know it."""
    try:
        return as_text(built) == as_text(chain)
    except (TypeError, ValueError, RecursionError):
        return False  # the chain holds what no chain holds: comparing says where


def _named(place: Any, expected: Any, found: Any) -> Difference:
    path = pointer(place)
    steps = path.split("/")
    is_input = steps[1] == "inputs"
    about_states = steps[2:3] == ["entity_states"] if is_input else _STATES.intersection(steps)
    code = "edited_state" if about_states else "edited_value"
    if found is ABSENT:
        code = "missing_input" if is_input else code
        return Difference(code, f"{path} is missing: it follows from the inputs", path, expected, found)
    if expected is ABSENT:
        return Difference(code, f"{path} does not follow from the inputs", path, expected, found)
    return Difference(code, f"{path} is {_brief(found)}, not {_brief(expected)}", path, expected, found)


def _brief(value: Json) -> str:
    return f"a list of {len(value)}" if isinstance(value, (list, tuple)) else shown(value)


def _compare(built: Any, found: Any, place: Any, content_only: bool) -> Any:
    """``(place, built, found)`` of the first difference. What was built holds dicts, lists and scalars only."""
    if isinstance(built, dict):
        if not isinstance(found, Mapping):
            return place, built, found
        return _compare_members(built, found, place, content_only)
    if isinstance(built, list):
        if not isinstance(found, (list, tuple)):
            return place, built, found
        for index, (one, other) in enumerate(zip(built, found, strict=False)):
            difference = _compare(one, other, (place, index), content_only)
            if difference is not None:
                return difference
        shorter = min(len(built), len(found))
        if len(built) == len(found):
            return None
        return (place, shorter), *(side[shorter] if len(side) > shorter else ABSENT for side in (built, found))
    # A truth is no number, and a number with a fraction is no whole one, though Python calls some of them equal.
    return None if type(built) is type(found) and built == found else (place, built, found)


def _compare_members(built: dict[str, Any], found: Mapping[str, Any], place: Any, content_only: bool) -> Any:
    for name, value in built.items():
        if content_only and name in _DERIVED and not (name in _RECORDS and isinstance(value, list)):
            continue
        difference = _compare(value, found.get(name, ABSENT), (place, name), content_only)
        if difference is not None:
            return difference
    for name in found:
        if name not in built:
            return (place, str(name)), ABSENT, found[name]
    return None
