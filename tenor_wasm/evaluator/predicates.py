"""Typed expression nodes → callables (§10.3), built once per contract.

A callable takes a ``Reading``: the facts and verdicts to read, and the record of what was touched. Touching is
recorded on the way, in the order of first touch and with short-circuit respected, so one path serves tracing and
speed alike. Operators are data in dicts; no node kind is looked at while evaluating.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from tenor_wasm.errors import TenorError
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.values import numeric, operators, times
from tenor_wasm.values.codec import TaggedValue
from tenor_wasm.values.types import (
    BaseType,
    DateTimeType,
    DecimalType,
    DurationType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TaggedUnionType,
)


class Reading:
    """One reading of facts and verdicts, and what it touched.

    ``verdicts`` is whatever is present by name; ``facts_used`` and ``verdicts_used`` are ordered sets (dict keys).
    """

    __slots__ = ("facts", "facts_used", "variables", "verdicts", "verdicts_used")

    def __init__(self, facts: Mapping[str, Any], verdicts: Mapping[str, Any]) -> None:
        self.facts = facts
        self.verdicts = verdicts
        self.facts_used: dict[str, None] = {}
        self.verdicts_used: dict[str, None] = {}
        self.variables: list[Any] = []


TermFunction: TypeAlias = Callable[[Reading], Any]
PredicateFunction: TypeAlias = Callable[[Reading], bool]


class _AbsentError(Exception):
    """A tagged union holds another variant: the comparison, truth or quantifier around it is false (§4.2)."""


def compile_predicate(predicate: Predicate) -> PredicateFunction:
    """The callable that decides a predicate. It may raise ``overflow`` or ``index_out_of_range``."""
    return _PREDICATES[type(predicate)](predicate)


def compile_term(term: Term) -> TermFunction:
    """The callable that computes a term, its result fitted to ``term.type`` (§13.3, §13.4)."""
    return _TERMS[type(term)](term)


def compile_payload(term: Term, declared: BaseType) -> TermFunction:
    """The callable for a verdict payload: the term, converted to the declared payload type.

    Raises ``overflow`` where a number does not fit, ``absent_variant`` where a tagged union has another tag.
    """
    compute, convert = compile_term(term), conversion(term, declared)

    def run(reading: Reading) -> Any:
        try:
            return convert(compute(reading))
        except _AbsentError as absent:
            raise TenorError("absent_variant", f"{absent}; test the tag in 'when' before using its payload") from None

    return run


def in_construct(error: TenorError, kind: str, name: str) -> TenorError:
    """The same fault of a computation, saying in which rule, operation or step it happened."""
    details = {**error.details, "construct": kind, "id": name}
    return TenorError(error.code, f"in {kind} '{name}': {error.message}", error.path, details)


# --- predicates ------------------------------------------------------------------------------------------------


def _comparison(predicate: nodes.Comparison) -> PredicateFunction:
    left, right = compile_term(predicate.left), compile_term(predicate.right)
    compare = comparer(predicate.operator, predicate.left.type, predicate.right.type)
    if not (may_be_absent(predicate.left) or may_be_absent(predicate.right)):
        return lambda reading: compare(left(reading), right(reading))

    def run(reading: Reading) -> bool:
        try:
            return compare(left(reading), right(reading))
        except _AbsentError:
            return False

    return run


def _truth(predicate: nodes.Truth) -> PredicateFunction:
    term = compile_term(predicate.term)

    def run(reading: Reading) -> bool:
        try:
            return bool(term(reading))
        except _AbsentError:
            return False

    return run if may_be_absent(predicate.term) else term


def _conjunction(predicate: nodes.Conjunction) -> PredicateFunction:
    left, right = compile_predicate(predicate.left), compile_predicate(predicate.right)
    return lambda reading: left(reading) and right(reading)


def _disjunction(predicate: nodes.Disjunction) -> PredicateFunction:
    left, right = compile_predicate(predicate.left), compile_predicate(predicate.right)
    return lambda reading: left(reading) or right(reading)


def _negation(predicate: nodes.Negation) -> PredicateFunction:
    operand = compile_predicate(predicate.operand)
    return lambda reading: not operand(reading)


def _verdict_present(predicate: nodes.VerdictPresent) -> PredicateFunction:
    name = predicate.verdict_type

    def run(reading: Reading) -> bool:
        reading.verdicts_used[name] = None
        return name in reading.verdicts

    return run


def _quantified(predicate: nodes.Quantified) -> PredicateFunction:
    domain, body = compile_term(predicate.domain), compile_predicate(predicate.body)
    depth, universal = predicate.depth, predicate.universal

    def run(reading: Reading) -> bool:
        try:
            items = domain(reading)
        except _AbsentError:
            return False
        variables = reading.variables
        del variables[depth:]
        variables.append(None)
        for item in items:
            variables[depth] = item
            if body(reading) is not universal:
                return not universal
        return universal

    return run


_PREDICATES: Mapping[type, Callable[[Any], PredicateFunction]] = {
    nodes.Comparison: _comparison,
    nodes.Truth: _truth,
    nodes.Conjunction: _conjunction,
    nodes.Disjunction: _disjunction,
    nodes.Negation: _negation,
    nodes.VerdictPresent: _verdict_present,
    nodes.Quantified: _quantified,
}


# --- comparison ------------------------------------------------------------------------------------------------

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparer(symbol: str, left: BaseType, right: BaseType) -> Callable[[Any, Any], bool]:
    """How two values compare: in-memory values do so directly, durations in their smaller unit (§4.2)."""
    compare = _OPERATORS[symbol]
    if isinstance(left, DurationType) and isinstance(right, DurationType):
        scale_left, scale_right = _unit_scales(left, right)
        return lambda a, b: compare(a * scale_left, b * scale_right)
    if operators.plain_equality(left):
        return compare
    equal = _equality(left, right)
    return equal if symbol == "=" else lambda a, b: not equal(a, b)


def _unit_scales(left: DurationType, right: DurationType) -> tuple[int, int]:
    unit = operators.smaller_unit(left.unit, right.unit)
    return times.to_unit(1, left.unit, unit), times.to_unit(1, right.unit, unit)


def _equality(left: BaseType, right: BaseType) -> Callable[[Any, Any], bool]:
    """Field-wise equality of structures that hold durations of different units."""
    match left, right:
        case (RecordType(), RecordType()):
            fields = {name: _equality(left.fields[name], right.fields[name]) for name in left.fields}
            return lambda a, b: all(equal(a[name], b[name]) for name, equal in fields.items())
        case (TaggedUnionType(), TaggedUnionType()):
            variants = {tag: _equality(left.variants[tag], right.variants[tag]) for tag in left.variants}
            return lambda a, b: a.tag == b.tag and variants[a.tag](a.payload, b.payload)
        case (ListType(), ListType()):
            element = _equality(left.element, right.element)
            return lambda a, b: len(a) == len(b) and all(map(element, a, b))
        case _:
            return comparer("=", left, right)


# --- terms -----------------------------------------------------------------------------------------------------


def _fact(term: nodes.FactTerm) -> TermFunction:
    name = term.fact_id

    def run(reading: Reading) -> Any:
        reading.facts_used[name] = None
        return reading.facts[name]

    return run


def _variable(term: nodes.VariableTerm) -> TermFunction:
    depth = term.depth
    return lambda reading: reading.variables[depth]


def _literal(term: nodes.LiteralTerm) -> TermFunction:
    value = term.value
    return lambda _: value


def _field(term: nodes.FieldTerm) -> TermFunction:
    record, name = compile_term(term.record), term.name
    return lambda reading: record(reading)[name]


def _variant(term: nodes.VariantTerm) -> TermFunction:
    union, tag = compile_term(term.union), term.tag

    def run(reading: Reading) -> Any:
        value: TaggedValue = union(reading)
        if value.tag != tag:
            raise _AbsentError(f"the value has the tag '{value.tag}', not '{tag}'")
        return value.payload

    return run


def _element(term: nodes.ElementTerm) -> TermFunction:
    items, index = compile_term(term.items), compile_term(term.index)

    return lambda reading: element_at(items(reading), index(reading))


def element_at(values: Sequence[Any], position: int) -> Any:
    """One element of a list; raises ``index_out_of_range``."""
    if not 0 <= position < len(values):
        raise TenorError(
            "index_out_of_range",
            f"the list has {len(values)} elements; there is no element [{position}]: test 'len' before using it",
            "",
            {"index": position, "length": len(values)},
        )
    return values[position]


def _length(term: nodes.LengthTerm) -> TermFunction:
    items = compile_term(term.items)
    return lambda reading: len(items(reading))


def _arithmetic(term: nodes.ArithmeticTerm) -> TermFunction:
    left, right = compile_term(term.left), compile_term(term.right)
    compute = computation(term)
    return lambda reading: compute(left(reading), right(reading))


_NUMBER_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": numeric.add,
    "-": numeric.subtract,
    "*": numeric.multiply,
}


def computation(term: nodes.ArithmeticTerm) -> Callable[[Any, Any], Any]:
    """How two values combine, by the types of the operands and of the result (§13.2)."""
    compute = _NUMBER_OPERATORS[term.operator]
    match term.left.type, term.right.type, term.type:
        case (DateTimeType(), DurationType(unit, _, _), _):
            seconds = times.to_unit(1, unit, "seconds")
            return lambda a, b: times.shift(a, b * seconds)
        case (DateTimeType(), DateTimeType(), DurationType() as declared):
            bounds = IntType(declared.minimum, declared.maximum)
            return lambda a, b: numeric.within(times.span_seconds(a, b), bounds)
        case (DurationType() as left, DurationType() as right, DurationType() as declared):
            return _duration_computation(compute, left, right, declared)
        case (MoneyType(), _, _):
            return lambda a, b: numeric.bounded(compute(a, b))
        case (_, _, DecimalType() as fixed):
            return lambda a, b: numeric.fit(compute(a, b), fixed)
        case (_, _, IntType() as whole):
            return lambda a, b: numeric.within(compute(a, b), whole)
        case other:
            raise AssertionError(other)


def _duration_computation(
    compute: Callable[[Any, Any], Any], left: DurationType, right: DurationType, declared: DurationType
) -> Callable[[Any, Any], Any]:
    scale_left = times.to_unit(1, left.unit, declared.unit)
    scale_right = times.to_unit(1, right.unit, declared.unit)
    bounds = IntType(declared.minimum, declared.maximum)
    return lambda a, b: numeric.within(compute(a * scale_left, b * scale_right), bounds)


_TERMS: Mapping[type, Callable[[Any], TermFunction]] = {
    nodes.FactTerm: _fact,
    nodes.VariableTerm: _variable,
    nodes.LiteralTerm: _literal,
    nodes.FieldTerm: _field,
    nodes.VariantTerm: _variant,
    nodes.ElementTerm: _element,
    nodes.LengthTerm: _length,
    nodes.ArithmeticTerm: _arithmetic,
}


def may_be_absent(term: Term) -> bool:
    """Whether a term reads the payload of a tagged union, which may hold another variant."""
    match term:
        case nodes.VariantTerm():
            return True
        case nodes.FieldTerm(record=inner):
            return may_be_absent(inner)
        case nodes.LengthTerm(items=inner):
            return may_be_absent(inner)
        case nodes.ElementTerm(items=items, index=index):
            return may_be_absent(items) or may_be_absent(index)
        case nodes.ArithmeticTerm(left=left, right=right):
            return may_be_absent(left) or may_be_absent(right)
        case _:
            return False


def conversion(term: Term, declared: BaseType) -> Callable[[Any], Any]:
    """Convert a payload to its declared type.

    A value that is passed through keeps its scale, a computed one gets the type's.
    """
    match term.type, declared:
        case (IntType(), IntType() as whole):
            return lambda value: numeric.within(value, whole)
        case (DecimalType(), DecimalType() as fixed) if not isinstance(term, nodes.ArithmeticTerm):
            return lambda value: value if numeric.fits(value, fixed) else numeric.fit(value, fixed)
        case (_, DecimalType() as rounded):
            return lambda value: numeric.fit(value, rounded)
        case (DurationType(unit, _, _), DurationType() as span):
            factor = times.to_unit(1, unit, span.unit)
            bounds = IntType(span.minimum, span.maximum)
            return lambda value: numeric.within(value * factor, bounds)
        case _:
            return lambda value: value
