"""What an action space says: the flows that a persona can start, and why the others are blocked (§15.6). Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from tenor_wasm.evaluator.instances import Group, Others
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Snapshot

UNKNOWN_STATE = "(unknown)"
"""The current state that is reported for an entity without any instance."""

Bindings: TypeAlias = Mapping[str, Group]
"""Entity id → instance ids, both sorted."""


class PersonaNotAuthorized(NamedTuple):
    """An operation does not admit the persona."""

    operation_id: str
    allowed_personas: tuple[str, ...]


class PreconditionNotMet(NamedTuple):
    """A precondition is false, or no operation is reachable; the absent verdicts that were tested for presence."""

    missing_verdicts: tuple[str, ...]
    operation_id: str | None


class EntityNotInSourceState(NamedTuple):
    """No instance of the entity is where the operation needs it.

    ``current_state`` is that of the first blocking instance, ``(unknown)`` when there is none at all;
    ``instance_ids`` lists them all.
    """

    entity_id: str
    current_state: str
    required_states: tuple[str, ...]
    operation_id: str
    instance_ids: Group


BlockReason: TypeAlias = PersonaNotAuthorized | PreconditionNotMet | EntityNotInSourceState


class OutcomeBindings(NamedTuple):
    """The instances on which one outcome of one first operation can be produced: any combination works."""

    operation_id: str
    outcome: str
    instance_bindings: Bindings


class AffectedEntity(NamedTuple):
    """An entity that the action would change, seen at its first available instance."""

    entity_id: str
    current_state: str
    possible_transitions: tuple[str, ...]


class Action(NamedTuple):
    """A flow that the persona can start.

    ``instance_bindings`` holds, per entity, the instances that some outcome accepts; ``outcomes`` says which
    combinations. ``blocked_instances`` maps every other instance of those entities to its state. ``instance_counts``
    says how many instances are available per entity, also where a page holds only some of them.
    """

    flow_id: str
    entry_operation_id: str
    first_operation_ids: tuple[str, ...]
    enabling_verdicts: tuple[VerdictInstance, ...]
    affected_entities: tuple[AffectedEntity, ...]
    instance_bindings: Bindings
    outcomes: tuple[OutcomeBindings, ...]
    instance_counts: Mapping[str, int]
    blocked_instances: Mapping[str, Others]


class BlockedAction(NamedTuple):
    """A flow that the persona cannot start. ``reasons`` lists all, in the order persona, precondition, entity state.

    ``instance_bindings`` holds the instances that block for the first reason; ``blocked_instances`` every instance
    in a wrong state. ``ends_with`` is the terminal outcome of a flow that reaches no operation.
    """

    flow_id: str
    reasons: tuple[BlockReason, ...]
    instance_bindings: Bindings
    blocked_instances: Mapping[str, Others]
    ends_with: str | None = None


class ActionSpace(NamedTuple):
    """Every flow of the contract, available or blocked, in the bundle's order."""

    persona: str
    actions: tuple[Action, ...]
    blocked_actions: tuple[BlockedAction, ...]
    snapshot: Snapshot
