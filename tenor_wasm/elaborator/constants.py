"""Literals and defaults of the source in their interchange forms, checked against their types (§13.5, §14.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Help, Position, Report, did_you_mean
from tenor_wasm.errors import Findings, Json, shown
from tenor_wasm.values import numeric
from tenor_wasm.values.codec import INVALID, decode_literal
from tenor_wasm.values.printing import plain_json
from tenor_wasm.values.types import (
    MAX_DIGITS,
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TaggedUnionType,
    TextType,
    described,
    type_to_json,
)

MONEY_PRECISION, MONEY_SCALE = 10, 2
"""How amounts of money are written in interchange: ``decimal_value`` of this scale, of this precision or more."""


class TypeFailure(Exception):  # noqa: N818 - it leaves an expression, the report holds the error
    """Raised after a report, to leave the expression that cannot be typed."""


class Term(NamedTuple):
    """A materialized term."""

    json: Json
    type: BaseType
    at: Position
    literal: tree.Literal | None = None


class Constants:
    """Literals and defaults in their interchange forms, checked against their types."""

    def __init__(self, report: Report, construct: tuple[str, str], field: str) -> None:
        self.report, self.construct, self.field = report, construct, field

    def fail(self, code: str, message: str, at: Position, help: Help = None) -> TypeFailure:
        """Report an error; raising what it returns leaves the expression."""
        self.report.add(code, message, at, self.construct, self.field, help)
        return TypeFailure()

    def plain(self, literal: tree.Literal, base_type: BaseType) -> Json:
        """A literal as facts are written, not yet checked; decimals rounded half to even to their scale (§13.4)."""
        match literal.kind, base_type:
            case (("text" | "decimal" | "int"), DecimalType()):
                return self._decimal(literal, base_type)
            case ("money", MoneyType()):
                return self._money(literal)
            case ("decimal", _):
                raise self.fail("type_error", f"expected {described(base_type)}, found {literal.value}", literal.at)
            case (("record" | "money"), RecordType(fields)):
                return self._record(literal, fields)
            case ("record", DurationType()):
                return {name: member.value.value for name, member in literal.value.items()}
            case ("tagged", TaggedUnionType(variants)):
                tag, payload = literal.value
                if tag.text not in variants:
                    help = did_you_mean(tag.text, variants)
                    raise self.fail("unknown_variant", f"'{tag.text}' is no tag of the union", tag.at, help)
                return {"tag": tag.text, "payload": self.plain(payload, variants[tag.text])}
            case ("list", ListType(element, _)):
                return [self.plain(item, element) for item in literal.value]
            case (("list" | "record" | "tagged" | "money"), _):
                word = "money" if literal.kind == "money" else f"a {literal.kind} value"
                raise self.fail("type_error", f"expected {described(base_type)}, found {word}", literal.at)
            case (("text" | "int" | "decimal" | "bool" | "word"), MoneyType(currency)):
                message = f"expected {described(base_type)}, found {_shown(literal)}"
                form = f'write Money {{ amount: "10.00", currency: "{currency}" }}'
                raise self.fail("type_error", message, literal.at, form)
            case (("text" | "int" | "decimal" | "bool" | "word"), RecordType() | ListType() | TaggedUnionType()):
                message = f"expected {described(base_type)}, found {_shown(literal)}"
                raise self.fail("type_error", message, literal.at, _FORMS[type(base_type)])
            case ("word", _) if not isinstance(base_type, EnumType):
                message = f"expected {described(base_type)}, found {_shown(literal)}"
                quotes = "texts stand in double quotes"
                truth = did_you_mean(literal.value, ("true", "false"), otherwise="write true or false")
                raise self.fail("type_error", message, literal.at, truth if base_type == BoolType() else quotes)
            case _:
                value: Json = literal.value
                return value

    def _record(self, literal: tree.Literal, fields: Mapping[str, BaseType]) -> Json:
        unknown = [member.name for name, member in literal.value.items() if name not in fields]
        for name in unknown:
            help = did_you_mean(name.text, fields)
            self.report.add(
                "unknown_field", f"the record has no field '{name.text}'", name.at, self.construct, self.field, help
            )
        if unknown:
            raise TypeFailure
        return {name: self.plain(member.value, fields[name]) for name, member in literal.value.items()}

    def _decimal(self, literal: tree.Literal, declared: DecimalType) -> str:
        value = numeric.parse_decimal(str(literal.value), max(MAX_DIGITS, declared.precision))
        if value is None:
            raise self.fail("type_error", f"'{literal.value}' is not a decimal", literal.at)
        rounded = numeric.rounded(value, declared.scale)
        if not numeric.fits(rounded, declared):
            message = f"{literal.value} does not fit {described(declared)}"
            raise self.fail("decimal_precision", message, literal.at)
        return numeric.print_decimal(rounded)

    def _money(self, literal: tree.Literal) -> Json:
        amount, currency = literal.value.get("amount"), literal.value.get("currency")
        if amount is None or currency is None or len(literal.value) != 2:
            raise self.fail("type_error", 'write money as Money { amount: "10.00", currency: "USD" }', literal.at)
        written = amount.value
        if written.kind == "tagged" and written.value[0].text == "Decimal":  # Decimal(10.00), as in §D.3
            written = written.value[1]
        value = numeric.parse_decimal(str(written.value)) if written.kind in ("text", "int", "decimal") else None
        if value is None:
            found = f"'{written.value}'" if isinstance(written.value, (str, int)) else f"a {written.kind} value"
            raise self.fail("type_error", f"{found} is not an amount", written.at, 'write it as "10.00"')
        rounded = numeric.rounded(value, MONEY_SCALE)
        return {"amount": numeric.print_decimal(rounded), "currency": currency.value.value}

    def checked(self, literal: tree.Literal, base_type: BaseType) -> Any:
        """The value of a literal; every misfit is reported."""
        plain = self.plain(literal, base_type)
        findings = Findings()
        value = decode_literal(plain, base_type, None, findings)
        for finding in findings.faults:
            at = _place(literal, finding.path)
            help: Help = None
            if isinstance(base_type, EnumType) and finding.code == "not_in_enum":
                help = did_you_mean(literal.value, base_type.values)
            self.report.add(finding.code, finding.message, at, self.construct, self.field, help)
        if value is INVALID:
            raise TypeFailure
        return value

    def default(self, literal: tree.Literal, base_type: BaseType) -> Json:
        """The interchange form of a fact's default."""
        value = self.checked(literal, base_type)
        match base_type:
            case BoolType():
                return {"kind": "bool_literal", "value": value}
            case IntType() | DurationType():
                return {"kind": "int_literal", "value": value}
            case _:
                return structured(value, base_type)

    def term(self, literal: tree.Literal, beside: BaseType | None) -> Term:
        """A literal in an expression, typed by what it is compared with where that decides (§13.5)."""
        base_type = self.literal_type(literal, beside)
        value = self.checked(literal, base_type)
        match base_type:
            case DurationType():
                json: Json = value
            case MoneyType():
                json = money_value(value, base_type)
            case _:
                json = structured(value, base_type)
        return Term({"literal": json, "type": type_to_json(base_type)}, base_type, literal.at, literal)

    def literal_type(self, literal: tree.Literal, beside: BaseType | None) -> BaseType:
        match literal.kind, beside:
            case ("bool", _):
                return BoolType()
            case ("int", DurationType(unit, _, _)):
                return DurationType(unit, literal.value, literal.value)
            case ("int", _):
                return IntType(literal.value, literal.value)
            case ("decimal", _):
                value = numeric.parse_decimal(literal.value)
                if value is None:
                    message = "a decimal has at most 28 significant digits (§13.6)"
                    raise self.fail("decimal_precision", message, literal.at)
                declared = numeric.literal_type(value)
                assert isinstance(declared, DecimalType)
                return declared
            case ("text", EnumType() | DateType() | DateTimeType() | DecimalType()):
                assert beside is not None
                return beside
            case ("text", _):
                return TextType(max(1, len(literal.value)))
            case ("money", _):
                currency = literal.value.get("currency")
                return MoneyType(str(currency.value.value) if currency else "")
            case ("tagged", _) if not isinstance(beside, TaggedUnionType):
                tag: tree.Word = literal.value[0]
                raise self.fail(
                    "no_functions",
                    f"'{tag.text}' is no function: the language has no built-in functions (§15.5)",
                    tag.at,
                    "let the value come in as a fact",
                )
            case (_, None):
                raise self.fail("type_error", "this literal needs something to be compared with", literal.at)
            case _:
                assert beside is not None
                return beside


_FORMS: Mapping[type[BaseType], str] = {
    RecordType: "write { field: value }",
    ListType: "write [value, value]",
    TaggedUnionType: "write tag(value)",
}


def _shown(literal: tree.Literal) -> str:
    """A plain literal for a message."""
    if literal.kind == "word":
        return f"the name '{literal.value}'"
    return shown(literal.value) if literal.kind != "decimal" else f"the number {literal.value}"


def _place(literal: tree.Literal, path: str) -> Position:
    """The place of the part of a literal that a JSON Pointer names, or of the nearest part around it."""
    for step in path.split("/")[1:]:
        match literal.kind, literal.value:
            case "list", tuple(items) if step.isdecimal() and int(step) < len(items):
                literal = items[int(step)]
            case (("record" | "money"), dict(members)) if step in members:
                literal = members[step].value
            case "tagged", (_, tree.Literal() as payload) if step == "payload":
                literal = payload
            case _:
                break
    return literal.at


def structured(value: Any, base_type: BaseType) -> Json:
    """A value as a bundle writes it: decimals and money with their precision, inside records and lists too (§14.2)."""
    match base_type:
        case DecimalType():
            return decimal_value(numeric.print_decimal(value), base_type)
        case MoneyType():
            return {**money_value(value, base_type), "kind": "money_value"}
        case RecordType(fields):
            return {name: structured(value[name], fields[name]) for name in fields}
        case TaggedUnionType(variants):
            return {"payload": structured(value.payload, variants[value.tag]), "tag": value.tag}
        case ListType(element, _):
            return [structured(item, element) for item in value]
        case _:
            return plain_json(value, base_type)


def decimal_value(text: str, declared: DecimalType) -> dict[str, Json]:
    """The structured form of a decimal."""
    return {"kind": "decimal_value", "precision": declared.precision, "scale": declared.scale, "value": text}


def money_value(value: Any, declared: MoneyType) -> dict[str, Json]:
    """The structured form of money, without its kind."""
    text = numeric.print_decimal(value)
    digits = len(text.replace("-", "").replace(".", "").lstrip("0"))
    amount = decimal_value(text, DecimalType(max(MONEY_PRECISION, digits), MONEY_SCALE))
    return {"amount": amount, "currency": declared.currency}
