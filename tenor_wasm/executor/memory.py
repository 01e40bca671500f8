"""A store in memory: pure, for a browser tab, for tests, for anything that may be forgotten.

One transaction or snapshot at a time: each holds the store for its whole block. What a transaction writes is undone
when its block is left by an exception.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from tenor_wasm.executor import storage as errors
from tenor_wasm.executor.records import (
    PENDING,
    CreationRecord,
    FlowRecord,
    Group,
    InstanceKey,
    InstanceRecord,
    OperationRecord,
    ProvenanceRecord,
    TransitionRecord,
    TriggerRecord,
)

Key = TypeVar("Key")
Value = TypeVar("Value")


class MemoryStorage:
    """A store that lives as long as this object."""

    def __init__(self) -> None:
        self._tables = _Tables()
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """A block whose writes stay when it ends well, and are undone otherwise."""
        with self._held():
            transaction = MemoryTransaction(self._tables)
            try:
                yield transaction
            except BaseException:
                transaction.undo()
                raise
            finally:
                transaction.end()

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        """A block that keeps every writer out."""
        with self._held():
            snapshot = MemorySnapshot(self._tables)
            try:
                yield snapshot
            finally:
                snapshot.end()

    def close(self) -> None:
        """Forget everything."""
        self._closed = True
        self._tables = _Tables()

    @contextmanager
    def _held(self) -> Iterator[None]:
        if self._holder == threading.get_ident():
            raise errors.nested_transaction()
        with self._lock:
            if self._closed:
                raise errors.storage_closed()
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None


class _Tables:
    """The data, and sorted lists of instance ids by entity and by state."""

    def __init__(self) -> None:
        self.instances: dict[InstanceKey, InstanceRecord] = {}
        self.of_entity: dict[tuple[str, str], list[str]] = {}
        self.of_state: dict[tuple[str, str, str], list[str]] = {}
        self.history: dict[InstanceKey, list[TransitionRecord]] = {}
        self.creations: dict[tuple[str, str], CreationRecord] = {}
        self.flows: dict[str, FlowRecord] = {}
        self.requests: dict[tuple[str, str], str] = {}
        self.of_namespace: dict[str, list[FlowRecord]] = {}
        self.of_instance: dict[InstanceKey, list[FlowRecord]] = {}
        self.operations: dict[str, list[OperationRecord]] = {}
        self.transitions: dict[str, list[TransitionRecord]] = {}
        self.provenance: dict[str, ProvenanceRecord] = {}
        self.triggers: dict[str, TriggerRecord] = {}


class MemorySnapshot:
    """The store as it is while it is held."""

    def __init__(self, tables: _Tables) -> None:
        self._live: _Tables | None = tables

    @property
    def _tables(self) -> _Tables:
        if self._live is None:
            raise errors.storage_closed()
        return self._live

    def end(self) -> None:
        """The block is over: nothing more may be read."""
        self._live = None

    def instance(self, key: InstanceKey) -> InstanceRecord | None:
        """One instance."""
        return self._tables.instances.get(key)

    def instances(
        self, namespace: str, entity_id: str, state: str | None, after: str, limit: int
    ) -> tuple[InstanceRecord, ...]:
        """The next instances of an entity by id."""
        tables = self._tables
        if state is None:
            ids = tables.of_entity.get((namespace, entity_id), [])
        else:
            ids = tables.of_state.get((namespace, entity_id, state), [])
        return tuple(tables.instances[InstanceKey(namespace, entity_id, name)] for name in _next(ids, after, limit))

    def groups(self, wanted: Sequence[Group], limit: int) -> tuple[tuple[str, ...], ...]:
        """For each group the next instance ids."""
        of_state = self._tables.of_state
        return tuple(tuple(_next(of_state.get(group[:3], []), group.after, limit)) for group in wanted)

    def states(self, namespace: str, entity_id: str) -> tuple[str, ...]:
        """The states that instances are in."""
        of_state = self._tables.of_state.items()
        return tuple(sorted(state for (*of, state), ids in of_state if of == [namespace, entity_id] and ids))

    def counts(self, namespace: str, entity_id: str) -> Mapping[str, int]:
        """How many instances each state has."""
        of_state = self._tables.of_state.items()
        return {state: len(ids) for (*of, state), ids in of_state if of == [namespace, entity_id] and ids}

    def history(self, key: InstanceKey, after: int, limit: int) -> tuple[TransitionRecord, ...]:
        """The transitions above a version: the list's index is the version."""
        return tuple(self._tables.history.get(key, [])[after + 1 : after + 1 + limit])

    def flow(self, execution_id: str) -> FlowRecord | None:
        """One execution."""
        return self._tables.flows.get(execution_id)

    def flow_of_request(self, namespace: str, request_id: str) -> FlowRecord | None:
        """The execution that a request led to."""
        execution_id = self._tables.requests.get((namespace, request_id))
        return None if execution_id is None else self._tables.flows[execution_id]

    def creation_of_request(self, scope: str, request_id: str) -> CreationRecord | None:
        """The instance that a request created."""
        return self._tables.creations.get((scope, request_id))

    def flows(self, namespace: str, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position."""
        return _above(self._tables.of_namespace.get(namespace, []), after, limit)

    def flows_of_instance(self, key: InstanceKey, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position that were bound to an instance."""
        return _above(self._tables.of_instance.get(key, []), after, limit)

    def operations(self, execution_id: str) -> tuple[OperationRecord, ...]:
        """The operations of an execution."""
        return tuple(self._tables.operations.get(execution_id, ()))

    def transitions(self, execution_id: str) -> tuple[TransitionRecord, ...]:
        """The transitions of an execution."""
        return tuple(self._tables.transitions.get(execution_id, ()))

    def provenance(self, chain_id: str) -> ProvenanceRecord | None:
        """One provenance chain."""
        return self._tables.provenance.get(chain_id)

    def trigger(self, trigger_id: str) -> TriggerRecord | None:
        """One trigger."""
        return self._tables.triggers.get(trigger_id)

    def triggers(self, namespace: str, status: str | None, after: int, limit: int) -> tuple[TriggerRecord, ...]:
        """The triggers above a position."""
        found = (
            record
            for record in self._tables.triggers.values()
            if record.namespace == namespace and record.position > after and status in (None, record.status)
        )
        return tuple(record for record, _ in zip(found, range(limit), strict=False))


class MemoryTransaction(MemorySnapshot):
    """Writes go straight to the tables; for each there is a way back."""

    def __init__(self, tables: _Tables) -> None:
        super().__init__(tables)
        self._undo: list[Callable[[], object]] = []

    def undo(self) -> None:
        """Take everything back, last first."""
        while self._undo:
            self._undo.pop()()

    def initialize(self, record: InstanceRecord) -> None:
        """A new instance."""
        key = record.key
        if key in self._tables.instances:
            raise errors.instance_exists(key)
        self._insert_sorted(self._tables.of_entity, key[:2], key.instance_id)
        self._put(record)

    def insert_creation(self, record: CreationRecord) -> None:
        """Which instance a request creates."""
        request = record.scope, record.request_id
        if request in self._tables.creations:
            raise errors.request_exists(record.request_id)
        self._set(self._tables.creations, request, record)

    def read_for_update(self, keys: Iterable[InstanceKey]) -> Mapping[InstanceKey, InstanceRecord]:
        """The instances that exist; the store is held, so they stay as they are."""
        instances = self._tables.instances
        return {key: instances[key] for key in keys if key in instances}

    def update(self, key: InstanceKey, version: int, state: str, at: str) -> None:
        """Replace a version by the next one."""
        record = self._tables.instances.get(key)
        if record is None:
            raise errors.unknown_instance(key)
        if record.version != version:
            raise errors.version_conflict(key, version, record.version)
        self._remove_sorted(self._tables.of_state, (*key[:2], record.state), key.instance_id)
        self._put(replace(record, state=state, version=version + 1, updated_at=at))

    def insert_flow(self, record: FlowRecord) -> None:
        """A new execution, at the next position."""
        tables = self._tables
        if record.request_id is not None:
            if (record.namespace, record.request_id) in tables.requests:
                raise errors.request_exists(record.request_id)
            self._set(tables.requests, (record.namespace, record.request_id), record.execution_id)
        _unused(tables.flows, record.execution_id)
        record = replace(record, position=len(tables.flows) + 1)
        self._set(tables.flows, record.execution_id, record)
        self._append(tables.of_namespace, record.namespace, record)
        for key in record.bound:
            self._append(tables.of_instance, key, record)

    def insert_operation(self, record: OperationRecord) -> None:
        """An operation of an execution."""
        self._append(
            self._tables.operations,
            record.execution_id,
            replace(record, instance_binding=MappingProxyType(dict(record.instance_binding))),
        )

    def insert_transition(self, record: TransitionRecord) -> None:
        """A transition: the next one of its instance."""
        if record.version != len(self._tables.history.get(record.key, [])):
            raise errors.conflict(f"version {record.version} of '{record.key.instance_id}' was written already")
        self._append(self._tables.history, record.key, record)
        if record.execution_id is not None:
            self._append(self._tables.transitions, record.execution_id, record)

    def insert_provenance(self, record: ProvenanceRecord) -> None:
        """A provenance chain."""
        _unused(self._tables.provenance, record.chain_id)
        self._set(self._tables.provenance, record.chain_id, record)

    def insert_trigger(self, record: TriggerRecord) -> None:
        """A trigger, at the next position."""
        triggers = self._tables.triggers
        _unused(triggers, record.trigger_id)
        self._set(triggers, record.trigger_id, replace(record, position=len(triggers) + 1))

    def settle_trigger(self, record: TriggerRecord) -> None:
        """What became of a pending trigger."""
        pending = self._tables.triggers.get(record.trigger_id)
        if pending is None:
            raise errors.unknown_trigger(record.trigger_id)
        if pending.status != PENDING:
            raise errors.trigger_settled(record.trigger_id)
        self._set(self._tables.triggers, record.trigger_id, replace(record, position=pending.position))

    # --- writing with a way back --------------------------------------------------------------------------------

    def _put(self, record: InstanceRecord) -> None:
        self._insert_sorted(self._tables.of_state, (*record.key[:2], record.state), record.key.instance_id)
        self._set(self._tables.instances, record.key, record)

    def _set(self, table: dict[Key, Value], key: Key, value: Value) -> None:
        if key in table:
            before = table[key]
            self._undo.append(lambda: table.__setitem__(key, before))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    def _append(self, table: dict[Key, list[Value]], key: Key, value: Value) -> None:
        items = table.setdefault(key, [])
        items.append(value)
        self._undo.append(items.pop)

    def _insert_sorted(self, table: dict[Key, list[str]], key: Key, name: str) -> None:
        names = table.setdefault(key, [])
        insort(names, name)
        self._undo.append(lambda: names.pop(bisect_left(names, name)))

    def _remove_sorted(self, table: dict[Key, list[str]], key: Key, name: str) -> None:
        names = table[key]
        names.pop(bisect_left(names, name))
        self._undo.append(lambda: insort(names, name))


def _next(ids: list[str], after: str, limit: int) -> list[str]:
    start = bisect_right(ids, after)
    return ids[start : start + limit]


def _above(records: list[FlowRecord], after: int, limit: int) -> tuple[FlowRecord, ...]:
    start = bisect_right(records, after, key=lambda record: record.position)
    return tuple(records[start : start + limit])


def _unused(table: Mapping[str, object], name: str) -> None:
    """Ids come from the executor's id source: one that comes twice is its fault, and nothing may be overwritten."""
    if name in table:
        raise errors.id_used(name)
