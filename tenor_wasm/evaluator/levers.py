"""Which changes of facts could turn a flow's conditions: the axes along which remedies are searched.

A Bool, an Enum or a small Int is tried with every value. Of anything else the values are tried at which a comparison
turns: the bound itself and its neighbours. Elements of a list are changed where a quantifier's body fails for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from tenor_wasm.errors import Findings, TenorError
from tenor_wasm.evaluator.predicates import Reading, compile_payload, compile_predicate
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.graph import compensations, reachable_steps
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values import numeric, times
from tenor_wasm.values.codec import INVALID, RecordValue, decoder
from tenor_wasm.values.printing import plain_json
from tenor_wasm.values.types import (
    SECONDS_PER_UNIT,
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntType,
    MoneyType,
)

SMALL_RANGE = 12
"""An Int of at most so many values is tried with each of them."""

MOST_ELEMENTS = 50
"""So many elements of a list are looked at."""

Path: TypeAlias = tuple[str | int, ...]
"""The way into a fact's value: record fields and list indexes."""

_Place: TypeAlias = tuple[str, tuple[Path, ...]]
"""A fact and the parts of it that one axis changes."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """Another value for a fact, or for parts of it: ``parts`` holds each place with its new value of ``type``.

    ``by`` is the comparison whose bound the value is; ``None`` when the value is one of a small domain.
    """

    fact_id: str
    parts: tuple[tuple[Path, Any], ...]
    type: BaseType
    by: str | None = None

    @property
    def value(self) -> Any:
        """The new value; all parts of one change get values of one kind, this is the first."""
        return self.parts[0][1]


@dataclass(frozen=True, slots=True)
class FactAxis:
    """One thing that can be changed about a fact. ``sampled``: there are more values than those that are tried."""

    fact_id: str
    options: tuple[FactChange, ...]
    sampled: bool


def changed(values: Mapping[str, Any], change: FactChange) -> dict[str, Any]:
    """The facts with a change applied; nothing is changed in place."""
    value = values[change.fact_id]
    for path, part in change.parts:
        value = _replaced(value, path, part)
    return {**values, change.fact_id: value}


def _replaced(value: Any, path: Path, part: Any) -> Any:
    if not path:
        return part
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return type(value)([*value[:step], _replaced(value[step], rest, part), *value[step + 1 :]])
    return RecordValue({**value, step: _replaced(value[step], rest, part)})


# --- what a flow's conditions are about ------------------------------------------------------------------------


def relevant_predicates(flow: c.Flow, contract: c.Contract) -> list[Predicate]:
    """The conditions and preconditions that can bear on a flow's start, and the rules of the verdicts they ask for."""
    predicates: list[Predicate] = []
    for step in reachable_steps(flow.steps, contract.flows):
        if isinstance(step, c.BranchStep):
            predicates.append(step.condition)
        names = [one.operation_id for one in compensations(step)]
        if isinstance(step, c.OperationStep):
            names.append(step.operation_id)
        predicates += [contract.operations[name].precondition for name in names]
    rules = {rule.verdict_type: rule for rule in contract.rules}
    pending = [name for predicate in predicates for name in mentioned(predicate, nodes.VerdictPresent, "verdict_type")]
    seen: set[str] = set()
    while pending:
        name = pending.pop()
        if name in seen or name not in rules:
            continue
        seen.add(name)
        when = rules[name].when
        predicates.append(when)
        pending += mentioned(when, nodes.VerdictPresent, "verdict_type")
    return list({id(predicate): predicate for predicate in predicates}.values())


_PARTS: Mapping[type, tuple[str, ...]] = {
    nodes.Comparison: ("left", "right"),
    nodes.Truth: ("term",),
    nodes.Conjunction: ("left", "right"),
    nodes.Disjunction: ("left", "right"),
    nodes.Negation: ("operand",),
    nodes.Quantified: ("domain", "body"),
    nodes.FieldTerm: ("record",),
    nodes.VariantTerm: ("union",),
    nodes.ElementTerm: ("items", "index"),
    nodes.LengthTerm: ("items",),
    nodes.ArithmeticTerm: ("left", "right"),
}


def subexpressions(expression: Any) -> Iterator[Any]:
    """The expression and everything inside it."""
    yield expression
    for part in _PARTS.get(type(expression), ()):
        yield from subexpressions(getattr(expression, part))


def mentioned(expression: Any, kind: type, member: str) -> list[str]:
    """The names that nodes of one kind mention: facts, or verdicts."""
    return [getattr(node, member) for node in subexpressions(expression) if type(node) is kind]


# --- axes ------------------------------------------------------------------------------------------------------


def fact_axes(flow: c.Flow, snapshot: Snapshot) -> tuple[FactAxis, ...]:
    """Everything that can be changed about the facts that bear on a flow's start."""
    predicates = relevant_predicates(flow, snapshot.contract)
    names = {name for predicate in predicates for name in mentioned(predicate, nodes.FactTerm, "fact_id")}
    axes: dict[_Place, dict[str, FactChange]] = {}
    sampled: dict[_Place, bool] = {}
    for fact in snapshot.contract.facts.values():
        domain = _domain(fact.type) if fact.id in names else None
        if domain is not None:
            whole_fact: _Place = (fact.id, ((),))
            axes[whole_fact] = {repr([value]): FactChange(fact.id, (((), value),), fact.type) for value in domain}
            sampled[whole_fact] = False
    for predicate in predicates:
        for change, whole in _turning(predicate, snapshot):
            key = (change.fact_id, tuple(path for path, _ in change.parts))
            sampled.setdefault(key, not whole)
            axes.setdefault(key, {}).setdefault(repr([part for _, part in change.parts]), change)
    found = [FactAxis(key[0], _without_current(options, snapshot), sampled[key]) for key, options in axes.items()]
    return tuple(axis for axis in found if axis.options)


def unexplored_facts(flow: c.Flow, snapshot: Snapshot) -> tuple[str, ...]:
    """The facts of which not every value was tried."""
    predicates = relevant_predicates(flow, snapshot.contract)
    names = {name for predicate in predicates for name in mentioned(predicate, nodes.FactTerm, "fact_id")}
    facts = snapshot.contract.facts.values()
    return tuple(fact.id for fact in facts if fact.id in names and _domain(fact.type) is None)


def _without_current(options: Mapping[str, FactChange], snapshot: Snapshot) -> tuple[FactChange, ...]:
    values = snapshot.facts.values
    return tuple(
        change for change in options.values() if changed(values, change)[change.fact_id] != values[change.fact_id]
    )


def _domain(base_type: BaseType) -> tuple[Any, ...] | None:
    """Every value of a small type; ``None`` for a large one."""
    match base_type:
        case BoolType():
            return (True, False)
        case EnumType(values):
            return values
        case IntType(int() as low, int() as high) if high - low < SMALL_RANGE:
            return tuple(range(low, high + 1))
        case _:
            return None


def _turning(predicate: Predicate, snapshot: Snapshot) -> Iterator[tuple[FactChange, bool]]:
    """Changes at which the leaves of a predicate turn, each with whether its place is tried with every value."""
    reading = Reading(snapshot.facts.values, snapshot.verdicts)
    pending: list[Any] = [predicate]
    while pending:
        node = pending.pop()
        if isinstance(node, nodes.Quantified):
            if node.depth == 0:
                yield from _turning_elements(node, reading)
            continue
        for leaf in _leaf_values(node, reading):
            site = _site(leaf.term, None)
            if site is not None and _exists(site, reading):
                yield FactChange(site[0], ((site[1], leaf.value),), leaf.term.type, leaf.by), leaf.by is None
        if not isinstance(node, (nodes.Comparison, nodes.Truth)):
            pending += [getattr(node, part) for part in reversed(_PARTS.get(type(node), ()))]


def _turning_elements(node: nodes.Quantified, reading: Reading) -> Iterator[tuple[FactChange, bool]]:
    """For a quantifier: the same change in every element for which the body fails, or in the first one."""
    domain = _site(node.domain, None)
    if domain is None:
        return
    items = _value(node.domain, reading)
    body = compile_predicate(node.body)
    failing: list[int] = []
    for index, item in enumerate(() if items is INVALID else items[:MOST_ELEMENTS]):
        reading.variables[:] = [item]
        try:
            if body(reading) is False:
                failing.append(index)
        except TenorError:
            continue
    rows: dict[tuple[int, int], list[tuple[Path, Any]]] = {}
    leaves: dict[tuple[int, int], _Leaf] = {}
    for index in failing or range(min(1, len(items) if items is not INVALID else 0)):
        reading.variables[:] = [items[index]]
        inner = [one for one in subexpressions(node.body) if isinstance(one, (nodes.Comparison, nodes.Truth))]
        for number, one in enumerate(inner):
            for option, leaf in enumerate(_leaf_values(one, reading)):
                site = _site(leaf.term, (*domain[1], index))
                if site is not None and _variable_below(leaf.term):
                    rows.setdefault((number, option), []).append((site[1], leaf.value))
                    leaves[number, option] = leaf
    reading.variables[:] = []
    for key, parts in rows.items():
        # ∃ is satisfied by one element, ∀ by all of them; to falsify them it is the other way round.
        yield FactChange(domain[0], tuple(parts), leaves[key].term.type, leaves[key].by), False
        if len(parts) > 1:
            yield FactChange(domain[0], (parts[0],), leaves[key].term.type, leaves[key].by), False


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A place that a comparison reads, and a value to try there."""

    term: Term
    value: Any
    by: str | None


def _leaf_values(node: Any, reading: Reading) -> Iterator[_Leaf]:
    if isinstance(node, nodes.Truth):
        yield from (_Leaf(node.term, value, None) for value in (True, False))
    if not isinstance(node, nodes.Comparison):
        return
    for side, other in ((node.left, node.right), (node.right, node.left)):
        wanted = _value(other, reading)
        if wanted is INVALID:
            continue
        solved = _solved(side, wanted, other.type, reading)
        if solved is None:
            continue
        term, bound, bound_type = solved
        domain = _domain(term.type)
        if domain is not None:
            yield from (_Leaf(term, value, None) for value in domain)
        else:
            text = expression_text(node)
            yield from (_Leaf(term, value, text) for value in _around(bound, bound_type, term.type))


def _solved(side: Term, wanted: Any, wanted_type: BaseType, reading: Reading) -> tuple[Term, Any, BaseType] | None:
    """The term to change so that ``side`` becomes ``wanted``: itself, or one operand of a sum or difference."""
    if not isinstance(side, nodes.ArithmeticTerm):
        return None if isinstance(side, (nodes.LiteralTerm, nodes.LengthTerm)) else (side, wanted, wanted_type)
    if not isinstance(side.type, (IntType, DecimalType, MoneyType)) or side.operator == "*":
        return None
    left_first = _site(side.left, ()) is not None
    moved, fixed = (side.left, side.right) if left_first else (side.right, side.left)
    known = _value(fixed, reading)
    if known is INVALID or isinstance(moved, nodes.LiteralTerm):
        return None
    bound = _inverse(side.operator, wanted, known, left_first)
    return None if bound is None else _solved(moved, bound, wanted_type, reading)


def _inverse(operator: str, wanted: Any, known: Any, left_first: bool) -> Any:
    """The operand that makes a sum or difference what is wanted; ``None`` when it is too large to be one."""
    try:
        if operator == "+":
            return numeric.subtract(wanted, known)
        return numeric.add(wanted, known) if left_first else numeric.subtract(known, wanted)
    except TenorError:
        return None


def _value(term: Term, reading: Reading) -> Any:
    try:
        return compile_payload(term, term.type)(reading)
    except (TenorError, IndexError):  # cannot be computed, or reads an element that is not bound here
        return INVALID


def _site(term: Term, element: Path | None) -> tuple[str, Path] | None:
    """Which fact a term reads, and where in it; ``element`` is the place that a quantifier's variable stands for."""
    match term:
        case nodes.FactTerm(fact_id=fact_id):
            return fact_id, ()
        case nodes.VariableTerm(depth=0) if element is not None:
            return "", element
        case nodes.FieldTerm(record=record, name=name):
            site = _site(record, element)
            return None if site is None else (site[0], (*site[1], name))
        case nodes.ElementTerm(items=items, index=nodes.LiteralTerm(value=int() as index)):
            site = _site(items, element)
            return None if site is None else (site[0], (*site[1], index))
        case _:
            return None


def _variable_below(term: Term) -> bool:
    return any(isinstance(node, nodes.VariableTerm) for node in subexpressions(term))


def _exists(site: tuple[str, Path], reading: Reading) -> bool:
    value = reading.facts[site[0]]
    for step in site[1]:
        if isinstance(step, int) and not 0 <= step < len(value):
            return False
        value = value[step]
    return True


# --- values around a bound -------------------------------------------------------------------------------------


def _around(bound: Any, bound_type: BaseType, declared: BaseType) -> Iterator[Any]:
    """The bound as a value of the declared type, and the next value on either side, as far as they fit."""
    try:
        start = _converted(bound, bound_type, declared)
        candidates = (start, *_neighbours(start, declared))
    except ArithmeticError:  # a bound that is far beyond what the type can hold
        return
    for candidate in candidates:
        if decoder(declared)(plain_json(candidate, declared), None, Findings()) is not INVALID:
            yield candidate


def _converted(bound: Any, bound_type: BaseType, declared: BaseType) -> Any:
    match bound_type, declared:
        case DurationType(unit, _, _), DurationType(own, _, _):
            return bound * SECONDS_PER_UNIT[unit] // SECONDS_PER_UNIT[own]
        case _, IntType():
            return int(bound)
        case _, DecimalType(_, scale):
            return numeric.rounded(Decimal(bound), scale)
        case _:
            return bound


def _neighbours(value: Any, declared: BaseType) -> Iterator[Any]:
    step = _STEPS.get(type(declared))
    for sign in (1, -1) if step is not None else ():
        try:
            yield step(value, sign, declared) if step is not None else value
        except (TenorError, ValueError, OverflowError):
            continue


_STEPS: Mapping[type, Callable[[Any, int, Any], Any]] = {
    IntType: lambda value, sign, _: value + sign,
    DurationType: lambda value, sign, _: value + sign,
    DecimalType: lambda value, sign, declared: value + sign * Decimal(1).scaleb(-declared.scale),
    MoneyType: lambda value, sign, _: value + sign * Decimal("0.01"),
    DateType: lambda value, sign, _: (date.fromisoformat(value) + timedelta(days=sign)).isoformat(),
    DateTimeType: lambda value, sign, _: times.shift(value, sign),
}
