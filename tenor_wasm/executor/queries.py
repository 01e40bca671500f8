"""What can be asked of an executor's store: instances, their history, executions and their provenance chains."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.executor import arguments as given
from tenor_wasm.executor.recording import Execution
from tenor_wasm.executor.records import (
    FlowRecord,
    InstanceKey,
    InstanceRecord,
    Page,
    ProvenanceRecord,
    StateCount,
    TransitionRecord,
)
from tenor_wasm.executor.storage import Snapshot, Storage, unknown_instance
from tenor_wasm.interchange.constructs import Contract

PAGE = 100
"""Items of a page where the caller names no limit."""


@dataclass(frozen=True, slots=True)
class History:
    """An instance as it stands, and a page of what happened to it, its creation first."""

    instance: InstanceRecord
    page: Page[TransitionRecord]


class Queries:
    """The reading half of an executor. Its instances are those of ``namespaces``, one for each entity; others may
    create those of the ``shared`` entities."""

    def __init__(self, contract: Contract, storage: Storage, namespace: str, shared: Mapping[str, str]) -> None:
        self.contract = contract
        self.namespace = namespace
        self.namespaces: Mapping[str, str] = {entity: shared.get(entity, namespace) for entity in contract.entities}
        self.shared = frozenset(shared)
        self.storage = storage

    def key(self, entity: str, instance: str) -> InstanceKey:
        """The name of an instance in the store. Raises ``unknown_entity``, ``invalid_instance_id``."""
        declared = given.checked_entity(self.contract, entity)
        return InstanceKey(self.namespaces[declared.id], declared.id, given.checked_instance_id(instance))

    def instance(self, entity: str, instance: str) -> InstanceRecord:
        """One instance as it stands. Raises ``unknown_instance`` and as ``key``."""
        key = self.key(entity, instance)
        with self.storage.snapshot() as snapshot:
            return _existing(snapshot, key)

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[InstanceRecord]:
        """The instances of an entity by id, of one state where it is named, page by page (E17).

        Raises ``unknown_entity``, ``unknown_state``, ``invalid_cursor``, ``invalid_argument`` for a limit beyond 1000.
        """
        declared = given.checked_entity(self.contract, entity)
        named = given.checked_state(declared, state)
        after, size = given.name_seen(cursor), given.checked_limit(limit)
        with self.storage.snapshot() as snapshot:
            found = snapshot.instances(self.namespaces[declared.id], declared.id, named, after, size + 1)
        return _page(found, size, lambda record: record.key.instance_id)

    def counts(self) -> tuple[StateCount, ...]:
        """How many instances each entity has in each of its states. It counts: the time grows with the instances."""
        with self.storage.snapshot() as snapshot:
            return tuple(
                StateCount(
                    entity.id,
                    dict.fromkeys(entity.states, 0) | dict(snapshot.counts(self.namespaces[entity.id], entity.id)),
                )
                for entity in self.contract.entities.values()
            )

    def entity_states(self) -> EntityStates:
        """Every instance with its state, all of one moment: the complete map that evaluation needs (E17)."""
        with self.storage.snapshot() as snapshot:
            return EntityStates(
                {
                    (entity_id, record.key.instance_id): record.state
                    for entity_id, namespace in self.namespaces.items()
                    for record in _every(snapshot, namespace, entity_id)
                }
            )

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int = PAGE) -> History:
        """What happened to an instance, oldest first, page by page. Raises ``unknown_instance``, ``invalid_cursor``."""
        key = self.key(entity, instance)
        after, size = given.position_seen(cursor, -1), given.checked_limit(limit)
        with self.storage.snapshot() as snapshot:
            record = _existing(snapshot, key)
            found = snapshot.history(key, after, size + 1)
        return History(record, _page(found, size, lambda change: change.version))

    def chains(
        self, entity: str | None = None, instance: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Page[FlowRecord]:
        """The executions in the order in which they were recorded, page by page; of one instance where it is named.

        An execution is of an instance when it was bound to it, changed it or not. Raises as ``history``.
        """
        if (entity is None) != (instance is None):
            raise given.invalid_argument("instance", "name both the entity and the instance, or neither")
        after, size = given.position_seen(cursor), given.checked_limit(limit)
        key = None if entity is None or instance is None else self.key(entity, instance)
        with self.storage.snapshot() as snapshot:
            if key is None:
                found = snapshot.flows(self.namespace, after, size + 1)
            else:
                found = snapshot.flows_of_instance(key, after, size + 1)
        return _page(found, size, lambda record: record.position)

    def chain(self, chain_id: str) -> ProvenanceRecord:
        """One provenance chain. Raises ``unknown_chain``."""
        return found_chain(self.storage, chain_id, [self.namespace])

    def execution(self, execution_id: str) -> Execution:
        """One execution as it is recorded. Raises ``unknown_execution``."""
        name = given.checked_text(execution_id, "execution")
        with self.storage.snapshot() as snapshot:
            record = snapshot.flow(name) if given.can_be_held(name) else None
            if record is None or record.namespace != self.namespace:
                raise TenorError("unknown_execution", f"there is no execution '{name}'")
            return self._stored(snapshot, record)

    def _stored(self, snapshot: Snapshot, record: FlowRecord) -> Execution:
        """An execution from its records."""
        provenance = snapshot.provenance(record.chain_id)
        assert provenance is not None, "every flow is recorded with its chain"
        return Execution(
            record,
            snapshot.operations(record.execution_id),
            snapshot.transitions(record.execution_id),
            provenance,
            self._run_again(record, provenance),
        )

    def _run_again(self, record: FlowRecord, provenance: ProvenanceRecord) -> calls.Simulation | None:
        """The run that is recorded, from its own inputs; ``None`` when the contract was another version."""
        if record.contract_hash != self.contract.hash:
            return None
        chain: Any = read_json(provenance.chain)
        inputs = chain["inputs"]
        states: dict[str, Json] = {entity_id: {} for entity_id in self.contract.entities}
        for entity_id, instances in inputs["entity_states"].items():
            states[entity_id] = {name: state for name, state in instances.items() if state is not None}
        run = calls.simulate_flow(
            self.contract, inputs["flow"], inputs["persona"], inputs["facts"], states,
            inputs["instance_bindings"], inputs["outcomes"],
        )  # fmt: skip
        return calls.Simulation(run.flow, run.instance_bindings, run.warnings, chain)


def found_chain(storage: Storage, chain_id: str, namespaces: Container[str]) -> ProvenanceRecord:
    """The chain of that id in one of the namespaces. Raises ``unknown_chain``."""
    name = given.checked_text(chain_id, "chain")
    with storage.snapshot() as snapshot:
        record = snapshot.provenance(name) if given.can_be_held(name) else None
    if record is None or record.namespace not in namespaces:
        raise TenorError("unknown_chain", f"there is no provenance chain '{name}'")
    return record


def _existing(snapshot: Snapshot, key: InstanceKey) -> InstanceRecord:
    record = snapshot.instance(key)
    if record is None:
        raise unknown_instance(key)
    return record


def _every(snapshot: Snapshot, namespace: str, entity_id: str) -> Iterator[InstanceRecord]:
    after = ""
    while page := snapshot.instances(namespace, entity_id, None, after, given.PAGE_LIMIT):
        yield from page
        after = page[-1].key.instance_id


def _page(found: tuple[Any, ...], size: int, seen: Any) -> Page[Any]:
    """A page from one item more than it has."""
    items = found[:size]
    return Page(items, given.cursor_of(seen(items[-1])) if len(found) > size else None)
