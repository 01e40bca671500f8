"""The executor's results as JSON: ``api.to_json`` renders them once this module is imported.

Namespaces are the store's own affair and are left out; members that have no value are left out too, but for those of a
listing's frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tenor_wasm.api.json_text import read_json
from tenor_wasm.api.render import JsonObject, to_json
from tenor_wasm.errors import Json
from tenor_wasm.executor.audit import AuditReport
from tenor_wasm.executor.pages import ActionSpacePage
from tenor_wasm.executor.queries import History
from tenor_wasm.executor.recording import Execution
from tenor_wasm.executor.records import (
    FlowRecord,
    InstanceKey,
    InstanceRecord,
    OperationRecord,
    Page,
    ProvenanceRecord,
    StateCount,
    TransitionRecord,
    TriggerRecord,
)
from tenor_wasm.executor.triggers import SystemExecution


def _present(members: Mapping[str, Json]) -> JsonObject:
    return {name: value for name, value in members.items() if value is not None}


def _bindings(keys: Iterable[InstanceKey]) -> JsonObject:
    return {key.entity_id: key.instance_id for key in keys}


@to_json.register
def _(record: InstanceRecord) -> JsonObject:
    return {
        "entity_id": record.key.entity_id,
        "instance_id": record.key.instance_id,
        "state": record.state,
        "version": record.version,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


@to_json.register
def _(record: TransitionRecord) -> JsonObject:
    """As the instance history of seed 002 has it, and more beside."""
    frame = {
        "timestamp": record.at,
        "operation": record.operation_id,
        "from_state": record.from_state,
        "to_state": record.to_state,
        "persona": record.persona,
        "provenance_chain_id": record.chain_id,
        "version": record.version,
        "contract": record.contract_id,
    }
    return frame | _present({"execution_id": record.execution_id, "trust_domain": record.trust_domain})


@to_json.register
def _(record: FlowRecord) -> JsonObject:
    return _present(
        {
            "execution_id": record.execution_id,
            "provenance_chain_id": record.chain_id,
            "contract": record.contract_id,
            "contract_hash": record.contract_hash,
            "flow_id": record.flow_id,
            "persona": record.persona,
            "outcome": record.outcome,
            "failed": record.failed,
            "instance_bindings": _bindings(record.bound),
            "started_at": record.started_at,
            "completed_at": record.completed_at,
            "request_id": record.request_id,
            "trigger_id": record.trigger_id,
            "trust_domain": record.trust_domain,
        }
    )


@to_json.register
def _(record: OperationRecord) -> JsonObject:
    return _present(
        {
            "sequence": record.sequence,
            "step_id": record.step_id,
            "step_type": record.step_type,
            "operation": record.operation_id,
            "persona": record.persona,
            "outcome": record.outcome,
            "error_code": record.error_code,
            "instance_binding": dict(record.instance_binding),
            "provenance_id": record.provenance_id,
        }
    )


@to_json.register
def _(record: ProvenanceRecord) -> JsonObject:
    """The chain under ``chain``: it verifies as it stands there; what vouches for it stands beside it."""
    return _present(
        {
            "provenance_chain_id": record.chain_id,
            "execution_id": record.execution_id,
            "contract_hash": record.contract_hash,
            "chain": read_json(record.chain),
            "attestation": record.attestation,
            "trust_domain": record.trust_domain,
        }
    )


@to_json.register
def _(record: TriggerRecord) -> JsonObject:
    """The TriggerProvenance of §12.4, or its TriggerFailureRecord, and where both ends are found."""
    return _present(
        {
            "trigger_id": record.trigger_id,
            "source_contract": record.source_contract,
            "source_flow": record.source_flow,
            "source_outcome": record.source_outcome,
            "source_execution": record.source_execution,
            "target_contract": record.target_contract,
            "target_flow": record.target_flow,
            "persona": record.persona,
            "fired_at": record.fired_at,
            "status": record.status,
            "initiated_at": record.initiated_at,
            "failure_code": record.failure_code,
            "failure_reason": record.failure_reason,
            "attestation": record.attestation,
            "trust_domain": record.trust_domain,
        }
    )


@to_json.register
def _(counted: StateCount) -> JsonObject:
    return {"entity_id": counted.entity_id, "states": dict(counted.states)}


@to_json.register
def _(page: Page) -> JsonObject:  # type: ignore[type-arg] # the dispatch is by class, whatever the items are
    return {"items": [to_json(item) for item in page.items], "next_cursor": page.next_cursor}


@to_json.register
def _(result: History) -> JsonObject:
    return {
        "entity": result.instance.key.entity_id,
        "instance": result.instance.key.instance_id,
        "current_state": result.instance.state,
        "version": result.instance.version,
        "history": [to_json(change) for change in result.page.items],
        "next_cursor": result.page.next_cursor,
    }


@to_json.register
def _(page: ActionSpacePage) -> JsonObject:
    return {**to_json(page.result), "next_cursor": page.next_cursor}


@to_json.register
def _(execution: Execution) -> JsonObject:
    """Shaped as a simulation, with what was recorded in place of what would be."""
    shown: dict[str, Any] = {} if execution.simulation is None else dict(to_json(execution.simulation))
    for name in ("would_transition", "provenance"):
        shown.pop(name, None)
    record = execution.record
    return {
        **shown,
        **to_json(record),
        "instance_bindings": shown.get("instance_bindings", {}),
        "resolved_bindings": _bindings(record.bound),
        "simulation": False,
        "repeated": execution.repeated,
        "operations": [to_json(operation) for operation in execution.operations],
        "transitions": [_moved(change) for change in execution.transitions],
        **_present({"attestation": execution.provenance.attestation}),
    }


def _moved(change: TransitionRecord) -> JsonObject:
    assert change.from_state is not None, "an execution creates no instance"
    return {
        "entity_id": change.key.entity_id,
        "instance_id": change.key.instance_id,
        "from_state": change.from_state,
        "to_state": change.to_state,
        "version": change.version,
        "operation": change.operation_id,
    }


@to_json.register
def _(result: SystemExecution) -> JsonObject:
    return {**to_json(result.execution), "triggers": [to_json(record) for record in result.triggers]}


@to_json.register
def _(report: AuditReport) -> JsonObject:
    return {
        "agrees": report.agrees,
        "instances": report.instances,
        "transitions": report.transitions,
        "executions": report.executions,
        "faults": [fault.to_json() for fault in report.faults],
    }
