"""Who may start which flow on which instances, and what stands in the way (§15.6).

For each flow the frozen snapshot is followed from the entry to the first operations: through branches by their
condition, through handoffs, into sub-flows, into every branch of a parallel step. The flow is available to a
persona when every first operation admits the persona, has a true precondition, and finds instances in the source
states of one of its outcomes. Everything else is blocked, and says why. Instances are reported without loss:
available ones as bindings, blocked ones with their states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.flows import FAILED_OUTCOMES, STEP_LIMIT, nested
from tenor_wasm.evaluator.operations import Sources, effects_by_outcome, required_states
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c

UNKNOWN_STATE = "(unknown)"
"""The current state that is reported for an entity without any instance."""

Group = TypeVar("Group")

Bindings: TypeAlias = Mapping[str, tuple[str, ...]]
"""Entity id → instance ids, both sorted."""


@dataclass(frozen=True, slots=True)
class PersonaNotAuthorized:
    """An operation does not admit the persona."""

    operation_id: str
    allowed_personas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreconditionNotMet:
    """A precondition is false, or no operation is reachable; the absent verdicts that were tested for presence."""

    missing_verdicts: tuple[str, ...]
    operation_id: str | None


@dataclass(frozen=True, slots=True)
class EntityNotInSourceState:
    """No instance of the entity is where the operation needs it.

    ``current_state`` is that of the first blocking instance, ``(unknown)`` when there is none at all;
    ``instance_ids`` lists them all.
    """

    entity_id: str
    current_state: str
    required_states: tuple[str, ...]
    operation_id: str
    instance_ids: tuple[str, ...]


BlockReason: TypeAlias = PersonaNotAuthorized | PreconditionNotMet | EntityNotInSourceState


@dataclass(frozen=True, slots=True)
class OutcomeBindings:
    """The instances on which one outcome of one first operation can be produced: any combination works."""

    operation_id: str
    outcome: str
    instance_bindings: Bindings


@dataclass(frozen=True, slots=True)
class AffectedEntity:
    """An entity that the action would change, seen at its first available instance."""

    entity_id: str
    current_state: str
    possible_transitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A flow that the persona can start.

    ``instance_bindings`` holds, per entity, the instances that some outcome accepts; ``outcomes`` says which
    combinations. ``blocked_instances`` maps every other instance of those entities to its state.
    """

    flow_id: str
    entry_operation_id: str
    first_operation_ids: tuple[str, ...]
    enabling_verdicts: tuple[VerdictInstance, ...]
    affected_entities: tuple[AffectedEntity, ...]
    instance_bindings: Bindings
    outcomes: tuple[OutcomeBindings, ...]
    blocked_instances: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class BlockedAction:
    """A flow that the persona cannot start. ``reasons`` lists all, in the order persona, precondition, entity state.

    ``instance_bindings`` holds the instances that block for the first reason; ``blocked_instances`` every instance
    in a wrong state. ``ends_with`` is the terminal outcome of a flow that reaches no operation.
    """

    flow_id: str
    reasons: tuple[BlockReason, ...]
    instance_bindings: Bindings
    blocked_instances: Mapping[str, Mapping[str, str]]
    ends_with: str | None = None


@dataclass(frozen=True, slots=True)
class ActionSpace:
    """Every flow of the contract, available or blocked, in the bundle's order."""

    persona: str
    actions: tuple[Action, ...]
    blocked_actions: tuple[BlockedAction, ...]
    snapshot: Snapshot


def action_space(snapshot: Snapshot, entity_states: EntityStates, persona: str) -> ActionSpace:
    """Compute the action space of a persona (§15.6). Nothing is invented: an entity without an instance blocks.

    Raises ``overflow`` and its like when a condition or precondition cannot be computed, ``flow_too_long`` when a
    flow's sub-flows multiply beyond the step limit.
    """
    actions: list[Action] = []
    blocked: list[BlockedAction] = []
    for flow in snapshot.contract.flows.values():
        verdict = judge(flow, snapshot, entity_states, persona)
        if isinstance(verdict, Action):
            actions.append(verdict)
        else:
            blocked.append(verdict)
    return ActionSpace(persona, tuple(actions), tuple(blocked), snapshot)


def judge(flow: c.Flow, snapshot: Snapshot, entity_states: EntityStates, persona: str) -> Action | BlockedAction:
    """Whether the persona can start one flow: its part of the action space. Raises as ``action_space``."""
    route = follow_to_operations(flow, snapshot)
    verdicts_used = dict.fromkeys(route.verdicts_used)
    if not route.operations:
        missing = tuple(name for name in verdicts_used if name not in snapshot.verdicts)
        return BlockedAction(flow.id, (PreconditionNotMet(missing, None),), {}, {}, route.ends_with)
    persona_reasons: list[BlockReason] = []
    precondition_reasons: list[BlockReason] = []
    for operation in route.operations:
        if persona not in operation.allowed_personas:
            persona_reasons.append(PersonaNotAuthorized(operation.id, operation.allowed_personas))
        decision = snapshot.decide(operation.precondition, "operation", operation.id)
        verdicts_used.update(dict.fromkeys(decision.verdicts_used))
        if not decision.truth:
            missing = tuple(name for name in decision.verdicts_used if name not in snapshot.verdicts)
            precondition_reasons.append(PreconditionNotMet(missing, operation.id))
    fits = [_fit(operation, entity_states) for operation in route.operations]
    state_reasons = [reason for fit in fits for reason in fit.reasons]
    reasons = (*persona_reasons, *precondition_reasons, *state_reasons)
    blocked_instances = _merged(fit.blocked_instances for fit in fits)
    if reasons:
        blocking = {
            entity_id: tuple(blocked_instances.get(entity_id, ()))
            for entity_id in sorted({*blocked_instances, *(reason.entity_id for reason in state_reasons)})
        }
        first_is_state = isinstance(reasons[0], EntityNotInSourceState)
        return BlockedAction(flow.id, reasons, blocking if first_is_state else {}, blocked_instances)
    bindings = _merged(fit.instance_bindings for fit in fits)
    return Action(
        flow_id=flow.id,
        entry_operation_id=route.operations[0].id,
        first_operation_ids=tuple(operation.id for operation in route.operations),
        enabling_verdicts=tuple(snapshot.verdicts[name] for name in verdicts_used if name in snapshot.verdicts),
        affected_entities=tuple(_affected(route.operations, bindings, entity_states, snapshot.contract)),
        instance_bindings=bindings,
        outcomes=tuple(outcome for fit in fits for outcome in fit.outcomes),
        blocked_instances=blocked_instances,
    )


# --- the route to the first operations -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """The first operations that a flow reaches on a snapshot, the verdicts and the branches that decided the way, and,
    when no operation is reached, the terminal outcome."""

    operations: tuple[c.Operation, ...] = ()
    verdicts_used: tuple[str, ...] = ()
    ends_with: str | None = None
    branches: tuple[c.BranchStep, ...] = ()


def follow_to_operations(flow: c.Flow, snapshot: Snapshot) -> Route:
    """Follow a flow from its entry to its first operations, all branches of a parallel step at once."""
    follower = _Follower(snapshot)
    ending = follower.follow(c.StepRef(flow.entry), flow.steps)
    verdicts = tuple(follower.verdicts_used)
    branches = tuple(follower.branches)
    if isinstance(ending, tuple):
        return Route(ending, verdicts, None, branches)
    return Route((), verdicts, ending.outcome, branches)


@dataclass(frozen=True, slots=True)
class _End:
    """No operation was reached: the walk ended."""

    outcome: str
    failed: bool


@dataclass(slots=True)
class _Follower:
    snapshot: Snapshot
    verdicts_used: dict[str, None] = field(default_factory=dict)
    branches: list[c.BranchStep] = field(default_factory=list)
    steps_taken: int = 0
    nesting: int = 0

    def follow(self, target: c.Target, steps: Mapping[str, c.Step]) -> tuple[c.Operation, ...] | _End:
        """The first operations from a target on, or where the walk ends without one."""
        self.nesting = nested(self.nesting)
        ending = self._follow(target, steps)
        self.nesting -= 1
        return ending

    def _follow(self, target: c.Target, steps: Mapping[str, c.Step]) -> tuple[c.Operation, ...] | _End:
        contract = self.snapshot.contract
        while isinstance(target, c.StepRef):
            self._count_step()
            step = steps[target.step_id]
            match step:
                case c.OperationStep():
                    return (contract.operations[step.operation_id],)
                case c.BranchStep():
                    decision = self.snapshot.decide(step.condition, "step", step.id)
                    self.verdicts_used.update(dict.fromkeys(decision.verdicts_used))
                    self.branches.append(step)
                    target = step.if_true if decision.truth else step.if_false
                case c.HandoffStep():
                    target = c.StepRef(step.next)
                case c.SubFlowStep():
                    flow = contract.flows[step.flow_id]
                    ending = self.follow(c.StepRef(flow.entry), flow.steps)
                    if isinstance(ending, tuple):
                        return ending
                    if ending.failed:
                        return self._handled(step.on_failure, steps)
                    target = step.on_success
                case c.ParallelStep():
                    endings = [self.follow(c.StepRef(branch.entry), branch.steps) for branch in step.branches]
                    reached = tuple(op for ending in endings if isinstance(ending, tuple) for op in ending)
                    if reached:
                        return reached
                    if any(isinstance(ending, _End) and ending.failed for ending in endings):
                        return self._handled(step.join.on_any_failure, steps)
                    target = step.join.on_all_success
        return _End(target.outcome, target.outcome in FAILED_OUTCOMES)

    def _handled(self, handler: c.FailureHandler, steps: Mapping[str, c.Step]) -> tuple[c.Operation, ...] | _End:
        match handler:
            case c.Terminate(outcome):
                return _End(outcome, outcome != "success")
            case c.Compensate(compensations, _):
                return (self.snapshot.contract.operations[compensations[0].operation_id],)
            case c.Escalate(_, following):
                return self.follow(c.StepRef(following), steps)

    def _count_step(self) -> None:
        self.steps_taken += 1
        if self.steps_taken > STEP_LIMIT:
            raise TenorError(
                "flow_too_long", f"following a flow took more than {STEP_LIMIT} steps; call fewer sub-flows"
            )


# --- the instances that fit an operation -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fit:
    """How the instances of one operation's entities suit its outcomes."""

    instance_bindings: Bindings
    blocked_instances: Mapping[str, Mapping[str, str]]
    outcomes: tuple[OutcomeBindings, ...]
    reasons: tuple[EntityNotInSourceState, ...]


def _fit(operation: c.Operation, entity_states: EntityStates) -> _Fit:
    table = effects_by_outcome(operation)
    outcomes = tuple(
        OutcomeBindings(operation.id, label, bindings)
        for label, sources in table.items()
        if (bindings := _suited(sources, entity_states)) is not None
    )
    required = required_states(table.values())
    reasons = () if outcomes else _state_reasons(operation, table, entity_states)
    available = {
        entity_id: _union(outcome.instance_bindings.get(entity_id, ()) for outcome in outcomes)
        if outcomes
        else _in_states(entity_states.instances(entity_id), states)
        for entity_id, states in required.items()
    }
    # Where no outcome is possible, an instance in a needed state blocks nothing, unless a reason names it.
    for reason in reasons:
        available[reason.entity_id] -= frozenset(reason.instance_ids)
    blocked = {
        entity_id: others
        for entity_id in sorted(required)
        if (others := _others(entity_states.instances(entity_id), available[entity_id]))
    }
    bindings = {
        entity_id: tuple(sorted(available[entity_id])) for entity_id in sorted(required) if available[entity_id]
    }
    return _Fit(bindings, blocked, outcomes, reasons)


def _in_states(instances: Mapping[str, str], states: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for name, state in instances.items() if state in states)


def _suited(sources: Sources, entity_states: EntityStates) -> dict[str, tuple[str, ...]] | None:
    """Per entity, the instances in a source state of the outcome; ``None`` when an entity has none."""
    suited: dict[str, tuple[str, ...]] = {}
    for entity_id in sorted(sources):
        states = sources[entity_id]
        fitting = sorted(name for name, state in entity_states.instances(entity_id).items() if state in states)
        if not fitting:
            return None
        suited[entity_id] = tuple(fitting)
    return suited


def _union(groups: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(name for group in groups for name in group)


def _others(instances: Mapping[str, str], available: frozenset[str]) -> dict[str, str]:
    return {name: instances[name] for name in sorted(instances) if name not in available}


def _state_reasons(
    operation: c.Operation, table: Mapping[str, Sources], entity_states: EntityStates
) -> tuple[EntityNotInSourceState, ...]:
    """One reason per entity without an instance where it is needed; when each entity has one but no outcome suits
    them together, the reasons of the first declared outcome."""
    for outcomes in (list(table.values()), [table[operation.outcomes[0]]]):
        reasons = tuple(
            _state_reason(operation.id, entity_id, states, entity_states.instances(entity_id))
            for entity_id, states in required_states(outcomes).items()
            if not any(state in states for state in entity_states.instances(entity_id).values())
        )
        if reasons:
            return reasons
    raise AssertionError("an operation without a suited outcome lacks an instance of its first one")


def _state_reason(
    operation_id: str, entity_id: str, states: tuple[str, ...], instances: Mapping[str, str]
) -> EntityNotInSourceState:
    names = tuple(sorted(instances))
    current = instances[names[0]] if names else UNKNOWN_STATE
    return EntityNotInSourceState(entity_id, current, states, operation_id, names)


def _merged(groups: Iterable[Mapping[str, Group]]) -> dict[str, Group]:
    """The groups of several operations in one map, sorted; parallel branches never share an entity."""
    merged = {entity_id: members for group in groups for entity_id, members in group.items()}
    return {entity_id: merged[entity_id] for entity_id in sorted(merged)}


def _affected(
    operations: Iterable[c.Operation], bindings: Bindings, entity_states: EntityStates, contract: c.Contract
) -> Iterable[AffectedEntity]:
    """The entities in the order in which the effects name them, as far as some outcome suits an instance."""
    for entity_id in dict.fromkeys(effect.entity_id for operation in operations for effect in operation.effects):
        if entity_id not in bindings:
            continue
        current = entity_states[entity_id, bindings[entity_id][0]]
        yield AffectedEntity(entity_id, current, contract.entities[entity_id].transitions[current])
