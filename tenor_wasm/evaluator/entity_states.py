"""Where every instance stands (§6.5): ``(entity_id, instance_id)`` → state.

An instance that is not in the map does not exist. Nothing is invented here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenor_wasm.errors import Findings, Json, Place, TenorError, listed, shown
from tenor_wasm.evaluator.instances import Instances
from tenor_wasm.interchange.constructs import Entity

DEFAULT_INSTANCE = "_default"
"""The instance id of the flat form, which names a state per entity and no instances."""


class EntityStates(Mapping[tuple[str, str], str]):
    """An immutable map from ``(entity_id, instance_id)`` to state id; by entity and, when asked, by state too."""

    __slots__ = ("_by_entity", "_none")

    def __init__(self, states: Mapping[tuple[str, str], str] | None = None) -> None:
        grouped: dict[str, dict[str, str]] = {}
        for (entity_id, instance_id), state in (states or {}).items():
            grouped.setdefault(entity_id, {})[instance_id] = state
        self._by_entity: Mapping[str, Instances] = _instances(grouped)
        self._none: Instances | None = None

    @classmethod
    def single_instance(cls, states: Mapping[str, str]) -> EntityStates:
        """One instance ``_default`` per entity, from a map of entity id to state (§6.5, the degenerate case)."""
        return cls.nested({entity_id: {DEFAULT_INSTANCE: state} for entity_id, state in states.items()})

    @classmethod
    def nested(cls, by_entity: Mapping[str, Mapping[str, str]]) -> EntityStates:
        """From the nested form, entity → instance → state. The maps are kept, not copied: leave them as they are."""
        return cls.of_instances(_instances(by_entity))

    @classmethod
    def of_instances(cls, by_entity: Mapping[str, Instances]) -> EntityStates:
        """From the instances of each entity."""
        states = cls.__new__(cls)
        states._by_entity = by_entity
        states._none = None
        return states

    def __getitem__(self, key: tuple[str, str]) -> str:
        entity_id, instance_id = key
        return self._by_entity[entity_id].states[instance_id]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for entity_id, instances in self._by_entity.items():
            for instance_id in instances.states:
                yield entity_id, instance_id

    def __len__(self) -> int:
        return sum(len(instances.states) for instances in self._by_entity.values())

    def __hash__(self) -> int:
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return f"EntityStates({self.to_json()!r})"

    def of(self, entity_id: str) -> Instances:
        """The instances of one entity, to be asked by state; of an entity that is not here there are none."""
        instances = self._by_entity.get(entity_id)
        if instances is None:
            # Of its own: instances keep what they were asked, which must not outlive these states.
            instances = self._none = self._none or Instances({})
        return instances

    def instances(self, entity_id: str) -> Mapping[str, str]:
        """The instances of one entity with their states; empty when there are none."""
        return self.of(entity_id).states

    def state(self, entity_id: str, instance_id: str) -> str | None:
        """The state of an instance, or ``None`` when it does not exist."""
        return self.of(entity_id).states.get(instance_id)

    def state_or_default(self, entity: Entity, instance_id: str) -> str | None:
        """The state of an instance as it would be ``with_defaults``."""
        instances = self._by_entity.get(entity.id)
        if instances is not None:
            return instances.states.get(instance_id)
        return entity.initial if instance_id == DEFAULT_INSTANCE else None

    def with_states(self, changes: Mapping[tuple[str, str], str | None]) -> EntityStates:
        """A new map with these instances set, or taken out (``None``); this one stays as it is.

        Entities that are not named keep their groups.
        """
        by_entity: dict[str, dict[str, str | None]] = {}
        for (entity_id, instance_id), state in changes.items():
            by_entity.setdefault(entity_id, {})[instance_id] = state
        changed = {entity_id: self.of(entity_id).changed(some) for entity_id, some in by_entity.items()}
        return self.of_instances({**self._by_entity, **changed})

    def live(self) -> EntityStates:
        """The same states, kept so that one instance of many changes cheaply; answers about them stay as they were."""
        from tenor_wasm.evaluator.live_instances import LiveInstances  # not before somebody opens a session

        if all(isinstance(instances, LiveInstances) for instances in self._by_entity.values()):
            return self
        return self.of_instances(
            {entity_id: LiveInstances.of(instances) for entity_id, instances in self._by_entity.items()}
        )

    def entity_ids(self) -> Iterable[str]:
        """The entities that were given, with or without instances."""
        return self._by_entity.keys()

    def with_defaults(self, entities: Mapping[str, Entity]) -> EntityStates:
        """Give every entity that is wholly absent a ``_default`` in its initial state, as simulation does.

        An entity that was given with an empty set of instances is not absent: it has none.
        """
        if entities.keys() <= self._by_entity.keys():
            return self
        absent = {
            entity.id: Instances({DEFAULT_INSTANCE: entity.initial})
            for entity in entities.values()
            if entity.id not in self._by_entity
        }
        return self.of_instances({**self._by_entity, **absent})

    def to_json(self) -> dict[str, dict[str, str]]:
        """The nested form: entity → instance → state, both sorted."""
        return {
            entity_id: dict(sorted(instances.states.items()))
            for entity_id, instances in sorted(self._by_entity.items())
        }


def _instances(by_entity: Mapping[str, Mapping[str, str]]) -> dict[str, Instances]:
    return {entity_id: Instances(states) for entity_id, states in by_entity.items()}


def read_entity_states(json: Json, entities: Mapping[str, Entity]) -> EntityStates:
    """Read entity states from JSON: per entity a state (flat) or an object of instance id → state (nested), or a mix.

    Raises ``invalid_entity_states`` with every fault in ``details.findings``: ``unknown_entity``, ``unknown_state``,
    ``empty_instance_id`` or ``type_mismatch``, each with its place. (§6.5)
    """
    if type(json) is not dict and not isinstance(json, Mapping):
        raise TenorError("invalid_entity_states", f"entity states are an object of entity to state, not {shown(json)}")
    findings = Findings()
    grouped: dict[str, dict[str, str]] = {}
    for entity_id, value in json.items():
        entity = entities.get(entity_id)
        if entity is None:
            findings.fault(
                "unknown_entity",
                f"no entity '{entity_id}' is declared; declared are {listed(entities)}",
                (None, entity_id),
            )
        elif _is_right(value, entity):
            grouped[entity_id] = dict(value)
        elif isinstance(value, str):
            grouped[entity_id] = {DEFAULT_INSTANCE: value}
            _check_state(entity, value, (None, entity_id), findings)
        elif isinstance(value, Mapping):
            grouped[entity_id] = {}
            for instance_id, state in value.items():
                _read_instance(entity, instance_id, state, grouped[entity_id], findings)
        else:
            findings.fault(
                "type_mismatch",
                f"expected a state or an object of instance to state, got {shown(value)}",
                (None, entity_id),
            )
    findings.raise_if_any("invalid_entity_states", "entity states")
    return EntityStates.nested(grouped)


def counted_entity_states(json: Json, entities: Mapping[str, Entity], grouped: bool) -> tuple[EntityStates, int] | None:
    """The same from JSON that nobody else has and that is right; also how many members its objects have.

    ``None`` where only ``read_entity_states`` can tell what is wrong. ``grouped`` where the instances will be grouped
    by state: then that is done now, and shows all states that there are.
    """
    if type(json) is not dict:
        return None
    members = len(json)
    by_entity: dict[str, Instances] = {}
    for entity_id, value in json.items():
        entity = entities.get(entity_id)
        if entity is None:
            return None
        if type(value) is dict:
            members += len(value)
        elif type(value) is str:
            value = {DEFAULT_INSTANCE: value}
        else:
            return None
        instances = by_entity[entity_id] = Instances(value)
        if not (_has_right_groups(instances, entity) if grouped else _is_right(value, entity)):
            return None
    return EntityStates.of_instances(by_entity), members


def _has_right_groups(instances: Instances, entity: Entity) -> bool:
    """Whether every instance has an id and a declared state."""
    if "" in instances.states:
        return False
    try:
        return entity.transitions.keys() >= instances.by_state.keys()
    except TypeError:  # a list or an object is no state, and cannot be a key
        return False


def _is_right(value: Any, entity: Entity) -> bool:
    """Whether this is a map in which every instance has an id and a declared state, seen without looking at each."""
    if type(value) is not dict or "" in value:
        return False
    try:
        if len(value) == 1:  # as simulations are mostly given
            (state,) = value.values()
            return state in entity.transitions
        return entity.transitions.keys() >= set(value.values())
    except TypeError:  # a list or an object is no state, and cannot be in a set
        return False


def _read_instance(entity: Entity, instance_id: str, state: Json, into: dict[str, str], findings: Findings) -> None:
    place: Place = ((None, entity.id), instance_id)
    if not instance_id:
        findings.fault("empty_instance_id", f"an instance of '{entity.id}' has an empty id; give it a name", place)
    elif not isinstance(state, str):
        findings.fault("type_mismatch", f"expected a state of '{entity.id}' as text, got {shown(state)}", place)
    else:
        _check_state(entity, state, place, findings)
        into[instance_id] = state


def _check_state(entity: Entity, state: str, place: Place, findings: Findings) -> None:
    if state not in entity.transitions:
        findings.fault(
            "unknown_state",
            f"'{state}' is no state of '{entity.id}'; it has {listed(entity.states)}",
            place,
        )
