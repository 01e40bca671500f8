"""Executing one operation against chosen instances (§9.2, §9.3).

The sequence is fixed: persona, precondition, outcome, atomic effects, provenance. Either every effect of the
outcome is applied or the operation is refused and nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tenor_wasm.errors import TenorError, listed
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.plans import Sources, required_states
from tenor_wasm.evaluator.provenance import OperationProvenance, Transition
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange.constructs import Operation


class OperationRefused(TenorError):  # noqa: N818 - a refusal is an answer, not a defect
    """The operation did not run: ``persona_rejected``, ``precondition_failed``, ``unknown_instance``,
    ``entity_not_in_source_state``. A flow answers it with the step's failure handler."""


class OperationResult(NamedTuple):
    """The outcome of an operation, the states after it, and its provenance."""

    outcome: str
    entity_states: EntityStates
    provenance: OperationProvenance


def resolve_bindings(entity_ids: Iterable[str], bindings: Mapping[str, str]) -> dict[str, str]:
    """The instance for each entity, from the flow's bindings (§11.4).

    Raises ``missing_binding`` that names every unbound entity, in ``details.missing`` too.
    """
    wanted = tuple(dict.fromkeys(entity_ids))
    if bindings.keys() >= {*wanted}:
        return {entity_id: bindings[entity_id] for entity_id in sorted(wanted)}
    missing = sorted(entity_id for entity_id in wanted if entity_id not in bindings)
    raise TenorError(
        "missing_binding",
        f"no instance is bound for {listed(missing)}; every entity that the flow can change needs one",
        "",
        {"missing": missing},
    )


def execute_operation(
    operation: Operation,
    persona: str,
    snapshot: Snapshot,
    entity_states: EntityStates,
    bindings: Mapping[str, str],
    outcome: str | None = None,
) -> OperationResult:
    """Execute an operation on the instances that ``bindings`` (entity id → instance id) names (§9.2).

    ``outcome`` names the outcome to produce where several apply; without it the first declared one that applies is
    produced. ``entity_states`` is not changed: the result holds the states after.

    Raises ``OperationRefused``; ``missing_binding`` for an effect without a bound instance; ``unknown_outcome`` for
    an outcome that is not declared; ``overflow`` and its like when the precondition cannot be computed.
    """
    plan = compiled(snapshot.contract).plan(operation)
    targets = resolve_bindings(plan.entities, bindings)
    if outcome is not None and outcome not in operation.outcomes:
        raise TenorError(
            "unknown_outcome", f"'{outcome}' is no outcome of '{operation.id}'; it has {listed(operation.outcomes)}"
        )
    if persona not in plan.personas:
        raise OperationRefused(
            "persona_rejected",
            f"persona '{persona}' may not execute operation '{operation.id}';"
            f" allowed are {listed(operation.allowed_personas)}",
        )
    decision = snapshot.decide(operation.precondition, "operation", operation.id)
    if not decision.truth:
        raise OperationRefused("precondition_failed", f"the precondition of operation '{operation.id}' is false")
    table = plan.table
    applicable = tuple(label for label in table if _applies(table[label], targets, entity_states))
    chosen = outcome if outcome is not None else next(iter(applicable), None)
    if chosen is None or chosen not in applicable:
        raise _source_state_error(table, chosen, targets, entity_states)
    transitions = _transitions(table[chosen], targets, entity_states)
    after = {(change.entity_id, change.instance_id): change.to_state for change in transitions}
    provenance = OperationProvenance(
        operation_id=operation.id,
        persona=persona,
        outcome=chosen,
        instance_binding={change.entity_id: change.instance_id for change in transitions},
        facts_used=decision.facts_used,
        verdicts_used=decision.verdicts_used,
        state_before={key: entity_states[key] for key in after},
        state_after=after,
        transitions=transitions,
        applicable_outcomes=applicable,
    )
    return OperationResult(chosen, entity_states.with_states(after) if after else entity_states, provenance)


def _applies(sources: Sources, targets: Mapping[str, str], entity_states: EntityStates) -> bool:
    return all(entity_states.state(entity_id, targets[entity_id]) in states for entity_id, states in sources.items())


def _transitions(sources: Sources, targets: Mapping[str, str], entity_states: EntityStates) -> tuple[Transition, ...]:
    changes = []
    for entity_id, states in sources.items():
        instance_id = targets[entity_id]
        effect = states[entity_states[entity_id, instance_id]]
        changes.append(Transition(entity_id, instance_id, effect.source, effect.target))
    return tuple(changes)


def _source_state_error(
    table: Mapping[str, Sources],
    named: str | None,
    targets: Mapping[str, str],
    entity_states: EntityStates,
) -> OperationRefused:
    """Say which instance is not where the operation needs it: for the named outcome, else for any outcome."""
    outcomes = [table[named]] if named is not None else list(table.values())
    required = required_states(outcomes)
    entity_id, states = next(
        (
            (entity_id, states)
            for entity_id, states in required.items()
            if entity_states.state(entity_id, targets[entity_id]) not in states
        ),
        # Each instance suits some outcome, but no outcome suits them all: the first declared outcome says what is off.
        None,
    ) or _first_unsuited(outcomes[0], targets, entity_states)
    instance_id = targets[entity_id]
    current = entity_states.state(entity_id, instance_id)
    details = {"entity_id": entity_id, "instance_id": instance_id, "required_states": list(states)}
    if current is None:
        return OperationRefused(
            "unknown_instance",
            f"entity '{entity_id}' has no instance '{instance_id}'; bind one that exists",
            "",
            details,
        )
    return OperationRefused(
        "entity_not_in_source_state",
        f"entity '{entity_id}' instance '{instance_id}' is in state '{current}', expected {_either(states)}",
        "",
        {**details, "current_state": current},
    )


def _first_unsuited(
    sources: Sources, targets: Mapping[str, str], entity_states: EntityStates
) -> tuple[str, tuple[str, ...]]:
    return next(
        (entity_id, tuple(states))
        for entity_id, states in sources.items()
        if entity_states.state(entity_id, targets[entity_id]) not in states
    )


def _either(states: Iterable[str]) -> str:
    return " or ".join(f"'{state}'" for state in states)
