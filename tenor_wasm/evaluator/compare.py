"""What differs between two evaluations, and why: other facts, states, persona, or another version of the contract.

A difference of a result always comes from something that deciding it touched, in one of the two evaluations: evaluation
is a function, and it reads in order. So the causes of a change are the changed things among those that were touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from tenor_wasm.errors import Json
from tenor_wasm.evaluator.action_space import judge
from tenor_wasm.evaluator.actions import Action, BlockedAction
from tenor_wasm.evaluator.changes import (
    ActionChange,
    Causes,
    Change,
    Comparison,
    InstanceChange,
    PathChange,
    Situation,
    VerdictChange,
)
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.ledger import Ruling, rulings_of
from tenor_wasm.evaluator.provenance import StepRecord
from tenor_wasm.evaluator.route import Route, follow_to_operations
from tenor_wasm.evaluator.snapshot import Decision, Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.graph import reachable_steps
from tenor_wasm.interchange.nodes import Predicate
from tenor_wasm.values.printing import plain_json

Changes: TypeAlias = Mapping[tuple[str, str], Change]
"""Kind and name → what changed."""

Touched: TypeAlias = Iterable[tuple[str, str]]
"""Kind and name of what a decision rested on, changed or not."""


def compare(a: Situation, b: Situation) -> Comparison:
    """Every difference between two evaluations, each with its causes.

    The causes of a difference are what changed among the things that it rests on directly: a verdict's causes may be
    verdicts, which have causes of their own. Raises ``overflow`` and its like as the action space does.
    """
    inputs = {(change.kind, change.name): change for change in _input_changes(a, b)}
    verdicts = tuple(_verdict_changes(a.snapshot, b.snapshot, inputs))
    known = inputs | {
        ("verdict", change.verdict_type): Change("verdict", change.verdict_type, change.a, change.b)
        for change in verdicts
    }
    judged = [_Judged(flow_id, a, b, known) for flow_id in _names(a, b, "flows")]
    return Comparison(
        inputs=tuple(inputs.values()),
        verdicts=verdicts,
        actions=tuple(change for flow in judged for change in flow.action_changes()),
        instances=tuple(change for flow in judged for change in flow.instance_changes()),
        path=_path_change(a.run, b.run, known) if a.run is not None and b.run is not None else None,
    )


def _among(changes: Changes, touched: Touched) -> Causes:
    return tuple(changes[key] for key in dict.fromkeys(touched) if key in changes)


def _names(a: Situation, b: Situation, member: str) -> list[str]:
    return list(dict.fromkeys(name for side in (a, b) for name in getattr(side.snapshot.contract, member)))


# --- what was given --------------------------------------------------------------------------------------------


def _input_changes(a: Situation, b: Situation) -> Iterator[Change]:
    if a.persona != b.persona:
        yield Change("persona", "persona", a.persona, b.persona)
    yield from _differing("fact", _fact_values(a.snapshot), _fact_values(b.snapshot))
    yield from _differing("state", _state_values(a), _state_values(b))
    if a.run is not None and b.run is not None:
        yield from _differing("binding", a.run.instance_bindings, b.run.instance_bindings)
        yield from _differing("outcome", a.run.outcomes, b.run.outcomes)
    for kind, constructs in _CONSTRUCTS.items():
        old, new = constructs(a.snapshot.contract), constructs(b.snapshot.contract)
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) != new.get(name):
                yield Change(kind, name, name in old, name in new)


_CONSTRUCTS: Mapping[str, Any] = {
    "rule": lambda contract: {rule.id: rule for rule in contract.rules},
    "operation": lambda contract: contract.operations,
    "flow": lambda contract: contract.flows,
}


def _differing(kind: str, a: Mapping[str, Json], b: Mapping[str, Json]) -> Iterator[Change]:
    for name in dict.fromkeys((*a, *b)):
        if name not in a or name not in b or a[name] != b[name]:
            yield Change(kind, name, a.get(name), b.get(name))


def _state_values(side: Situation) -> dict[str, Json]:
    """Every given instance's state. What a simulation begins with beside them follows from the contract."""
    return {"/".join(key): state for key, state in side.entity_states.items()}


def _fact_values(snapshot: Snapshot) -> dict[str, Json]:
    facts, values = snapshot.contract.facts, snapshot.facts.values
    return {name: plain_json(values[name], fact.type) for name, fact in facts.items()}


# --- verdicts --------------------------------------------------------------------------------------------------


def _verdict_changes(a: Snapshot, b: Snapshot, inputs: Changes) -> Iterator[VerdictChange]:
    """In stratum order, so that a verdict's causes are known before it."""
    sides = [{ruling.rule.verdict_type: ruling for ruling in rulings_of(side)} for side in (a, b)]
    changes = dict(inputs)
    order = sorted({**sides[0], **sides[1]}.items(), key=lambda item: item[1].rule.stratum)
    for name, _ in order:
        old, new = (side.get(name) for side in sides)
        change = _verdict_change(old, new)
        if change is None:
            continue
        before, after = (_value(ruling) for ruling in (old, new))
        touched = [key for ruling in (old, new) if ruling is not None for key in _rests_on(ruling)]
        yield VerdictChange(name, change, before, after, _among(changes, touched))
        changes["verdict", name] = Change("verdict", name, before, after)


def _verdict_change(old: Ruling | None, new: Ruling | None) -> str | None:
    had, has = old is not None and old.produced, new is not None and new.produced
    if had != has:
        return "gained" if has else "lost"
    return "changed" if has and _value(old) != _value(new) else None


def _value(ruling: Ruling | None) -> Json:
    return ruling.value if ruling is not None and ruling.produced else None


def _rests_on(ruling: Ruling) -> Iterator[tuple[str, str]]:
    yield "rule", ruling.rule.id
    yield from (("fact", name) for name in ruling.facts_used)
    yield from (("verdict", name) for name in ruling.verdicts_used)


def _decided_by(decision: Decision) -> Iterator[tuple[str, str]]:
    yield from (("fact", name) for name in decision.facts_used)
    yield from (("verdict", name) for name in decision.verdicts_used)


# --- actions and instances -------------------------------------------------------------------------------------


class _Watched(Snapshot):
    """A snapshot that remembers every decision that was made on it, by kind, name and predicate.

    Flows and sub-flows name their steps independently, so a name may stand for several.
    """

    __slots__ = ("decisions",)
    decisions: dict[tuple[str, str, int], Decision]

    def decide(self, predicate: Predicate, kind: str, name: str) -> Decision:
        """As a snapshot decides."""
        decision = Snapshot.decide(self, predicate, kind, name)
        self.decisions[kind, name, id(predicate)] = decision
        return decision


def _watched(snapshot: Snapshot) -> _Watched:
    watched = _Watched(snapshot.contract, snapshot.facts, snapshot.verdicts)
    object.__setattr__(watched, "decisions", {})  # the class it extends is frozen
    return watched


class _Side:
    """What one flow is on one side, and everything that decided it."""

    __slots__ = ("action", "decisions", "route", "situation")

    def __init__(self, flow: c.Flow, situation: Situation) -> None:
        watched = _watched(situation.snapshot)
        self.situation = situation
        self.route: Route = follow_to_operations(flow, watched)
        self.action = judge(flow, watched, situation.entity_states, situation.persona)
        self.decisions = watched.decisions

    @property
    def operations(self) -> dict[str, c.Operation]:
        return {operation.id: operation for operation in self.route.operations}

    def status(self, entity_id: str, instance_id: str) -> str:
        """``available``, ``blocked`` or ``absent``."""
        if isinstance(self.action, Action) and instance_id in self.action.instance_bindings.get(entity_id, ()):
            return "available"
        return "absent" if self.situation.entity_states.state(entity_id, instance_id) is None else "blocked"

    def suits(self, entity_id: str, instance_id: str) -> bool:
        """Whether the instance stands where some first operation takes it up."""
        state = self.situation.entity_states.state(entity_id, instance_id)
        effects = (effect for operation in self.route.operations for effect in operation.effects)
        return any((effect.entity_id, effect.source) == (entity_id, state) for effect in effects)

    def admits(self, operation_id: str) -> bool | None:
        """Whether the persona may execute it; ``None`` where the flow does not begin with it."""
        operation = self.operations.get(operation_id)
        return None if operation is None else self.situation.persona in operation.allowed_personas

    def precondition(self, operation_id: str) -> Decision | None:
        """What a first operation's precondition came to, where it was asked."""
        operation = self.operations.get(operation_id)
        return operation and self.decisions.get(("operation", operation_id, id(operation.precondition)))

    def decided(self, kind: str) -> Iterator[tuple[str, str]]:
        """What all decisions of a kind rest on."""
        for (found, *_), decision in self.decisions.items():
            if found == kind:
                yield from _decided_by(decision)

    def standing(self) -> Any:
        """All of the result that depends on entity states."""
        if isinstance(self.action, Action):
            return self.action.instance_bindings, self.action.outcomes, self.action.blocked_instances
        return self.action.reasons, self.action.blocked_instances


class _Judged:
    """One flow on both sides."""

    __slots__ = ("a", "b", "changes", "flow_id")

    def __init__(self, flow_id: str, a: Situation, b: Situation, changes: Changes) -> None:
        self.flow_id = flow_id
        flows = [side.snapshot.contract.flows.get(flow_id) for side in (a, b)]
        self.a, self.b = (None if flow is None else _Side(flow, side) for flow, side in zip(flows, (a, b), strict=True))
        self.changes = changes

    def action_changes(self) -> Iterator[ActionChange]:
        """The change of the action, where there is one."""
        a, b = (None if side is None else side.action for side in (self.a, self.b))
        change = _action_change(a, b)
        if change is not None:
            yield ActionChange(self.flow_id, change, a, b, self.causes())

    def instance_changes(self) -> Iterator[InstanceChange]:
        """Every instance to which the flow is open on one side only."""
        if self.a is None or self.b is None:
            return
        for entity_id in sorted(self.entities()):
            names = {name for side in (self.a, self.b) for name in side.situation.entity_states.instances(entity_id)}
            for name in sorted(names):
                before, after = self.a.status(entity_id, name), self.b.status(entity_id, name)
                if before != after:
                    causes = self.instance_causes(entity_id, name)
                    yield InstanceChange(self.flow_id, entity_id, name, before, after, causes)

    def instance_causes(self, entity_id: str, instance_id: str) -> Causes:
        """Its own state first; the states of other instances only where its own did not change."""
        own = _among(self.changes, [("state", f"{entity_id}/{instance_id}")])
        return own + tuple(cause for cause in self.causes() if not own or cause.kind != "state")

    def entities(self) -> set[str]:
        """The entities that the first operations change, on either side."""
        return {
            effect.entity_id
            for side in (self.a, self.b)
            if side is not None
            for operation in side.route.operations
            for effect in operation.effects
        }

    def causes(self) -> Causes:
        """What changed among the things that decided differently on the two sides."""
        a, b = self.a, self.b
        if a is None or b is None:
            return _among(self.changes, [("flow", self.flow_id)])
        touched: list[tuple[str, str]] = []
        if tuple(a.operations) != tuple(b.operations) or a.route.ends_with != b.route.ends_with:
            touched += [*_flows_below(self.flow_id, a), *_flows_below(self.flow_id, b)]
            touched += [*a.decided("step"), *b.decided("step")]
        for operation_id in {**a.operations, **b.operations}:
            if a.admits(operation_id) != b.admits(operation_id):
                touched += [("persona", "persona"), ("operation", operation_id)]
            decisions = [side.precondition(operation_id) for side in (a, b)]
            if _differ(decisions, self.changes):
                touched.append(("operation", operation_id))
                touched += [key for decision in decisions if decision is not None for key in _decided_by(decision)]
        if not a.route.operations and not b.route.operations:
            touched += [*a.decided("step"), *b.decided("step")]
        if a.standing() != b.standing():
            touched += self.states()
            touched += [("operation", operation_id) for operation_id in {**a.operations, **b.operations}]
        return _among(self.changes, touched)

    def states(self) -> list[tuple[str, str]]:
        """The instances that suit the first operations on one side only; where none does, all that are looked at."""
        names = {
            (entity_id, name)
            for entity_id in self.entities()
            for side in (self.a, self.b)
            if side is not None
            for name in side.situation.entity_states.instances(entity_id)
        }
        decisive = [
            key for key in names if len({side.suits(*key) for side in (self.a, self.b) if side is not None}) > 1
        ]
        return sorted(("state", "/".join(key)) for key in decisive or names)


def _differ(decisions: list[Decision | None], changes: Changes) -> bool:
    """Whether two decisions came out differently, or tested other verdicts or found other ones absent."""
    a, b = decisions
    if a is None or b is None or a.truth != b.truth:
        return a is not b
    return a.verdicts_used != b.verdicts_used or any(("verdict", name) in changes for name in a.verdicts_used)


def _flows_below(flow_id: str, side: _Side) -> Iterator[tuple[str, str]]:
    """The flow and its sub-flows."""
    flows = side.situation.snapshot.contract.flows
    yield "flow", flow_id
    for step in reachable_steps(flows[flow_id].steps, flows):
        if isinstance(step, c.SubFlowStep):
            yield "flow", step.flow_id


def _action_change(a: Action | BlockedAction | None, b: Action | BlockedAction | None) -> str | None:
    match a, b:
        case (None, None):
            return None
        case (None, _):
            return "added"
        case (_, None):
            return "removed"
        case (BlockedAction(), Action()):
            return "opened"
        case (Action(), BlockedAction()):
            return "blocked"
        case (Action(), Action()):
            return None if a.first_operation_ids == b.first_operation_ids else "other_operations"
        case (BlockedAction(), BlockedAction()):
            return None if (a.reasons, a.ends_with) == (b.reasons, b.ends_with) else "other_reasons"
    raise AssertionError((a, b))


# --- paths -----------------------------------------------------------------------------------------------------


def _in_order(records: Iterable[StepRecord]) -> Iterator[StepRecord]:
    """Every step, those of sub-flows and branches before the step that holds them: causes come before effects."""
    for record in records:
        if record.branch_id is None:
            for branch in record.branches:
                yield from _in_order(branch.steps)
            yield from _in_order(record.steps)
            yield record


def _signature(record: StepRecord) -> Any:
    result = record.result if record.error is None else (record.error.code, record.error.details)
    moves = () if record.provenance is None else record.provenance.transitions
    return record.step_id, record.step_type, result, moves


def _path_change(a: FlowResult, b: FlowResult, changes: Changes) -> PathChange | None:
    paths = list(_in_order(a.steps)), list(_in_order(b.steps))
    index = next(
        (at for at, (one, other) in enumerate(zip(*paths, strict=False)) if _signature(one) != _signature(other)),
        min(map(len, paths)),
    )
    one, other = (path[index] if index < len(path) else None for path in paths)
    if one is None and other is None and a.outcome == b.outcome:
        return None
    flows = [("flow", name) for name in _run_flows(a, b)]
    touched = [*_step_rests_on(one, a), *_step_rests_on(other, b)]
    # All before was the same: that another step comes, or none, is a matter of how the flow is declared.
    same_step = (
        one is not None and other is not None and (one.step_id, one.step_type) == (other.step_id, other.step_type)
    )
    causes = _among(changes, touched if same_step else flows) or _among(changes, flows if same_step else touched)
    return PathChange(index, one, other, a.outcome, b.outcome, causes)


def _run_flows(a: FlowResult, b: FlowResult) -> Iterator[str]:
    for run in (a, b):
        flows = run.snapshot.contract.flows
        yield run.flow_id
        steps = reachable_steps(flows[run.flow_id].steps, flows)
        yield from (step.flow_id for step in steps if isinstance(step, c.SubFlowStep))


def _step_rests_on(record: StepRecord | None, run: FlowResult) -> Iterator[tuple[str, str]]:
    """What a step's record rests on: its condition or precondition, the operation, the instances, the choice."""
    if record is None:
        return
    yield from (("fact", name) for name in record.facts_used)
    yield from (("verdict", name) for name in record.verdicts_used)
    yield "outcome", record.step_id
    if isinstance(record.construct, (c.OperationStep, c.CompensationStep)):
        operation = run.snapshot.contract.operations[record.construct.operation_id]
        yield "operation", operation.id
        if record.error is not None and record.error.code != "persona_rejected":
            yield from _decided_by(run.snapshot.decide(operation.precondition, "operation", operation.id))
    for entity_id, instance_id in record.states_found:
        yield "binding", entity_id
        yield "state", f"{entity_id}/{instance_id}"
