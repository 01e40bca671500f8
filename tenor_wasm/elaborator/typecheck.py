"""Pass 4: expressions typed and materialized as interchange JSON (§14.2).

Every fact reference resolves, every operator is defined for its operands (the rules are those of
``values.operators``), numbers are promoted (§13.2), shorthand is written out. Verdict references wait for pass 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.constants import Constants, Term, TypeFailure, structured
from tenor_wasm.elaborator.diagnostics import Help, Position, Report, did_you_mean
from tenor_wasm.elaborator.index import Index
from tenor_wasm.elaborator.types import TypeEnvironment
from tenor_wasm.errors import Json
from tenor_wasm.values import numeric, operators
from tenor_wasm.values.types import (
    BaseType,
    BoolType,
    DecimalType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TaggedUnionType,
    TextType,
    described,
    type_to_json,
)


@dataclass(slots=True)
class Typed:
    """What pass 4 found out, for serialization."""

    fact_types: dict[str, BaseType] = field(default_factory=dict)
    defaults: dict[str, Json] = field(default_factory=dict)
    whens: dict[str, Json] = field(default_factory=dict)
    payloads: dict[str, Json] = field(default_factory=dict)
    preconditions: dict[str, Json] = field(default_factory=dict)
    conditions: dict[int, Json] = field(default_factory=dict)
    """By the identity of the branch step."""


def typecheck(index: Index, types: TypeEnvironment, report: Report) -> Typed:
    """Type-check every expression of the bundle."""
    typed = Typed()
    produced = frozenset(block.get("produce")[0].text for block in index["Rule"].values() if block.get("produce"))

    def checker(block: tree.Block) -> _Checker:
        return _Checker(index, produced, typed, types, report, block.construct)

    for name, block in index["Fact"].items():
        _fact(name, block, types, typed, report)
    for name, block in index["Rule"].items():
        _rule(name, block, checker(block), typed)
    for name, block in index["Operation"].items():
        if block.get("precondition") is not None:
            typed.preconditions[name] = checker(block).predicate(block.get("precondition"), "precondition")
    for block in index["Flow"].values():
        for step, path in branch_steps(block):
            if step.get("condition") is not None:
                typed.conditions[id(step)] = checker(block).predicate(step.get("condition"), f"{path}.condition")
    return typed


def branch_steps(flow: tree.Block) -> Iterator[tuple[tree.Block, str]]:
    """Every branch step of a flow with its field path, inside parallel branches too."""
    for step, path in all_steps(flow.get("steps") or (), "steps"):
        if step.kind == "BranchStep":
            yield step, path


def all_steps(steps: tuple[tree.Block, ...], prefix: str) -> Iterator[tuple[tree.Block, str]]:
    """Every step with its field path, those of parallel branches after their parallel step."""
    for step in steps:
        path = f"{prefix}.{step.name.text}"
        yield step, path
        for branch in step.get("branches") or ():
            name = branch.get("id")
            yield from all_steps(branch.get("steps") or (), f"{path}.branches.{name.text if name else ''}.steps")


# --- facts and rules -------------------------------------------------------------------------------------------


def _fact(name: str, block: tree.Block, types: TypeEnvironment, typed: Typed, report: Report) -> None:
    node = block.get("type")
    if node is None:
        return
    resolved = types.resolve(node, report, block.construct, "type", unknown_at=block.at)
    if resolved is None:
        return
    typed.fact_types[name] = resolved
    default = block.get("default")
    if default is not None:
        try:
            typed.defaults[name] = Constants(report, block.construct, "default").default(default, resolved)
        except TypeFailure:
            typed.defaults[name] = None


def _rule(name: str, block: tree.Block, checker: _Checker, typed: Typed) -> None:
    if block.get("when") is not None:
        typed.whens[name] = checker.predicate(block.get("when"), "body.when")
    if block.get("produce") is not None:
        _, type_node, value = block.get("produce")
        at = block.at_field("produce")
        typed.payloads[name] = checker.payload(type_node, value, "body.produce.payload", at)


# --- expressions -----------------------------------------------------------------------------------------------


class _Checker:
    """Types the expressions of one construct."""

    def __init__(
        self,
        index: Index,
        verdicts: frozenset[str],
        typed: Typed,
        types: TypeEnvironment,
        report: Report,
        construct: tuple[str, str],
    ) -> None:
        self.index, self.typed, self.types, self.report, self.construct = index, typed, types, report, construct
        self.verdicts = verdicts
        self.variables: list[tuple[str, BaseType]] = []
        self.field = ""
        self.in_payload = False
        self.multiplied = False

    @property
    def constants(self) -> Constants:
        """Reads literals, reporting where this checker reports."""
        return Constants(self.report, self.construct, self.field)

    def fail(self, code: str, message: str, at: Position, help: Help = None) -> TypeFailure:
        """Report an error; raising what it returns leaves the expression."""
        self.report.add(code, message, at, self.construct, self.field, help)
        return TypeFailure()

    # --- entry points -------------------------------------------------------------------------------------------

    def predicate(self, expression: tree.Expression, field: str) -> Json:
        """A predicate's JSON, or ``None`` after reporting."""
        self.field, self.in_payload = field, False
        try:
            return self._whole(expression)
        except TypeFailure:
            return None

    def payload(self, node: tree.TypeNode | None, value: tree.Expression, field: str, at: Position) -> Json:
        """``{type, value}`` of a verdict that is produced ``at`` a place, or ``None`` after reporting."""
        self.field, self.in_payload, self.multiplied = field, True, False
        try:
            return self._payload(node, value, at)
        except TypeFailure:
            return None

    def _payload(self, node: tree.TypeNode | None, value: tree.Expression, at: Position) -> Json:
        declared = None if node is None else self.types.resolve(node, self.report, self.construct, self.field)
        if node is not None and declared is None:
            raise TypeFailure
        if isinstance(value, tree.Literal):
            return self._constant_payload(value, declared)
        term = self._term(value, declared)
        declared = declared or term.type
        if isinstance(declared, TextType) and declared.max_length is None and isinstance(term.type, TextType):
            declared = term.type
        if not operators.assignable(term.type, declared):
            message = f"the payload is declared {described(declared)}, but the value is {described(term.type)}"
            raise self.fail("type_error", message, term.at)
        is_product = isinstance(value, tree.Binary) and value.operator == "*" and isinstance(declared, IntType)
        if (is_product or self.multiplied) and not operators.contains(declared, term.type):
            message = f"the product ranges over {described(term.type)}, which {described(declared)} does not contain"
            # The public suite places it at 'produce'.
            raise self.fail("product_range", message, at, "declare a wider payload")
        return {"type": type_to_json(declared), "value": term.json}

    def _constant_payload(self, value: tree.Literal, declared: BaseType | None) -> Json:
        if declared is None:
            declared = self.constants.literal_type(value, None)
        if isinstance(declared, TextType) and declared.max_length is None and value.kind == "text":
            declared = TextType(max(1, len(value.value)))
        constant = self.constants.checked(value, declared)
        return {"type": type_to_json(declared), "value": structured(constant, declared)}

    # --- predicates ---------------------------------------------------------------------------------------------

    def _whole(self, expression: tree.Expression) -> Json:
        """A predicate that stands alone; a Bool is compared there, as interchange has no bare one (§14.2.1)."""
        json = self._predicate(expression)
        assert isinstance(json, Mapping)
        return json if _BARE.isdisjoint(json) else {"left": json, "op": "=", "right": dict(_TRUE)}

    def _predicate(self, expression: tree.Expression) -> Json:
        match expression:
            case tree.Binary("and" | "or" as operator, left, right, _):
                return self._both({"op": operator}, left, right)
            case tree.Binary(operator, _, _, _) if operator in operators.COMPARISONS:
                return self._comparison(expression)
            case tree.Not(operand, _):
                return {"op": "not", "operand": self._predicate(operand)}
            case tree.Quantifier():
                return self._quantified(expression)
            case tree.Present(name, strict):
                return self._present(name, strict)
            case _:
                term = self._term(expression, None)
                if not isinstance(term.type, BoolType):
                    raise self.fail("type_error", f"expected a predicate, found {described(term.type)}", term.at)
                return term.json

    def _both(self, json: dict[str, Json], left: tree.Expression, right: tree.Expression) -> Json:
        """Check both sides, so that an error on the left does not hide one on the right."""
        results: list[Json] = []
        failed = False
        for side in (left, right):
            try:
                results.append(self._predicate(side))
            except TypeFailure:
                failed = True
        if failed:
            raise TypeFailure
        return {"left": results[0], **json, "right": results[1]}

    def _present(self, name: tree.Word, strict: bool) -> Json:
        if not strict and name.text not in self.verdicts and name.text in self.index["Fact"]:
            # A declared fact is always present: assembly aborts without it (§5.2).
            return dict(_TRUE)
        return {"verdict_present": name.text}

    def _quantified(self, node: tree.Quantifier) -> Json:
        domain = self._reference(node.domain)
        if not isinstance(domain.type, ListType):
            name = ".".join(part.text for part in node.domain.parts)
            message = f"'{name}' is {described(domain.type)}; a quantifier ranges over a list"
            raise self.fail("type_error", message, node.domain.at)
        element = domain.type.element
        if node.variable_type is not None:
            written = self.types.resolve(node.variable_type, self.report, self.construct, self.field)
            if written is None:
                raise TypeFailure
            if written != element:
                message = f"'{node.variable.text}' is {described(written)}, but the list holds {described(element)}"
                raise self.fail("type_error", message, node.variable.at)
        if not self.types.written(element):
            message = "the types of the bundle are too large when they are written out"
            raise self.fail("too_large", message, node.domain.at, "range over large types less often")
        self.variables.append((node.variable.text, element))
        try:
            body = self._whole(node.body)
        finally:
            self.variables.pop()
        return {
            "body": body,
            "domain": domain.json,
            "quantifier": node.kind,
            "variable": node.variable.text,
            "variable_type": type_to_json(element),
        }

    def _comparison(self, node: tree.Binary) -> Json:
        left, right = self._operands(node)
        if not operators.comparable(left.type, node.operator, right.type):
            message = f"{described(left.type)} {node.operator} {described(right.type)} is not defined (§4.2)"
            raise self.fail("type_error", message, left.at)
        json: dict[str, Json] = {"left": left.json, "op": node.operator, "right": right.json}
        promoted = _comparison_type(left, right)
        if promoted is not None:
            json["comparison_type"] = type_to_json(promoted)
        return json

    def _operands(self, node: tree.Binary) -> tuple[Term, Term]:
        """Both sides, a literal typed by the side across."""
        if isinstance(node.left, tree.Literal) and not isinstance(node.right, tree.Literal):
            right = self._term(node.right, None)
            return self._term(node.left, right.type), right
        try:
            left = self._term(node.left, None)
        except TypeFailure:
            # What is wrong on the right is reported too; a literal there means nothing without its left.
            if not isinstance(node.right, tree.Literal):
                self._term(node.right, None)
            raise
        return left, self._term(node.right, left.type)

    # --- terms --------------------------------------------------------------------------------------------------

    def _term(self, expression: tree.Expression, beside: BaseType | None) -> Term:
        match expression:
            case tree.Reference():
                return self._reference(expression)
            case tree.Literal():
                return self.constants.term(expression, beside)
            case tree.Binary("+" | "-", _, _, _):
                return self._sum(expression)
            case tree.Binary("*", _, _, _):
                return self._product(expression)
            case tree.Length(operand, at):
                items = self._list(operand, "len")
                assert isinstance(items.type, ListType)
                return Term({"op": "len", "operand": items.json}, IntType(0, items.type.maximum), at)
            case tree.Index():
                return self._element(expression)
            case other:
                message = "a predicate cannot stand where a value is needed"
                raise self.fail("type_error", message, tree.start(other))

    def _reference(self, node: tree.Reference) -> Term:
        head, *path = node.parts
        variable = next((base for name, base in reversed(self.variables) if name == head.text), None)
        root = variable if variable is not None else self._fact_type(head)
        if not path:
            return Term({"fact_ref": head.text}, root, head.at)
        base_type = root
        for part in path:
            base_type = self._member(base_type, part)
        dotted = ".".join(part.text for part in path)
        return Term({"field_ref": {"field": dotted, "var": head.text}}, base_type, head.at)

    def _fact_type(self, name: tree.Word) -> BaseType:
        if name.text not in self.index["Fact"]:
            help: Help = did_you_mean(name.text, self.index["Fact"], [variable for variable, _ in self.variables])
            if name.text in self.verdicts:
                help = f"'{name.text}' is a verdict: test it with verdict_present({name.text})"
            elif name.text in self.index["Entity"]:
                help = "the state of an entity is no predicate term: effects name source states (§10.6)"
            raise self.fail("unknown_fact", f"the fact '{name.text}' is not declared", name.at, help)
        if name.text not in self.typed.fact_types:
            raise TypeFailure  # its own type was reported
        return self.typed.fact_types[name.text]

    def _member(self, base_type: BaseType, name: tree.Word) -> BaseType:
        match base_type:
            case RecordType(members) | TaggedUnionType(members):
                if name.text in members:
                    return members[name.text]
                message, help = f"{described(base_type)} has no field '{name.text}'", did_you_mean(name.text, members)
                raise self.fail("unknown_field", message, name.at, help)
            case _:
                message = f"{described(base_type)} has no fields"
                raise self.fail("unknown_field", message, name.at)

    def _sum(self, node: tree.Binary) -> Term:
        left, right = self._operands(node)
        base_type = operators.additive_type(left.type, node.operator, right.type)
        if base_type is None:
            message = f"{described(left.type)} {node.operator} {described(right.type)} is not defined (§4.2)"
            raise self.fail("type_error", message, left.at)
        json = {"left": left.json, "op": node.operator, "result_type": type_to_json(base_type), "right": right.json}
        return Term(json, base_type, left.at)

    def _product(self, node: tree.Binary) -> Term:
        left, right = self._term(node.left, None), self._term(node.right, None)
        if left.literal is not None and right.literal is None:
            left, right = right, left
        if not isinstance(left.type, operators.NUMERIC) or not isinstance(right.type, operators.NUMERIC):
            message = f"{described(left.type)} * {described(right.type)} is not defined (§4.2)"
            raise self.fail("type_error", message, left.at)
        assert isinstance(left.type, operators.NUMERIC)
        if right.literal is not None:
            return self._scaled(left, right)
        if not self.in_payload:
            message = "two variables may not be multiplied in a predicate; one factor must be a literal (§10.4)"
            help = "compute it in the payload of a rule, or bring it as a fact"
            raise self.fail("variable_product", message, left.at, help)
        if not isinstance(left.type, IntType) or not isinstance(right.type, IntType):
            raise self.fail("variable_product", "only two Int facts may be multiplied with each other (§7.1)", left.at)
        assert isinstance(left.type, IntType)
        assert isinstance(right.type, IntType)
        self.multiplied = True
        product = numeric.int_product_type(left.type, right.type)
        json = {"left": left.json, "op": "*", "result_type": type_to_json(product), "right": right.json}
        return Term(json, product, left.at)

    def _scaled(self, left: Term, right: Term) -> Term:
        assert isinstance(left.type, (IntType, DecimalType))
        assert right.literal is not None
        assert isinstance(right.json, Mapping)
        factor = right.literal.value
        value = factor if isinstance(factor, int) else numeric.parse_decimal(factor)
        assert value is not None
        base_type = numeric.product_type(left.type, value)
        json = {"left": left.json, "literal": right.json["literal"], "op": "*", "result_type": type_to_json(base_type)}
        return Term(json, base_type, left.at)

    def _list(self, operand: tree.Expression, operator: str) -> Term:
        items = self._term(operand, None)
        if not isinstance(items.type, ListType):
            raise self.fail("type_error", f"'{operator}' needs a list, not {described(items.type)}", items.at)
        return items

    def _element(self, node: tree.Index) -> Term:
        items = self._list(node.operand, "[…]")
        assert isinstance(items.type, ListType)
        index = self._term(node.index, None)
        if not isinstance(index.type, IntType):
            raise self.fail("type_error", f"an index is Int, not {described(index.type)}", index.at)
        assert isinstance(index.type, IntType)
        longest = items.type.maximum
        too_high = longest is not None and index.type.minimum is not None and index.type.minimum >= longest
        if too_high or (index.type.maximum is not None and index.type.maximum < 0):
            raise self.fail("type_error", f"the index lies outside every list of at most {longest} elements", index.at)
        position: Json = index.literal.value if index.literal is not None else index.json
        return Term({"index": position, "op": "index", "operand": items.json}, items.type.element, items.at)


_TRUE: Mapping[str, Json] = {"literal": True, "type": {"base": "Bool"}}
_BARE = frozenset({"fact_ref", "field_ref", "literal", "index"})
"""What only a Bool that is no comparison has."""


def _comparison_type(left: Term, right: Term) -> BaseType | None:
    """The promoted type that a comparison carries: for money, across Int and Decimal, and for arithmetic (§14.2)."""
    match left.type, right.type:
        case (MoneyType(), _):
            return left.type
        case (IntType(), IntType()):
            return _hull(left.type, right.type) if _is_arithmetic(left) or _is_arithmetic(right) else None
        case (IntType() | DecimalType(), IntType() | DecimalType()):
            crosses = type(left.type) is not type(right.type)
            if crosses or _is_arithmetic(left) or _is_arithmetic(right):
                return numeric.sum_type(left.type, right.type, 1)
            return None
        case _:
            return None


def _is_arithmetic(term: Term) -> bool:
    return isinstance(term.json, Mapping) and "result_type" in term.json


def _hull(left: IntType, right: IntType) -> IntType:
    """The smallest range that holds both."""
    return IntType(_extreme(min, left.minimum, right.minimum), _extreme(max, left.maximum, right.maximum))


def _extreme(choose: Callable[[int, int], int], left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else choose(left, right)
