"""The records that account for every step and every state change (§9.5, §11.6). Data only."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tenor_wasm.errors import TenorError
from tenor_wasm.interchange import constructs as c

NONE: Mapping[Any, str] = MappingProxyType({})
"""Of a step that binds or finds no instance."""


class Transition(NamedTuple):
    """One state change of one instance."""

    entity_id: str
    instance_id: str
    from_state: str
    to_state: str


class OperationProvenance(NamedTuple):
    """What one execution of an operation rested on and did (§9.5).

    ``state_before`` and ``state_after`` are restricted to the affected instances, keyed by
    ``(entity_id, instance_id)``. ``applicable_outcomes`` lists every outcome whose effects applied; more than one
    means that the contract left the choice open and ``outcome`` is the first declared, or the one that was named.
    """

    operation_id: str
    persona: str
    outcome: str
    instance_binding: Mapping[str, str]
    facts_used: tuple[str, ...]
    verdicts_used: tuple[str, ...]
    state_before: Mapping[tuple[str, str], str]
    state_after: Mapping[tuple[str, str], str]
    transitions: tuple[Transition, ...]
    applicable_outcomes: tuple[str, ...]


class StepRecord(NamedTuple):
    """One step of a flow as it happened (§11.6).

    ``step_type`` is ``operation``, ``branch``, ``handoff``, ``sub_flow``, ``parallel``, ``compensation`` or
    ``escalation``; ``result`` is the outcome label, ``true``/``false``, ``handoff``, a sub-flow's outcome,
    ``branch:outcome, …``, ``escalated to <persona>``, or ``error: `` and a message. ``steps`` holds the records of a
    sub-flow; the records of parallel branches follow their parallel step and name their ``branch_id``.

    For the provenance chain: ``construct`` is what the contract declares for the step, ``branches`` the walks of a
    parallel step as they were before they were laid out in one list, ``states_found`` the states of the bound instances
    when an operation came to them (``None`` where there is no such instance), ``failed`` whether a failure handler
    answers the step.
    """

    step_id: str
    step_type: str
    result: str
    instance_bindings: Mapping[str, str] = NONE
    provenance: OperationProvenance | None = None
    error: TenorError | None = None
    facts_used: tuple[str, ...] = ()
    verdicts_used: tuple[str, ...] = ()
    branch_id: str | None = None
    steps: tuple[StepRecord, ...] = ()
    construct: c.Step | c.CompensationStep | c.Escalate | None = None
    branches: tuple[BranchWalk, ...] = ()
    states_found: Mapping[tuple[str, str], str | None] = NONE
    failed: bool = False


class BranchWalk(NamedTuple):
    """One branch of a parallel step: how it ended, and its own steps."""

    branch_id: str
    outcome: str
    failed: bool
    steps: tuple[StepRecord, ...]
