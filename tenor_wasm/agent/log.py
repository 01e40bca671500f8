"""The log of an agent: one frozen record a step, which says why its choice was possible and where its chain is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenor_wasm.agent.actions import Action, Decision
from tenor_wasm.agent.observation import Observation
from tenor_wasm.api.render import JsonObject, to_json
from tenor_wasm.errors import TenorError

EXECUTED, UNCHANGED, REFUSED, CONFLICT, FAILED = "executed", "unchanged", "refused", "conflict", "failed"
"""What came of a choice: it changed instances; it ran and left all as it was; the host refused it; others were in the
way; the host could not be asked."""

STATUSES = (EXECUTED, UNCHANGED, REFUSED, CONFLICT, FAILED)


@dataclass(frozen=True, slots=True)
class Because:
    """Why a choice was possible, as it was seen before it ran.

    ``states`` are those of the bound instances: entity id → instance id → state and version, ``None`` for an
    instance that does not exist. ``open`` is false where a policy chose a flow that the action space does not offer.
    """

    open: bool
    verdicts: tuple[Mapping[str, Any], ...]
    operations: tuple[str, ...]
    states: Mapping[str, Mapping[str, Mapping[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What else there was: open flows with the number of instances per entity on the first page, and blocked flows.

    ``goes_on`` says that there are more instances than the first page holds; ``set_aside`` counts the actions that were
    tried and changed nothing.
    """

    open: Mapping[str, Mapping[str, int]]
    blocked: Mapping[str, str]
    goes_on: bool
    set_aside: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a choice. ``code`` and ``message`` are those of an error; ``requests`` counts how often it was sent.

    ``execution_id`` and ``chain_id`` lead to the record and its provenance chain; a dry run leaves none.
    """

    status: str
    outcome: str | None = None
    transitions: tuple[Mapping[str, Any], ...] = ()
    execution_id: str | None = None
    chain_id: str | None = None
    code: str | None = None
    message: str | None = None
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was seen, what was chosen and why, and what came of it (``None`` where nothing was chosen)."""

    number: int
    at: str
    persona: str
    policy: str
    decision: Decision
    because: Because | None
    alternatives: Alternatives
    result: Result | None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended, and how many of its steps came to what; with the error that ended it, where one did."""

    persona: str
    ended: str
    steps: int
    idle: int = 0
    statuses: Mapping[str, int] = field(default_factory=dict)
    dry_run: bool = False
    error: TenorError | None = None


def because_of(observation: Observation, action: Action) -> Because:
    """Why an action is possible, as the observation tells it."""
    offer = observation.offer(action.flow_id)
    states = observation.states_of(action)
    if offer is None:
        return Because(False, (), (), states)
    return Because(True, tuple(offer["enabling_verdicts"]), tuple(offer["first_operation_ids"]), states)


def alternatives_in(observation: Observation) -> Alternatives:
    """What an observation has to choose from."""
    counted = {
        flow_id: {entity_id: len(ids) for entity_id, ids in offer["instance_bindings"].items()}
        for flow_id in observation.open_flows
        if (offer := observation.offer(flow_id)) is not None
    }
    return Alternatives(counted, observation.blocked, observation.goes_on, len(observation.aside))


@to_json.register
def _(step: Step) -> JsonObject:
    action, because, result = step.decision.action, step.because, step.result
    shown: JsonObject = {"step": step.number, "at": step.at, "persona": step.persona, "policy": step.policy}
    if step.dry_run:
        shown["dry_run"] = True
    shown["chosen"] = None if action is None else _action(action)
    shown["reason"] = step.decision.reason
    if because is not None:
        shown["because"] = {
            "open": because.open,
            "verdicts": list(because.verdicts),
            "operations": list(because.operations),
            "states": dict(because.states),
        }
    shown["alternatives"] = {
        "open": dict(step.alternatives.open),
        "blocked": dict(step.alternatives.blocked),
        "goes_on": step.alternatives.goes_on,
        "set_aside": step.alternatives.set_aside,
    }
    if result is not None:
        shown["result"] = _result(result)
    return shown


def _action(action: Action) -> JsonObject:
    chosen: JsonObject = {"flow_id": action.flow_id, "instance_bindings": dict(action.bindings)}
    return chosen | ({"outcomes": dict(action.outcomes)} if action.outcomes else {})


def _result(result: Result) -> JsonObject:
    members = {
        "outcome": result.outcome,
        "execution_id": result.execution_id,
        "provenance_chain_id": result.chain_id,
        "code": result.code,
        "message": result.message,
    }
    present = {name: value for name, value in members.items() if value is not None}
    transitions = [dict(transition) for transition in result.transitions]
    return {"status": result.status, **present, "transitions": transitions, "requests": result.requests}


@to_json.register
def _(report: Report) -> JsonObject:
    shown: JsonObject = {"persona": report.persona, "ended": report.ended, "steps": report.steps, "idle": report.idle}
    return shown | {status: report.statuses.get(status, 0) for status in STATUSES} | {"dry_run": report.dry_run}
