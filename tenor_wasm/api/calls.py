"""The typed calls: JSON values in, frozen results out. ``render.to_json`` turns any result into JSON.

The ``path`` of an error is a JSON Pointer into the argument at fault; its code says which argument that is.

``wire`` and ``compat`` are these calls over text; every rule of the edge that is not about text stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from types import MappingProxyType
from typing import NamedTuple, ParamSpec, TypeVar

from tenor_wasm.api.collector import collected_later
from tenor_wasm.api.json_text import check_depth, read_json, read_with_canonical, write_canonical
from tenor_wasm.api.views import WHOLE, Shown, View, read_view, shown_by
from tenor_wasm.errors import Finding, Findings, Json, TenorError, listed, pointer, shown
from tenor_wasm.evaluator import actions as spaces
from tenor_wasm.evaluator.action_space import action_space as compute_action_space
from tenor_wasm.evaluator.chain import provenance_chain
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates, read_entity_states
from tenor_wasm.evaluator.flows import FlowResult, execute_flow
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract, Flow
from tenor_wasm.interchange.load import load_contract

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

SIDES = ("a", "b")
"""The two evaluations that ``diff`` compares, by their parameters."""

NO_STATES: Mapping[str, Json] = MappingProxyType({})
"""No entity has an instance."""

parse_json = read_json
"""Parse JSON text strictly, as every call over text does."""


class Evaluation(NamedTuple):
    """The verdicts that follow from the facts, and what deserves a warning."""

    snapshot: Snapshot
    warnings: tuple[Finding, ...]

    @property
    def verdicts(self) -> tuple[VerdictInstance, ...]:
        """The produced verdicts, in stratum order."""
        return tuple(self.snapshot.verdicts.values())


class ActionSpaceResult(NamedTuple):
    """The action space of a persona, what of it is shown, and what deserves a warning."""

    shown: Shown
    view: View
    entity_states: EntityStates
    warnings: tuple[Finding, ...]

    @property
    def space(self) -> spaces.ActionSpace:
        """The action space, as far as it is shown."""
        return self.shown.space

    @property
    def actions(self) -> tuple[spaces.Action, ...]:
        """The flows that the persona can start."""
        return self.space.actions

    @property
    def blocked_actions(self) -> tuple[spaces.BlockedAction, ...]:
        """The other flows, with all reasons."""
        return self.space.blocked_actions

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; ``None`` when there is none."""
        return self.shown.next_cursor


class Simulation(NamedTuple):
    """How a flow would run, and what deserves a warning. ``instance_bindings`` are those that were given.

    ``provenance`` is the chain of the run where it was asked for.
    """

    flow: FlowResult
    instance_bindings: Mapping[str, str]
    warnings: tuple[Finding, ...]
    provenance: Mapping[str, Json] | None = None

    @property
    def outcome(self) -> str:
        """The terminal outcome."""
        return self.flow.outcome


class Inspection(NamedTuple):
    """A contract, to be shown."""

    contract: Contract


def too_deep() -> TenorError:
    """The error for what the interpreter's recursion cannot follow."""
    return TenorError(
        "too_deep", "the contract or its input nests too deeply to evaluate; flatten sub-flows or expressions"
    )


def guarded(call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Turn exhausted recursion into a clear error: contracts may nest sub-flows deeper than the interpreter can."""

    @wraps(call)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return call(*args, **kwargs)
        except RecursionError:
            raise too_deep() from None

    return run


@collected_later
def load(bundle: Json) -> Contract:
    """Load an interchange bundle, given as a parsed JSON value.

    Raises as ``interchange.load.load_contract``, and ``too_deep`` beyond the nesting that JSON text may have.
    """
    check_depth(bundle, "the contract")
    return load_contract(bundle)


@collected_later
def load_text(text: str) -> Contract:
    """Load an interchange bundle from JSON text. Raises as ``parse_json`` and ``load`` do."""
    return load_contract(*read_with_canonical(text, "the contract"))


@collected_later
def load_parsed(bundle: Json) -> Contract:
    """Load an interchange bundle that ``parse_json`` has read, which held its nesting and its keys to the rules."""
    return load_contract(bundle, write_canonical(bundle))


@guarded
def evaluate(contract: Contract, facts: Json) -> Evaluation:
    """Evaluate the contract's rules on facts (fact id → JSON value, §15.3).

    Raises ``invalid_facts`` with every missing or ill-typed fact; ``overflow`` and its like.
    """
    snapshot = take_snapshot(contract, facts)
    return Evaluation(snapshot, snapshot.facts.warnings)


@guarded
def action_space(
    contract: Contract,
    facts: Json,
    entity_states: Json | EntityStates,
    persona: str,
    form: Json = None,
    flow: Json = None,
    entity: Json = None,
    page: Json = None,
) -> ActionSpaceResult:
    """Compute what a persona may do, to which instances, and why the rest is blocked (§15.6).

    ``entity_states`` is flat, nested or mixed JSON, or ``EntityStates``. ``form`` is ``full`` (each flow lists its
    instances), ``grouped`` (they are listed once per entity and state, and flows name states) or ``counts``.
    ``flow`` asks about one flow alone, ``entity`` about the flows that take up one entity, and its instances.
    ``page`` (``{"size", "cursor"?}``) shows at most so many instances, in the order of entity and instance id; the
    result's ``next_cursor`` asks for those that follow.

    Raises ``invalid_facts``, ``invalid_entity_states``, ``unknown_flow``, ``unknown_entity``, ``invalid_argument`` for
    a persona that is no text and for what is no form or page; ``overflow`` and its like.
    """
    return space_of(read_space_inputs(contract, facts, entity_states, persona, form, flow, entity, page))


class SpaceInputs(NamedTuple):
    """What an action space is computed from, checked and read."""

    snapshot: Snapshot
    states: EntityStates
    persona: str
    view: View
    warnings: tuple[Finding, ...]


@guarded
def read_space_inputs(
    contract: Contract,
    facts: Json,
    entity_states: Json | EntityStates,
    persona: str,
    form: Json = None,
    flow: Json = None,
    entity: Json = None,
    page: Json = None,
) -> SpaceInputs:
    """Check and read what ``action_space`` takes, and evaluate the rules. Raises as it does."""
    check_text(persona, "persona")
    view = read_view(contract, form, flow, entity, page)
    snapshot = take_snapshot(contract, facts)
    return space_inputs(snapshot, read_states(entity_states, contract), persona, view)


def space_inputs(snapshot: Snapshot, states: EntityStates, persona: str, view: View = WHOLE) -> SpaceInputs:
    """The inputs of an action space where facts and states were read already."""
    return SpaceInputs(snapshot, states, persona, view, warnings_of(snapshot, persona))


def space_of(inputs: SpaceInputs) -> ActionSpaceResult:
    """The action space that follows from its inputs. Raises ``overflow`` and its like, ``flow_too_long``."""
    snapshot, states, persona, view, warnings = inputs
    space = compute_action_space(snapshot, states, persona, view.flow_id, view.entity_id)
    return ActionSpaceResult(shown_by(view, space, states), view, states, warnings)


@guarded
def simulate_flow(
    contract: Contract,
    flow: str,
    persona: str,
    facts: Json,
    entity_states: Json | EntityStates = NO_STATES,
    instance_bindings: Json = None,
    outcomes: Json = None,
    provenance: bool = False,
) -> Simulation:
    """Run a flow without storing anything (§11.4, §19.6).

    An entity that is wholly absent from ``entity_states`` gets ``_default`` in its initial state. Without
    ``instance_bindings`` (``None`` or empty) every entity is bound to ``_default``; a map with entries is strict.
    ``outcomes`` (step id → label) chooses where several outcomes apply. ``persona`` is recorded, not checked: each
    step names its own. With ``provenance`` the result holds its provenance chain (§15.4), which ``verify`` checks.

    Raises ``unknown_flow``, ``invalid_facts``, ``invalid_entity_states``, ``invalid_bindings``, ``missing_binding``,
    ``invalid_argument``, and what ``execute_flow`` raises.
    """
    declared = declared_flow(contract, flow, persona)
    snapshot = take_snapshot(contract, facts)
    states = read_states(entity_states, contract)
    return simulate_on(snapshot, states, declared, persona, instance_bindings, outcomes, provenance)


def declared_flow(contract: Contract, flow: Json, persona: Json) -> Flow:
    """The flow to simulate. Raises ``unknown_flow``; ``invalid_argument`` when flow or persona are no texts."""
    check_text(flow, "flow")
    check_text(persona, "persona")
    declared = contract.flows.get(flow) if isinstance(flow, str) else None
    if declared is None:
        raise TenorError("unknown_flow", f"no flow '{flow}' is declared; declared are {listed(contract.flows)}")
    return declared


def simulate_on(
    snapshot: Snapshot,
    entity_states: EntityStates,
    flow: Flow,
    persona: str,
    instance_bindings: Json,
    outcomes: Json,
    provenance: bool,
) -> Simulation:
    """Run a flow on what was read already. Raises as ``simulate_flow``."""
    contract = snapshot.contract
    if not isinstance(provenance, bool):
        raise invalid_argument("provenance", f"'provenance' must be true or false, not {shown(provenance)}")
    states = entity_states.with_defaults(contract.entities)
    given = read_bindings(instance_bindings, contract)
    bindings = given or dict.fromkeys(compiled(contract).entities_of(flow.id), DEFAULT_INSTANCE)
    result = execute_flow(flow, persona, snapshot, states, bindings, read_choices(outcomes))
    warnings = warnings_of(snapshot, persona)
    return Simulation(result, given, warnings, provenance_chain(result) if provenance else None)


def warnings_of(snapshot: Snapshot, persona: str) -> tuple[Finding, ...]:
    """What deserves a warning in an answer about a persona."""
    warnings, personas = snapshot.facts.warnings, snapshot.contract.personas
    if not personas or persona in personas:
        return warnings
    message = f"the persona '{persona}' is not declared; declared are {listed(personas)}"
    return (*warnings, Finding("unknown_persona", message, ""))


def inspect(contract: Contract) -> Inspection:
    """The contract's declarations, to be shown to people."""
    return Inspection(contract)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a call about a persona and instances, checked and read."""

    snapshot: Snapshot
    states: EntityStates
    bindings: Mapping[str, str]
    warnings: tuple[Finding, ...]


def read_inputs(
    contract: Contract, facts: Json, entity_states: Json | EntityStates, persona: str, instance_bindings: Json = None
) -> Inputs:
    """Read facts, entity states and bindings as the calls here do, with their errors and warnings."""
    check_text(persona, "persona")
    snapshot = take_snapshot(contract, facts)
    states = read_states(entity_states, contract)
    return Inputs(snapshot, states, read_bindings(instance_bindings, contract), warnings_of(snapshot, persona))


def check_text(value: Json, name: str) -> None:
    """Raise ``invalid_argument`` for an argument that is no text."""
    if not isinstance(value, str):
        raise invalid_argument(name, f"'{name}' must be a text, not {shown(value)}")


def invalid_argument(argument: str, message: str, path: str = "") -> TenorError:
    """The error for an argument that is not what it should be; ``path`` leads from the argument to the place."""
    return TenorError("invalid_argument", message, path, {"argument": argument})


def read_states(entity_states: Json | EntityStates, contract: Contract) -> EntityStates:
    """Entity states from JSON, or checked where they are built already. Raises ``invalid_entity_states``."""
    if type(entity_states) is not EntityStates:
        return read_entity_states(entity_states, contract.entities)
    # States that were built by hand obey the same rules as those that come as JSON.
    return read_entity_states(entity_states.to_json(), contract.entities)


def read_bindings(json: Json, contract: Contract) -> dict[str, str]:
    """Read instance bindings; absent, ``null``, ``""`` and ``{}`` give an empty map."""
    if json is None or json == "":
        return {}
    if not isinstance(json, Mapping):
        raise TenorError(
            "invalid_bindings", f"instance bindings are an object of entity to instance, not {shown(json)}"
        )
    findings = Findings()
    for entity_id, instance_id in json.items():
        place = (None, entity_id)
        if entity_id not in contract.entities:
            findings.fault(
                "unknown_entity",
                f"no entity '{entity_id}' is declared; declared are {listed(contract.entities)}",
                place,
            )
        elif not isinstance(instance_id, str):
            findings.fault("type_mismatch", f"expected an instance id as text, got {shown(instance_id)}", place)
        elif not instance_id:
            findings.fault("empty_instance_id", f"the instance id for '{entity_id}' is empty; name an instance", place)
    findings.raise_if_any("invalid_bindings", "instance bindings")
    return dict(json)


def read_choices(json: Json) -> dict[str, str]:
    """Read the choice of outcomes; absent gives an empty map. Raises ``invalid_argument``."""
    if json is None:
        return {}
    if not isinstance(json, Mapping):
        raise invalid_argument("outcomes", f"'outcomes' is an object of step to outcome, not {shown(json)}")
    for step_id, label in json.items():
        if not isinstance(label, str):
            message = f"the outcome for '{step_id}' must be a text, not {shown(label)}"
            raise invalid_argument("outcomes", message, pointer((None, step_id)))
    return dict(json)
