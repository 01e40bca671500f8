"""The names of a contract, for an editor: where each is declared and where it is mentioned, errors or not.

What cannot be read is passed over: the passes say what is wrong (§14.2), this says what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.bundle import FileProvider, assemble
from tenor_wasm.elaborator.cursor import KINDS
from tenor_wasm.elaborator.diagnostics import Position, Report
from tenor_wasm.elaborator.parse import block_fields
from tenor_wasm.elaborator.tokens import WORD_OPERATORS
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.values.types import NAMES

TYPE_NAMES = tuple(NAMES.values())


@dataclass(frozen=True, slots=True)
class Name:
    """A name where it stands. ``scope`` is what it is known in: a state's entity, a step's flow or parallel branch."""

    kind: str
    id: str
    at: Position
    declares: bool = False
    scope: str = ""


def outline(root: str, read: FileProvider) -> tuple[Name, ...]:
    """Every name in the file ``root`` and what it imports, in the order of reading."""
    try:
        sources = assemble(root, read, Report(0), Report(1))
        names = [name for block in sources.constructs for name in _construct(block)]
    except RecursionError:
        raise TenorError("too_deep", f"'{root}' is nested too deeply; split its longest expression") from None
    known = {(name.kind, name.id) for name in names if name.declares}
    return tuple(_settled(name, known) for name in names)


def _settled(name: Name, known: set[tuple[str, str]]) -> Name:
    """``name present`` may ask for a fact, too."""
    is_fact = name.kind == "verdict" and (name.kind, name.id) not in known and ("fact", name.id) in known
    return replace(name, kind="fact") if is_fact else name


def vocabulary() -> dict[str, Json]:
    """The words of the language, for an editor.

    ``constructs`` and ``blocks`` give the fields of each; ``names`` says of what kind the names in a field are.
    """
    fields = block_fields()
    return {
        "constructs": {word: list(fields.get(kind, ())) for word, kind in KINDS.items()},
        "blocks": {kind: list(names) for kind, names in fields.items() if kind not in KINDS.values()},
        "names": dict(_KINDS_OF_NAMES),
        "types": list(TYPE_NAMES),
        "operators": sorted(WORD_OPERATORS),
    }


_KINDS_OF_NAMES: Mapping[str, str] = {
    "op": "operation",
    "flow": "flow",
    "persona": "persona",
    "from_persona": "persona",
    "to_persona": "persona",
    "allowed_personas": "persona",
    "parent": "entity",
    "instance_key": "fact",
    "initial": "state",
    "states": "state",
    "transitions": "state",
    "effects": "entity",
    "entry": "step",
    "next": "step",
    "if_true": "step",
    "if_false": "step",
    "on_success": "step",
    "on_all_success": "step",
    "on_all_complete": "step",
    "when": "verdict",
    "condition": "verdict",
    "precondition": "verdict",
    "type": "type",
}
"""Field → the kind of the names that stand in it; expressions mention facts beside verdicts, effects states."""

_CONSTRUCT_KINDS: Mapping[str, str] = {kind: "type" if word == "type" else word for word, kind in KINDS.items()}
_STEP_FIELDS = frozenset(name for name, kind in _KINDS_OF_NAMES.items() if kind == "step")


def _mention(kind: str, word: Word, scope: str = "") -> Name:
    return Name(kind, word.text, word.at, False, scope)


def _construct(block: Block) -> Iterator[Name]:
    kind = _CONSTRUCT_KINDS[block.kind]
    yield Name(kind, block.name.text, block.name.at, True)
    if kind == "type":
        yield from _members(block.get("members"))
    elif kind not in ("system", "source"):
        yield from _fields(block, block.name.text)


def _fields(block: Block, scope: str) -> Iterator[Name]:
    """The names in the fields of a construct, step, branch, join or handler."""
    for field_name, found in block.fields.items():
        read = _READERS.get(field_name)
        if read is not None:
            yield from read(found.value, scope)
            continue
        kind = _KINDS_OF_NAMES.get(field_name)
        if kind is not None:
            yield from (_mention(kind, word) for word in _words(found.value))


def _words(value: Any) -> Iterator[Word]:
    if isinstance(value, Word):
        yield value
    elif isinstance(value, tuple):
        yield from (word for word in value if isinstance(word, Word))


def _states(value: tuple[Word, ...], scope: str) -> Iterator[Name]:
    return (Name("state", word.text, word.at, True, scope) for word in value)


def _in_scope(value: Any, scope: str) -> Iterator[Name]:
    return (_mention("state", word, scope) for word in _words(value))


def _transitions(value: tuple[tuple[Word, Word], ...], scope: str) -> Iterator[Name]:
    return (_mention("state", word, scope) for pair in value for word in pair)


def _effects(value: tuple[tuple[Word, ...], ...], _: str) -> Iterator[Name]:
    for entity, source, target, *_outcome in value:
        yield _mention("entity", entity)
        yield from (_mention("state", state, entity.text) for state in (source, target))


def _produce(value: tuple[Word, tree.TypeNode | None, tree.Expression], scope: str) -> Iterator[Name]:
    verdict, base_type, payload = value
    yield Name("verdict", verdict.text, verdict.at, True)
    if base_type is not None:
        yield from _type(base_type, scope)
    yield from _expression(payload, scope)


def _steps(value: tuple[Block, ...], scope: str) -> Iterator[Name]:
    for step in value:
        # The steps of a compensation have no names.
        if step.name.text:
            yield Name("step", step.name.text, step.name.at, True, scope)
        inner = f"{scope}/{step.name.text}"
        for branch in step.get("branches") or ():
            label = branch.get("id")
            yield from _fields(branch, f"{inner}/{label.text if label is not None else ''}")
        yield from _fields(step, scope)


def _block(value: Block | Word | None, scope: str) -> Iterator[Name]:
    """A handler, a join, or a target, which is a step where it is no ``Terminal``."""
    if isinstance(value, Word):
        yield _mention("step", value, scope)
    elif value is not None:
        yield from _fields(value, scope)


def _routes(value: tuple[Any, ...], scope: str) -> Iterator[Name]:
    """The outcomes of a step with their targets; those of an operation are words of its own."""
    for route in value:
        if not isinstance(route, Word):
            yield from _block(route[1], scope)


def _type(node: Any, scope: str) -> Iterator[Name]:
    if not isinstance(node, tree.TypeNode):
        return
    if node.members is None and not node.arguments and node.name.text not in TYPE_NAMES:
        yield _mention("type", node.name)
    yield from _members(node.members)
    for argument in node.arguments:
        if isinstance(argument.value, tree.TypeNode):
            yield from _type(argument.value, scope)
        elif isinstance(argument.value, tuple):
            yield from _members(argument.value)


def _members(members: Any) -> Iterator[Name]:
    for member in members or ():
        if isinstance(member, tuple):
            yield from _type(member[1], "")


def _expression(expression: tree.Expression, _: str, bound: frozenset[str] = frozenset()) -> Iterator[Name]:
    match expression:
        case tree.Reference(parts):
            if parts[0].text not in bound:
                yield _mention("fact", parts[0])
        case tree.Present(name):
            yield _mention("verdict", name)
        case tree.Binary(_, left, right):
            yield from _expression(left, "", bound)
            yield from _expression(right, "", bound)
        case tree.Not(operand) | tree.Length(operand):
            yield from _expression(operand, "", bound)
        case tree.Index(operand, index):
            yield from _expression(operand, "", bound)
            yield from _expression(index, "", bound)
        case tree.Quantifier():
            yield from _expression(expression.domain, "", bound)
            yield from _type(expression.variable_type, "")
            yield from _expression(expression.body, "", bound | {expression.variable.text})
        case _:
            pass


_READERS: Mapping[str, Callable[[Any, str], Iterator[Name]]] = {
    "states": _states,
    "initial": _in_scope,
    "transitions": _transitions,
    "effects": _effects,
    "produce": _produce,
    "when": _expression,
    "condition": _expression,
    "precondition": _expression,
    "type": _type,
    "steps": _steps,
    "join": _block,
    "on_failure": _block,
    "on_any_failure": _block,
    "outcomes": _routes,
    "branches": lambda _value, _scope: iter(()),  # they were read with their step
    **dict.fromkeys(_STEP_FIELDS, _block),
}
"""Field → how the names in it are found, where they are not simply its words."""
