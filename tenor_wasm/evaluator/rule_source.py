"""Source that decides rules on local variables; what is rare is called as ``predicates`` composes it.

For a rule ``payout_due`` that asks for two verdicts, and a rule ``small`` with two ways to hold::

    if ('lines_accepted' in verdicts and 'parcel_arrived' in verdicts):
        verdicts['payout_due'] = k30
        produced |= 32
    touched = 0
    if ((v3 <= k31) or ((touched := touched | 1) and (v9 == 'gift'))):
        verdicts['small'], bit = k32[touched]
        produced |= bit

Evaluation goes from left to right and only ever skips parts, so what was touched, in the order of first touch, follows
from which parts were visited. Parts that are visited whenever the rule holds need no mark; each other one has a bit in
``touched``. A verdict whose payload the contract itself says is then a constant (``k30``), or one for each set of
marks; ``produced`` has a bit for each of these, so two evaluations with equal bits have equal verdicts.

A rule is called as it is composed (``reading``) where a payload of a tagged union may be absent, or where the body of a
quantifier touches facts or verdicts more than once. The property tests hold all of this to the general way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.predicates import (
    PredicateFunction,
    Reading,
    TermFunction,
    comparer,
    computation,
    conversion,
    element_at,
    may_be_absent,
)
from tenor_wasm.evaluator.source import Source, UnusualError
from tenor_wasm.evaluator.verdicts import VerdictInstance
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.constructs import Rule
from tenor_wasm.interchange.nodes import Predicate, Term

NAMES: Mapping[str, Any] = {"Reading": Reading, "VerdictInstance": VerdictInstance}
"""What the source calls."""

DEEPEST = 25
"""Expressions that lie in each other; Python's parser has a limit, and a stack."""

_SYMBOLS: Mapping[Callable[[Any, Any], bool], str] = {
    operator.eq: "==",
    operator.ne: "!=",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
}


class Touched(NamedTuple):
    """What a visited part of an expression touches; ``bit`` marks the visit, 0 for a part that is always visited."""

    bit: int
    facts: tuple[str, ...]
    verdicts: tuple[str, ...]


class Expression:
    """Predicates and terms as Python expressions, and what their parts touch."""

    __slots__ = ("_depth", "_facts", "_locals", "_marked", "_source", "touched")

    def __init__(self, source: Source, facts: Mapping[str, str]) -> None:
        self._source = source
        self._locals = facts
        self._facts: list[str] = []
        self._depth = 0
        self._marked = 0
        self.touched: list[Touched] = []

    @property
    def is_marked(self) -> bool:
        """Whether what is touched depends on the way."""
        return self._marked > 0

    # --- predicates ---------------------------------------------------------------------------------------------

    def predicate(self, predicate: Predicate, when: bool | None, sure: bool = True) -> str:
        """The expression of a predicate.

        ``when`` is the outcome that counts, ``None`` when both do; ``sure`` says whether the predicate is visited
        whenever the whole has the outcome that counts.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnusualError
        match predicate:
            case nodes.Conjunction(left, right):
                text = self._both("and", left, right, when, sure, True)
            case nodes.Disjunction(left, right):
                text = self._both("or", left, right, when, sure, False)
            case nodes.Negation(operand):
                text = f"(not {self.predicate(operand, None if when is None else not when, sure)})"
            case nodes.Quantified():
                text = self._quantified(predicate, sure)
            case nodes.VerdictPresent(name):
                text = self._visited(f"{name!r} in verdicts", sure, (name,))
            case nodes.Comparison():
                text = self._visited(self._comparison(predicate), sure)
            case nodes.Truth(term):
                text = self._visited(self.term(term), sure)
        self._depth -= 1
        return text

    def _both(self, word: str, left: Predicate, right: Predicate, when: bool | None, sure: bool, all_when: bool) -> str:
        """Two sides, both visited when the outcome is the one that needs both; otherwise the right one may not be."""
        needs_both = when is all_when
        first = self.predicate(left, when if needs_both else None, sure)
        second = self.predicate(right, when if needs_both else None, sure and needs_both)
        return f"({first} {word} {second})"

    def _comparison(self, predicate: nodes.Comparison) -> str:
        left, right = self.term(predicate.left), self.term(predicate.right)
        compare = comparer(predicate.operator, predicate.left.type, predicate.right.type)
        symbol = _SYMBOLS.get(compare)
        return f"{left} {symbol} {right}" if symbol else f"{self._source.constant(compare)}({left}, {right})"

    def _quantified(self, predicate: nodes.Quantified, sure: bool) -> str:
        """A list of all truths where one loop decides (no call for it), else the shortest way through the loops."""
        domain = self.term(predicate.domain)
        mark = self._mark(sure)
        before = len(self.touched)
        body = self.predicate(predicate.body, None, sure=False)
        touching = len(self.touched) - before
        if touching > 1 or (touching and not _is_one_part(predicate.body)):
            raise UnusualError
        loop = f"{body} for x{predicate.depth} in {domain}"
        if predicate.depth == 0 and " for x" not in body:
            return f"({mark}{'False not' if predicate.universal else 'True'} in [{loop}])"
        return f"({mark}{'all' if predicate.universal else 'any'}({loop}))"

    def _visited(self, text: str, sure: bool, verdicts: tuple[str, ...] = ()) -> str:
        """A part of the expression that is visited as a whole or not at all."""
        return f"({self._mark(sure, verdicts)}{text})"

    def _mark(self, sure: bool, verdicts: tuple[str, ...] = ()) -> str:
        """Note what the part at hand touches; where it may be passed over, what marks its visit."""
        facts = tuple(dict.fromkeys(self._facts))
        self._facts.clear()
        if not facts and not verdicts:
            return ""
        if sure:
            self.touched.append(Touched(0, facts, verdicts))
            return ""
        self._marked += 1
        bit = 1 << self._marked
        self.touched.append(Touched(bit, facts, verdicts))
        return f"(touched := touched | {bit}) and "

    # --- terms --------------------------------------------------------------------------------------------------

    def payload(self, term: Term) -> str:
        """The expression of a term that is computed when the rule holds."""
        return self._visited(self.term(term), True)

    def term(self, term: Term) -> str:
        """The expression of a term; the facts that it touches are noted."""
        self._depth += 1
        if self._depth > DEEPEST or may_be_absent(term):
            raise UnusualError
        match term:
            case nodes.FactTerm(fact_id):
                self._facts.append(fact_id)
                text = self._locals[fact_id]
            case nodes.VariableTerm(_, depth):
                text = f"x{depth}"
            case nodes.LiteralTerm(value):
                text = self._source.constant(value)
            case nodes.FieldTerm(record, name):
                text = f"{self.term(record)}[{name!r}]"
            case nodes.ElementTerm(items=items, index=index):
                text = f"{self._source.constant(element_at)}({self.term(items)}, {self.term(index)})"
            case nodes.LengthTerm(items):
                text = f"len({self.term(items)})"
            case nodes.ArithmeticTerm(_, left, right):
                text = f"{self._source.constant(computation(term))}({self.term(left)}, {self.term(right)})"
            case _:
                raise UnusualError
        self._depth -= 1
        return text


def _is_one_part(predicate: Predicate) -> bool:
    """Whether a predicate is visited as a whole or not at all."""
    while isinstance(predicate, nodes.Negation):
        predicate = predicate.operand
    return isinstance(predicate, (nodes.Comparison, nodes.Truth, nodes.VerdictPresent))


def used(touched: list[Touched], marks: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts and verdicts that were touched, in the order of first touch, from the marks of the visited parts."""
    visited = [part for part in touched if not part.bit or part.bit & marks]
    facts = dict.fromkeys(fact for part in visited for fact in part.facts)
    return tuple(facts), tuple(dict.fromkeys(verdict for part in visited for verdict in part.verdicts))


class RuleWriter:
    """Adds the lines of one rule after the other to a source."""

    __slots__ = ("_bits", "_facts", "_source")

    def __init__(self, source: Source, facts: Mapping[str, str]) -> None:
        self._source = source
        self._facts = facts
        self._bits = 0

    def _bit(self) -> int:
        self._bits += 1
        return 1 << (self._bits - 1)

    def rule(self, rule: Rule, when: PredicateFunction, payload: TermFunction) -> None:
        """Add a rule, given also as it is composed."""
        before = len(self._source.lines)
        try:
            self._usual(rule, payload)
        except UnusualError:
            del self._source.lines[before:]
            self._composed(rule, when, payload)

    def _composed(self, rule: Rule, when: PredicateFunction, payload: TermFunction) -> None:
        line, constant = self._source.line, self._source.constant
        line(1, "reading = Reading(values, verdicts)")
        line(1, f"if {constant(when)}(reading):")
        line(2, f"value = {constant(payload)}(reading)")
        line(2, self._made(rule, "tuple(reading.facts_used), tuple(reading.verdicts_used)"))
        line(2, "known = False")

    def _usual(self, rule: Rule, payload: TermFunction) -> None:
        line, constant = self._source.line, self._source.constant
        expression = Expression(self._source, self._facts)
        condition = expression.predicate(rule.when, True)
        verdict = f"verdicts[{rule.verdict_type!r}]"
        if not isinstance(rule.payload, nodes.LiteralTerm):
            value = f"{constant(conversion(rule.payload, rule.payload_type))}({expression.payload(rule.payload)})"
            self._begin(expression, condition)
            line(2, f"value = {value}")
            memo = _Memo(lambda marks: used(expression.touched, marks))
            touched = "touched" if expression.is_marked else "0"
            line(2, self._made(rule, f"*{constant(memo)}[{touched}]"))
            line(2, "known = False")
            return
        try:
            value = payload(Reading({}, {}))
        except TenorError:
            raise UnusualError from None

        def constant_verdict(marks: int) -> tuple[VerdictInstance, int]:
            facts_used, verdicts_used = used(expression.touched, marks)
            return VerdictInstance(
                rule.verdict_type, value, rule.payload_type, rule.id, rule.stratum, facts_used, verdicts_used
            ), self._bit()

        self._begin(expression, condition)
        if expression.is_marked:
            line(2, f"{verdict}, bit = {constant(_Memo(constant_verdict))}[touched]")
            line(2, "produced |= bit")
        else:
            instance, bit = constant_verdict(0)
            line(2, f"{verdict} = {constant(instance)}")
            line(2, f"produced |= {bit}")

    def _begin(self, expression: Expression, condition: str) -> None:
        if expression.is_marked:
            self._source.line(1, "touched = 0")
        self._source.line(1, f"if {condition}:")

    def _made(self, rule: Rule, used: str) -> str:
        about = f"{rule.verdict_type!r}, value, {self._source.constant(rule.payload_type)}, {rule.id!r}"
        return f"verdicts[{rule.verdict_type!r}] = VerdictInstance({about}, {rule.stratum}, {used})"


class _Memo(dict[int, Any]):
    """What follows from the marks of the visited parts, made when they are first met."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[int], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, marks: int) -> Any:
        made = self[marks] = self._make(marks)
        return made
