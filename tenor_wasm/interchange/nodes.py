"""Expression nodes (§10.2) as frozen data, typed when the contract is loaded.

A *term* has a ``type``; a *predicate* is true or false. ``expressions.py`` makes them from JSON,
``evaluator/predicates.py`` compiles them, ``text.py`` writes them for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from tenor_wasm.values.types import BaseType


class FactTerm(NamedTuple):
    """The value of a fact."""

    fact_id: str
    type: BaseType


class VariableTerm(NamedTuple):
    """The element that a quantifier binds; ``depth`` counts the quantifiers around it, outermost 0."""

    name: str
    depth: int
    type: BaseType


class LiteralTerm(NamedTuple):
    """A constant of the contract."""

    value: Any
    type: BaseType


class FieldTerm(NamedTuple):
    """A field of a record."""

    record: Term
    name: str
    type: BaseType


class VariantTerm(NamedTuple):
    """The payload of a tagged union under one tag; absent when the value has another tag (§4.2)."""

    union: Term
    tag: str
    type: BaseType


@dataclass(frozen=True, slots=True)
class ElementTerm:
    """``list[index]``, bounds-checked (§4.2). No tuple, as other nodes are: a tuple has an ``index`` of its own."""

    items: Term
    index: Term
    type: BaseType


class LengthTerm(NamedTuple):
    """``len(list)`` (§4.2)."""

    items: Term
    type: BaseType


class ArithmeticTerm(NamedTuple):
    """``left + right``, ``left - right`` or ``left * right`` with its promoted result type (§13.2)."""

    operator: str
    left: Term
    right: Term
    type: BaseType


Term: TypeAlias = (
    FactTerm | VariableTerm | LiteralTerm | FieldTerm | VariantTerm | ElementTerm | LengthTerm | ArithmeticTerm
)


class Comparison(NamedTuple):
    """``left operator right`` with one of ``= != < <= > >=``."""

    operator: str
    left: Term
    right: Term


class Truth(NamedTuple):
    """A Bool term that stands as a predicate."""

    term: Term


class Conjunction(NamedTuple):
    """``left ∧ right``: the right side is not evaluated when the left is false."""

    left: Predicate
    right: Predicate


class Disjunction(NamedTuple):
    """``left ∨ right``: the right side is not evaluated when the left is true."""

    left: Predicate
    right: Predicate


class Negation(NamedTuple):
    """``¬ operand``."""

    operand: Predicate


class Quantified(NamedTuple):
    """``∀ variable ∈ domain . body`` (``universal``) or ``∃ …``, stopping at the element that decides."""

    universal: bool
    variable: str
    depth: int
    domain: Term
    body: Predicate


class VerdictPresent(NamedTuple):
    """Whether a verdict was produced."""

    verdict_type: str


Predicate: TypeAlias = Comparison | Truth | Conjunction | Disjunction | Negation | Quantified | VerdictPresent


def is_product(term: Term) -> bool:
    """Whether a term is one product."""
    return isinstance(term, ArithmeticTerm) and term.operator == "*"


def multiplies_variables(term: Term) -> bool:
    """Whether two variables are multiplied anywhere in a term: a literal factor stands on the right (§7.1)."""
    if not isinstance(term, ArithmeticTerm):
        return False
    if is_product(term) and not isinstance(term.right, LiteralTerm):
        return True
    return multiplies_variables(term.left) or multiplies_variables(term.right)
