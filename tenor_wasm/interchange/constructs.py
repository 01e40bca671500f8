"""The constructs of a contract (§3) as frozen data, exactly as an interchange bundle declares them.

What a contract has many of is a named tuple, which is made in a third of the time that a frozen dataclass takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from tenor_wasm.errors import Finding, Json
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.values.types import BaseType

DEFAULT_OUTCOME = "success"
"""The outcome of an operation that declares none."""


class Position(NamedTuple):
    """Where a construct stands in the source that its bundle was elaborated from (§14)."""

    file: str
    line: int


class Fact(NamedTuple):
    """A ground value that comes from outside (§5). ``default`` is decoded; ``has_default`` tells it from absence."""

    id: str
    type: BaseType
    source: Json
    has_default: bool = False
    default: Any = None


class Entity(NamedTuple):
    """A finite state machine (§6). ``transitions`` maps each state to the states that it may change to."""

    id: str
    states: tuple[str, ...]
    initial: str
    transitions: Mapping[str, tuple[str, ...]]
    parent: str | None = None


class Rule(NamedTuple):
    """``when`` holds → ``verdict_type`` is produced with ``payload`` (§7)."""

    id: str
    stratum: int
    when: Predicate
    verdict_type: str
    payload_type: BaseType
    payload: Term


class Effect(NamedTuple):
    """One declared transition of an operation, tied to one of its outcomes."""

    entity_id: str
    source: str
    target: str
    outcome: str


class Operation(NamedTuple):
    """A persona-gated, precondition-guarded state change (§9)."""

    id: str
    allowed_personas: tuple[str, ...]
    precondition: Predicate
    effects: tuple[Effect, ...]
    outcomes: tuple[str, ...]
    error_contract: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terminal:
    """The end of a flow."""

    outcome: str


class StepRef(NamedTuple):
    """The next step of a flow."""

    step_id: str


Target: TypeAlias = Terminal | StepRef


class Terminate(NamedTuple):
    """Failure handler: the flow ends (§11.3)."""

    outcome: str


class CompensationStep(NamedTuple):
    """One operation that takes something back; when it fails the flow ends with ``on_failure``."""

    operation_id: str
    persona: str
    on_failure: Terminal


class Compensate(NamedTuple):
    """Failure handler: run the steps in order, then end."""

    steps: tuple[CompensationStep, ...]
    then: Terminal


class Escalate(NamedTuple):
    """Failure handler: hand the flow to another persona at another step."""

    to_persona: str
    next: str


FailureHandler: TypeAlias = Terminate | Compensate | Escalate


class OperationStep(NamedTuple):
    """Executes an operation and routes on its outcome."""

    id: str
    operation_id: str
    persona: str
    outcomes: Mapping[str, Target]
    on_failure: FailureHandler


class BranchStep(NamedTuple):
    """Evaluates a condition on the frozen snapshot."""

    id: str
    condition: Predicate
    persona: str
    if_true: Target
    if_false: Target


class HandoffStep(NamedTuple):
    """Passes the flow from one persona to another."""

    id: str
    from_persona: str
    to_persona: str
    next: str


class SubFlowStep(NamedTuple):
    """Runs another flow under the same snapshot and bindings."""

    id: str
    flow_id: str
    persona: str
    on_success: Target
    on_failure: FailureHandler


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a parallel step: a small step graph of its own."""

    id: str
    entry: str
    steps: Mapping[str, Step]


@dataclass(frozen=True, slots=True)
class JoinPolicy:
    """Where a parallel step goes when its branches have run to completion.

    Success of all and failure of any cover every case, so ``on_all_complete`` is declared but never decides (§11.2).
    """

    on_all_success: Target
    on_any_failure: FailureHandler
    on_all_complete: Target | None


@dataclass(frozen=True, slots=True)
class ParallelStep:
    """Runs branches in isolation from each other, then joins."""

    id: str
    branches: tuple[Branch, ...]
    join: JoinPolicy


Step: TypeAlias = OperationStep | BranchStep | HandoffStep | SubFlowStep | ParallelStep


class Flow(NamedTuple):
    """A finite acyclic graph of steps (§11)."""

    id: str
    entry: str
    steps: Mapping[str, Step]


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """A loaded contract: every check has passed, every reference resolves, every expression is typed.

    Everything stands in the bundle's order, rules too. ``hash`` is ``sha256:`` and the etag of §19.2. ``systems`` and
    ``sources`` are kept as the bundle has them: evaluation does not use them (§3). ``positions`` maps ``(kind, id)`` to
    the place in the source, for the constructs of which the bundle says it. ``derived`` is where rooms that stand above
    keep what they made from the contract, by its class, for as long as the contract lives.
    """

    id: str
    hash: str
    facts: Mapping[str, Fact]
    entities: Mapping[str, Entity]
    rules: tuple[Rule, ...]
    personas: tuple[str, ...]
    operations: Mapping[str, Operation]
    flows: Mapping[str, Flow]
    sources: Mapping[str, Json]
    systems: Mapping[str, Json]
    warnings: tuple[Finding, ...] = ()
    positions: Mapping[tuple[str, str], Position] = field(default_factory=dict)
    derived: dict[type, Any] = field(default_factory=dict, repr=False)
