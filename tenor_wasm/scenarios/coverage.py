"""What a set of scenarios exercised of a contract: everything that could be hit, and how often each was.

One count a thing, by a name that people read. A sub-predicate counts twice, as true and as false; what short-circuit
passed over was not hit. Sub-predicates of one owner with the same text are one thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tenor_wasm.evaluator.explain import Explained, explain_predicate
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.provenance import StepRecord
from tenor_wasm.evaluator.route import follow_to_operations
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.graph import all_steps, handlers
from tenor_wasm.interchange.nodes import Predicate
from tenor_wasm.interchange.text import expression_text

KINDS = ("rules", "predicates", "transitions", "steps", "edges", "personas")
"""Rules that fired, sub-predicates true and false, state changes, steps, ways out of steps, personas by operation."""


@dataclass(slots=True)
class Coverage:
    """Hits by kind and name; names that can be hit but were not have the count 0."""

    contract: c.Contract
    hits: dict[str, Counter[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with everything unhit."""
        for kind in KINDS:
            self.hits.setdefault(kind, Counter()).update(dict.fromkeys(_NAMES[kind](self.contract), 0))

    def missed(self, kind: str) -> tuple[str, ...]:
        """What was never hit."""
        return tuple(name for name, count in self.hits[kind].items() if not count)

    def totals(self, kind: str) -> tuple[int, int]:
        """How many were hit, and how many there are."""
        return len(self.hits[kind]) - len(self.missed(kind)), len(self.hits[kind])

    def add(self, other: Coverage) -> None:
        """Count another run of the same contract in."""
        for kind in KINDS:
            self.hits[kind].update(other.hits[kind])

    # --- what happened ------------------------------------------------------------------------------------------

    def saw_snapshot(self, snapshot: Snapshot) -> None:
        """Rules were evaluated."""
        for rule in self.contract.rules:
            self.hits["rules"][rule.id] += rule.verdict_type in snapshot.verdicts
            self._saw_predicate(f"rule {rule.id}", rule.when, snapshot)

    def saw_action_space(self, snapshot: Snapshot) -> None:
        """Every flow was followed to its first operations, and their preconditions were decided."""
        for flow in self.contract.flows.values():
            route = follow_to_operations(flow, snapshot)
            for step in route.branches:
                self._saw_predicate(f"step {step.id}", step.condition, snapshot)
            for operation in route.operations:
                self._saw_predicate(f"operation {operation.id}", operation.precondition, snapshot)

    def saw_flow(self, result: FlowResult) -> None:
        """A flow ran."""
        for change in result.transitions:
            self.hits["transitions"][f"{change.entity_id}: {change.from_state} -> {change.to_state}"] += 1
        self._saw_records(result.flow_id, result.steps, result.snapshot)

    def _saw_records(self, flow_id: str, records: Iterable[StepRecord], snapshot: Snapshot) -> None:
        for record in records:
            match record.construct:
                case c.BranchStep() as step:
                    self._saw_predicate(f"step {step.id}", step.condition, snapshot)
                case c.OperationStep() | c.CompensationStep() as step:
                    self._saw_operation(step.operation_id, step.persona, record, snapshot)
                case c.SubFlowStep() as step:
                    self._saw_records(step.flow_id, record.steps, snapshot)
                case _:
                    pass
            if record.step_type not in ("compensation", "escalation"):
                self.hits["steps"][f"{flow_id}/{record.step_id}"] += 1
                self.hits["edges"][f"{flow_id}/{record.step_id}: {_way_out(record)}"] += 1

    def _saw_operation(self, operation_id: str, persona: str, record: StepRecord, snapshot: Snapshot) -> None:
        operation = self.contract.operations[operation_id]
        if persona in operation.allowed_personas:
            self._saw_predicate(f"operation {operation_id}", operation.precondition, snapshot)
        if record.provenance is not None:
            self.hits["personas"][f"{operation_id} as {persona}"] += 1

    def _saw_predicate(self, owner: str, predicate: Predicate, snapshot: Snapshot) -> None:
        for node in _decided(explain_predicate(predicate, snapshot, every_element=True).root):
            self.hits["predicates"][_side(owner, node.text, bool(node.truth))] += 1


def _decided(node: Explained) -> Iterator[Explained]:
    if node.truth is None:
        return
    yield node
    for operand in node.operands:
        yield from _decided(operand)
    for case in node.cases:
        yield from _decided(case.body)


def _side(owner: str, text: str, truth: bool) -> str:
    return f"{owner}: {text} is {'true' if truth else 'false'}"


def _way_out(record: StepRecord) -> str:
    match record.construct:
        case c.BranchStep():
            return record.result
        case c.HandoffStep():
            return "next"
        case c.OperationStep():
            return "failure handler" if record.failed else record.result
        case _:
            return "failure handler" if record.failed else "success"


# --- everything that can be hit --------------------------------------------------------------------------------


def _predicates(contract: c.Contract) -> Iterator[str]:
    owners: list[tuple[str, Predicate]] = [(f"rule {rule.id}", rule.when) for rule in contract.rules]
    owners += [(f"operation {one.id}", one.precondition) for one in contract.operations.values()]
    for flow in contract.flows.values():
        steps = all_steps(flow.steps)
        owners += [(f"step {step.id}", step.condition) for step in steps if isinstance(step, c.BranchStep)]
    for owner, predicate in owners:
        for part in _sub_predicates(predicate):
            text = expression_text(part)
            yield from (_side(owner, text, True), _side(owner, text, False))


def _sub_predicates(predicate: Predicate) -> Iterator[Predicate]:
    yield predicate
    match predicate:
        case nodes.Conjunction(left, right) | nodes.Disjunction(left, right):
            yield from _sub_predicates(left)
            yield from _sub_predicates(right)
        case nodes.Negation(operand):
            yield from _sub_predicates(operand)
        case nodes.Quantified(body=body):
            yield from _sub_predicates(body)
        case _:
            pass


def _transitions(contract: c.Contract) -> Iterator[str]:
    for entity in contract.entities.values():
        for source in entity.states:
            yield from (f"{entity.id}: {source} -> {target}" for target in entity.transitions[source])


def _steps(contract: c.Contract) -> Iterator[str]:
    for flow in contract.flows.values():
        yield from (f"{flow.id}/{step.id}" for step in all_steps(flow.steps))


def _edges(contract: c.Contract) -> Iterator[str]:
    for flow in contract.flows.values():
        for step in all_steps(flow.steps):
            yield from (f"{flow.id}/{step.id}: {label}" for label in _ways_out(step))


def _ways_out(step: c.Step) -> tuple[str, ...]:
    failure = ("failure handler",) if handlers(step) else ()
    match step:
        case c.OperationStep(outcomes=outcomes):
            return (*outcomes, *failure)
        case c.BranchStep():
            return ("true", "false")
        case c.HandoffStep():
            return ("next",)
        case _:
            return ("success", *failure)


def _personas(contract: c.Contract) -> Iterator[str]:
    for operation in contract.operations.values():
        yield from (f"{operation.id} as {persona}" for persona in operation.allowed_personas)


def _rules(contract: c.Contract) -> Iterator[str]:
    return (rule.id for rule in contract.rules)


_NAMES: Mapping[str, Callable[[c.Contract], Iterator[str]]] = {
    "rules": _rules,
    "predicates": _predicates,
    "transitions": _transitions,
    "steps": _steps,
    "edges": _edges,
    "personas": _personas,
}
