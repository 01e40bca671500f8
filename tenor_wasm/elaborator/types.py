"""Pass 3: the type environment (§14.2): declared types resolved, cycles found, every reference inlined.

A written type becomes its interchange JSON, with the place of each part remembered; ``values.types.parse_type`` then
checks it as it checks every type, and its findings are led back to their places in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Position, Report, did_you_mean
from tenor_wasm.elaborator.index import Index
from tenor_wasm.errors import Findings, Json
from tenor_wasm.values.types import BaseType, parse_type, type_to_json

_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "Bool": (),
    "Int": ("min", "max"),
    "Decimal": ("precision", "scale"),
    "Text": ("max_length",),
    "Enum": ("values",),
    "Date": (),
    "DateTime": (),
    "Money": ("currency",),
    "Duration": ("unit", "min", "max"),
    "Record": ("fields",),
    "TaggedUnion": ("variants",),
    "List": ("element_type", "max"),
}
"""Base type → its arguments in the order in which they may be given by position."""


class TypeEnvironment:
    """Declared types by name, fully expanded."""

    def __init__(self, declared: Mapping[str, BaseType]) -> None:
        self.declared = declared

    def resolve(
        self,
        node: tree.TypeNode,
        report: Report,
        construct: tuple[str, str] | None,
        field: str | None,
        at: Position | None = None,
    ) -> BaseType | None:
        """The type that a node writes, or ``None`` after reporting what is wrong with it.

        Errors stand where the type is at fault, or all ``at`` one place.
        """
        return _Writer(self.declared, report, construct, field, at).resolve(node)


def build_types(index: Index, report: Report) -> TypeEnvironment:
    """Resolve every TypeDecl (§4.5). Cycles and unknown references are pass 3 errors."""
    blocks = index["TypeDecl"]
    declared: dict[str, BaseType] = {}
    for name in _in_order(blocks, report):
        node = tree.TypeNode(tree.Word("Record", blocks[name].name.at), {}, blocks[name].get("members"))
        resolved = _Writer(declared, report, ("TypeDecl", name), "type.fields").resolve(node)
        if resolved is not None:
            declared[name] = resolved
    return TypeEnvironment(declared)


def _in_order(blocks: Mapping[str, tree.Block], report: Report) -> list[str]:
    """Names with every type after those that it mentions; types on a cycle are reported and left out."""
    order: list[str] = []
    state: dict[str, str] = {}
    for root in blocks:
        if root in state:
            continue
        path = [root]
        state[root] = "open"
        pending = [iter(_mentions(blocks[root].get("members"), ""))]
        while pending:
            mention = next(pending[-1], None)
            if mention is None:
                pending.pop()
                name = path.pop()
                if state[name] == "open":
                    state[name] = "done"
                    order.append(name)
            elif mention[0] not in blocks:
                continue
            elif state.get(mention[0]) in ("open", "cyclic") and mention[0] in path:
                _report_cycle(path, mention, blocks, report)
                state.update(dict.fromkeys(path[path.index(mention[0]) :], "cyclic"))
            elif mention[0] not in state:
                path.append(mention[0])
                state[mention[0]] = "open"
                pending.append(iter(_mentions(blocks[mention[0]].get("members"), "")))
    return order


Mention = tuple[str, str]
"""A mentioned type name and the field that mentions it."""


def _mentions(members: tuple[tuple[tree.Word, tree.TypeNode], ...], prefix: str) -> list[Mention]:
    found: list[Mention] = []
    for name, node in members:
        found += _mentions_of(node, prefix + name.text)
    return found


def _mentions_of(node: tree.TypeNode, field: str) -> list[Mention]:
    found: list[Mention] = [(node.name.text, field)] if node.name.text not in _ARGUMENTS else []
    for value in node.arguments.values():
        if isinstance(value, tree.TypeNode):
            found += _mentions_of(value, field)
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
            found += _mentions(value, field + ".")
    return found + (_mentions(node.members, field + ".") if node.members else [])


def _report_cycle(path: list[str], mention: Mention, blocks: Mapping[str, tree.Block], report: Report) -> None:
    cycle = [*path[path.index(mention[0]) :], mention[0]]
    report.add(
        "type_cycle",
        f"type cycle: {' → '.join(cycle)}",
        blocks[path[-1]].at,
        ("TypeDecl", path[-1]),
        f"type.fields.{mention[1]}",
        "a type may not contain itself; refer to it by an id field instead",
    )


class _Writer:
    """Writes one type as JSON and remembers the place of each part."""

    def __init__(
        self,
        declared: Mapping[str, BaseType],
        report: Report,
        construct: tuple[str, str] | None,
        field: str | None,
        at: Position | None = None,
    ) -> None:
        self.declared, self.report, self.construct, self.field = declared, report, construct, field
        self.at = at
        self.places: dict[str, Position] = {}
        self.complete = True

    def resolve(self, node: tree.TypeNode) -> BaseType | None:
        """The checked type."""
        json = self.write(node, "")
        if not self.complete:
            return None
        findings = Findings()
        resolved = parse_type(json, None, findings)
        for finding in findings.faults:
            self.fault(finding.code, finding.message, self._place(finding.path, node))
        return None if findings.faults else resolved

    def _place(self, path: str, node: tree.TypeNode) -> Position:
        """The place of the part that a pointer names, or of the nearest part around it."""
        while path and path not in self.places:
            path = path.rpartition("/")[0]
        return self.places.get(path, node.name.at)

    def fault(self, code: str, message: str, at: Position, help: str | None = None) -> None:
        """Report an error; the type is not usable then."""
        self.complete = False
        self.report.add(code, message, self.at or at, self.construct, self.field, help)

    def write(self, node: tree.TypeNode, path: str) -> Json:
        """The interchange form of a type node."""
        self.places[path] = node.name.at
        name = node.name.text
        parameters = _ARGUMENTS.get(name)
        if parameters is None:
            return self._referenced(node)
        json: dict[str, Json] = {"base": name}
        if node.members is not None and name not in ("Record", "TaggedUnion"):
            self.fault("invalid_type", f"{name} has no members", node.name.at)
        elif node.members is not None:
            json[parameters[0]] = self._members(node.members, f"{path}/{parameters[0]}")
        for key, value in node.arguments.items():
            parameter = key if key in parameters else self._by_position(key, parameters)
            if parameter is None:
                known = ", ".join(parameters) or "none"
                self.fault("invalid_type", f"{name} has no argument '{key}'; it has {known}", node.name.at)
                continue
            json[parameter] = self._argument(value, f"{path}/{parameter}", node.name.at)
        return json

    @staticmethod
    def _by_position(key: str, parameters: tuple[str, ...]) -> str | None:
        return parameters[int(key)] if key.isdecimal() and int(key) < len(parameters) else None

    def _referenced(self, node: tree.TypeNode) -> Json:
        name = node.name.text
        if node.arguments or node.members is not None:
            known = (*_ARGUMENTS, *self.declared)
            self.fault("unknown_type", f"unknown type '{name}'", node.name.at, did_you_mean(name, known))
            return None
        declared = self.declared.get(name)
        if declared is None:
            help = did_you_mean(name, (*_ARGUMENTS, *self.declared))
            self.fault("unknown_type", f"unknown type '{name}'", node.name.at, help)
            return None
        return type_to_json(declared)

    def _members(self, members: tuple[tuple[tree.Word, tree.TypeNode], ...], path: str) -> Json:
        json: dict[str, Json] = {}
        for name, node in members:
            if name.text in json:
                self.fault("duplicate_field", f"the field '{name.text}' is declared twice", name.at)
            json[name.text] = self.write(node, f"{path}/{name.text}")
        return json

    def _argument(self, value: Any, path: str, at: Position) -> Json:
        self.places[path] = getattr(value, "at", at)
        if isinstance(value, tree.TypeNode):
            # A bare word may be a unit or a currency as well as a type.
            plain = not value.arguments and value.members is None and path.endswith(("/unit", "/currency"))
            return value.name.text if plain else self.write(value, path)
        if isinstance(value, tree.Word):
            return value.text
        if isinstance(value, tree.Literal):
            return value.value
        if isinstance(value, tuple) and value and isinstance(value[0], tuple):
            return self._members(value, path)
        return [item.text for item in value]
