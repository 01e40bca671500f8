"""A system that lives (§17.3): the executors of its members over one store, and triggers from flow to flow.

Rules this module lives by:

- A shared entity's instances live in one place: the namespace of the sharing member that has some, and where none has,
  of the first. What an operation of one member changes is what the next operation of any member finds (E-SYS-02).
- Which triggers fire is recorded in the very transaction that records the source flow: exactly those that its outcome
  asks for, each once (E-SYS-01 a, b). The source flow is committed before any target starts and does not depend on it.
- The start of the target is recorded in the target's own transaction. A process that ends between the two leaves the
  trigger ``pending``; ``resume`` starts it, and never a second time.
- The target takes a snapshot of its own after the source's end; snapshots are never merged (E-SYS-04).
- Failure policy: what cannot start because of its inputs, persona or contract is recorded as ``failed`` with the
  reason and is not tried again. Where the store or other writers are in the way the trigger stays ``pending``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenor_wasm.api.json_text import check_depth, read_json, write_json
from tenor_wasm.errors import Json, TenorError, listed, shown
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE
from tenor_wasm.executor import arguments as given
from tenor_wasm.executor.executor import Executor
from tenor_wasm.executor.queries import PAGE, found_chain
from tenor_wasm.executor.recording import Execution
from tenor_wasm.executor.records import FAILED, INITIATED, PENDING, Page, ProvenanceRecord, TriggerRecord
from tenor_wasm.executor.sources import Clock, Ids, Signer, random_ids, system_clock
from tenor_wasm.executor.storage import Snapshot, Storage, Transaction
from tenor_wasm.executor.systems import Shared, System, Trigger
from tenor_wasm.interchange.canonical import etag
from tenor_wasm.interchange.graph import touched_entities

PASSING = frozenset({"conflict", "storage_unavailable", "storage_failed", "storage_closed"})
"""Errors that say nothing about the target flow: the trigger stays pending."""


@dataclass(frozen=True, slots=True)
class SystemExecution:
    """A flow of a member that ran, and the triggers that followed from it, those of its targets too, in order."""

    execution: Execution
    triggers: tuple[TriggerRecord, ...]


class SystemExecutor:
    """Runs the flows of a system's members over one store, and what they trigger.

    ``namespace`` is the system's id unless given; a member's is ``<namespace>.<member id>``. The other parameters are
    those of ``Executor``; ``members`` are executors by member id, whose flows trigger nothing when called directly.
    Raises ``instances_apart`` where several members that share an entity have instances of their own.
    """

    def __init__(
        self,
        system: System,
        storage: Storage,
        *,
        namespace: str | None = None,
        clock: Clock = system_clock,
        ids: Ids = random_ids,
        trust_domain: str | None = None,
        signer: Signer | None = None,
        **options: Any,
    ) -> None:
        self.system, self.storage = system, storage
        self.namespace = given.checked_name(system.id if namespace is None else namespace, "namespace")
        self._clock, self._ids, self._trust_domain, self._signer = clock, ids, trust_domain, signer
        with storage.snapshot() as snapshot:
            homes = {shared: self._home(shared, snapshot) for shared in system.shared_entities}
        self.members: Mapping[str, Executor] = {
            member: Executor(
                contract,
                storage,
                namespace=f"{self.namespace}.{member}",
                shared={shared.name: home for shared, home in homes.items() if member in shared.members},
                clock=clock,
                ids=ids,
                trust_domain=trust_domain,
                signer=signer,
                **options,
            )
            for member, contract in system.contracts.items()
        }

    def _home(self, shared: Shared, snapshot: Snapshot) -> str:
        """The namespace of a shared entity. Members come and go from version to version; instances stay."""
        namespaces = {member: f"{self.namespace}.{member}" for member in shared.members}
        having = [member for member in shared.members if snapshot.states(namespaces[member], shared.name)]
        if len(having) > 1:
            message = (
                f"{listed(having)} have instances of '{shared.name}' apart from each other, so they cannot share it:"
                " leave all but one of them out of its entry in 'shared_entities', or give the system another id"
            )
            raise TenorError("instances_apart", message, "", {"entity_id": shared.name, "members": having})
        return namespaces[(having or shared.members)[0]]

    def member(self, name: str) -> Executor:
        """The executor of a member. Raises ``unknown_member``."""
        executor = self.members.get(given.checked_text(name, "member"))
        if executor is None:
            raise TenorError("unknown_member", f"'{name}' is no member of the system; those are {listed(self.members)}")
        return executor

    def execute_flow(
        self,
        member: str,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        trigger_inputs: Json = None,
        start_triggers: bool = True,
        **more: Any,
    ) -> SystemExecution:
        """Run a flow of a member, then the flows that its outcome triggers, and theirs.

        ``trigger_inputs`` (member id → ``{facts, instance_bindings}``) is what the target flows are started with. A
        target without bindings of its own is bound to the source's instances of entities that both members share, and
        to ``_default`` otherwise. Without ``start_triggers`` they are left pending, for ``resume``. ``more`` and the
        errors are those of ``Executor.execute_flow``; no failure of a target is one of the call.
        """
        inputs = self._checked_inputs(trigger_inputs)
        fired: list[TriggerRecord] = []
        execution = self.member(member).execute_flow(
            flow, persona, facts, instance_bindings, outcomes, besides=inputs,
            alongside=lambda transaction, done: self._fire(transaction, member, done, inputs, fired), **more,
        )  # fmt: skip
        if execution.repeated:  # what it fired may have been left pending when a process ended
            name = execution.record.execution_id
            fired = [record for record in self._pending() if record.source_execution == name]
        return SystemExecution(execution, self._start_all(fired) if start_triggers else tuple(fired))

    def resume(self) -> tuple[TriggerRecord, ...]:
        """Start every target flow that is pending, and what follows from it; what became of them, in order."""
        return self._start_all(list(self._pending()))

    def triggers(self, status: str | None = None, cursor: str | None = None, limit: int = PAGE) -> Page[TriggerRecord]:
        """The triggers that fired, oldest first, page by page; of one status where it is named."""
        after, size = checked_listing(status, cursor, limit)
        with self.storage.snapshot() as snapshot:
            found = snapshot.triggers(self.namespace, status, after, size + 1)
        more = len(found) > size
        return Page(found[:size], given.cursor_of(found[size - 1].position) if more else None)

    def chain(self, chain_id: str) -> ProvenanceRecord:
        """A provenance chain of any member: shared histories name those of all. Raises ``unknown_chain``."""
        return found_chain(self.storage, chain_id, [executor.namespace for executor in self.members.values()])

    # --- firing -------------------------------------------------------------------------------------------------

    def _checked_inputs(self, inputs: Json) -> Mapping[str, Json]:
        if inputs is None:
            return {}
        if not isinstance(inputs, Mapping) or not all(isinstance(of, Mapping) for of in inputs.values()):
            message = f"'trigger_inputs' is an object of member to its inputs, not {shown(inputs)}"
            raise given.invalid_argument("trigger_inputs", message)
        for member in inputs:
            self.member(member)
        if not _can_be_kept(inputs):
            message = (
                "'trigger_inputs' nests too deeply, or holds what is no JSON value (a number with a fraction is a text)"
            )
            raise given.invalid_argument("trigger_inputs", message)
        return inputs

    def _fire(
        self,
        transaction: Transaction,
        member: str,
        execution: Execution,
        inputs: Mapping[str, Json],
        fired: list[TriggerRecord],
    ) -> None:
        """Record the triggers that the outcome asks for, together with the execution."""
        fired.clear()  # the transaction may be run again
        ended = (member, execution.record.flow_id, execution.record.outcome)
        for trigger in self.system.triggers:
            if (trigger.source_contract, trigger.source_flow, trigger.on) == ended:
                record = self._fired(trigger, execution, inputs)
                transaction.insert_trigger(record)
                fired.append(record)

    def _fired(self, trigger: Trigger, execution: Execution, inputs: Mapping[str, Json]) -> TriggerRecord:
        bound = {key.entity_id: key.instance_id for key in execution.record.bound}
        shared = {
            shared.name: bound[shared.name]
            for shared in self.system.shared_entities
            if {trigger.source_contract, trigger.target_contract} <= {*shared.members} and shared.name in bound
        }
        return TriggerRecord(
            trigger_id=self._ids("trig"),
            namespace=self.namespace,
            source_contract=trigger.source_contract,
            source_flow=trigger.source_flow,
            source_outcome=trigger.on,
            source_execution=execution.record.execution_id,
            target_contract=trigger.target_contract,
            target_flow=trigger.target_flow,
            persona=trigger.persona,
            inputs=write_json(_kept(inputs, shared)),
            fired_at=self._clock(),
            trust_domain=self._trust_domain,
        )

    # --- starting -----------------------------------------------------------------------------------------------

    def _pending(self) -> Iterator[TriggerRecord]:
        cursor = None
        while True:
            page = self.triggers(PENDING, cursor, given.PAGE_LIMIT)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def _start_all(self, fired: Iterable[TriggerRecord]) -> tuple[TriggerRecord, ...]:
        """Start the targets, and what they trigger in turn. Triggers form no cycle, so it ends."""
        waiting, settled = deque(fired), []
        while waiting:
            record, following = self._start(waiting.popleft())
            settled.append(record)
            waiting += following
        return tuple(settled)

    def _start(self, record: TriggerRecord) -> tuple[TriggerRecord, list[TriggerRecord]]:
        """Start one target flow; what became of the trigger, and the triggers that the target fired."""
        fired: list[TriggerRecord] = []
        settled = [record]
        inputs: Mapping[str, Any] = {}

        def alongside(transaction: Transaction, execution: Execution) -> None:
            settled[0] = self._settled(record, INITIATED, initiated_at=execution.record.execution_id)
            transaction.settle_trigger(settled[0])
            self._fire(transaction, record.target_contract, execution, inputs, fired)

        try:  # one that nobody can start is in nobody's way
            document: Any = read_json(record.inputs)
            inputs = document["inputs"]
            own = inputs.get(record.target_contract, {})
            executor = self.member(record.target_contract)
            executor.execute_flow(
                record.target_flow,
                record.persona,
                own.get("facts", {}),
                own.get("instance_bindings") or _bindings(executor, record.target_flow, document["shared"]),
                own.get("outcomes"),
                trigger=_caused_by(record),
                trigger_id=record.trigger_id,
                alongside=alongside,
            )
        except TenorError as error:
            if error.code == "trigger_settled":
                return self._as_stored(record), []
            return (record if error.code in PASSING else self._failed(record, error)), []
        return settled[0], fired

    def _failed(self, record: TriggerRecord, error: TenorError) -> TriggerRecord:
        """Record that the target could not be started (the TriggerFailureRecord of §12.4).

        Any member's executor will do: the target may be one that the system has no more.
        """
        failed = self._settled(record, FAILED, failure_code=error.code, failure_reason=error.message)

        def settle(transaction: Transaction) -> None:
            transaction.settle_trigger(failed)

        try:
            next(iter(self.members.values())).transact(settle)
        except TenorError as problem:
            if problem.code == "trigger_settled":
                return self._as_stored(record)
            if problem.code in PASSING:
                return record
            raise
        return failed

    def _settled(self, record: TriggerRecord, status: str, **more: Any) -> TriggerRecord:
        settled = replace(record, status=status, **more)
        if self._signer is None:
            return settled
        return replace(settled, attestation=self._signer.sign("trigger", trigger_hash(settled)))

    def _as_stored(self, record: TriggerRecord) -> TriggerRecord:
        with self.storage.snapshot() as snapshot:
            return snapshot.trigger(record.trigger_id) or record


def checked_listing(status: Json, cursor: Json, limit: Json) -> tuple[int, int]:
    """What a listing of triggers is asked for: the position after which it begins, and its size.

    Raises ``invalid_argument``, ``invalid_cursor``.
    """
    if status not in (None, PENDING, INITIATED, FAILED):
        message = f"'status' is {listed((PENDING, INITIATED, FAILED))}, not {shown(status)}"
        raise given.invalid_argument("status", message)
    return given.position_seen(cursor), given.checked_limit(limit)


def _kept(inputs: Json, shared: Mapping[str, str]) -> dict[str, Json]:
    """What a trigger's target is started with, as it is kept until then."""
    return {"inputs": inputs, "shared": shared}


def _can_be_kept(inputs: Json) -> bool:
    """Whether inputs are read back as they were: a trigger that is pending could not be started otherwise."""
    kept = _kept(inputs, {})
    try:
        check_depth(kept, "'trigger_inputs'")
        return read_json(write_json(kept)) == kept
    except (TenorError, ValueError):
        return False


def _bindings(executor: Executor, flow_id: str, shared: Mapping[str, str]) -> dict[str, str]:
    """The source's instances of what both share, and ``_default`` for the rest. Raises ``unknown_flow``."""
    contract = executor.contract
    touched = touched_entities(given.checked_flow(contract, flow_id).steps, contract.operations, contract.flows)
    return {entity_id: shared.get(entity_id, DEFAULT_INSTANCE) for entity_id in touched}


def _caused_by(record: TriggerRecord) -> dict[str, str]:
    """What the target's chain says of its cause (§15.4)."""
    return {
        "type": "trigger",
        "trigger_id": record.trigger_id,
        "source_contract": record.source_contract,
        "source_flow": record.source_flow,
        "source_outcome": record.source_outcome,
        "source_execution": record.source_execution,
    }


def trigger_hash(record: TriggerRecord) -> str:
    """What a signer vouches for: every member of the record but the claim itself and the store's position."""
    members = {
        name: getattr(record, name)
        for name in TriggerRecord.__dataclass_fields__
        if name not in ("attestation", "position")
    }
    return "sha256:" + etag(members)
