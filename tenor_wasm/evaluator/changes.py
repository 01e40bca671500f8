"""What a comparison of two evaluations is made of. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tenor_wasm.errors import Json
from tenor_wasm.evaluator.actions import Action, BlockedAction
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.provenance import StepRecord
from tenor_wasm.evaluator.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Situation:
    """One of the two evaluations: the frozen ground, where the instances stand, who acts, and perhaps a flow's run."""

    snapshot: Snapshot
    entity_states: EntityStates
    persona: str
    run: FlowResult | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that is not the same on both sides; ``None`` where a side does not have it.

    ``kind`` is ``fact``, ``verdict``, ``state``, ``persona``, ``binding``, ``outcome`` (one that was chosen), ``rule``,
    ``operation`` or ``flow``; ``name`` its id, an instance as ``Entity/instance``. Values are as facts are written; of
    a rule, operation or flow the sides say only whether it is declared.
    """

    kind: str
    name: str
    a: Json
    b: Json


Causes: TypeAlias = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A verdict that only one side has (``gained``, ``lost``), or with another payload (``changed``)."""

    verdict_type: str
    change: str
    a: Json
    b: Json
    causes: Causes


@dataclass(frozen=True, slots=True)
class ActionChange:
    """A flow that is not to both personas the same.

    ``change`` is ``opened``, ``blocked``, ``other_reasons``, ``other_operations``, ``added`` or ``removed``.
    """

    flow_id: str
    change: str
    a: Action | BlockedAction | None
    b: Action | BlockedAction | None
    causes: Causes


@dataclass(frozen=True, slots=True)
class InstanceChange:
    """An instance that a flow may start on, on one side only: ``available``, ``blocked`` or ``absent``."""

    flow_id: str
    entity_id: str
    instance_id: str
    a: str
    b: str
    causes: Causes


@dataclass(frozen=True, slots=True)
class PathChange:
    """Two runs of a flow that part: at which step, counted from 0, sub-flows and branches before the step that holds
    them; ``None`` where a side has ended before."""

    index: int
    a: StepRecord | None
    b: StepRecord | None
    outcome_a: str
    outcome_b: str
    causes: Causes


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences: of what was given (``inputs``), and of what follows."""

    inputs: Causes
    verdicts: tuple[VerdictChange, ...]
    actions: tuple[ActionChange, ...]
    instances: tuple[InstanceChange, ...]
    path: PathChange | None

    @property
    def same(self) -> bool:
        """Whether all that follows is the same on both sides."""
        return not (self.verdicts or self.actions or self.instances or self.path)
