"""Results → JSON values, shaped as the drop-in surface says; what we add stands beside it.

One function a result kind, chosen from a table; what ``evaluate``, ``action_space`` and ``simulate_flow`` answer is
written as text (``write``) and read back here. The JSON Schemas in ``schemas/`` describe what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatch

from tenor_wasm.api.calls import Inspection
from tenor_wasm.errors import Finding, Json
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.provenance import OperationProvenance, StepRecord, Transition
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.printing import plain_json
from tenor_wasm.values.types import type_name, type_to_json

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


# --- the contract ----------------------------------------------------------------------------------------------


def _fact(fact: c.Fact) -> JsonObject:
    result: JsonObject = {
        "id": fact.id,
        "type": type_name(fact.type),
        "type_spec": type_to_json(fact.type),
        "source": fact.source,
        "has_default": fact.has_default,
    }
    if fact.has_default:
        result["default"] = plain_json(fact.default, fact.type)
    return result


def _entity(entity: c.Entity) -> JsonObject:
    transitions = [{"from": source, "to": target} for source in entity.states for target in entity.transitions[source]]
    result: JsonObject = {
        "id": entity.id,
        "initial": entity.initial,
        "states": list(entity.states),
        "transitions": transitions,
    }
    if entity.parent is not None:
        result["parent"] = entity.parent
    return result


def _rule(rule: c.Rule) -> JsonObject:
    return {
        "id": rule.id,
        "stratum": rule.stratum,
        "produces": rule.verdict_type,
        "condition_summary": expression_text(rule.when),
        "payload_type": type_to_json(rule.payload_type),
        "payload_summary": expression_text(rule.payload),
    }


def _operation(operation: c.Operation) -> JsonObject:
    return {
        "id": operation.id,
        "allowed_personas": list(operation.allowed_personas),
        "effects": [
            {"entity_id": effect.entity_id, "from": effect.source, "to": effect.target, "outcome": effect.outcome}
            for effect in operation.effects
        ],
        "outcomes": list(operation.outcomes),
        "error_contract": list(operation.error_contract),
        "precondition_summary": expression_text(operation.precondition),
    }


def _flow(flow: c.Flow, affected_entities: Iterable[str]) -> JsonObject:
    return {
        "id": flow.id,
        "entry": flow.entry,
        "steps": list(flow.steps),
        "affected_entities": list(affected_entities),
    }


@to_json.register
def _(result: Inspection) -> JsonObject:
    contract = result.contract
    entities_of = compiled(contract).entities_of
    return {
        "id": contract.id,
        "contract_hash": contract.hash,
        "facts": [_fact(fact) for fact in contract.facts.values()],
        "entities": [_entity(entity) for entity in contract.entities.values()],
        "rules": [_rule(rule) for rule in contract.rules],
        "personas": [{"id": persona} for persona in contract.personas],
        "operations": [_operation(operation) for operation in contract.operations.values()],
        "flows": [_flow(flow, entities_of(flow.id)) for flow in contract.flows.values()],
        "warnings": _warnings(contract.warnings),
    }
