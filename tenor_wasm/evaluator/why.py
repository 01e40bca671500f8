"""Why a verdict, an action, a step or a fact is as it is: explanations down to the facts.

An answer names each verdict and each fact once, in maps by name: however often verdicts refer to each other, the
answer grows with the contract, not with the number of ways through it. ``lines`` is the same for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tenor_wasm.errors import Json, TenorError, listed
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.explain import (
    Explained,
    Explanation,
    deciding,
    explain_predicate,
    explain_term,
    passed_over,
    sentence,
)
from tenor_wasm.evaluator.facts import CONTRACT
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.plans import effects_by_outcome, required_states
from tenor_wasm.evaluator.provenance import StepRecord
from tenor_wasm.evaluator.route import follow_to_operations
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.graph import compensations, reachable_steps
from tenor_wasm.values.printing import text_of
from tenor_wasm.values.types import BaseType


@dataclass(frozen=True, slots=True)
class FactWhy:
    """A fact: its value, what the contract declares for it, and who asserted it (§5.3)."""

    id: str
    value: Any
    type: BaseType
    source: Json
    assertion_source: str
    position: c.Position | None


@dataclass(frozen=True, slots=True)
class VerdictWhy:
    """A verdict: the one rule that can produce it (§7.5), whether it did, and the rule's condition.

    ``payload`` is the tree of the payload where the rule fired.
    """

    verdict_type: str
    present: bool
    rule: c.Rule
    when: Explanation
    payload: Explained | None
    position: c.Position | None


@dataclass(frozen=True, slots=True)
class StateWhy:
    """Where an instance is (``None``: there is no such instance), and where an operation needs it."""

    entity_id: str
    instance_id: str
    state: str | None
    required_states: tuple[str, ...]

    @property
    def suits(self) -> bool:
        """Whether the instance is in a needed state."""
        return self.state in self.required_states


@dataclass(frozen=True, slots=True)
class OperationWhy:
    """What an operation asks for (§9.2) and what it finds: persona, precondition, states of the instances."""

    operation: c.Operation
    persona: str
    precondition: Explanation
    states: tuple[StateWhy, ...]
    position: c.Position | None

    @property
    def admitted(self) -> bool:
        """Whether the operation admits the persona."""
        return self.persona in self.operation.allowed_personas


@dataclass(frozen=True, slots=True)
class BranchWhy:
    """A branch step on the way, and why it went where it went."""

    step_id: str
    condition: Explanation


class Line(NamedTuple):
    """One sentence for people, and how deep it stands below the first."""

    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to why one thing is as it is.

    ``holds``: the verdict is present, the step was reached and did not fail, the fact was given. ``verdicts`` and
    ``facts`` hold everything that the trees mention, by name.
    """

    kind: str
    name: str
    holds: bool
    lines: tuple[Line, ...]
    branches: tuple[BranchWhy, ...] = ()
    operations: tuple[OperationWhy, ...] = ()
    record: StepRecord | None = None
    verdicts: Mapping[str, VerdictWhy] = field(default_factory=dict)
    facts: Mapping[str, FactWhy] = field(default_factory=dict)


# --- what is asked about ---------------------------------------------------------------------------------------


def why_verdict(snapshot: Snapshot, verdict_type: str) -> Why:
    """Why a verdict is present or absent. Raises ``unknown_target`` for one that no rule produces."""
    rules = {rule.verdict_type: rule for rule in snapshot.contract.rules}
    if verdict_type not in rules:
        raise _unknown(f"no rule produces '{verdict_type}'; produced are {listed(rules)}", "verdict")
    verdicts = _verdicts(snapshot, (verdict_type,))
    lines = tuple(_verdict_lines(verdict_type, verdicts, 0, set()))
    facts = _facts(snapshot, (), verdicts)
    return Why("verdict", verdict_type, verdict_type in snapshot.verdicts, lines, verdicts=verdicts, facts=facts)


def why_fact(snapshot: Snapshot, fact_id: str) -> Why:
    """What a fact's value is and where it comes from. Raises ``unknown_target`` for one that is not declared."""
    declared = snapshot.contract.facts
    if fact_id not in declared:
        raise _unknown(f"no fact '{fact_id}' is declared; declared are {listed(declared)}", "fact")
    given = snapshot.facts.assertion_sources[fact_id] != CONTRACT
    origin = "it was given" if given else "it was not given, so the contract's default counts"
    line = Line(0, f"The fact {fact_id} is {_fact_text(snapshot, fact_id)}: {origin}.")
    return Why("fact", fact_id, given, (line,), facts={fact_id: _fact(snapshot, fact_id)})


def why_action(
    snapshot: Snapshot, flow: c.Flow, states: EntityStates, persona: str, bindings: Mapping[str, str], *, is_open: bool
) -> Why:
    """Why a persona can or cannot start a flow, on the bound instances or, for entities that are not bound, on any.

    ``is_open`` is the action space's answer to that; here stands what it rests on.
    The trees of the branches on the way and of the first operations' preconditions, and where the instances are.
    """
    route = follow_to_operations(flow, snapshot)
    branches = tuple(BranchWhy(step.id, explain_predicate(step.condition, snapshot)) for step in route.branches)
    operations = tuple(
        _operation(operation, persona, snapshot, _found(operation, states, bindings)) for operation in route.operations
    )
    explanations = [why.condition for why in branches] + [why.precondition for why in operations]
    verdicts = _verdicts(snapshot, _mentioned(explanations))
    seen: set[str] = set()
    groups = [(not operations, list(_branch_lines(why, verdicts, seen))) for why in branches]
    if not operations:
        groups.append((True, [Line(1, f"it reaches no operation: it ends with {route.ends_with}")]))
    for why in operations:
        groups += _operation_groups(why, verdicts, seen)
    lines = _sorted_lines(groups)
    facts = _facts(snapshot, explanations, verdicts)
    on = "".join(f" on {entity_id} {name}" for entity_id, name in bindings.items())
    answer = "can be started" if is_open else "is blocked"
    lines.insert(0, Line(0, f"The action {flow.id} {answer} for {persona}{on}."))
    return Why("action", flow.id, is_open, tuple(lines), branches, operations, None, verdicts, facts)


def why_step(result: FlowResult, step_id: str) -> Why:
    """What a step of a simulated flow rested on. A step that was not reached has no record; the lines say the way.

    Raises ``unknown_target`` for one that neither the flow nor a sub-flow of it has.
    """
    snapshot = result.snapshot
    _check_step(result, step_id)
    record = next((record for record in _all_records(result.steps) if record.step_id == step_id), None)
    if record is None:
        way = ", ".join(dict.fromkeys(record.step_id for record in _all_records(result.steps)))
        line = Line(0, f"The step {step_id} was not reached: the flow went {way} and ended with {result.outcome}.")
        return Why("step", step_id, False, (line,))
    branches, operations = _parts_of(record, snapshot)
    explanations = [why.condition for why in branches] + [why.precondition for why in operations]
    verdicts = _verdicts(snapshot, _mentioned(explanations))
    seen: set[str] = set()
    lines = [Line(0, _step_sentence(record))]
    lines += [line for why in branches for line in _branch_lines(why, verdicts, seen)]
    groups = [group for why in operations for group in _operation_groups(why, verdicts, seen)]
    lines += [line for _, group in groups for line in group]
    facts = _facts(snapshot, explanations, verdicts)
    return Why("step", step_id, not record.failed, tuple(lines), branches, operations, record, verdicts, facts)


def _check_step(result: FlowResult, step_id: str) -> None:
    contract = result.snapshot.contract
    known: dict[str, None] = {}
    for step in reachable_steps(contract.flows[result.flow_id].steps, contract.flows):
        known[step.id] = None
        known.update(dict.fromkeys(f"comp:{one.operation_id}" for one in compensations(step)))
    if step_id not in known:
        raise _unknown(f"'{step_id}' is no step of '{result.flow_id}'; it has {listed(known)}", "step")


def _unknown(message: str, kind: str) -> TenorError:
    return TenorError("unknown_target", message, f"/{kind}", {"argument": "target"})


# --- parts -----------------------------------------------------------------------------------------------------


def _parts_of(record: StepRecord, snapshot: Snapshot) -> tuple[tuple[BranchWhy, ...], tuple[OperationWhy, ...]]:
    match record.construct:
        case c.BranchStep() as step:
            return (BranchWhy(step.id, explain_predicate(step.condition, snapshot)),), ()
        case c.OperationStep() | c.CompensationStep() as step:
            operation = snapshot.contract.operations[step.operation_id]
            required = _required(operation)
            states = tuple(
                StateWhy(entity_id, instance_id, state, required[entity_id])
                for (entity_id, instance_id), state in record.states_found.items()
            )
            return (), (_operation(operation, step.persona, snapshot, states),)
        case _:
            return (), ()


def _operation(operation: c.Operation, persona: str, snapshot: Snapshot, states: tuple[StateWhy, ...]) -> OperationWhy:
    precondition = explain_predicate(operation.precondition, snapshot)
    return OperationWhy(operation, persona, precondition, states, _position(snapshot, "Operation", operation.id))


def _required(operation: c.Operation) -> dict[str, tuple[str, ...]]:
    return required_states(effects_by_outcome(operation).values())


def _found(operation: c.Operation, states: EntityStates, bindings: Mapping[str, str]) -> tuple[StateWhy, ...]:
    """Where the bound instances are; of an entity that is not bound, all its instances."""
    found: list[StateWhy] = []
    for entity_id, required in _required(operation).items():
        bound = bindings.get(entity_id)
        instance_ids = sorted(states.instances(entity_id)) if bound is None else [bound]
        found += [StateWhy(entity_id, name, states.state(entity_id, name), required) for name in instance_ids]
    return tuple(found)


def _position(snapshot: Snapshot, kind: str, name: str) -> c.Position | None:
    return snapshot.contract.positions.get((kind, name))


def _fact(snapshot: Snapshot, fact_id: str) -> FactWhy:
    fact = snapshot.contract.facts[fact_id]
    source = snapshot.facts.assertion_sources[fact_id]
    position = _position(snapshot, "Fact", fact_id)
    return FactWhy(fact_id, snapshot.facts.values[fact_id], fact.type, fact.source, source, position)


def _facts(
    snapshot: Snapshot, explanations: Iterable[Explanation], verdicts: Mapping[str, VerdictWhy]
) -> dict[str, FactWhy]:
    """Every fact that the explanations and the verdicts' own touched, in the contract's order."""
    used = {fact_id for explanation in explanations for fact_id in explanation.facts_used}
    for name, why in verdicts.items():
        used.update(why.when.facts_used)
        if name in snapshot.verdicts:
            used.update(snapshot.verdicts[name].facts_used)
    return {fact_id: _fact(snapshot, fact_id) for fact_id in snapshot.contract.facts if fact_id in used}


def _mentioned(explanations: Iterable[Explanation]) -> Iterator[str]:
    for explanation in explanations:
        yield from explanation.verdicts_used


def _verdicts(snapshot: Snapshot, names: Iterable[str]) -> dict[str, VerdictWhy]:
    """These verdicts and all that their conditions touched, each once, in the order of first mention."""
    rules = {rule.verdict_type: rule for rule in snapshot.contract.rules}
    found: dict[str, VerdictWhy] = {}
    pending = list(dict.fromkeys(names))
    while pending:
        name = pending.pop(0)
        if name in found:
            continue
        rule = rules[name]
        when = explain_predicate(rule.when, snapshot)
        payload = explain_term(rule.payload, snapshot) if when.truth else None
        found[name] = VerdictWhy(name, when.truth, rule, when, payload, _position(snapshot, "Rule", rule.id))
        pending += when.verdicts_used
    return found


def _all_records(records: Iterable[StepRecord]) -> Iterator[StepRecord]:
    for record in records:
        yield record
        yield from _all_records(record.steps)


# --- sentences -------------------------------------------------------------------------------------------------


def _fact_text(snapshot: Snapshot, fact_id: str) -> str:
    return text_of(snapshot.facts.values[fact_id], snapshot.contract.facts[fact_id].type)


def place_text(position: c.Position | None) -> str:
    """Where a construct stands, in parentheses; nothing when the bundle does not say."""
    return "" if position is None else f" ({position.file}:{position.line})"


def _verdict_lines(name: str, verdicts: Mapping[str, VerdictWhy], depth: int, seen: set[str]) -> Iterator[Line]:
    """A verdict, then what decided its rule, down to facts; a verdict that was told of already is only named."""
    why = verdicts[name]
    state = "present" if why.present else "absent"
    if name in seen:
        yield Line(depth, f"the verdict {name} is {state} (see above)")
        return
    seen.add(name)
    held = "holds" if why.present else "does not hold"
    rule = f"its rule {why.rule.id}{place_text(why.position)} {held}"
    yield Line(depth, f"the verdict {name} is {state}: {rule}")
    yield from _reason_lines(why.when, verdicts, depth + 1, seen)


def _reason_lines(
    explanation: Explanation, verdicts: Mapping[str, VerdictWhy], depth: int, seen: set[str]
) -> Iterator[Line]:
    for leaf in deciding(explanation.root):
        if leaf.kind == "verdict" and leaf.name is not None:
            yield from _verdict_lines(leaf.name, verdicts, depth, seen)
        else:
            yield Line(depth, sentence(leaf))
    skipped = list(dict.fromkeys(passed_over(explanation.root)))
    if skipped:
        yield Line(depth, f"not looked at, since that decided it: {', '.join(f'`{one}`' for one in skipped)}")


def _branch_lines(why: BranchWhy, verdicts: Mapping[str, VerdictWhy], seen: set[str]) -> Iterator[Line]:
    truth = "true" if why.condition.truth else "false"
    yield Line(1, f"the branch {why.step_id} goes the way for {truth}")
    yield from _reason_lines(why.condition, verdicts, 2, seen)


def _operation_groups(
    why: OperationWhy, verdicts: Mapping[str, VerdictWhy], seen: set[str]
) -> Iterator[tuple[bool, list[Line]]]:
    """What an operation asks for, one group a demand, each with whether it stands in the way."""
    name = why.operation.id + place_text(why.position)
    allowed = ", ".join(why.operation.allowed_personas) or "nobody"
    if why.admitted:
        yield False, [Line(1, f"{why.persona} may carry out {name}")]
    else:
        yield True, [Line(1, f"{why.persona} may not carry out {name}; only {allowed} may")]
    holds = why.precondition.truth
    opening = Line(1, f"the precondition of {why.operation.id} {'holds' if holds else 'does not hold'}")
    yield not holds, [opening, *_reason_lines(why.precondition, verdicts, 2, seen)]
    required = _required(why.operation)
    for entity_id, states in required.items():
        instances = [state for state in why.states if state.entity_id == entity_id]
        if not instances:
            yield (
                True,
                [Line(1, f"there is no {entity_id} at all; {why.operation.id} needs one in {' or '.join(states)}")],
            )
        # Without a choice one suitable instance is enough, and the others stand in nobody's way.
        some = any(state.suits for state in instances)
        for state in instances:
            yield not (some or state.suits), [Line(1, state_sentence(state, why.operation.id))]


def _sorted_lines(groups: Iterable[tuple[bool, list[Line]]]) -> list[Line]:
    """What stands in the way first, then what is as it has to be."""
    sorted_groups: dict[bool, list[Line]] = {True: [], False: []}
    for blocks, lines in groups:
        sorted_groups[blocks] += lines
    titles = {True: "What stands in the way:", False: "What is as it has to be:"}
    return [line for blocks, lines in sorted_groups.items() if lines for line in (Line(0, titles[blocks]), *lines)]


def state_sentence(state: StateWhy, operation_id: str) -> str:
    """Where an instance is and where the operation needs it."""
    instance, needed = f"{state.entity_id} {state.instance_id}", " or ".join(state.required_states)
    if state.state is None:
        return f"there is no {instance}; {operation_id} needs one in {needed}"
    if state.suits:
        return f"{instance} is {state.state}, as {operation_id} needs it"
    return f"{instance} is {state.state}, but {operation_id} needs it to be {needed}"


def _step_sentence(record: StepRecord) -> str:
    kind = record.step_type.replace("_", "-")
    return f"The {kind} step {record.step_id} gave: {record.result}"
