"""What the calls need of an operation, laid out once per contract: who may, from which states, to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tenor_wasm.evaluator.instances import States
from tenor_wasm.interchange.constructs import Effect, Operation

Sources: TypeAlias = Mapping[str, Mapping[str, Effect]]
"""The effects of one outcome: entity → source state → the effect that applies from there."""


class OperationPlan:
    """One operation, ready to be asked.

    ``table`` maps each outcome to its effects. ``outcomes`` maps it to the states that it needs each entity in, and
    ``every_state`` each entity to the states that some outcome leaves, all sorted: these are the groups to ask for.
    ``required`` and ``required_first`` have the states of all outcomes and of the first declared one in the order of
    declaration, ``entities`` the entities in that order, for what people read.
    """

    __slots__ = ("entities", "every_state", "operation", "outcomes", "personas", "required", "required_first", "table")

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.personas = frozenset(operation.allowed_personas)
        self.table: Mapping[str, Sources] = effects_by_outcome(operation)
        self.outcomes: Mapping[str, Mapping[str, States]] = {
            label: {entity_id: tuple(sorted(sources[entity_id])) for entity_id in sorted(sources)}
            for label, sources in self.table.items()
        }
        self.required: Mapping[str, States] = required_states(self.table.values())
        self.required_first: Mapping[str, States] = required_states([self.table[operation.outcomes[0]]])
        self.every_state: Mapping[str, States] = {
            entity_id: tuple(sorted(self.required[entity_id])) for entity_id in sorted(self.required)
        }
        self.entities = tuple(dict.fromkeys(effect.entity_id for effect in operation.effects))

    def states_of(self, outcomes: Iterable[str]) -> dict[str, States]:
        """Per entity, the states that these outcomes leave; empty for an entity that none of them changes."""
        return {
            entity_id: tuple(sorted({state for label in outcomes for state in self.table[label].get(entity_id, ())}))
            for entity_id in self.every_state
        }


def effects_by_outcome(operation: Operation) -> dict[str, Sources]:
    """The operation's effects as ``outcome → entity → source state → effect``, outcomes in declared order.

    Where two effects of one outcome leave the same state of the same entity, the first declared counts.
    """
    table: dict[str, dict[str, dict[str, Effect]]] = {outcome: {} for outcome in operation.outcomes}
    for effect in operation.effects:
        table[effect.outcome].setdefault(effect.entity_id, {}).setdefault(effect.source, effect)
    return dict(table)


def required_states(outcomes: Iterable[Sources]) -> dict[str, States]:
    """Per entity, every state that some outcome may leave, in declared order."""
    required: dict[str, dict[str, None]] = {}
    for sources in outcomes:
        for entity_id, states in sources.items():
            required.setdefault(entity_id, {}).update(dict.fromkeys(states))
    return {entity_id: tuple(states) for entity_id, states in required.items()}
