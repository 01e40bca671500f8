"""What the stores over SQL share: the statements, and records to rows and back. A backend brings the connection.

Statements are written with ``?`` for parameters. What differs between the dialects is a method of the backend.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from tenor_wasm.api.json_text import read_json, write_json
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

Row = Sequence[Any]
Record = TypeVar("Record")


def _columns(record: type, *left_out: str) -> tuple[str, ...]:
    """The columns of a record: its members, a key as the three columns that it is made of."""
    names: list[str] = []
    for member in fields(record):
        if member.name not in left_out:
            names += InstanceKey._fields if member.name == "key" else (member.name,)
    return tuple(names)


INSTANCE = _columns(InstanceRecord)
TRANSITION = _columns(TransitionRecord)
CREATION = _columns(CreationRecord)
FLOW = _columns(FlowRecord)
OPERATION = _columns(OperationRecord)
PROVENANCE = _columns(ProvenanceRecord)
TRIGGER = _columns(TriggerRecord)


def _select(columns: Iterable[str], rest: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {rest}"


def insert(table: str, columns: Sequence[str]) -> str:
    """The statement that inserts one row."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_KEY = "namespace = ? AND entity_id = ? AND instance_id = ?"
_PAGE = "AND position > ? ORDER BY position LIMIT ?"

SELECT_INSTANCE = _select(INSTANCE, f"instances WHERE {_KEY}")
SELECT_INSTANCES = _select(
    INSTANCE, "instances WHERE namespace = ? AND entity_id = ? AND instance_id > ? ORDER BY instance_id LIMIT ?"
)
SELECT_INSTANCES_IN = _select(
    INSTANCE,
    "instances WHERE namespace = ? AND entity_id = ? AND state = ? AND instance_id > ? ORDER BY instance_id LIMIT ?",
)
_FIRST_STATE = "SELECT state FROM instances WHERE namespace = ? AND entity_id = ? {} ORDER BY state LIMIT 1"
SELECT_STATES = f"""WITH RECURSIVE occupied (state) AS (
        SELECT state FROM ({_FIRST_STATE.format("")}) AS first
        UNION ALL
        SELECT ({_FIRST_STATE.format("AND state > occupied.state")}) FROM occupied WHERE occupied.state IS NOT NULL
    ) SELECT state FROM occupied WHERE state IS NOT NULL"""
SELECT_COUNTS = "SELECT state, COUNT(*) FROM instances WHERE namespace = ? AND entity_id = ? GROUP BY state"
SELECT_HISTORY = _select(TRANSITION, f"transitions WHERE {_KEY} AND version > ? ORDER BY version LIMIT ?")
SELECT_TRANSITIONS = _select(
    TRANSITION, "transitions WHERE execution_id = ? ORDER BY operation_sequence, entity_id, version"
)
SELECT_FLOW = _select(FLOW, "flows WHERE execution_id = ?")
SELECT_FLOW_OF_REQUEST = _select(FLOW, "flows WHERE namespace = ? AND request_id = ?")
SELECT_CREATION = _select(CREATION, "creations WHERE scope = ? AND request_id = ?")
SELECT_FLOWS = _select(FLOW, f"flows WHERE namespace = ? {_PAGE}")
SELECT_FLOWS_OF_INSTANCE = _select(
    FLOW,
    "flows WHERE position IN (SELECT position FROM bindings"
    f" WHERE {_KEY} {_PAGE}) ORDER BY position",
)  # fmt: skip
SELECT_OPERATIONS = _select(OPERATION, "operations WHERE execution_id = ? ORDER BY sequence")
SELECT_PROVENANCE = _select(PROVENANCE, "provenance WHERE chain_id = ?")
SELECT_TRIGGER = _select(TRIGGER, "triggers WHERE trigger_id = ?")
SELECT_TRIGGERS = _select(TRIGGER, f"triggers WHERE namespace = ? {_PAGE}")
SELECT_TRIGGERS_IN = _select(TRIGGER, f"triggers WHERE namespace = ? AND status = ? {_PAGE}")

UPDATE_INSTANCE = f"UPDATE instances SET state = ?, version = version + 1, updated_at = ? WHERE {_KEY} AND version = ?"
_SETTLED = ("status", "initiated_at", "failure_code", "failure_reason", "attestation")
SETTLE_TRIGGER = (
    f"UPDATE triggers SET {', '.join(f'{name} = ?' for name in _SETTLED)} WHERE trigger_id = ? AND status = '{PENDING}'"
)

INSERT_INSTANCE = insert("instances", INSTANCE)
INSERT_TRANSITION = insert("transitions", TRANSITION)
INSERT_CREATION = insert("creations", CREATION)
INSERT_FLOW = insert("flows", FLOW[:-1])
INSERT_BINDING = insert("bindings", (*InstanceKey._fields, "position"))
INSERT_OPERATION = insert("operations", OPERATION)
INSERT_PROVENANCE = insert("provenance", PROVENANCE)
INSERT_TRIGGER = insert("triggers", TRIGGER[:-1])


def instance_of(row: Row) -> InstanceRecord:
    """A row of ``instances``."""
    return InstanceRecord(InstanceKey(*row[:3]), *row[3:])


def _transition_of(row: Row) -> TransitionRecord:
    return TransitionRecord(InstanceKey(*row[:3]), *row[3:])


def _flow_of(row: Row) -> FlowRecord:
    members = dict(zip(FLOW, row, strict=True))
    keys: Any = read_json(members["bound"])
    bound = tuple(InstanceKey(*key) for key in keys)
    return FlowRecord(**{**members, "failed": bool(members["failed"]), "bound": bound})


def _operation_of(row: Row) -> OperationRecord:
    members = dict(zip(OPERATION, row, strict=True))
    return OperationRecord(**{**members, "instance_binding": read_json(members["instance_binding"])})


def _values(record: Any, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in columns)


def _keyed(record: InstanceRecord | TransitionRecord | CreationRecord, columns: Sequence[str]) -> tuple[Any, ...]:
    return (*record.key, *_values(record, columns[len(record.key) :]))


class SqlSnapshot:
    """Reads over a connection that a backend brings."""

    def rows(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement; the rows that it gives."""
        raise NotImplementedError

    def groups(self, wanted: Sequence[Group], limit: int) -> tuple[tuple[str, ...], ...]:
        """For each group the next instance ids."""
        raise NotImplementedError

    def _one(self, statement: str, *parameters: Any) -> Row | None:
        return next(iter(self.rows(statement, parameters)), None)

    def instance(self, key: InstanceKey) -> InstanceRecord | None:
        """One instance."""
        row = self._one(SELECT_INSTANCE, *key)
        return None if row is None else instance_of(row)

    def instances(
        self, namespace: str, entity_id: str, state: str | None, after: str, limit: int
    ) -> tuple[InstanceRecord, ...]:
        """The next instances of an entity by id."""
        if state is None:
            rows = self.rows(SELECT_INSTANCES, (namespace, entity_id, after, limit))
        else:
            rows = self.rows(SELECT_INSTANCES_IN, (namespace, entity_id, state, after, limit))
        return tuple(map(instance_of, rows))

    def states(self, namespace: str, entity_id: str) -> tuple[str, ...]:
        """The states that instances are in: one look into the index for each."""
        return tuple(state for (state,) in self.rows(SELECT_STATES, (namespace, entity_id) * 2))

    def counts(self, namespace: str, entity_id: str) -> Mapping[str, int]:
        """How many instances each state has."""
        return {row[0]: row[1] for row in self.rows(SELECT_COUNTS, (namespace, entity_id))}

    def history(self, key: InstanceKey, after: int, limit: int) -> tuple[TransitionRecord, ...]:
        """The transitions above a version."""
        return tuple(map(_transition_of, self.rows(SELECT_HISTORY, (*key, after, limit))))

    def flow(self, execution_id: str) -> FlowRecord | None:
        """One execution."""
        row = self._one(SELECT_FLOW, execution_id)
        return None if row is None else _flow_of(row)

    def flow_of_request(self, namespace: str, request_id: str) -> FlowRecord | None:
        """The execution that a request led to."""
        row = self._one(SELECT_FLOW_OF_REQUEST, namespace, request_id)
        return None if row is None else _flow_of(row)

    def creation_of_request(self, scope: str, request_id: str) -> CreationRecord | None:
        """The instance that a request created."""
        row = self._one(SELECT_CREATION, scope, request_id)
        return None if row is None else CreationRecord(InstanceKey(*row[:3]), *row[3:])

    def flows(self, namespace: str, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position."""
        return tuple(map(_flow_of, self.rows(SELECT_FLOWS, (namespace, after, limit))))

    def flows_of_instance(self, key: InstanceKey, after: int, limit: int) -> tuple[FlowRecord, ...]:
        """The executions above a position that were bound to an instance."""
        return tuple(map(_flow_of, self.rows(SELECT_FLOWS_OF_INSTANCE, (*key, after, limit))))

    def operations(self, execution_id: str) -> tuple[OperationRecord, ...]:
        """The operations of an execution."""
        return tuple(map(_operation_of, self.rows(SELECT_OPERATIONS, (execution_id,))))

    def transitions(self, execution_id: str) -> tuple[TransitionRecord, ...]:
        """The transitions of an execution."""
        return tuple(map(_transition_of, self.rows(SELECT_TRANSITIONS, (execution_id,))))

    def provenance(self, chain_id: str) -> ProvenanceRecord | None:
        """One provenance chain."""
        row = self._one(SELECT_PROVENANCE, chain_id)
        return None if row is None else ProvenanceRecord(*row)

    def trigger(self, trigger_id: str) -> TriggerRecord | None:
        """One trigger."""
        row = self._one(SELECT_TRIGGER, trigger_id)
        return None if row is None else TriggerRecord(*row)

    def triggers(self, namespace: str, status: str | None, after: int, limit: int) -> tuple[TriggerRecord, ...]:
        """The triggers above a position."""
        if status is None:
            rows = self.rows(SELECT_TRIGGERS, (namespace, after, limit))
        else:
            rows = self.rows(SELECT_TRIGGERS_IN, (namespace, status, after, limit))
        return tuple(TriggerRecord(*row) for row in rows)


class SqlTransaction(SqlSnapshot):
    """Writes over a connection with an open transaction. Broken uniqueness arrives as the error that it stands for."""

    def write(self, statement: str, parameters: Sequence[Any]) -> int:
        """Run a statement that changes rows; their number. Raises ``id_used`` for a row that is there already."""
        raise NotImplementedError

    def read_for_update(self, keys: Iterable[InstanceKey]) -> Mapping[InstanceKey, InstanceRecord]:
        """The instances that exist, kept from others."""
        raise NotImplementedError

    def initialize(self, record: InstanceRecord) -> None:
        """A new instance."""
        if self._write_unless_there(INSERT_INSTANCE, _keyed(record, INSTANCE)):
            raise errors.instance_exists(record.key)

    def insert_creation(self, record: CreationRecord) -> None:
        """Which instance a request creates."""
        if self._write_unless_there(INSERT_CREATION, _keyed(record, CREATION)):
            raise errors.request_exists(record.request_id)

    def update(self, key: InstanceKey, version: int, state: str, at: str) -> None:
        """Replace a version by the next one."""
        if self.write(UPDATE_INSTANCE, (state, at, *key, version)) != 1:
            found = self.instance(key)
            raise (
                errors.unknown_instance(key) if found is None else errors.version_conflict(key, version, found.version)
            )

    def insert_flow(self, record: FlowRecord) -> None:
        """A new execution with its bindings."""
        bound = write_json([list(key) for key in record.bound])
        values = [bound if name == "bound" else getattr(record, name) for name in FLOW[:-1]]
        if record.request_id is not None:
            if self._write_unless_there(INSERT_FLOW, values, "namespace, request_id"):
                raise errors.request_exists(record.request_id)
        else:
            self.write(INSERT_FLOW, values)
        row = self._one("SELECT position FROM flows WHERE execution_id = ?", record.execution_id)
        assert row is not None
        for key in record.bound:
            self.write(INSERT_BINDING, (*key, row[0]))

    def insert_operation(self, record: OperationRecord) -> None:
        """An operation of an execution."""
        binding = write_json(dict(record.instance_binding))
        self.write(
            INSERT_OPERATION, [binding if name == "instance_binding" else getattr(record, name) for name in OPERATION]
        )

    def insert_transition(self, record: TransitionRecord) -> None:
        """A transition of an instance."""
        if self._write_unless_there(INSERT_TRANSITION, _keyed(record, TRANSITION)):
            raise errors.conflict(f"version {record.version} of '{record.key.instance_id}' was written already")

    def insert_provenance(self, record: ProvenanceRecord) -> None:
        """A provenance chain."""
        self.write(INSERT_PROVENANCE, _values(record, PROVENANCE))

    def insert_trigger(self, record: TriggerRecord) -> None:
        """A trigger that fired."""
        self.write(INSERT_TRIGGER, _values(record, TRIGGER[:-1]))

    def settle_trigger(self, record: TriggerRecord) -> None:
        """What became of a pending trigger."""
        if self.write(SETTLE_TRIGGER, (*_values(record, _SETTLED), record.trigger_id)) != 1:
            found = self.trigger(record.trigger_id)
            raise (
                errors.unknown_trigger(record.trigger_id)
                if found is None
                else errors.trigger_settled(record.trigger_id)
            )

    def _write_unless_there(self, statement: str, parameters: Sequence[Any], columns: str = "") -> bool:
        """Insert a row unless one with the same key is there (the primary one, or that of ``columns``); whether so."""
        target = f" ({columns})" if columns else ""
        return self.write(f"{statement} ON CONFLICT{target} DO NOTHING", parameters) == 0
