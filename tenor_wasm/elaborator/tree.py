"""The parse tree: constructs as blocks of fields, expressions and types as nodes; every node knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tenor_wasm.elaborator.diagnostics import Position


@dataclass(frozen=True, slots=True)
class Word:
    """An identifier."""

    text: str
    at: Position


@dataclass(frozen=True, slots=True)
class Field:
    """One ``name: value`` of a block; what ``value`` holds depends on the field (see the tables in ``parse.py``)."""

    name: Word
    value: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A construct, step, branch, join or handler: a kind, a name where it has one, and its fields."""

    kind: str
    name: Word
    at: Position
    fields: Mapping[str, Field] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value of a field, or ``None``."""
        found = self.fields.get(name)
        return None if found is None else found.value

    def at_field(self, name: str) -> Position:
        """The place of a field's name, or of the block where the field is absent."""
        found = self.fields.get(name)
        return self.at if found is None else found.name.at

    @property
    def construct(self) -> tuple[str, str]:
        """Kind and id, as errors name them."""
        return self.kind, self.name.text


# --- types -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a type: by name, or by position (``name`` is ``None`` then)."""

    name: str | None
    value: Any
    at: Position


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A written type: a base type with arguments or members, or a reference."""

    name: Word
    arguments: tuple[Argument, ...] = ()
    members: tuple[tuple[Word, TypeNode], ...] | None = None


# --- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reference:
    """``name`` or ``name.field.field``."""

    parts: tuple[Word, ...]

    @property
    def at(self) -> Position:
        return self.parts[0].at


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: ``kind`` is bool, int, decimal, text, word, list, record, money or tagged.

    ``value`` holds it plainly: a tuple of literals for a list, field name → ``Field`` for a record and for money,
    a tag and a literal for a tagged value.
    """

    kind: str
    value: Any
    at: Position


@dataclass(frozen=True, slots=True)
class Binary:
    """A comparison, junction or arithmetic operator; ``at`` is the operator's place."""

    operator: str
    left: Expression
    right: Expression
    at: Position


@dataclass(frozen=True, slots=True)
class Not:
    """``not operand``."""

    operand: Expression
    at: Position


@dataclass(frozen=True, slots=True)
class Quantifier:
    """``forall variable in domain . body`` or ``exists …``; the type of the variable may be written."""

    kind: str
    variable: Word
    variable_type: TypeNode | None
    domain: Reference
    body: Expression
    at: Position


@dataclass(frozen=True, slots=True)
class Present:
    """``verdict_present(name)`` or ``name present``; the second form may also name a fact."""

    name: Word
    strict: bool

    @property
    def at(self) -> Position:
        return self.name.at


@dataclass(frozen=True, slots=True)
class Length:
    """``len(list)``."""

    operand: Expression
    at: Position


@dataclass(frozen=True, slots=True)
class Index:
    """``list[index]``."""

    operand: Expression
    index: Expression
    at: Position


Expression: TypeAlias = Reference | Literal | Binary | Not | Quantifier | Present | Length | Index


def start(expression: Expression) -> Position:
    """The place of the first token of an expression that names something."""
    while isinstance(expression, (Binary, Index)):
        expression = expression.left if isinstance(expression, Binary) else expression.operand
    return expression.at


def presents(expression: Expression) -> Iterator[Present]:
    """Every verdict that an expression asks for."""
    pending: list[Expression] = [expression]
    while pending:
        node = pending.pop()
        match node:
            case Present():
                yield node
            case Binary(_, left, right, _):
                pending += (right, left)
            case Not(operand, _):
                pending.append(operand)
            case Quantifier():
                pending.append(node.body)
            case _:
                pass


# --- files -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Import:
    """``import "path"``."""

    path: str
    at: Position


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One parsed file: its imports and its constructs in order."""

    name: str
    imports: tuple[Import, ...]
    constructs: tuple[Block, ...]
