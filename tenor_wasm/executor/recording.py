"""An execution as records: what a flow's result and its provenance chain say, laid out for a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenor_wasm.api.calls import Simulation
from tenor_wasm.api.json_text import write_json
from tenor_wasm.executor.records import (
    FlowRecord,
    InstanceKey,
    InstanceRecord,
    OperationRecord,
    ProvenanceRecord,
    TransitionRecord,
)
from tenor_wasm.executor.sources import Signer
from tenor_wasm.executor.storage import Transaction


@dataclass(frozen=True, slots=True)
class Execution:
    """A flow that ran, as it is recorded.

    ``simulation`` is the run itself, with verdicts and every step; ``None`` where it is read from the store and was of
    another version of the contract. ``repeated`` says that the request had been carried
    out before and nothing ran now.
    """

    record: FlowRecord
    operations: tuple[OperationRecord, ...]
    transitions: tuple[TransitionRecord, ...]
    provenance: ProvenanceRecord
    simulation: Simulation | None
    repeated: bool = False

    @property
    def outcome(self) -> str:
        """The terminal outcome."""
        return self.record.outcome


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked for an execution, and what names it: all that the chain does not know."""

    execution_id: str
    namespace: str
    request_id: str | None
    request_hash: str | None
    trigger_id: str | None
    trust_domain: str | None
    signer: Signer | None


def recorded(
    request: Request,
    simulation: Simulation,
    chain: Mapping[str, Any],
    found: Mapping[InstanceKey, InstanceRecord],
    keys: Mapping[str, InstanceKey],
) -> Execution:
    """The records of a flow that ran on the instances ``found``; ``keys`` are those that it was bound to, by entity."""
    flow, contract = simulation.flow, simulation.flow.snapshot.contract
    chain_id = chain["provenance_chain_id"]
    record = FlowRecord(
        execution_id=request.execution_id,
        namespace=request.namespace,
        contract_id=contract.id,
        contract_hash=contract.hash,
        flow_id=flow.flow_id,
        persona=flow.persona,
        outcome=flow.outcome,
        failed=flow.failed,
        bound=tuple(sorted(keys.values())),
        chain_id=chain_id,
        started_at=chain["flow_outcome"]["started_at"],
        completed_at=chain["flow_outcome"]["completed_at"],
        request_id=request.request_id,
        request_hash=request.request_hash,
        trigger_id=request.trigger_id,
        trust_domain=request.trust_domain,
    )
    provenance = ProvenanceRecord(
        chain_id=chain_id,
        execution_id=request.execution_id,
        namespace=request.namespace,
        contract_hash=contract.hash,
        chain=write_json(chain),
        attestation=None if request.signer is None else request.signer.sign("chain", chain["content_hash"]),
        trust_domain=request.trust_domain,
    )
    steps = {
        step["operation_provenance"]: step
        for step in chain["records"]["step_records"]
        if "operation_provenance" in step
    }
    done = chain["records"]["operation_provenance"]
    operations = tuple(_operation(request.execution_id, entry, steps[entry["provenance_id"]]) for entry in done)
    versions = {key: instance.version for key, instance in found.items()}
    transitions = tuple(change for entry in done for change in _transitions(record, entry, keys, versions))
    return Execution(record, operations, transitions, provenance, simulation)


def _operation(execution_id: str, entry: Mapping[str, Any], step: Mapping[str, Any]) -> OperationRecord:
    error: Mapping[str, Any] = entry.get("error", {})
    return OperationRecord(
        execution_id=execution_id,
        sequence=entry["sequence"],
        step_id=step["step_name"],
        step_type=step["step_type"],
        operation_id=entry["operation"],
        persona=entry["persona"]["contract_persona"],
        outcome=entry.get("outcome"),
        error_code=error.get("code"),
        instance_binding=entry["instance_binding"],
        provenance_id=entry["provenance_id"],
    )


def _transitions(
    record: FlowRecord, entry: Mapping[str, Any], keys: Mapping[str, InstanceKey], versions: dict[InstanceKey, int]
) -> Iterator[TransitionRecord]:
    """The transitions of one operation; ``versions`` are those before it, and are moved on."""
    for move in entry["entity_transitions"]:
        key = keys[move["entity"]]
        assert key.instance_id == move["instance"]
        versions[key] += 1
        yield TransitionRecord(
            key=key,
            version=versions[key],
            from_state=move["from_state"],
            to_state=move["to_state"],
            at=entry["applied_at"],
            persona=entry["persona"]["contract_persona"],
            contract_id=record.contract_id,
            operation_id=entry["operation"],
            execution_id=record.execution_id,
            operation_sequence=entry["sequence"],
            chain_id=record.chain_id,
            trust_domain=record.trust_domain,
        )


def write(transaction: Transaction, execution: Execution) -> None:
    """Store an execution and apply its transitions, each by compare-and-set."""
    transaction.insert_flow(execution.record)
    for operation in execution.operations:
        transaction.insert_operation(operation)
    for change in execution.transitions:
        transaction.update(change.key, change.version - 1, change.to_state, change.at)
        transaction.insert_transition(change)
    transaction.insert_provenance(execution.provenance)
