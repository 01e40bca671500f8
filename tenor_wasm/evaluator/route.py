"""The way of a flow on a frozen snapshot, from its entry to its first operations (§15.6).

Through branches by their condition, through handoffs, into sub-flows, into every branch of a parallel step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.flows import FAILED_OUTCOMES, STEP_LIMIT, nested
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c


class Route(NamedTuple):
    """The first operations that a flow reaches on a snapshot, the verdicts and the branches that decided the way, and,
    when no operation is reached, the terminal outcome."""

    operations: tuple[c.Operation, ...] = ()
    verdicts_used: tuple[str, ...] = ()
    ends_with: str | None = None
    branches: tuple[c.BranchStep, ...] = ()


def follow_to_operations(flow: c.Flow, snapshot: Snapshot) -> Route:
    """Follow a flow from its entry to its first operations, all branches of a parallel step at once."""
    entry = flow.steps[flow.entry]
    if isinstance(entry, c.OperationStep):
        return Route((snapshot.contract.operations[entry.operation_id],))
    follower = _Follower(snapshot)
    ending = follower.follow(c.StepRef(flow.entry), flow.steps)
    verdicts = tuple(follower.verdicts_used)
    branches = tuple(follower.branches)
    if isinstance(ending, tuple):
        # Branches that go on side by side may begin alike.
        operations = {operation.id: operation for operation in ending}
        return Route(tuple(operations.values()), verdicts, None, branches)
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
