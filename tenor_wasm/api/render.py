"""Results → JSON values, shaped as the drop-in surface says; what we add stands beside it.

One function a result kind, chosen from a table; what ``evaluate``, ``action_space`` and ``simulate_flow`` answer is
written as text (``write``) and read back here. The JSON Schemas in ``schemas/`` describe what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch

from tenor_wasm.api.calls import Inspection
from tenor_wasm.errors import Finding, Json
from tenor_wasm.evaluator.provenance import OperationProvenance, StepRecord, Transition
from tenor_wasm.interchange import constructs as c

JsonObject = dict[str, Json]


@singledispatch
def to_json(result: object) -> JsonObject:
    """The JSON value of a result of ``calls``. Raises ``TypeError`` for anything else."""
    raise TypeError(f"no JSON form for {type(result).__name__}")


def _warnings(warnings: Iterable[Finding]) -> list[Json]:
    return [warning.to_json() for warning in warnings]


def loaded_json(handle: int, contract: c.Contract) -> JsonObject:
    """What loading a contract answers: the handle to call it by, its identity, and the leniencies that it needed."""
    return {
        "handle": handle,
        "contract_id": contract.id,
        "contract_hash": contract.hash,
        "warnings": _warnings(contract.warnings),
    }


# --- flows -----------------------------------------------------------------------------------------------------


def transition_json(transition: Transition) -> JsonObject:
    """One state change of one instance."""
    return {
        "entity_id": transition.entity_id,
        "instance_id": transition.instance_id,
        "from_state": transition.from_state,
        "to_state": transition.to_state,
    }


def _states(states: Mapping[tuple[str, str], str]) -> JsonObject:
    nested: dict[str, dict[str, str]] = {}
    for (entity_id, instance_id), state in states.items():
        nested.setdefault(entity_id, {})[instance_id] = state
    return dict(nested)


def provenance_json(provenance: OperationProvenance) -> JsonObject:
    """The provenance of one executed operation (§9.5), states nested by entity and instance."""
    result: JsonObject = {
        "operation": provenance.operation_id,
        "persona": provenance.persona,
        "outcome": provenance.outcome,
        "instance_binding": dict(provenance.instance_binding),
        "facts_used": list(provenance.facts_used),
        "verdicts_used": list(provenance.verdicts_used),
        "state_before": _states(provenance.state_before),
        "state_after": _states(provenance.state_after),
    }
    if len(provenance.applicable_outcomes) > 1:
        result["ambiguous_outcomes"] = list(provenance.applicable_outcomes)
    return result


def step_json(record: StepRecord) -> JsonObject:
    """One step record; members that do not apply to its kind are left out."""
    result: JsonObject = {"step_id": record.step_id, "step_type": record.step_type, "result": record.result}
    if record.instance_bindings:
        result["instance_bindings"] = dict(record.instance_bindings)
    if record.branch_id is not None:
        result["branch_id"] = record.branch_id
    if record.provenance is not None:
        result["provenance"] = provenance_json(record.provenance)
    if record.error is not None:
        result["error"] = {"code": record.error.code, "message": record.error.message, "details": record.error.details}
    if record.step_type == "branch":
        result |= {"facts_used": list(record.facts_used), "verdicts_used": list(record.verdicts_used)}
    if record.step_type == "sub_flow":
        result["steps"] = [step_json(step) for step in record.steps]
    return result


@to_json.register
def _(result: Inspection) -> JsonObject:
    from tenor_wasm.api.render_inspect import inspection_json  # not before somebody inspects: a page starts sooner

    return inspection_json(result)
