"""Reads the expressions of a plain bundle: common forms with nothing in them but what they need.

Every other form is handed to ``expressions.ExpressionReader``, which knows them all. What is at fault raises
``UnusualError`` or one of ``UNUSUAL``: no place is known here, so the bundle is then read again with care.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenor_wasm.errors import Findings
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.expressions import ExpressionReader, Scope, literal_type
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.values import operators
from tenor_wasm.values.plain_types import plain_type
from tenor_wasm.values.types import BaseType, BoolType, EnumType, RecordType, TextType, parse_type


class UnusualError(Exception):
    """Something that only the careful readers can tell."""


UNUSUAL = (UnusualError, KeyError, TypeError, AttributeError, ValueError)
"""What reading raises where a value is not what a plain bundle has there."""

Variables = tuple[nodes.VariableTerm, ...]

made = tuple.__new__
"""Makes a named tuple of a tuple in half the time that calling its class takes."""


def type_of(json: Any, findings: Findings) -> BaseType:
    """A type."""
    base_type = plain_type(json) or parse_type(json, None, findings)
    if base_type is None:
        raise UnusualError
    return base_type


class PlainExpressions:
    """Reads expressions of one bundle; ``facts`` and ``verdicts`` are its terms, made once and shared."""

    __slots__ = ("careful", "facts", "findings", "scope", "strata", "verdicts")

    def __init__(self, fact_types: Mapping[str, BaseType], strata: Mapping[str, int], findings: Findings) -> None:
        self.strata = strata
        self.facts = {name: made(nodes.FactTerm, (name, base_type)) for name, base_type in fact_types.items()}
        self.verdicts = {name: made(nodes.VerdictPresent, (name,)) for name in strata}
        self.scope = Scope(fact_types, strata)
        self.findings = findings
        self.careful = ExpressionReader(findings)

    def predicate(self, json: Any, limit: int | None = None, variables: Variables = ()) -> Predicate:
        """A predicate; ``limit`` is the stratum below which the verdicts lie that it may use, if there is one."""
        # As many members as a form needs, and each of them there: then there is no other.
        size = len(json)
        if size == 1 and "verdict_present" in json:
            name = json["verdict_present"]
            if limit is not None and self.strata[name] >= limit:
                raise UnusualError
            return self.verdicts[name]
        if size == 3 and "op" in json:
            operator, left, right = json["op"], json["left"], json["right"]
            if operator == "and":
                return made(
                    nodes.Conjunction, (self.predicate(left, limit, variables), self.predicate(right, limit, variables))
                )
            if operator == "or":
                return made(
                    nodes.Disjunction, (self.predicate(left, limit, variables), self.predicate(right, limit, variables))
                )
            if operator in operators.COMPARISONS and "literal" not in left:
                return self._comparison(operator, left, right, variables)
        elif size == 2 and "operand" in json and json["op"] == "not":
            return made(nodes.Negation, (self.predicate(json["operand"], limit, variables),))
        elif size == 4 and "comparison_type" in json and "literal" not in json["left"]:
            return self._declared_comparison(json, variables)
        elif "quantifier" in json:
            return self._quantified(json, limit, variables)
        read = self.careful.predicate(json, None, self._scope(limit, variables))
        if read is None:
            raise UnusualError
        return read

    def _scope(self, limit: int | None, variables: Variables) -> Scope:
        return self.scope._replace(stratum=limit, variables=variables)

    def _comparison(self, operator: str, left_json: Any, right_json: Any, variables: Variables) -> nodes.Comparison:
        left = self._term(left_json, variables)
        right = self._term(right_json, variables, left.type)
        if not operators.comparable(left.type, operator, right.type):
            raise UnusualError
        return made(nodes.Comparison, (operator, left, right))

    def _declared_comparison(self, json: Any, variables: Variables) -> nodes.Comparison:
        if json["op"] not in operators.COMPARISONS:
            raise UnusualError
        comparison = self._comparison(json["op"], json["left"], json["right"], variables)
        if not operators.same_kind(type_of(json["comparison_type"], self.findings), comparison.left.type):
            raise UnusualError
        return comparison

    def _quantified(self, json: Any, limit: int | None, variables: Variables) -> Predicate:
        quantifier, name, declared = json["quantifier"], json["variable"], json.get("variable_type")
        domain = self._term(json["domain"], variables)
        if quantifier not in ("forall", "exists") or type(name) is not str or not name:
            raise UnusualError
        if type(domain) not in (nodes.FactTerm, nodes.FieldTerm):
            raise UnusualError
        element: BaseType = domain.type.element  # type: ignore[union-attr]
        if declared is not None and type_of(declared, self.findings) != element:
            raise UnusualError
        variable = nodes.VariableTerm(name, len(variables), element)
        body = self.predicate(json["body"], limit, (*variables, variable))
        return nodes.Quantified(quantifier == "forall", name, variable.depth, domain, body)

    def _term(self, json: Any, variables: Variables, beside: BaseType | None = None) -> Term:
        if len(json) == 1:
            if "fact_ref" in json:
                name = json["fact_ref"]
                term: Term | None = _bound(name, variables) if variables else None
                if term is None:
                    term = self.facts.get(name)
                if term is not None:
                    return term
            elif "field_ref" in json:
                name, path = json["field_ref"]["var"], json["field_ref"]["field"]
                root = _bound(name, variables) or self.facts[name]
                if type(root.type) is RecordType and path in root.type.fields:
                    return made(nodes.FieldTerm, (root, path, root.type.fields[path]))
        elif len(json) == 2 and "literal" in json and "type" in json:
            return self._literal(json["literal"], type_of(json["type"], self.findings), beside)
        read = self.careful.term(json, None, self._scope(None, variables), beside)
        if read is None:
            raise UnusualError
        return read

    def _literal(self, value: Any, declared: BaseType, beside: BaseType | None) -> Term:
        base_type = literal_type(value, declared, beside) or declared
        if _is_plain(value, base_type):
            return made(nodes.LiteralTerm, (value, base_type))
        read = self.careful.literal_of(value, base_type, None)
        if read is None:
            raise UnusualError
        return read

    def payload(self, json: Any, declared: BaseType, limit: int | None) -> Term:
        """The payload of a verdict (§7.1)."""
        if _is_plain(json, declared):
            return made(nodes.LiteralTerm, (json, declared))
        read = self.careful.payload(json, declared, None, self._scope(limit, ()))
        if read is None:
            raise UnusualError
        return read


def _bound(name: Any, variables: Variables) -> nodes.VariableTerm | None:
    for variable in reversed(variables):
        if variable.name == name:
            return variable
    return None


def _is_plain(value: Any, base_type: BaseType) -> bool:
    """Whether a literal of a common type is a value of it as it stands."""
    kind = type(base_type)
    if kind is BoolType:
        return value is True or value is False
    if kind is EnumType:
        return type(value) is str and value in base_type.values  # type: ignore[union-attr]
    if kind is TextType and type(value) is str and value.isascii():
        longest: int | None = base_type.max_length  # type: ignore[union-attr]
        return longest is None or len(value) <= longest
    return False
