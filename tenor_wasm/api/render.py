"""Results → JSON values, shaped as the drop-in surface says; what we add stands beside it.

One function a result kind, chosen from a table. The JSON Schemas in ``schemas/`` describe what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import singledispatch
from typing import Any

from tenor_wasm.api.calls import ActionSpaceResult, Evaluation, Inspection, Simulation
from tenor_wasm.errors import Finding, Json
from tenor_wasm.evaluator import actions as space
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.provenance import OperationProvenance, StepRecord, Transition
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.printing import payload, plain_json
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


# --- verdicts --------------------------------------------------------------------------------------------------


def verdict_json(verdict: VerdictInstance) -> JsonObject:
    """A verdict with its provenance, as ``evaluate`` returns it."""
    return {
        "type": verdict.verdict_type,
        "payload": payload(verdict.payload, verdict.payload_type),
        "provenance": {
            "rule": verdict.rule_id,
            "stratum": verdict.stratum,
            "facts_used": list(verdict.facts_used),
            "verdicts_used": list(verdict.verdicts_used),
        },
    }


def _current_verdict(verdict: VerdictInstance) -> JsonObject:
    return {
        "verdict_type": verdict.verdict_type,
        "payload": payload(verdict.payload, verdict.payload_type),
        "producing_rule": verdict.rule_id,
        "stratum": verdict.stratum,
    }


@to_json.register
def _(result: Evaluation) -> JsonObject:
    return {
        "verdicts": [verdict_json(verdict) for verdict in result.verdicts],
        "contract_hash": result.snapshot.contract.hash,
        "warnings": _warnings(result.warnings),
    }


# --- the action space ------------------------------------------------------------------------------------------


def _bindings(bindings: Mapping[str, Iterable[str]]) -> JsonObject:
    return {entity_id: list(instance_ids) for entity_id, instance_ids in bindings.items()}


def _blocked_instances(blocked: Mapping[str, Mapping[str, str]]) -> JsonObject:
    return {entity_id: dict(instances) for entity_id, instances in blocked.items()}


def _action(action: space.Action, persona: str) -> JsonObject:
    return {
        "flow_id": action.flow_id,
        "persona_id": persona,
        "entry_operation_id": action.entry_operation_id,
        "enabling_verdicts": [_current_verdict(verdict) for verdict in action.enabling_verdicts],
        "affected_entities": [
            {
                "entity_id": entity.entity_id,
                "current_state": entity.current_state,
                "possible_transitions": list(entity.possible_transitions),
            }
            for entity in action.affected_entities
        ],
        "description": _description(action),
        "instance_bindings": _bindings(action.instance_bindings),
        "first_operation_ids": list(action.first_operation_ids),
        "outcomes": [
            {
                "operation_id": outcome.operation_id,
                "outcome": outcome.outcome,
                "instance_bindings": _bindings(outcome.instance_bindings),
            }
            for outcome in action.outcomes
        ],
        "blocked_instances": _blocked_instances(action.blocked_instances),
    }


def _description(action: space.Action) -> str:
    operations = " and ".join(action.first_operation_ids)
    counts = [
        f"{len(instance_ids)} {entity_id} instance{'s' if len(instance_ids) != 1 else ''}"
        for entity_id, instance_ids in action.instance_bindings.items()
    ]
    return f"{action.flow_id} can start with {operations}" + (f" on {' and '.join(counts)}" if counts else "")


def _persona_reason(reason: space.PersonaNotAuthorized) -> JsonObject:
    return {
        "type": "PersonaNotAuthorized",
        "operation_id": reason.operation_id,
        "allowed_personas": list(reason.allowed_personas),
    }


def _precondition_reason(reason: space.PreconditionNotMet) -> JsonObject:
    return {
        "type": "PreconditionNotMet",
        "missing_verdicts": list(reason.missing_verdicts),
        "operation_id": reason.operation_id,
    }


def _state_reason(reason: space.EntityNotInSourceState) -> JsonObject:
    return {
        "type": "EntityNotInSourceState",
        "entity_id": reason.entity_id,
        "current_state": reason.current_state,
        "required_state": reason.required_states[0],
        "required_states": list(reason.required_states),
        "operation_id": reason.operation_id,
        "instance_ids": list(reason.instance_ids),
    }


_REASONS: Mapping[type, Callable[[Any], JsonObject]] = {
    space.PersonaNotAuthorized: _persona_reason,
    space.PreconditionNotMet: _precondition_reason,
    space.EntityNotInSourceState: _state_reason,
}


def _blocked_action(blocked: space.BlockedAction) -> JsonObject:
    reasons: list[Json] = [_REASONS[type(reason)](reason) for reason in blocked.reasons]
    result: JsonObject = {
        "flow_id": blocked.flow_id,
        "reason": reasons[0],
        "instance_bindings": _bindings(blocked.instance_bindings),
        "reasons": reasons,
        "blocked_instances": _blocked_instances(blocked.blocked_instances),
    }
    if blocked.ends_with is not None:
        result["ends_with"] = blocked.ends_with
    return result


@to_json.register
def _(result: ActionSpaceResult) -> JsonObject:
    computed = result.space
    return {
        "persona_id": computed.persona,
        "actions": [_action(action, computed.persona) for action in computed.actions],
        "current_verdicts": [_current_verdict(verdict) for verdict in computed.snapshot.verdicts.values()],
        "blocked_actions": [_blocked_action(blocked) for blocked in computed.blocked_actions],
        "contract_hash": computed.snapshot.contract.hash,
        "warnings": _warnings(result.warnings),
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
def _(result: Simulation) -> JsonObject:
    flow = result.flow
    return {
        "simulation": True,
        "flow_id": flow.flow_id,
        "persona": flow.persona,
        "outcome": flow.outcome,
        "path": [step_json(record) for record in flow.steps],
        "would_transition": [transition_json(transition) for transition in flow.transitions],
        "verdicts": [verdict_json(verdict) for verdict in flow.snapshot.verdicts.values()],
        "instance_bindings": dict(result.instance_bindings),
        "resolved_bindings": dict(flow.instance_bindings),
        "failed": flow.failed,
        "contract_hash": flow.snapshot.contract.hash,
        "warnings": _warnings(result.warnings),
        **({} if result.provenance is None else {"provenance": result.provenance}),
    }


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
