"""Does everything in a store follow from its records? What the obligations promise, checked over all of an executor.

Every instance began in its initial state (E15), its transitions follow each other without a gap, the last one gives its
state, each comes from one operation of one recorded execution, each execution's chain follows from its own inputs
(``api.verify``) and says what the records say. A state that no chain explains is a fault, and so is a chain twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tenor_wasm.api.json_text import read_json
from tenor_wasm.errors import Finding, pointer
from tenor_wasm.evaluator.verify import verify
from tenor_wasm.executor.queries import Queries
from tenor_wasm.executor.records import FlowRecord, InstanceRecord, Page, TransitionRecord
from tenor_wasm.interchange.constructs import Entity


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How much was looked at, and what does not follow: each with a code and the place of the record."""

    instances: int
    transitions: int
    executions: int
    faults: tuple[Finding, ...]

    @property
    def agrees(self) -> bool:
        """Whether everything follows."""
        return not self.faults


def audit(executor: Queries) -> AuditReport:
    """Check everything that an executor's store holds. Nobody should write meanwhile: it reads page by page."""
    auditor = _Auditor(executor)
    for entity_id in executor.contract.entities:
        for instance in _pages(lambda cursor, entity=entity_id: executor.list_instances(entity, None, cursor)):
            auditor.instance(instance)
    for execution in _pages(lambda cursor: executor.chains(cursor=cursor)):
        auditor.execution(execution)
    auditor.left_over()
    return AuditReport(auditor.instances, auditor.transitions, auditor.executions, tuple(auditor.faults))


class _Auditor:
    def __init__(self, executor: Queries) -> None:
        self.executor = executor
        self.instances = self.transitions = self.executions = 0
        self.faults: list[Finding] = []
        # What the histories say of each execution: its own records have to say the same.
        self.claimed: dict[str, set[tuple[Any, ...]]] = {}

    def fault(self, code: str, message: str, *place: str) -> None:
        at: Any = None
        for step in place:
            at = (at, step)
        self.faults.append(Finding(code, message, pointer(at)))

    def instance(self, instance: InstanceRecord) -> None:
        """One instance against its history."""
        self.instances += 1
        entity = self.executor.contract.entities[instance.key.entity_id]
        place = ("instances", entity.id, instance.key.instance_id)
        history = list(_history(self.executor, instance))
        self.transitions += len(history)
        if [change.version for change in history] != list(range(instance.version + 1)):
            self.fault("history_gap", "the history does not number each version once", *place)
        if history and not self._begins_well(entity, history[0]):
            self.fault("not_initial_state", f"it did not begin in '{entity.initial}' (E15)", *place)
        if any(before.to_state != after.from_state for before, after in pairwise(history)):
            self.fault("history_gap", "a transition leaves a state that the one before did not reach", *place)
        if not history or history[-1].to_state != instance.state:
            self.fault("unexplained_state", f"no transition brought it to '{instance.state}'", *place)
        for change in history[1:]:
            if change.execution_id is None or change.chain_id is None:
                self.fault("unexplained_transition", f"version {change.version} has no execution", *place)
            else:
                self.claimed.setdefault(change.execution_id, set()).add(_said(change))

    def _begins_well(self, entity: Entity, creation: TransitionRecord) -> bool:
        """It began in the initial state of the contract that created it: of an entity that is shared, maybe another
        one, which has the same states and is audited by itself."""
        foreign = entity.id in self.executor.shared and creation.contract_id != self.executor.contract.id
        return creation.from_state is None and (foreign or creation.to_state == entity.initial)

    def execution(self, record: FlowRecord) -> None:
        """One execution: its records, and its chain."""
        self.executions += 1
        stored = self.executor.execution(record.execution_id)
        place = ("executions", record.execution_id)
        said = {_said(change) for change in stored.transitions}
        if said != self.claimed.pop(record.execution_id, set()) or len(said) != len(stored.transitions):
            self.fault("unexplained_transition", "its transitions are not those of the instances' histories", *place)
        chain: Any = read_json(stored.provenance.chain)
        if record.contract_hash != self.executor.contract.hash:
            return  # another version of the contract: only that one can tell whether the chain follows
        verification = verify(chain, self.executor.contract)
        if verification.difference is not None:
            self.fault("chain_differs", verification.difference.message, *place)
        done = chain["records"]["operation_provenance"]
        moved = [(entry["sequence"], move) for entry in done for move in entry["entity_transitions"]]
        in_chain = [(n, m["entity"], m["instance"], m["from_state"], m["to_state"]) for n, m in moved]
        in_records = [
            (c.operation_sequence, c.key.entity_id, c.key.instance_id, c.from_state, c.to_state)
            for c in stored.transitions
        ]
        if sorted(in_chain, key=repr) != sorted(in_records, key=repr):
            self.fault("unexplained_transition", "the chain tells other transitions than the records", *place)
        if [entry["provenance_id"] for entry in done] != [operation.provenance_id for operation in stored.operations]:
            self.fault("operations_differ", "the chain tells other operations than the records", *place)

    def left_over(self) -> None:
        """Histories name executions that were not met: those of others who share the entity, or none at all."""
        with self.executor.storage.snapshot() as snapshot:
            for execution_id in self.claimed:
                record = snapshot.flow(execution_id)
                if record is None or record.namespace == self.executor.namespace:
                    self.fault("unexplained_transition", "no such execution is recorded", "executions", execution_id)


def _said(change: TransitionRecord) -> tuple[Any, ...]:
    return change.key, change.version, change.from_state, change.to_state, change.operation_sequence, change.chain_id


def _history(executor: Queries, instance: InstanceRecord) -> Iterator[TransitionRecord]:
    entity_id, instance_id = instance.key[1:]
    return _pages(lambda cursor: executor.history(entity_id, instance_id, cursor).page)


def _pages(page: Any) -> Iterator[Any]:
    """The items of every page."""
    cursor = None
    while True:
        found: Page[Any] = page(cursor)
        yield from found.items
        cursor = found.next_cursor
        if cursor is None:
            return
