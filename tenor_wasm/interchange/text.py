"""Typed expressions as text that people read: ``amount <= limit and not verdict_present(blocked)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.values.printing import text_of

# Binding strength, weakest first; an operand that binds more weakly than its place is put in parentheses.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(7)


def expression_text(expression: Predicate | Term) -> str:
    """The expression in the notation of the language, with no more parentheses than needed."""
    return _text(expression)[1]


def _text(expression: Any) -> tuple[int, str]:
    return _WRITERS[type(expression)](expression)


def _within(expression: Any, strength: int) -> str:
    own, text = _text(expression)
    return text if own >= strength else f"({text})"


def _quantified(node: nodes.Quantified) -> tuple[int, str]:
    word = "forall" if node.universal else "exists"
    return _OR, f"{word} {node.variable} in {_within(node.domain, _ATOM)} . {_within(node.body, _OR)}"


def _comparison(node: nodes.Comparison) -> tuple[int, str]:
    left, right = node.left, node.right
    # As in source: a bundle has no form for a constant alone, and compares it with true.
    literals = isinstance(left, nodes.LiteralTerm) and isinstance(right, nodes.LiteralTerm)
    if literals and node.operator == "=" and right.value is True:  # type: ignore[union-attr]
        return _text(left)
    return _COMPARE, f"{_within(left, _SUM)} {node.operator} {_within(right, _SUM)}"


def _arithmetic(node: nodes.ArithmeticTerm) -> tuple[int, str]:
    strength = _PRODUCT if node.operator == "*" else _SUM
    return strength, f"{_within(node.left, strength)} {node.operator} {_within(node.right, strength + 1)}"


_WRITERS: Mapping[type, Callable[[Any], tuple[int, str]]] = {
    nodes.Comparison: _comparison,
    nodes.Truth: lambda n: _text(n.term),
    nodes.Conjunction: lambda n: (_AND, f"{_within(n.left, _AND)} and {_within(n.right, _NOT)}"),
    nodes.Disjunction: lambda n: (_OR, f"{_within(n.left, _OR)} or {_within(n.right, _AND)}"),
    nodes.Negation: lambda n: (_NOT, f"not {_within(n.operand, _ATOM)}"),
    nodes.VerdictPresent: lambda n: (_ATOM, f"verdict_present({n.verdict_type})"),
    nodes.Quantified: _quantified,
    nodes.FactTerm: lambda n: (_ATOM, n.fact_id),
    nodes.VariableTerm: lambda n: (_ATOM, n.name),
    nodes.LiteralTerm: lambda n: (_ATOM, text_of(n.value, n.type)),
    nodes.FieldTerm: lambda n: (_ATOM, f"{_within(n.record, _ATOM)}.{n.name}"),
    nodes.VariantTerm: lambda n: (_ATOM, f"{_within(n.union, _ATOM)}.{n.tag}"),
    nodes.ElementTerm: lambda n: (_ATOM, f"{_within(n.items, _ATOM)}[{_text(n.index)[1]}]"),
    nodes.LengthTerm: lambda n: (_ATOM, f"len({_text(n.items)[1]})"),
    nodes.ArithmeticTerm: _arithmetic,
}
