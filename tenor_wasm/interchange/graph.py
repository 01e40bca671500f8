"""What flows reach: walks over steps, targets and sub-flows. Both the load checks and the evaluator ask here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tenor_wasm.interchange import constructs as c


def all_steps(steps: Mapping[str, c.Step]) -> Iterator[c.Step]:
    """Every step of a graph, those inside parallel branches too, in declared order."""
    for step in steps.values():
        yield step
        if isinstance(step, c.ParallelStep):
            for branch in step.branches:
                yield from all_steps(branch.steps)


def handlers(step: c.Step) -> tuple[c.FailureHandler, ...]:
    """The failure handlers that a step declares."""
    match step:
        case c.OperationStep(on_failure=handler) | c.SubFlowStep(on_failure=handler):
            return (handler,)
        case c.ParallelStep(join=join):
            return (join.on_any_failure,)
        case _:
            return ()


def next_steps(step: c.Step) -> Iterator[str]:
    """The ids of the steps of the same graph that may follow, handlers included."""
    return (step_id for _, step_id in links(step))


def links(step: c.Step) -> Iterator[tuple[tuple[str, ...], str]]:
    """The steps of the same graph that may follow, each with the path of the member that names it."""
    targets: list[tuple[tuple[str, ...], c.Target | None]] = []
    match step:
        case c.OperationStep(outcomes=outcomes):
            targets = [(("outcomes", label), target) for label, target in outcomes.items()]
        case c.BranchStep(if_true=if_true, if_false=if_false):
            targets = [(("if_true",), if_true), (("if_false",), if_false)]
        case c.HandoffStep(next=following):
            targets = [(("next",), c.StepRef(following))]
        case c.SubFlowStep(on_success=on_success):
            targets = [(("on_success",), on_success)]
        case c.ParallelStep(join=join):
            targets = [
                (("join", "on_all_success"), join.on_all_success),
                (("join", "on_all_complete"), join.on_all_complete),
            ]
    yield from ((path, target.step_id) for path, target in targets if isinstance(target, c.StepRef))
    path = ("join", "on_any_failure") if isinstance(step, c.ParallelStep) else ("on_failure",)
    yield from (((*path, "next"), handler.next) for handler in handlers(step) if isinstance(handler, c.Escalate))


def compensations(step: c.Step) -> Iterator[c.CompensationStep]:
    """The compensation steps that a step's handlers may run."""
    for handler in handlers(step):
        if isinstance(handler, c.Compensate):
            yield from handler.steps


def touched_entities(
    steps: Mapping[str, c.Step], operations: Mapping[str, c.Operation], flows: Mapping[str, c.Flow]
) -> dict[str, None]:
    """Every entity that the effects of a step graph can touch: sub-flows, branches and compensations too (§11.1).

    An ordered set, in the order of first mention. Unknown references and sub-flow cycles are passed over, so that
    the load checks may ask before they have refused them.
    """
    touched: dict[str, None] = {}
    for step in reachable_steps(steps, flows):
        operation_ids = [compensation.operation_id for compensation in compensations(step)]
        if isinstance(step, c.OperationStep):
            operation_ids.insert(0, step.operation_id)
        for operation_id in operation_ids:
            if operation_id in operations:
                touched.update(dict.fromkeys(effect.entity_id for effect in operations[operation_id].effects))
    return touched


def reachable_steps(steps: Mapping[str, c.Step], flows: Mapping[str, c.Flow]) -> Iterator[c.Step]:
    """Every step of a graph and of the sub-flows that it may run, each flow once."""
    seen: set[str] = set()
    pending = [steps]
    while pending:
        for step in all_steps(pending.pop(0)):
            yield step
            if isinstance(step, c.SubFlowStep) and step.flow_id in flows and step.flow_id not in seen:
                seen.add(step.flow_id)
                pending.append(flows[step.flow_id].steps)
