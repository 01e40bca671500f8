"""Expression nodes (§10.2) as frozen data, typed when the contract is loaded.

A *term* has a ``type``; a *predicate* is true or false. ``expressions.py`` makes them from JSON,
``evaluator/predicates.py`` compiles them, ``text.py`` writes them for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tenor_wasm.values.types import BaseType


@dataclass(frozen=True, slots=True)
class FactTerm:
    """The value of a fact."""

    fact_id: str
    type: BaseType


@dataclass(frozen=True, slots=True)
class VariableTerm:
    """The element that a quantifier binds; ``depth`` counts the quantifiers around it, outermost 0."""

    name: str
    depth: int
    type: BaseType


@dataclass(frozen=True, slots=True)
class LiteralTerm:
    """A constant of the contract."""

    value: Any
    type: BaseType


@dataclass(frozen=True, slots=True)
class FieldTerm:
    """A field of a record."""

    record: Term
    name: str
    type: BaseType


@dataclass(frozen=True, slots=True)
class VariantTerm:
    """The payload of a tagged union under one tag; absent when the value has another tag (§4.2)."""

    union: Term
    tag: str
    type: BaseType


@dataclass(frozen=True, slots=True)
class ElementTerm:
    """``list[index]``, bounds-checked (§4.2)."""

    items: Term
    index: Term
    type: BaseType


@dataclass(frozen=True, slots=True)
class LengthTerm:
    """``len(list)`` (§4.2)."""

    items: Term
    type: BaseType


@dataclass(frozen=True, slots=True)
class ArithmeticTerm:
    """``left + right``, ``left - right`` or ``left * right`` with its promoted result type (§13.2)."""

    operator: str
    left: Term
    right: Term
    type: BaseType


Term: TypeAlias = (
    FactTerm | VariableTerm | LiteralTerm | FieldTerm | VariantTerm | ElementTerm | LengthTerm | ArithmeticTerm
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right`` with one of ``= != < <= > >=``."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Truth:
    """A Bool term that stands as a predicate."""

    term: Term


@dataclass(frozen=True, slots=True)
class Conjunction:
    """``left ∧ right``: the right side is not evaluated when the left is false."""

    left: Predicate
    right: Predicate


@dataclass(frozen=True, slots=True)
class Disjunction:
    """``left ∨ right``: the right side is not evaluated when the left is true."""

    left: Predicate
    right: Predicate


@dataclass(frozen=True, slots=True)
class Negation:
    """``¬ operand``."""

    operand: Predicate


@dataclass(frozen=True, slots=True)
class Quantified:
    """``∀ variable ∈ domain . body`` (``universal``) or ``∃ …``, stopping at the element that decides."""

    universal: bool
    variable: str
    depth: int
    domain: Term
    body: Predicate


@dataclass(frozen=True, slots=True)
class VerdictPresent:
    """Whether a verdict was produced."""

    verdict_type: str


Predicate: TypeAlias = Comparison | Truth | Conjunction | Disjunction | Negation | Quantified | VerdictPresent
