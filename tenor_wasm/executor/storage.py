"""The storage protocol: what an executor asks of a store, whatever keeps the data.

What every store promises, and one conformance suite holds for each of them:

- A **transaction** is all or nothing: what it wrote becomes visible at its end, at once, or never. When its block is
  left by an exception nothing of it remains. What was committed outlives the process. A block that passes over a
  refused write stores all the rest, or ends in ``storage_failed`` where the store cannot go on after it.
- ``read_for_update`` gives the latest committed versions, all of one moment, and nobody else changes those instances
  until the transaction ends. ``update`` names the version that it replaces: another one is a ``conflict``.
- A **snapshot** sees one moment, whatever is committed meanwhile.
- Listings are ordered by instance id in the order of code points, by version, or by position; the caller gives the last
  one that it has seen. The time to list a page, groups or states does not grow with the number of instances.
- A position is given when a record is written. Executions of one instance become visible in its order; of writers that
  do not meet, one may commit a lower position after a higher one was seen.

Errors are ``TenorError``: ``conflict`` (run the transaction again), ``instance_exists``, ``unknown_instance``,
``request_exists``, ``id_used``, ``unknown_trigger``, ``trigger_settled``, ``nested_transaction``, ``storage_closed``,
``storage_failed``,
``storage_unavailable`` (with ``details.committed`` = ``"unknown"`` where the end of a transaction was not confirmed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.records import (
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


class Snapshot(Protocol):
    """Reads of one moment. ``None`` or an empty tuple where there is nothing."""

    def instance(self, key: InstanceKey) -> InstanceRecord | None:
        """One instance."""

    def instances(
        self, namespace: str, entity_id: str, state: str | None, after: str, limit: int
    ) -> tuple[InstanceRecord, ...]:
        """The next instances of an entity by id, of one state where it is named."""

    def groups(self, wanted: Sequence[Group], limit: int) -> tuple[tuple[str, ...], ...]:
        """For each group the next instance ids, at most ``limit``, in the order asked."""

    def states(self, namespace: str, entity_id: str) -> tuple[str, ...]:
        """The states that instances of an entity are in, in the order of code points."""

    def counts(self, namespace: str, entity_id: str) -> Mapping[str, int]:
        """How many instances each state has; states without any are left out."""

    def history(self, key: InstanceKey, after: int, limit: int) -> tuple[TransitionRecord, ...]:
        """The transitions of an instance above a version."""

    def flow(self, execution_id: str) -> FlowRecord | None:
        """One execution."""

    def flow_of_request(self, namespace: str, request_id: str) -> FlowRecord | None:
        """The execution that a request led to."""

    def creation_of_request(self, scope: str, request_id: str) -> CreationRecord | None:
        """The instance that a request created."""

    def flows(self, namespace: str, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position."""

    def flows_of_instance(self, key: InstanceKey, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position that were bound to an instance."""

    def operations(self, execution_id: str) -> tuple[OperationRecord, ...]:
        """The operations of an execution, in order."""

    def transitions(self, execution_id: str) -> tuple[TransitionRecord, ...]:
        """The transitions of an execution, in order."""

    def provenance(self, chain_id: str) -> ProvenanceRecord | None:
        """One provenance chain."""

    def trigger(self, trigger_id: str) -> TriggerRecord | None:
        """One trigger."""

    def triggers(self, namespace: str, status: str | None, after: int, limit: int) -> tuple[TriggerRecord, ...]:
        """The triggers above a position, of one status where it is named."""


class Transaction(Snapshot, Protocol):
    """Reads that see the transaction's own writes, and writes."""

    def initialize(self, record: InstanceRecord) -> None:
        """A new instance. Raises ``instance_exists``."""

    def insert_creation(self, record: CreationRecord) -> None:
        """Which instance a request creates. Raises ``request_exists`` where it has created one already."""

    def read_for_update(self, keys: Iterable[InstanceKey]) -> Mapping[InstanceKey, InstanceRecord]:
        """The instances that exist among ``keys``; they stay as they are until the transaction ends."""

    def update(self, key: InstanceKey, version: int, state: str, at: str) -> None:
        """Replace a version by the next one, in another state. Raises ``conflict``, ``unknown_instance``."""

    def insert_flow(self, record: FlowRecord) -> None:
        """A new execution. Raises ``request_exists`` where the request has led to one already."""

    def insert_operation(self, record: OperationRecord) -> None:
        """An operation of an execution."""

    def insert_transition(self, record: TransitionRecord) -> None:
        """A transition of an instance."""

    def insert_provenance(self, record: ProvenanceRecord) -> None:
        """A provenance chain."""

    def insert_trigger(self, record: TriggerRecord) -> None:
        """A trigger that fired."""

    def settle_trigger(self, record: TriggerRecord) -> None:
        """Replace a pending trigger by what became of it. Raises ``trigger_settled``."""


class Storage(Protocol):
    """A store. Its methods may be called from several threads; each transaction and snapshot belongs to one."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A block whose writes are committed at its end."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A block whose reads see one moment."""

    def close(self) -> None:
        """Let go of files and connections; nothing more may be asked."""


# --- the errors that every backend raises ----------------------------------------------------------------------


def conflict(message: str = "somebody else changed the same instances; run the transaction again") -> TenorError:
    """Another writer was first."""
    return TenorError("conflict", message)


def version_conflict(key: InstanceKey, expected: int, found: int) -> TenorError:
    """The instance has another version than the one to be replaced."""
    message = f"'{key.instance_id}' of '{key.entity_id}' has version {found}, not {expected}; read it again"
    details = {
        "entity_id": key.entity_id, "instance_id": key.instance_id, "expected_version": expected, "version": found,
    }  # fmt: skip
    return TenorError("conflict", message, "", details)


def instance_exists(key: InstanceKey) -> TenorError:
    """An instance id names one instance for ever (E16)."""
    message = f"the entity '{key.entity_id}' has an instance '{key.instance_id}' already; choose another id"
    return TenorError("instance_exists", message, "", {"entity_id": key.entity_id, "instance_id": key.instance_id})


def unknown_instance(key: InstanceKey) -> TenorError:
    """There is no such instance."""
    message = f"the entity '{key.entity_id}' has no instance '{key.instance_id}'; create it first"
    return TenorError("unknown_instance", message, "", {"entity_id": key.entity_id, "instance_id": key.instance_id})


def request_exists(request_id: str) -> TenorError:
    """The request has led to an execution, or created an instance, already."""
    message = f"the request '{request_id}' was carried out already; ask for what it led to instead"
    return TenorError("request_exists", message, "", {"request_id": request_id})


def trigger_settled(trigger_id: str) -> TenorError:
    """Somebody else has started the trigger's target flow, or recorded its failure."""
    details = {"trigger_id": trigger_id}
    return TenorError("trigger_settled", f"the trigger '{trigger_id}' is not pending any more", "", details)


def unknown_trigger(trigger_id: str) -> TenorError:
    """There is no such trigger."""
    return TenorError("unknown_trigger", f"there is no trigger '{trigger_id}'", "", {"trigger_id": trigger_id})


def nested_transaction() -> TenorError:
    """A block was opened inside another one of the same thread."""
    return TenorError("nested_transaction", "this thread has a transaction open already; end it first")


def storage_closed() -> TenorError:
    """The store was closed."""
    return TenorError("storage_closed", "the storage is closed; open it anew")


def id_used(name: str) -> TenorError:
    """The id source gave an id twice."""
    return TenorError("id_used", f"the id '{name}' is in use already; the source of ids must never repeat one")
