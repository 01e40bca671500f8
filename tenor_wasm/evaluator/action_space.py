"""Who may start which flow on which instances, and what stands in the way (§15.6).

For each flow the frozen snapshot is followed to the first operations (``route``). The flow is available to a persona
when every first operation admits the persona, has a true precondition, and finds instances in the source states of one
of its outcomes. Everything else is blocked, and says why. Instances are reported without loss: available ones as
bindings, blocked ones with their states.

The instances are looked at once, when they are grouped by state (``instances``): a flow takes whole groups. So the cost
of all flows together does not grow with the number of instances.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from tenor_wasm.evaluator.actions import (
    UNKNOWN_STATE,
    Action,
    ActionSpace,
    AffectedEntity,
    Bindings,
    BlockedAction,
    BlockReason,
    EntityNotInSourceState,
    OutcomeBindings,
    PersonaNotAuthorized,
    PreconditionNotMet,
)
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Instances, Others, States
from tenor_wasm.evaluator.plans import OperationPlan
from tenor_wasm.evaluator.route import follow_to_operations
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c

Value = TypeVar("Value")


def action_space(
    snapshot: Snapshot,
    entity_states: EntityStates,
    persona: str,
    flow_id: str | None = None,
    entity_id: str | None = None,
) -> ActionSpace:
    """Compute the action space of a persona (§15.6). Nothing is invented: an entity without an instance blocks.

    ``flow_id`` asks about one flow alone, ``entity_id`` about those whose first operations take up one entity.

    Raises ``overflow`` and its like when a condition or precondition cannot be computed, ``flow_too_long`` when a
    flow's sub-flows multiply beyond the step limit.
    """
    actions: list[Action] = []
    blocked: list[BlockedAction] = []
    flows = snapshot.contract.flows
    for flow in flows.values() if flow_id is None else (flows[flow_id],):
        if entity_id is not None and entity_id not in entities_taken_up(flow, snapshot):
            continue
        verdict = judge(flow, snapshot, entity_states, persona)
        if isinstance(verdict, Action):
            actions.append(verdict)
        else:
            blocked.append(verdict)
    return ActionSpace(persona, tuple(actions), tuple(blocked), snapshot)


def entities_taken_up(flow: c.Flow, snapshot: Snapshot) -> dict[str, None]:
    """The entities of the first operations that a flow reaches on a snapshot (an ordered set): those that its part of
    the action space depends on. Raises as ``action_space``."""
    plan_of = compiled(snapshot.contract).plan
    operations = follow_to_operations(flow, snapshot).operations
    return {entity_id: None for operation in operations for entity_id in plan_of(operation).entities}


def judge(flow: c.Flow, snapshot: Snapshot, entity_states: EntityStates, persona: str) -> Action | BlockedAction:
    """Whether the persona can start one flow: its part of the action space. Raises as ``action_space``."""
    route = follow_to_operations(flow, snapshot)
    if not route.operations:
        missing = tuple(name for name in route.verdicts_used if name not in snapshot.verdicts)
        return BlockedAction(flow.id, (PreconditionNotMet(missing, None),), {}, {}, route.ends_with)
    plan_of = compiled(snapshot.contract).plan
    plans = [plan_of(operation) for operation in route.operations]
    verdicts_used = route.verdicts_used
    refused: list[BlockReason] = []
    unmet: list[BlockReason] = []
    for plan in plans:
        operation = plan.operation
        if persona not in plan.personas:
            refused.append(PersonaNotAuthorized(operation.id, operation.allowed_personas))
        truth, _, used, missing = snapshot.decide(operation.precondition, "operation", operation.id)
        verdicts_used = (*verdicts_used, *used)
        if not truth:
            unmet.append(PreconditionNotMet(missing, operation.id))
    fits = [_fit(plan, entity_states) for plan in plans]
    misplaced = [reason for fit in fits for reason in fit.reasons]
    if refused or unmet or misplaced:
        return _blocked(flow, (*refused, *unmet, *misplaced), fits)
    return _available(flow, plans, tuple(dict.fromkeys(verdicts_used)), fits, snapshot, entity_states)


def _blocked(flow: c.Flow, reasons: tuple[BlockReason, ...], fits: list[_Fit]) -> BlockedAction:
    blocked_instances = _merged([fit.blocked_instances for fit in fits])
    if not isinstance(reasons[0], EntityNotInSourceState):
        return BlockedAction(flow.id, reasons, {}, blocked_instances)
    # The first reason is an entity's state: then no reason is of another kind.
    blocking = {
        reason.entity_id: reason.instance_ids for reason in reasons if isinstance(reason, EntityNotInSourceState)
    }
    for entity_id, others in blocked_instances.items():
        if entity_id not in blocking:
            blocking[entity_id] = others.ids
    return BlockedAction(flow.id, reasons, _sorted(blocking), blocked_instances)


def _available(
    flow: c.Flow,
    plans: list[OperationPlan],
    verdicts_used: tuple[str, ...],
    fits: list[_Fit],
    snapshot: Snapshot,
    entity_states: EntityStates,
) -> Action:
    verdicts = snapshot.verdicts.by_type
    bindings = _merged([fit.instance_bindings for fit in fits])
    return Action(
        flow_id=flow.id,
        entry_operation_id=plans[0].operation.id,
        first_operation_ids=tuple([plan.operation.id for plan in plans]),
        enabling_verdicts=tuple([verdicts[name] for name in verdicts_used if name in verdicts]),
        affected_entities=tuple(_affected(plans, bindings, entity_states, snapshot.contract)),
        instance_bindings=bindings,
        outcomes=tuple([outcome for fit in fits for outcome in fit.outcomes]),
        instance_counts={entity_id: len(group) for entity_id, group in bindings.items()},
        blocked_instances=_merged([fit.blocked_instances for fit in fits]),
    )


def _affected(
    plans: Iterable[OperationPlan], bindings: Bindings, entity_states: EntityStates, contract: c.Contract
) -> Iterable[AffectedEntity]:
    """The entities in the order in which the effects name them, as far as some outcome suits an instance."""
    for entity_id in dict.fromkeys(entity_id for plan in plans for entity_id in plan.entities):
        if entity_id in bindings:
            current = entity_states[entity_id, bindings[entity_id][0]]
            yield AffectedEntity(entity_id, current, contract.entities[entity_id].transitions[current])


# --- the instances that fit an operation -----------------------------------------------------------------------


class _Fit(NamedTuple):
    """How the instances of one operation's entities suit its outcomes."""

    instance_bindings: Bindings
    blocked_instances: Mapping[str, Others]
    outcomes: tuple[OutcomeBindings, ...]
    reasons: tuple[EntityNotInSourceState, ...]


def _fit(plan: OperationPlan, entity_states: EntityStates) -> _Fit:
    outcomes = []
    for label, needed in plan.outcomes.items():
        suited = _suited(needed, entity_states)
        if suited is not None:
            outcomes.append(OutcomeBindings(plan.operation.id, label, suited))
    reasons = () if outcomes else _state_reasons(plan, entity_states)
    bindings: dict[str, Group] = {}
    blocked: dict[str, Others] = {}
    for entity_id, states in _available_states(plan, outcomes, reasons).items():
        instances = entity_states.of(entity_id)
        group = instances.within(states)
        if group:
            bindings[entity_id] = group
        if len(group) < len(instances.states):
            blocked[entity_id] = instances.outside(states)
    return _Fit(bindings, blocked, tuple(outcomes), reasons)


def _available_states(
    plan: OperationPlan, outcomes: list[OutcomeBindings], reasons: tuple[EntityNotInSourceState, ...]
) -> Mapping[str, States]:
    """Per entity, the states that block nothing: those that the possible outcomes leave.

    Where no outcome is possible, an instance in a needed state blocks nothing, unless a reason names it.
    """
    if len(outcomes) == len(plan.outcomes):
        return plan.every_state
    if not outcomes:
        named = {reason.entity_id for reason in reasons}
        return {entity_id: () if entity_id in named else states for entity_id, states in plan.every_state.items()}
    return plan.states_of([outcome.outcome for outcome in outcomes])


def _suited(needed: Mapping[str, States], entity_states: EntityStates) -> dict[str, Group] | None:
    """Per entity, the instances in a source state of the outcome; ``None`` when an entity has none."""
    suited: dict[str, Group] = {}
    for entity_id, states in needed.items():
        group = entity_states.of(entity_id).within(states)
        if not group:
            return None
        suited[entity_id] = group
    return suited


def _state_reasons(plan: OperationPlan, entity_states: EntityStates) -> tuple[EntityNotInSourceState, ...]:
    """One reason per entity without an instance where it is needed; when each entity has one but no outcome suits
    them together, the reasons of the first declared outcome."""
    for required in (plan.required, plan.required_first):
        reasons = []
        for entity_id, states in required.items():
            instances = entity_states.of(entity_id)
            if instances.by_state.keys().isdisjoint(states):
                reasons.append(_state_reason(plan.operation.id, entity_id, states, instances))
        if reasons:
            return tuple(reasons)
    raise AssertionError("an operation without a suited outcome lacks an instance of its first one")


def _state_reason(operation_id: str, entity_id: str, states: States, instances: Instances) -> EntityNotInSourceState:
    ids = instances.ids
    current = instances.states[ids[0]] if ids else UNKNOWN_STATE
    return EntityNotInSourceState(entity_id, current, states, operation_id, ids)


def _merged(groups: list[Mapping[str, Value]]) -> Mapping[str, Value]:
    """The groups of several operations in one map, sorted; parallel branches never share an entity."""
    if len(groups) == 1:
        return groups[0]  # sorted, as the plan has the entities
    return _sorted({entity_id: members for group in groups for entity_id, members in group.items()})


def _sorted(groups: Mapping[str, Value]) -> Mapping[str, Value]:
    return {entity_id: groups[entity_id] for entity_id in sorted(groups)}
