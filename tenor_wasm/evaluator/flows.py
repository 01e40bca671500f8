"""Executing a flow (§11.4): a walk over its steps on one frozen snapshot, against chosen instances.

Verdicts and facts never change during a flow; entity states do, operation by operation, and each operation is
atomic by itself. A refused operation is answered by its step's failure handler. Sub-flows inherit snapshot and
bindings; the branches of a parallel step start from the same states and do not see each other's changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tenor_wasm.errors import TenorError, listed
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.operations import OperationRefused, execute_operation, resolve_bindings
from tenor_wasm.evaluator.provenance import BranchWalk, StepRecord, Transition
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.graph import compensations, reachable_steps

STEP_LIMIT = 100_000
"""Steps that one flow execution may take. Sub-flows can multiply: a small contract may ask for billions of steps."""

NESTING_LIMIT = 100
"""Sub-flows and parallel branches inside each other, the same on every host whatever its recursion allows."""

FAILED_OUTCOMES = frozenset({"failure", "escalation"})
"""Terminal outcomes that make a sub-flow or a branch a failure, however they were reached."""


class FlowResult(NamedTuple):
    """How a flow ended, every step on the way, and the states that it leaves.

    ``failed`` tells a parent flow or a join which way to go: the outcome is ``failure`` or ``escalation``, or a
    failure handler ended the flow with any label but ``success``. ``initial_states`` and ``outcomes`` are kept from the
    call, so that the result can account for itself.
    """

    flow_id: str
    persona: str
    outcome: str
    failed: bool
    steps: tuple[StepRecord, ...]
    transitions: tuple[Transition, ...]
    entity_states: EntityStates
    instance_bindings: Mapping[str, str]
    snapshot: Snapshot
    initial_states: EntityStates
    outcomes: Mapping[str, str]


def execute_flow(
    flow: c.Flow,
    persona: str,
    snapshot: Snapshot,
    entity_states: EntityStates,
    bindings: Mapping[str, str],
    outcomes: Mapping[str, str] | None = None,
) -> FlowResult:
    """Run a flow from its entry to a terminal (§11.4).

    ``bindings`` (entity id → instance id) must name every entity that the flow can change, transitively; the
    instance itself need not exist (its operation is refused then). ``outcomes`` (step id → label, ``comp:<operation>``
    for a compensation) chooses where several outcomes of an operation apply. Flows name their steps independently: of
    steps with one name, the choice holds for those whose operation has that outcome.

    Raises ``missing_binding`` before any step runs, ``unknown_step`` or ``unknown_outcome`` for a choice that names
    none, ``flow_too_long`` after ``STEP_LIMIT`` steps, ``overflow`` and its like when a condition cannot be computed.
    """
    entities = compiled(snapshot.contract).entities_of(flow.id)
    resolve_bindings(entities, bindings)
    choices = dict(outcomes or {})
    _check_choices(flow, snapshot.contract, choices)
    run = _Run(snapshot, bindings, choices)
    ending = run.walk(flow.entry, flow.steps, entity_states)
    return FlowResult(
        flow_id=flow.id,
        persona=persona,
        outcome=ending.outcome,
        failed=ending.failed,
        steps=ending.records,
        transitions=ending.transitions,
        entity_states=ending.entity_states,
        instance_bindings=dict(bindings),
        snapshot=snapshot,
        initial_states=entity_states,
        outcomes=choices,
    )


def _check_choices(flow: c.Flow, contract: c.Contract, choices: Mapping[str, str]) -> None:
    """Every choice names a step that can run and an outcome of its operation."""
    if not choices:
        return
    operation_ids: dict[str, set[str]] = {}
    for step in reachable_steps(flow.steps, contract.flows):
        if isinstance(step, c.OperationStep):
            operation_ids.setdefault(step.id, set()).add(step.operation_id)
        for compensation in compensations(step):
            operation_ids.setdefault(f"comp:{compensation.operation_id}", set()).add(compensation.operation_id)
    for step_id, label in choices.items():
        if step_id not in operation_ids:
            raise TenorError(
                "unknown_step",
                f"'{step_id}' is no operation step of '{flow.id}'; those are {listed(operation_ids)}",
                "/" + step_id.replace("~", "~0").replace("/", "~1"),
            )
        labels = {
            known for operation_id in operation_ids[step_id] for known in contract.operations[operation_id].outcomes
        }
        if label not in labels:
            raise TenorError(
                "unknown_outcome",
                f"'{label}' is no outcome of the step '{step_id}'; it has {listed(sorted(labels))}",
                "/" + step_id.replace("~", "~0").replace("/", "~1"),
            )


class _Ending(NamedTuple):
    """Where a walk over one step graph ended."""

    outcome: str
    failed: bool
    records: tuple[StepRecord, ...]
    transitions: tuple[Transition, ...]
    entity_states: EntityStates


class _Halt(NamedTuple):
    """A terminal was reached; ``handled`` when a failure handler ended the walk."""

    outcome: str
    handled: bool = False

    @property
    def failed(self) -> bool:
        return self.outcome in FAILED_OUTCOMES or (self.handled and self.outcome != "success")


_Next = c.StepRef | _Halt


def _follow(target: c.Target) -> _Next:
    return _Halt(target.outcome) if isinstance(target, c.Terminal) else target


def nested(nesting: int) -> int:
    """One level deeper; raises ``too_deep`` beyond the limit."""
    if nesting == NESTING_LIMIT:
        raise TenorError(
            "too_deep", f"sub-flows and branches nest deeper than {NESTING_LIMIT} levels; flatten them", "",
            {"limit": NESTING_LIMIT},
        )  # fmt: skip
    return nesting + 1


def _in_branch(record: StepRecord, branch_id: str) -> StepRecord:
    """The record as its parallel step keeps it; branches of branches are named ``outer/inner``."""
    inner = record.branch_id
    return record._replace(branch_id=branch_id if inner is None else f"{branch_id}/{inner}")


class _Walk:
    """The state of one walk: the current entity states, and what has been recorded so far."""

    __slots__ = ("entity_states", "records", "transitions")

    def __init__(self, entity_states: EntityStates) -> None:
        self.entity_states = entity_states
        self.records: list[StepRecord] = []
        self.transitions: list[Transition] = []


class _Run:
    """One flow execution: what all its walks share."""

    __slots__ = ("bindings", "choices", "contract", "nesting", "plan_of", "snapshot", "steps_taken")

    def __init__(self, snapshot: Snapshot, bindings: Mapping[str, str], choices: Mapping[str, str]) -> None:
        self.snapshot = snapshot
        self.contract = snapshot.contract
        self.plan_of = compiled(snapshot.contract).plan
        self.bindings = bindings
        self.choices = choices
        self.steps_taken = 0
        self.nesting = 0

    def walk(self, entry: str, steps: Mapping[str, c.Step], entity_states: EntityStates) -> _Ending:
        """Walk one step graph from its entry to a terminal."""
        self.nesting = nested(self.nesting)
        walk = _Walk(entity_states)
        following: _Next = c.StepRef(entry)
        while isinstance(following, c.StepRef):
            self._count_step()
            step = steps[following.step_id]
            following = _STEPS[type(step)](self, step, walk)
        self.nesting -= 1
        return _Ending(
            following.outcome, following.failed, tuple(walk.records), tuple(walk.transitions), walk.entity_states
        )

    def _count_step(self) -> None:
        self.steps_taken += 1
        if self.steps_taken > STEP_LIMIT:
            raise TenorError(
                "flow_too_long",
                f"the flow took more than {STEP_LIMIT} steps; its sub-flows multiply: call fewer of them",
                "",
                {"limit": STEP_LIMIT},
            )

    # --- steps --------------------------------------------------------------------------------------------------

    def operation_step(self, step: c.OperationStep, walk: _Walk) -> _Next:
        refused = self._execute(step, step.id, "operation", walk)
        if refused is not None:
            return self._handle(step.on_failure, step.id, walk)
        return _follow(step.outcomes[walk.records[-1].result])

    def _execute(
        self, step: c.OperationStep | c.CompensationStep, step_id: str, step_type: str, walk: _Walk
    ) -> OperationRefused | None:
        """Execute an operation and record it; returns the refusal when it did not run."""
        operation = self.contract.operations[step.operation_id]
        targets = resolve_bindings(self.plan_of(operation).entities, self.bindings)
        found = {key: walk.entity_states.state(*key) for key in targets.items()}
        choice = self.choices.get(step_id)
        if choice not in operation.outcomes:
            choice = None
        try:
            result = execute_operation(operation, step.persona, self.snapshot, walk.entity_states, targets, choice)
        except OperationRefused as refusal:
            message = f"error: {refusal.message}"
            record = StepRecord(
                step_id, step_type, message, targets, None, refusal, construct=step, states_found=found, failed=True
            )
            walk.records.append(record)
            return refusal
        walk.entity_states = result.entity_states
        walk.transitions.extend(result.provenance.transitions)
        walk.records.append(
            StepRecord(
                step_id,
                step_type,
                result.outcome,
                result.provenance.instance_binding,
                result.provenance,
                facts_used=result.provenance.facts_used,
                verdicts_used=result.provenance.verdicts_used,
                construct=step,
                states_found=found,
            )
        )
        return None

    def branch_step(self, step: c.BranchStep, walk: _Walk) -> _Next:
        decision = self.snapshot.decide(step.condition, "step", step.id)
        walk.records.append(
            StepRecord(
                step.id,
                "branch",
                "true" if decision.truth else "false",
                facts_used=decision.facts_used,
                verdicts_used=decision.verdicts_used,
                construct=step,
            )
        )
        return _follow(step.if_true if decision.truth else step.if_false)

    def handoff_step(self, step: c.HandoffStep, walk: _Walk) -> _Next:
        walk.records.append(StepRecord(step.id, "handoff", "handoff", construct=step))
        return c.StepRef(step.next)

    def sub_flow_step(self, step: c.SubFlowStep, walk: _Walk) -> _Next:
        flow = self.contract.flows[step.flow_id]
        ending = self.walk(flow.entry, flow.steps, walk.entity_states)
        # What the sub-flow applied stays applied, also when it failed: each operation is atomic by itself.
        walk.entity_states = ending.entity_states
        walk.transitions.extend(ending.transitions)
        record = StepRecord(
            step.id,
            "sub_flow",
            ending.outcome,
            dict(self.bindings),
            steps=ending.records,
            construct=step,
            failed=ending.failed,
        )
        walk.records.append(record)
        return self._handle(step.on_failure, step.id, walk) if ending.failed else _follow(step.on_success)

    def parallel_step(self, step: c.ParallelStep, walk: _Walk) -> _Next:
        endings = [self.walk(branch.entry, branch.steps, walk.entity_states) for branch in step.branches]
        named = list(zip(step.branches, endings, strict=True))
        summary = ", ".join(f"{branch.id}:{ending.outcome}" for branch, ending in named)
        failed = any(ending.failed for ending in endings)
        walks = tuple(BranchWalk(branch.id, ending.outcome, ending.failed, ending.records) for branch, ending in named)
        record = StepRecord(
            step.id, "parallel", summary, dict(self.bindings), construct=step, branches=walks, failed=failed
        )
        walk.records.append(record)
        for branch, ending in named:
            walk.records.extend(_in_branch(record, branch.id) for record in ending.records)
            walk.transitions.extend(ending.transitions)
            # Branches change disjoint entities (a load check), so laying their changes over each other is exact.
            changes = {(change.entity_id, change.instance_id): change.to_state for change in ending.transitions}
            walk.entity_states = walk.entity_states.with_states(changes)
        if failed:
            return self._handle(step.join.on_any_failure, step.id, walk)
        return _follow(step.join.on_all_success)

    # --- failure handlers ---------------------------------------------------------------------------------------

    def _handle(self, handler: c.FailureHandler, step_id: str, walk: _Walk) -> _Next:
        return _HANDLERS[type(handler)](self, handler, step_id, walk)

    def terminate(self, handler: c.Terminate, _: str, __: _Walk) -> _Next:
        return _Halt(handler.outcome, handled=True)

    def compensate(self, handler: c.Compensate, _: str, walk: _Walk) -> _Next:
        for step in handler.steps:
            self._count_step()
            step_id = f"comp:{step.operation_id}"
            if self._execute(step, step_id, "compensation", walk) is not None:
                return _Halt(step.on_failure.outcome, handled=True)
        return _Halt(handler.then.outcome, handled=True)

    def escalate(self, handler: c.Escalate, step_id: str, walk: _Walk) -> _Next:
        result = f"escalated to {handler.to_persona}"
        walk.records.append(StepRecord(step_id, "escalation", result, construct=handler))
        return c.StepRef(handler.next)


_STEPS: Mapping[type, Callable[[_Run, Any, _Walk], _Next]] = {
    c.OperationStep: _Run.operation_step,
    c.BranchStep: _Run.branch_step,
    c.HandoffStep: _Run.handoff_step,
    c.SubFlowStep: _Run.sub_flow_step,
    c.ParallelStep: _Run.parallel_step,
}

_HANDLERS: Mapping[type, Callable[[_Run, Any, str, _Walk], _Next]] = {
    c.Terminate: _Run.terminate,
    c.Compensate: _Run.compensate,
    c.Escalate: _Run.escalate,
}
