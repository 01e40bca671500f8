"""What would let a persona start a blocked flow on chosen instances: minimal sets of changes, each one checked.

Rules of this file:

- A suggestion is never derived, it is tried: the changes are applied and the flow is judged as the action space does.
- Smaller sets come first, and a set that contains a working one is passed over: what is found is minimal.
- The work is bounded. ``complete`` says whether every combination of the values in question was tried; facts whose
  values cannot all be tried are named in ``sampled_facts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any, TypeAlias

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.action_space import judge
from tenor_wasm.evaluator.actions import Action
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates
from tenor_wasm.evaluator.facts import EXTERNAL, FactSet
from tenor_wasm.evaluator.flows import FlowResult, execute_flow
from tenor_wasm.evaluator.levers import FactChange, changed, fact_axes, unexplored_facts
from tenor_wasm.evaluator.rules import evaluate_rules
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.graph import compensations, reachable_steps

CHECK_LIMIT = 5_000
"""Combinations that are tried before the search stops."""

LOOK_LIMIT = 20
"""Combinations that may be passed over unseen for each that may be tried."""


@dataclass(frozen=True, slots=True)
class PersonaChange:
    """Another persona acts."""

    persona: str


@dataclass(frozen=True, slots=True)
class InstanceChange:
    """Another instance is chosen: any of ``instance_ids``, all of which are in ``state``."""

    entity_id: str
    state: str
    instance_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A flow to run first, by whom and on which instances."""

    flow_id: str
    persona: str
    instance_bindings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FlowsFirst:
    """Other flows are run first, in this order; they bring the instance to ``state``.

    While the search looks for personas ``runs`` is empty; in a suggestion it says who can run the flows.
    """

    entity_id: str
    instance_id: str
    flow_ids: tuple[str, ...]
    runs: tuple[Run, ...] = field(default=(), compare=False)
    state: str | None = field(default=None, compare=False)


Change: TypeAlias = FactChange | PersonaChange | InstanceChange | FlowsFirst


@dataclass(frozen=True, slots=True)
class Remedy:
    """A minimal set of changes under which the flow can be started.

    ``obtained`` and ``lost`` are the verdicts that the changes of facts bring and take away.
    """

    changes: tuple[Change, ...]
    obtained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detour:
    """Another flow that can be started as things are, and brings an instance where the blocked one would."""

    run: Run
    entity_id: str
    instance_id: str
    state: str


@dataclass(frozen=True, slots=True)
class Remedies:
    """What was found. ``checked`` combinations of at most ``limit`` were tried; see the rules of the file.

    Flows that are run first are tried alone and in pairs; longer ways to a state are not looked for.
    """

    found: tuple[Remedy, ...]
    detours: tuple[Detour, ...]
    complete: bool
    checked: int
    limit: int
    sampled_facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A flow that a persona cannot start; ``bindings`` are the chosen instances, other entities are free."""

    flow: c.Flow
    snapshot: Snapshot
    states: EntityStates
    persona: str
    bindings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Axis:
    """One thing to change and its options; ``sampled`` ones stand for each other."""

    name: str
    options: tuple[Change, ...]
    sampled: bool = False


def is_open(question: Question) -> bool:
    """Whether the flow can be started by the persona on the chosen instances."""
    states = only_bound(question.states, question.bindings)
    return isinstance(judge(question.flow, question.snapshot, states, question.persona), Action)


def only_bound(states: EntityStates, bindings: Mapping[str, str]) -> EntityStates:
    """The states without the instances that were not chosen; an entity without a choice keeps all of its own."""
    kept = {key: state for key, state in states.items() if bindings.get(key[0], key[1]) == key[1]}
    return EntityStates(kept)


def find_remedies(question: Question, limit: int = CHECK_LIMIT) -> Remedies:
    """Search the minimal sets of changes that open a blocked flow, trying at most ``limit`` combinations.

    A flow that is open needs none. A change under which a value cannot be computed is no remedy.
    """
    sampled = unexplored_facts(question.flow, question.snapshot)
    if is_open(question):
        return Remedies((), (), True, 0, limit, sampled)
    search = _Search(question, limit)
    search.run(_axes(question))
    return Remedies(
        tuple(sorted(search.found, key=_rank)),
        tuple(_detours(question)),
        not search.stopped,
        search.checked,
        limit,
        sampled,
    )


_RANKS: Mapping[type, int] = {InstanceChange: 0, PersonaChange: 1, FlowsFirst: 2, FactChange: 3}


def _rank(remedy: Remedy) -> tuple[int, list[int]]:
    return len(remedy.changes), sorted(_RANKS[type(change)] for change in remedy.changes)


# --- the search ------------------------------------------------------------------------------------------------


class _Search:
    """The combinations of axes by size, the working ones kept, what contains a working one passed over."""

    __slots__ = ("_signatures", "_snapshots", "checked", "found", "limit", "question", "stopped")

    def __init__(self, question: Question, limit: int) -> None:
        self.question, self.limit = question, limit
        self.found: list[Remedy] = []
        self.checked = 0
        self.stopped = False
        self._signatures: list[frozenset[Any]] = []
        self._snapshots: dict[tuple[FactChange, ...], Snapshot | None] = {}

    def run(self, axes: tuple[_Axis, ...]) -> None:
        """Search until everything was tried or the limit is reached."""
        for looked, (signature, changes) in enumerate(_combinations(axes)):
            if looked >= self.limit * LOOK_LIMIT:
                self.stopped = True
                return
            if any(smaller <= signature for smaller in self._signatures):
                continue
            if self.checked >= self.limit:
                self.stopped = True
                return
            self.checked += 1
            remedy = self._tried(changes)
            if remedy is not None:
                self.found.append(remedy)
                self._signatures.append(signature)

    def _tried(self, changes: tuple[Change, ...]) -> Remedy | None:
        question = self.question
        snapshot = self._snapshot(tuple(change for change in changes if isinstance(change, FactChange)))
        if snapshot is None:
            return None
        try:
            return _applied(question, snapshot, changes)
        except TenorError:  # a condition that cannot be computed under these changes, or a flow that cannot run
            return None

    def _snapshot(self, changes: tuple[FactChange, ...]) -> Snapshot | None:
        if not changes:
            return self.question.snapshot
        key = tuple((change.fact_id, change.parts) for change in changes)
        name: Any = repr(key)
        if name not in self._snapshots:
            if len(self._snapshots) >= self.limit:
                self._snapshots.clear()
            self._snapshots[name] = with_changes(self.question.snapshot, changes)
        return self._snapshots[name]


def _combinations(axes: tuple[_Axis, ...]) -> Iterator[tuple[frozenset[Any], tuple[Change, ...]]]:
    """Every choice of options, fewer axes first; the values of a sampled axis share one mark in the signature."""
    marked = {
        axis.name: [(_marks(axis, number, option), option) for number, option in enumerate(axis.options)]
        for axis in axes
    }
    for size in range(1, len(axes) + 1):
        for chosen in combinations(axes, size):
            for options in product(*(marked[axis.name] for axis in chosen)):
                marks = frozenset(mark for marks, _ in options for mark in marks)
                yield marks, tuple(change for _, change in options)


def _marks(axis: _Axis, number: int, option: Change) -> tuple[Any, ...]:
    """What an option is in a signature: of two flows in a row each has its own mark, so that one alone is less."""
    if isinstance(option, FlowsFirst):
        return tuple((axis.name, option.instance_id, flow_id) for flow_id in option.flow_ids)
    return ((axis.name, None if axis.sampled else number),)


def with_changes(snapshot: Snapshot, changes: Iterable[FactChange]) -> Snapshot | None:
    """The snapshot with other facts; ``None`` when a rule cannot be evaluated on them."""
    values, sources = dict(snapshot.facts.values), dict(snapshot.facts.assertion_sources)
    for change in changes:
        values = changed(values, change)
        sources[change.fact_id] = EXTERNAL
    facts = FactSet(values, sources, snapshot.facts.warnings)
    try:
        return Snapshot(snapshot.contract, facts, evaluate_rules(snapshot.contract, facts))
    except TenorError:
        return None


def _applied(question: Question, snapshot: Snapshot, changes: tuple[Change, ...]) -> Remedy | None:
    """The remedy, when the flow is open under the changes."""
    persona, bindings, states = question.persona, dict(question.bindings), question.states
    done: list[Change] = []
    for change in changes:
        match change:
            case PersonaChange():
                persona = change.persona
            case InstanceChange():
                bindings[change.entity_id] = change.instance_ids[0]
            case FlowsFirst():
                ran = _run_all(change, snapshot, states, persona, bindings)
                if ran is None:
                    return None
                change, states = ran
            case FactChange():
                pass
        done.append(change)
    if not is_open(Question(question.flow, snapshot, states, persona, bindings)):
        return None
    before, after = question.snapshot.verdicts, snapshot.verdicts
    obtained, lost = (name for name in after if name not in before), (name for name in before if name not in after)
    return Remedy(tuple(done), tuple(obtained), tuple(lost))


# --- flows that are run first ----------------------------------------------------------------------------------


def _run_all(
    change: FlowsFirst, snapshot: Snapshot, states: EntityStates, persona: str, bindings: Mapping[str, str]
) -> tuple[FlowsFirst, EntityStates] | None:
    """The flows run one after the other, and the states after them; ``None`` when one is not open or fails."""
    runs: list[Run] = []
    chosen = {**bindings, change.entity_id: change.instance_id}
    for flow_id in change.flow_ids:
        ran = _run(snapshot, flow_id, states, persona, chosen)
        if ran is None or ran[1].failed:
            return None
        runs.append(ran[0])
        states = ran[1].entity_states
    state = states.state(change.entity_id, change.instance_id)
    return FlowsFirst(change.entity_id, change.instance_id, change.flow_ids, tuple(runs), state), states


def _run(
    snapshot: Snapshot, flow_id: str, states: EntityStates, persona: str, chosen: Mapping[str, str]
) -> tuple[Run, FlowResult] | None:
    """One flow by the persona, or by the first other one for whom it is open."""
    contract, flow = snapshot.contract, snapshot.contract.flows[flow_id]
    bindings = {
        name: chosen.get(name) or _any_instance(states, name) for name in compiled(contract).entities_of(flow_id)
    }
    own = only_bound(states, bindings)
    for starter in dict.fromkeys((persona, *_personas(flow, contract))):
        if isinstance(judge(flow, snapshot, own, starter), Action):
            return Run(flow_id, starter, bindings), execute_flow(flow, starter, snapshot, states, bindings)
    return None


def _any_instance(states: EntityStates, entity_id: str) -> str:
    return min(states.instances(entity_id), default=DEFAULT_INSTANCE)


def _detours(question: Question) -> Iterator[Detour]:
    """Flows that are open now and bring an instance to a state that the blocked flow leads to."""
    contract = question.snapshot.contract
    aims: dict[str, set[str]] = {}
    for effect in _effects(question.flow, contract):
        aims.setdefault(effect.entity_id, set()).add(effect.target)
    for flow_id in contract.flows:
        if flow_id == question.flow.id:
            continue
        try:
            ran = _run(question.snapshot, flow_id, question.states, question.persona, question.bindings)
        except TenorError:
            continue
        if ran is None or ran[1].failed:
            continue
        last = {(change.entity_id, change.instance_id): change.to_state for change in ran[1].transitions}
        for (entity_id, instance_id), state in last.items():
            if question.bindings.get(entity_id) == instance_id and state in aims.get(entity_id, ()):
                yield Detour(ran[0], entity_id, instance_id, state)


# --- axes ------------------------------------------------------------------------------------------------------


def _axes(question: Question) -> tuple[_Axis, ...]:
    """Everything that can be changed: instances and their states, the persona, facts."""
    contract = question.snapshot.contract
    axes = [_entity_axis(entity_id, question) for entity_id in compiled(contract).entities_of(question.flow.id)]
    others = tuple(name for name in _personas(question.flow, contract) if name != question.persona)
    axes.append(_Axis("persona", tuple(PersonaChange(name) for name in others)))
    for number, axis in enumerate(fact_axes(question.flow, question.snapshot)):
        axes.append(_Axis(f"fact {number}", axis.options, axis.sampled))
    return tuple(axis for axis in axes if axis.options)


def _operations(flow: c.Flow, contract: c.Contract) -> dict[str, c.Operation]:
    names: dict[str, None] = {}
    for step in reachable_steps(flow.steps, contract.flows):
        if isinstance(step, c.OperationStep):
            names[step.operation_id] = None
        names.update(dict.fromkeys(one.operation_id for one in compensations(step)))
    return {name: contract.operations[name] for name in names}


def _effects(flow: c.Flow, contract: c.Contract) -> list[c.Effect]:
    return [effect for operation in _operations(flow, contract).values() for effect in operation.effects]


def _personas(flow: c.Flow, contract: c.Contract) -> tuple[str, ...]:
    """The personas that some operation of the flow admits; no other one can start it."""
    allowed = {name for operation in _operations(flow, contract).values() for name in operation.allowed_personas}
    return tuple(sorted(allowed))


def _entity_axis(entity_id: str, question: Question) -> _Axis:
    """Other instances, one option for each state, and flows that bring the chosen one elsewhere."""
    instances = question.states.instances(entity_id)
    chosen = question.bindings.get(entity_id)
    current = instances.get(chosen) if chosen is not None else None
    groups: dict[str, list[str]] = {}
    for name in sorted(instances):
        groups.setdefault(instances[name], []).append(name)
    options: list[Change] = []
    if chosen is not None:
        options += [
            InstanceChange(entity_id, state, tuple(names)) for state, names in groups.items() if state != current
        ]
    starts = [chosen] if chosen is not None and current is not None else [names[0] for names in groups.values()]
    for name in starts if chosen is None or current is not None else ():
        options += [FlowsFirst(entity_id, name, flows) for flows in _routes(entity_id, instances[name], question)]
    return _Axis(f"entity {entity_id}", tuple(options))


def _routes(entity_id: str, state: str, question: Question) -> Iterator[tuple[str, ...]]:
    """One flow, or two in a row, whose declared effects may lead from the state to one that the flow needs."""
    contract = question.snapshot.contract
    needed = {effect.source for effect in _effects(question.flow, contract) if effect.entity_id == entity_id}
    moves = {
        flow.id: [effect for effect in _effects(flow, contract) if effect.entity_id == entity_id]
        for flow in contract.flows.values()
        if flow.id != question.flow.id
    }
    leaving = [name for name, effects in moves.items() if any(effect.source == state for effect in effects)]
    arriving = [name for name, effects in moves.items() if any(effect.target in needed for effect in effects)]
    yield from ((name,) for name in leaving if name in arriving)
    yield from ((first, last) for first in leaving for last in arriving if first != last)
