"""Why a predicate is true or false: a tree beside the evaluation, and sentences for people.

Rules of this file:

- No second evaluator. Every truth and value in a tree comes from the compiled callable of its own node; this file
  only decides which node to ask next, in the order of evaluation, and says what short-circuit passed over.
- A tree holds values as the evaluator has them, with their types; the edge writes them as JSON.
- Evaluation knows nothing of this file: an answer without an explanation is computed as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.predicates import Reading, compile_payload, compile_predicate
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.printing import text_of
from tenor_wasm.values.types import BaseType, ListType

SHOWN_CASES = 3
"""Elements that a quantifier shows when none decides: all agree then, a few speak for the rest."""


@dataclass(frozen=True, slots=True)
class Case:
    """One element of a quantifier's list, and the body for it."""

    index: int
    value: Any
    type: BaseType
    body: Explained


@dataclass(frozen=True, slots=True)
class Explained:
    """One sub-expression as it was evaluated (§10.3).

    A predicate has a ``truth``, a term a ``value`` of ``type`` (for arithmetic the promoted type, §13.2). ``skipped``:
    short-circuit passed it over, it has neither. ``absent``: a tagged union holds another variant, so that there is no
    value and the comparison around it is false (§4.2). ``name`` is the fact, verdict, variable or field.

    A quantifier has ``length`` elements; ``decided_by`` is the index of the element that decided and ``more_deciding``
    how many of those after it would have decided too. ``cases`` holds that element, or the first few when none decided.
    """

    kind: str
    text: str
    truth: bool | None = None
    skipped: bool = False
    absent: bool = False
    name: str | None = None
    value: Any = None
    type: BaseType | None = None
    operator: str | None = None
    operands: tuple[Explained, ...] = ()
    length: int | None = None
    decided_by: int | None = None
    more_deciding: int = 0
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The tree of a whole predicate, and what its evaluation touched in the order of first touch."""

    root: Explained
    facts_used: tuple[str, ...]
    verdicts_used: tuple[str, ...]

    @property
    def truth(self) -> bool:
        """Whether the predicate holds."""
        return bool(self.root.truth)


class _Asking(Reading):
    """A reading that knows how many elements of a quantifier to show: the telling ones, or all that were evaluated."""

    __slots__ = ("every_element",)

    def __init__(self, snapshot: Snapshot, *, every_element: bool = False) -> None:
        super().__init__(snapshot.facts.values, snapshot.verdicts)
        self.every_element = every_element


def explain_predicate(predicate: Predicate, snapshot: Snapshot, *, every_element: bool = False) -> Explanation:
    """Explain a rule's condition, a precondition or a branch condition on a snapshot.

    With ``every_element`` a quantifier shows each element that was evaluated, not only the telling ones.
    Raises what evaluating it raises: ``overflow``, ``index_out_of_range``.
    """
    touched = Reading(snapshot.facts.values, snapshot.verdicts)
    compile_predicate(predicate)(touched)
    root = _predicate(predicate, _Asking(snapshot, every_element=every_element))
    return Explanation(root, tuple(touched.facts_used), tuple(touched.verdicts_used))


def explain_term(term: Term, snapshot: Snapshot) -> Explained:
    """Explain a payload: the term and its operands with their values and types."""
    return _term(term, _Asking(snapshot))


# --- predicates ------------------------------------------------------------------------------------------------


def _predicate(predicate: Predicate, reading: _Asking) -> Explained:
    return _PREDICATES[type(predicate)](predicate, reading)


def _truth_of(predicate: Predicate, reading: _Asking) -> bool:
    return bool(compile_predicate(predicate)(reading))


def _skipped(kind: str, expression: Predicate | Term) -> Explained:
    return Explained(kind, expression_text(expression), skipped=True)


def _comparison(node: nodes.Comparison, reading: _Asking) -> Explained:
    left = _term(node.left, reading)
    # An absent variant ends the comparison before its right side is read.
    right = _skipped("term", node.right) if left.absent else _term(node.right, reading)
    truth = _truth_of(node, reading)
    return Explained("comparison", expression_text(node), truth, operator=node.operator, operands=(left, right))


def _truth(node: nodes.Truth, reading: _Asking) -> Explained:
    term = _term(node.term, reading)
    return Explained("truth", expression_text(node), _truth_of(node, reading), operands=(term,))


def _conjunction(node: nodes.Conjunction, reading: _Asking) -> Explained:
    return _pair("and", node, reading, needs_right=True)


def _disjunction(node: nodes.Disjunction, reading: _Asking) -> Explained:
    return _pair("or", node, reading, needs_right=False)


def _pair(kind: str, node: nodes.Conjunction | nodes.Disjunction, reading: _Asking, *, needs_right: bool) -> Explained:
    left = _predicate(node.left, reading)
    right = _predicate(node.right, reading) if left.truth is needs_right else _skipped("predicate", node.right)
    return Explained(kind, expression_text(node), _truth_of(node, reading), operands=(left, right))


def _negation(node: nodes.Negation, reading: _Asking) -> Explained:
    operand = _predicate(node.operand, reading)
    return Explained("not", expression_text(node), _truth_of(node, reading), operands=(operand,))


def _verdict(node: nodes.VerdictPresent, reading: _Asking) -> Explained:
    return Explained("verdict", expression_text(node), _truth_of(node, reading), name=node.verdict_type)


def _quantified(node: nodes.Quantified, reading: _Asking) -> Explained:
    domain = _term(node.domain, reading)
    truth = _truth_of(node, reading)
    body = compile_predicate(node.body)
    items = domain.value if isinstance(domain.value, (list, tuple)) else ()
    decided_by = _first_deciding(node, items, reading, body) if truth is not node.universal else None
    more = 0 if decided_by is None else _more_deciding(node, items, decided_by, reading, body)
    return Explained(
        "forall" if node.universal else "exists",
        expression_text(node),
        truth,
        name=node.variable,
        operands=(domain,),
        length=len(items),
        decided_by=decided_by,
        more_deciding=more,
        cases=tuple(_case(node, index, items, reading) for index in _shown(decided_by, len(items), reading)),
    )


def _shown(decided_by: int | None, length: int, reading: _Asking) -> range:
    """The indexes of the elements to show."""
    if reading.every_element:
        return range(length if decided_by is None else decided_by + 1)
    return range(min(SHOWN_CASES, length)) if decided_by is None else range(decided_by, decided_by + 1)


def _bind(node: nodes.Quantified, value: Any, reading: _Asking) -> None:
    del reading.variables[node.depth :]
    reading.variables.append(value)


def _first_deciding(
    node: nodes.Quantified, items: Any, reading: _Asking, body: Callable[[Reading], bool]
) -> int | None:
    for index, item in enumerate(items):
        _bind(node, item, reading)
        if body(reading) is not node.universal:
            return index
    return None


def _more_deciding(
    node: nodes.Quantified, items: Any, decided_by: int, reading: _Asking, body: Callable[[Reading], bool]
) -> int:
    more = 0
    for item in items[decided_by + 1 :]:
        _bind(node, item, reading)
        try:
            more += body(reading) is not node.universal
        except TenorError:  # evaluation stopped before this element; that it cannot be computed bears on nothing
            continue
    return more


def _case(node: nodes.Quantified, index: int, items: Any, reading: _Asking) -> Case:
    _bind(node, items[index], reading)
    body = _predicate(node.body, reading)
    assert isinstance(node.domain.type, ListType)
    return Case(index, items[index], node.domain.type.element, body)


_PREDICATES: Mapping[type, Callable[[Any, _Asking], Explained]] = {
    nodes.Comparison: _comparison,
    nodes.Truth: _truth,
    nodes.Conjunction: _conjunction,
    nodes.Disjunction: _disjunction,
    nodes.Negation: _negation,
    nodes.VerdictPresent: _verdict,
    nodes.Quantified: _quantified,
}


# --- terms -----------------------------------------------------------------------------------------------------

_Shape: TypeAlias = tuple[str, str | None, str | None, tuple[Term, ...]]
"""Kind, name, operator and operands of a term."""

_TERMS: Mapping[type, Callable[[Any], _Shape]] = {
    nodes.FactTerm: lambda n: ("fact", n.fact_id, None, ()),
    nodes.VariableTerm: lambda n: ("variable", n.name, None, ()),
    nodes.LiteralTerm: lambda n: ("literal", None, None, ()),
    nodes.FieldTerm: lambda n: ("field", n.name, None, (n.record,)),
    nodes.VariantTerm: lambda n: ("variant", n.tag, None, (n.union,)),
    nodes.ElementTerm: lambda n: ("element", None, None, (n.items, n.index)),
    nodes.LengthTerm: lambda n: ("len", None, None, (n.items,)),
    nodes.ArithmeticTerm: lambda n: ("arithmetic", None, n.operator, (n.left, n.right)),
}


def _term(term: Term, reading: _Asking) -> Explained:
    kind, name, operator, parts = _TERMS[type(term)](term)
    operands: list[Explained] = []
    for part in parts:
        operands.append(_skipped("term", part) if operands and operands[-1].absent else _term(part, reading))
    explained = Explained(
        kind, expression_text(term), name=name, type=term.type, operator=operator, operands=tuple(operands)
    )
    try:
        # As a payload of its own type: what ends a comparison as absent comes as an error that can be told apart.
        return replace(explained, value=compile_payload(term, term.type)(reading))
    except TenorError as error:
        if error.code != "absent_variant":
            raise
        return replace(explained, absent=True)


# --- sentences -------------------------------------------------------------------------------------------------


def deciding(node: Explained) -> Iterator[Explained]:
    """The leaves that made a predicate what it is: of a false ``and`` the false side, of a true one both sides."""
    if node.skipped:
        return
    if node.kind == "not":
        yield from deciding(node.operands[0])
    elif node.kind in ("and", "or"):
        for operand in node.operands:
            if operand.truth is node.truth:
                yield from deciding(operand)
    else:
        yield node


def passed_over(node: Explained) -> Iterator[str]:
    """The texts of the predicates that short-circuit passed over, outside of quantifiers."""
    if node.skipped:
        yield node.text
    elif node.kind in ("and", "or", "not"):
        for operand in node.operands:
            yield from passed_over(operand)


def sentence(leaf: Explained) -> str:
    """One leaf for people: ```price <= limit` is false: price is 7300.00 EUR, limit is 5000.00 EUR``."""
    if leaf.kind == "verdict":
        return f"the verdict {leaf.name} is {'present' if leaf.truth else 'absent'}"
    if leaf.kind in ("forall", "exists"):
        return _quantifier_sentence(leaf)
    values = list(dict.fromkeys(_value_texts(leaf)))
    return f"`{leaf.text}` is {_word(leaf.truth)}" + (f": {', '.join(values)}" if values else "")


def _word(truth: bool | None) -> str:
    return "true" if truth else "false"


def _value_texts(node: Explained) -> Iterator[str]:
    """What the sources of a leaf held: facts, fields and lengths, not the constants that the text shows anyway."""
    for operand in node.operands:
        if operand.skipped or operand.kind == "literal":
            continue
        if operand.absent:
            yield f"{operand.text} is absent"
        elif operand.kind == "arithmetic":
            yield from _value_texts(operand)
            yield f"{operand.text} is {value_text(operand)}"
        else:
            yield f"{operand.text} is {value_text(operand)}"


def value_text(node: Explained, longest: int = 80) -> str:
    """A term's value as people read it, cut when it is long."""
    assert node.type is not None
    return cut(text_of(node.value, node.type), longest)


def cut(text: str, longest: int = 80) -> str:
    """The text, or its beginning and ``…``."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _quantifier_sentence(node: Explained) -> str:
    domain = node.operands[0]
    opening = f"`{node.text}` is {_word(node.truth)}"
    if domain.absent:
        return f"{opening}: {domain.text} is absent"
    if not node.length:
        return f"{opening}: {domain.text} is empty"
    if node.decided_by is None:
        agreeing = "all hold" if node.kind == "forall" else "none holds"
        count = "its one element" if node.length == 1 else f"{node.length} elements"
        return f"{opening}: {domain.text} has {count}, {agreeing}"
    case = node.cases[0]
    element = f"{domain.text}[{case.index}] {'fails' if node.kind == 'forall' else 'fits'}"
    more = f", and {node.more_deciding} more after it" if node.more_deciding else ""
    return f"{opening}: {element}{more} ({node.name} is {cut(text_of(case.value, case.type), 60)})"
