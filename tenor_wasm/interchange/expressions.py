"""JSON → typed expression nodes (§10): every reference resolved, every operator checked, once, when a contract loads.

The public interchange schema names the common forms: ``fact_ref``, ``field_ref``, ``literal``, ``verdict_present``,
``op`` and ``quantifier``. The specification has operators that the schema leaves out; they are written here as

- ``{"op": "+" | "-", "left": term, "right": term}`` and ``{"op": "*", "left": term, "right": term}``
- ``{"op": "len", "operand": list}`` and ``{"op": "index", "operand": list, "index": term or whole number}``
- ``{"field_ref": {"var": variable or fact, "field": "name.name"}}``: a path through record fields and union tags
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tenor_wasm.errors import Findings, Json, Place, is_object, listed, shown
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.nodes import Predicate, Term
from tenor_wasm.values import numeric, operators
from tenor_wasm.values.codec import INVALID, decode_decimal, decode_literal
from tenor_wasm.values.types import (
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordType,
    TaggedUnionType,
    TextType,
    described,
    parse_type,
)


class Scope(NamedTuple):
    """What an expression may mention.

    ``facts`` maps each declared fact to its type (``None`` when the type itself is ill-formed), ``strata`` each
    verdict to its rule's stratum. A rule sees only verdicts below ``stratum``; elsewhere it is ``None``.
    """

    facts: Mapping[str, BaseType | None]
    strata: Mapping[str, int]
    stratum: int | None = None
    variables: tuple[nodes.VariableTerm, ...] = ()
    in_payload: bool = False

    def variable(self, name: str) -> nodes.VariableTerm | None:
        """The innermost bound variable of that name."""
        return next((variable for variable in reversed(self.variables) if variable.name == name), None)


class ExpressionReader:
    """Reads expressions against a scope; every fault goes to ``findings`` and makes the result ``None``."""

    __slots__ = ("findings",)

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def _fault(self, code: str, message: str, place: Place) -> None:
        self.findings.fault(code, message, place)

    # --- predicates ---------------------------------------------------------------------------------------------

    def predicate(self, json: Json, place: Place, scope: Scope) -> Predicate | None:
        """Read a predicate (§10.2)."""
        if not is_object(json):
            self._fault("invalid_expression", f"expected a predicate, got {shown(json)}", place)
            return None
        if "quantifier" in json:
            return self._quantified(json, place, scope)
        if "verdict_present" in json:
            return self._verdict_present(json["verdict_present"], (place, "verdict_present"), scope)
        operator = json.get("op")
        reader = _PREDICATE_OPERATORS.get(operator) if isinstance(operator, str) else None
        if reader is not None:
            return reader(self, json, place, scope)
        term = self.term(json, place, scope)
        if term is None:
            return None
        if not isinstance(term.type, BoolType):
            self._fault("type_error", f"a predicate must be Bool, but this is {described(term.type)}", place)
            return None
        return nodes.Truth(term)

    def _verdict_present(self, name: Json, place: Place, scope: Scope) -> Predicate | None:
        if not isinstance(name, str):
            self._fault("invalid_expression", f"'verdict_present' must name a verdict, not {shown(name)}", place)
            return None
        stratum = scope.strata.get(name)
        if stratum is None:
            self._fault(
                "unknown_verdict", f"no rule produces the verdict '{name}'; produced are {listed(scope.strata)}", place
            )
            return None
        if scope.stratum is not None and stratum >= scope.stratum:
            self._fault(
                "stratum_violation",
                f"a rule of stratum {scope.stratum} may not use '{name}' of stratum {stratum}; raise its stratum",
                place,
            )
            return None
        return nodes.VerdictPresent(name)

    def _junction(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Predicate | None:
        left = self.predicate(json.get("left"), (place, "left"), scope)
        right = self.predicate(json.get("right"), (place, "right"), scope)
        if left is None or right is None:
            return None
        return nodes.Conjunction(left, right) if json["op"] == "and" else nodes.Disjunction(left, right)

    def _negation(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Predicate | None:
        operand = self.predicate(json.get("operand"), (place, "operand"), scope)
        return None if operand is None else nodes.Negation(operand)

    def _quantified(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Predicate | None:
        quantifier, name = json["quantifier"], json.get("variable")
        if quantifier not in ("forall", "exists"):
            self._fault(
                "invalid_expression",
                f"'quantifier' must be 'forall' or 'exists', not {shown(quantifier)}",
                (place, "quantifier"),
            )
            return None
        if not isinstance(name, str) or not name:
            self._fault("invalid_expression", f"'variable' must be a name, not {shown(name)}", (place, "variable"))
            return None
        domain = self.term(json.get("domain"), (place, "domain"), scope)
        if domain is None:
            return None
        if not isinstance(domain.type, ListType) or not isinstance(domain, (nodes.FactTerm, nodes.FieldTerm)):
            self._fault(
                "type_error",
                f"a quantifier ranges over a list fact or a list field (§10.4), not over {described(domain.type)}",
                (place, "domain"),
            )
            return None
        if not self._is_declared_element(json.get("variable_type"), domain.type, place):
            return None
        variable = nodes.VariableTerm(name, len(scope.variables), domain.type.element)
        inner = scope._replace(variables=(*scope.variables, variable))
        body = self.predicate(json.get("body"), (place, "body"), inner)
        if body is None:
            return None
        return nodes.Quantified(quantifier == "forall", name, variable.depth, domain, body)

    def _is_declared_element(self, json: Json, domain: ListType, place: Place) -> bool:
        if json is None:
            return True
        declared = parse_type(json, (place, "variable_type"), self.findings)
        if declared is not None and declared != domain.element:
            self._fault(
                "type_error",
                f"'variable_type' is {described(declared)}, but the list holds {described(domain.element)}",
                (place, "variable_type"),
            )
            return False
        return declared is not None

    def _comparison(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Predicate | None:
        operator = json["op"]
        assert isinstance(operator, str)
        left, right = self._operands(json, place, scope)
        if left is None or right is None:
            return None
        if not operators.comparable(left.type, operator, right.type):
            self._fault(
                "type_error", f"{described(left.type)} {operator} {described(right.type)} is not defined (§4.2)", place
            )
            return None
        declared_json = json.get("comparison_type")
        if declared_json is not None:
            declared = parse_type(declared_json, (place, "comparison_type"), self.findings)
            if declared is None:
                return None
            if not operators.same_kind(declared, left.type):
                self._fault(
                    "type_error",
                    f"'comparison_type' is {described(declared)}, but {described(left.type)} is compared",
                    (place, "comparison_type"),
                )
                return None
        return nodes.Comparison(operator, left, right)

    def _operands(self, json: Mapping[str, Json], place: Place, scope: Scope) -> tuple[Term | None, Term | None]:
        """Both sides; a literal is read with the type of the side across: text can stand for an enum or a date."""
        left_json, right_json = json.get("left"), json.get("right")
        if _is_literal(left_json) and not _is_literal(right_json):
            right = self.term(right_json, (place, "right"), scope)
            return self.term(left_json, (place, "left"), scope, right.type if right else None), right
        left = self.term(left_json, (place, "left"), scope)
        return left, self.term(right_json, (place, "right"), scope, left.type if left else None)

    # --- terms --------------------------------------------------------------------------------------------------

    def term(self, json: Json, place: Place, scope: Scope, beside: BaseType | None = None) -> Term | None:
        """Read a term; ``beside`` is the type of the other side of a comparison, for literals."""
        if not is_object(json):
            self._fault(
                "invalid_expression", f"expected a term such as a fact_ref or a literal, got {shown(json)}", place
            )
            return None
        operator = json.get("op")
        if operator is not None:
            operator_reader = _TERM_OPERATORS.get(operator) if isinstance(operator, str) else None
            if operator_reader is not None:
                return operator_reader(self, json, place, scope)
        elif "literal" in json:
            return self._literal(json, place, beside)
        elif "fact_ref" in json:
            return self._fact(json["fact_ref"], (place, "fact_ref"), scope)
        elif "field_ref" in json:
            return self._field(json["field_ref"], (place, "field_ref"), scope)
        self._fault(
            "invalid_expression",
            f"unknown expression with the members {listed(json)}; use fact_ref, field_ref, literal, verdict_present,"
            " quantifier, or op with one of = != < <= > >= and or not + - * len index",
            place,
        )
        return None

    def _fact(self, name: Json, place: Place, scope: Scope) -> Term | None:
        if not isinstance(name, str):
            self._fault("invalid_expression", f"'fact_ref' must name a fact, not {shown(name)}", place)
            return None
        head, _, path = name.partition(".")
        variable = scope.variable(name)
        if variable is not None:
            return variable
        if name not in scope.facts and path:
            root = scope.variable(head)
            if root is not None or head in scope.facts:
                return self._path(root or self._declared_fact(head, place, scope), path, place)
        return self._declared_fact(name, place, scope)

    def _declared_fact(self, name: str, place: Place, scope: Scope) -> Term | None:
        if name not in scope.facts:
            self._fault("unknown_fact", f"no fact '{name}' is declared; declared are {listed(scope.facts)}", place)
            return None
        base_type = scope.facts[name]
        return None if base_type is None else nodes.FactTerm(name, base_type)

    def _field(self, json: Json, place: Place, scope: Scope) -> Term | None:
        name = json.get("var") if is_object(json) else None
        path = json.get("field") if is_object(json) else None
        if not isinstance(name, str) or not isinstance(path, str):
            self._fault("invalid_expression", '\'field_ref\' must be {"var": name, "field": name}', place)
            return None
        root: Term | None = scope.variable(name)
        if root is None and name not in scope.facts:
            bound = [variable.name for variable in scope.variables]
            self._fault(
                "unknown_variable",
                f"'{name}' is neither a variable bound here ({listed(bound)}) nor a declared fact",
                (place, "var"),
            )
            return None
        return self._path(root or self._declared_fact(name, (place, "var"), scope), path, (place, "field"))

    def _path(self, root: Term | None, path: str, place: Place) -> Term | None:
        """Follow ``name.name`` through record fields and union tags; a name may itself hold a dot."""
        if root is None:
            return None
        members = _members(root.type)
        if path in members:
            return _member_term(root, path)
        head, _, rest = path.partition(".")
        if rest and head in members:
            return self._path(_member_term(root, head), rest, place)
        self._fault("unknown_field", f"{described(root.type)} has no field '{head}'; it has {listed(members)}", place)
        return None

    def _literal(self, json: Mapping[str, Json], place: Place, beside: BaseType | None) -> Term | None:
        type_json = json.get("type")
        declared = None if type_json is None else parse_type(type_json, (place, "type"), self.findings)
        if type_json is not None and declared is None:
            return None
        base_type = literal_type(json["literal"], declared, beside)
        if base_type is None and _is_decimal(json["literal"], beside):
            return self._number(json["literal"], (place, "literal"))
        if base_type is None:
            self._fault(
                "invalid_expression", f"the literal {shown(json['literal'])} needs a 'type'", (place, "literal")
            )
            return None
        return self.literal_of(json["literal"], base_type, (place, "literal"))

    def literal_of(self, json: Json, base_type: BaseType, place: Place) -> Term | None:
        value = decode_literal(json, base_type, place, self.findings)
        if value is INVALID:
            return None
        if isinstance(base_type, (IntType, DecimalType)):
            base_type = numeric.literal_type(value)
        return nodes.LiteralTerm(value, base_type)

    def _additive(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Term | None:
        operator = str(json["op"])
        left, right = self._operands(json, place, scope)
        if left is None or right is None:
            return None
        base_type = operators.additive_type(left.type, operator, right.type)
        if base_type is None:
            self._fault(
                "type_error", f"{described(left.type)} {operator} {described(right.type)} is not defined (§4.2)", place
            )
            return None
        return self._arithmetic(json, operator, left, right, base_type, place)

    def _product(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Term | None:
        left = self.term(json.get("left"), (place, "left"), scope)
        if "literal" in json and "right" not in json:
            right = self._number(json["literal"], (place, "literal"))
        else:
            right = self.term(json.get("right"), (place, "right"), scope)
        if left is None or right is None:
            return None
        if isinstance(left, nodes.LiteralTerm) and not isinstance(right, nodes.LiteralTerm):
            left, right = right, left
        if not isinstance(left.type, operators.NUMERIC) or not isinstance(right.type, operators.NUMERIC):
            self._fault("type_error", f"{described(left.type)} * {described(right.type)} is not defined (§4.2)", place)
            return None
        if isinstance(right, nodes.LiteralTerm):
            base_type: BaseType = numeric.product_type(left.type, right.value)
        elif scope.in_payload and isinstance(left.type, IntType) and isinstance(right.type, IntType):
            base_type = numeric.int_product_type(left.type, right.type)
        else:
            self._fault(
                "variable_product",
                "one factor must be a literal; only the payload of a rule may multiply two Int facts (§7.1, §10.4)",
                place,
            )
            return None
        return self._arithmetic(json, "*", left, right, base_type, place)

    def _number(self, json: Json, place: Place) -> Term | None:
        """A numeric literal without a declared type: a whole number, or a decimal with the digits that it has."""
        if type(json) is int:
            return self.literal_of(json, IntType(), place)
        value = decode_decimal(json, place, self.findings)
        return None if value is INVALID else nodes.LiteralTerm(value, numeric.literal_type(value))

    def _arithmetic(
        self, json: Mapping[str, Json], operator: str, left: Term, right: Term, derived: BaseType, place: Place
    ) -> Term | None:
        declared_json = json.get("result_type")
        if declared_json is None:
            return nodes.ArithmeticTerm(operator, left, right, derived)
        declared = parse_type(declared_json, (place, "result_type"), self.findings)
        if declared is None:
            return None
        if not operators.assignable(derived, declared):
            self._fault(
                "type_error",
                f"'result_type' is {described(declared)}, but the result is {described(derived)}",
                (place, "result_type"),
            )
            return None
        return nodes.ArithmeticTerm(operator, left, right, declared)

    def _length(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Term | None:
        items = self._list_operand(json, place, scope)
        if items is None:
            return None
        assert isinstance(items.type, ListType)
        return nodes.LengthTerm(items, IntType(0, items.type.maximum))

    def _element(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Term | None:
        items = self._list_operand(json, place, scope)
        index_json = json.get("index")
        index = (
            self.literal_of(index_json, IntType(), (place, "index"))
            if type(index_json) is int
            else self.term(index_json, (place, "index"), scope)
        )
        if items is None or index is None:
            return None
        assert isinstance(items.type, ListType)
        if not isinstance(index.type, IntType):
            self._fault("type_error", f"an index must be Int, not {described(index.type)}", (place, "index"))
            return None
        longest = items.type.maximum
        beyond = longest is not None and index.type.minimum is not None and index.type.minimum >= longest
        if beyond or (index.type.maximum is not None and index.type.maximum < 0):
            self._fault(
                "type_error", f"the index lies outside every list of at most {longest} elements", (place, "index")
            )
            return None
        return nodes.ElementTerm(items, index, items.type.element)

    def _list_operand(self, json: Mapping[str, Json], place: Place, scope: Scope) -> Term | None:
        items = self.term(json.get("operand"), (place, "operand"), scope)
        if items is not None and not isinstance(items.type, ListType):
            self._fault("type_error", f"'{json['op']}' needs a list, not {described(items.type)}", (place, "operand"))
            return None
        return items

    # --- verdict payloads ---------------------------------------------------------------------------------------

    def payload(self, json: Json, declared: BaseType, place: Place, scope: Scope) -> Term | None:
        """Read the payload of a produced verdict (§7.1): a literal of the declared type, or a term that fits it."""
        if _is_literal(json):
            assert is_object(json)
            return self._payload_literal(json["literal"], declared, (place, "literal"))
        if not _is_expression(json, declared):
            return self._payload_literal(json, declared, place)
        term = self.term(json, place, scope._replace(in_payload=True), declared)
        if term is None:
            return None
        if not operators.assignable(term.type, declared):
            self._fault(
                "type_error",
                f"the payload is declared {described(declared)}, but the value is {described(term.type)}",
                place,
            )
            return None
        if nodes.multiplies_variables(term) or (nodes.is_product(term) and isinstance(declared, IntType)):
            return self._contained_product(term, declared, place)
        return term

    def _payload_literal(self, json: Json, declared: BaseType, place: Place) -> Term | None:
        value = decode_literal(json, declared, place, self.findings)
        return None if value is INVALID else nodes.LiteralTerm(value, declared)

    def _contained_product(self, term: Term, declared: BaseType, place: Place) -> Term | None:
        if operators.contains(declared, term.type):
            return term
        self._fault(
            "product_range",
            f"the product ranges over {described(term.type)}, which {described(declared)} does not contain (§7.1)",
            place,
        )
        return None


def _is_literal(json: Json) -> bool:
    return is_object(json) and "literal" in json and "op" not in json


def _is_expression(json: Json, declared: BaseType) -> bool:
    """Whether a payload is a term; a record literal may have fields that are named like members of a term."""
    if not is_object(json) or not _EXPRESSION_MEMBERS & json.keys():
        return False
    return not (isinstance(declared, RecordType) and json.keys() <= declared.fields.keys())


def literal_type(literal: Json, declared: BaseType | None, beside: BaseType | None) -> BaseType | None:
    """The type to read a literal with: as declared, except that text stands for the enum, date or time beside it."""
    if isinstance(beside, (EnumType, DateType, DateTimeType)) and (declared is None or isinstance(declared, TextType)):
        return beside
    if declared is not None:
        return declared
    return _inferred(literal, beside)


def _inferred(literal: Json, beside: BaseType | None) -> BaseType | None:
    if isinstance(literal, bool):
        return BoolType()
    if type(literal) is int:
        return IntType()
    if _is_decimal(literal, beside):
        return None
    return TextType() if isinstance(literal, str) else beside


def _is_decimal(literal: Json, beside: BaseType | None) -> bool:
    if is_object(literal):
        return literal.get("kind") == "decimal_value"
    return isinstance(literal, str) and isinstance(beside, (IntType, DecimalType))


def _members(base_type: BaseType) -> Mapping[str, BaseType]:
    match base_type:
        case RecordType(fields):
            return fields
        case TaggedUnionType(variants):
            return variants
        case _:
            return {}


def _member_term(root: Term, name: str) -> Term:
    match root.type:
        case RecordType(fields):
            return nodes.FieldTerm(root, name, fields[name])
        case TaggedUnionType(variants):
            return nodes.VariantTerm(root, name, variants[name])
        case other:
            raise AssertionError(other)


_EXPRESSION_MEMBERS = frozenset({"fact_ref", "field_ref", "op"})

_PREDICATE_OPERATORS: Mapping[str, Callable[[ExpressionReader, Any, Place, Scope], Predicate | None]] = {
    "and": ExpressionReader._junction,
    "or": ExpressionReader._junction,
    "not": ExpressionReader._negation,
    **dict.fromkeys(operators.COMPARISONS, ExpressionReader._comparison),
}

_TERM_OPERATORS: Mapping[str, Callable[[ExpressionReader, Any, Place, Scope], Term | None]] = {
    "+": ExpressionReader._additive,
    "-": ExpressionReader._additive,
    "*": ExpressionReader._product,
    "len": ExpressionReader._length,
    "index": ExpressionReader._element,
}
