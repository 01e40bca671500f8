"""Pass 3: the type environment (§14.2): declared types resolved, cycles found, every reference inlined.

A written type becomes its interchange JSON, with the place of each part remembered; ``values.types.parse_type`` then
checks it as it checks every type, and its findings are led back to their places in the source.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Help, Position, Report, did_you_mean, on_line
from tenor_wasm.elaborator.index import Index
from tenor_wasm.errors import Findings, Json, listed
from tenor_wasm.values.cycles import shown_cycle
from tenor_wasm.values.types import BaseType, ListType, RecordType, TaggedUnionType, parse_type, type_to_json

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

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    **{name: arguments for name, arguments in _ARGUMENTS.items() if name not in ("Int", "Text", "Duration")},
    "Duration": ("unit",),
}
"""Arguments that a type cannot do without. Published contracts leave the bounds of numbers and texts out; a list
without a bound would make quantifiers unbounded (§10.4, §10.5)."""

DEPTH_LIMIT = 16
"""Records, unions and lists inside each other, with every reference written out."""
PARTS_LIMIT = 1000
"""Parts of one type with every reference written out: types that mention types twice would double without end."""
BUNDLE_LIMIT = 200_000
"""Parts of all mentioned types together: a bundle holds no references, so a short source could become a huge bundle."""


class TypeEnvironment:
    """Declared types by name, fully expanded."""

    def __init__(self, declared: Mapping[str, BaseType]) -> None:
        self.declared = declared
        self.parts = 0

    def written(self, base_type: BaseType) -> bool:
        """Count a type that the bundle writes out; false when the bundle would become too large."""
        self.parts += size_of(base_type)[0]
        return self.parts <= BUNDLE_LIMIT

    def resolve(
        self,
        node: tree.TypeNode,
        report: Report,
        construct: tuple[str, str] | None,
        field: str | None,
        unknown_at: Position | None = None,
    ) -> BaseType | None:
        """The type that a node writes, or ``None`` after reporting what is wrong with it.

        Errors stand where the type is at fault; types that are not declared on the line of ``unknown_at``.
        """
        if self.parts > BUNDLE_LIMIT:
            return None  # said once
        resolved = _Writer(self.declared, report, construct, field, unknown_at).resolve(node)
        if resolved is not None and not self.written(resolved):
            message = f"the types of the bundle have more than {BUNDLE_LIMIT} parts when they are written out"
            report.add("too_large", message, node.name.at, construct, field, "mention large types less often")
            return None
        return resolved


def size_of(base_type: BaseType) -> tuple[int, int]:
    """How many parts a type has, and how deep they nest."""
    match base_type:
        case RecordType(members) | TaggedUnionType(members):
            sizes = [size_of(member) for member in members.values()]
        case ListType(element, _):
            sizes = [size_of(element)]
        case _:
            return 1, 1
    return 1 + sum(parts for parts, _ in sizes), 1 + max((depth for _, depth in sizes), default=0)


def build_types(index: Index, libraries: Container[str], report: Report) -> TypeEnvironment:
    """Resolve every TypeDecl (§4.5). Cycles and unknown references are pass 3 errors.

    ``libraries`` are the files whose types see none but those beside them (§4.6).
    """
    blocks = index["TypeDecl"]
    _check_names(blocks, report)
    beside: dict[str, set[str]] = {}
    for name, block in blocks.items():
        beside.setdefault(block.at.file, set()).add(name)
    declared: dict[str, BaseType] = {}
    for name in _in_order(blocks, report):
        block = blocks[name]
        seen, known = declared, set(blocks)
        if block.at.file in libraries:
            known = beside[block.at.file]
            seen = {other: declared[other] for other, _ in _mentions_in(block) if other in known & declared.keys()}
        # A declared type that is not there yet is at fault itself, and was reported.
        writer = _Writer(seen, report, block.construct, "type.fields", broken=known, hidden=blocks)
        resolved = writer.resolve(tree.TypeNode(tree.Word("Record", block.name.at), (), block.get("members")))
        if resolved is not None:
            declared[name] = resolved
    return TypeEnvironment(declared)


def _check_names(blocks: Mapping[str, tree.Block], report: Report) -> None:
    """A type with the name of a base type could never be mentioned: the base type would be meant."""
    for name, block in blocks.items():
        if name in _ARGUMENTS:
            message = f"'{name}' is a base type of the language and cannot be declared"
            report.add("base_type_declared", message, block.name.at, block.construct, "id", "choose another name")


def _in_order(blocks: Mapping[str, tree.Block], report: Report) -> list[str]:
    """Names with every type after those that it mentions; types on a cycle are reported and left out."""
    order: list[str] = []
    done: set[str] = set()
    for root in blocks:
        if root in done:
            continue
        path, on_path = [root], {root: 0}
        pending = [iter(_mentions_in(blocks[root]))]
        cyclic_from = len(blocks)  # the place in the path from where on everything lies on a cycle
        while pending:
            mention = next(pending[-1], None)
            if mention is None:
                pending.pop()
                name = path.pop()
                done.add(name)
                if on_path.pop(name) < cyclic_from:
                    order.append(name)
                elif len(path) == cyclic_from:
                    cyclic_from = len(blocks)
            elif mention[0] in on_path:
                _report_cycle(path, on_path[mention[0]], mention, blocks, report)
                cyclic_from = min(cyclic_from, on_path[mention[0]])
            elif mention[0] in blocks and mention[0] not in done:
                on_path[mention[0]] = len(path)
                path.append(mention[0])
                pending.append(iter(_mentions_in(blocks[mention[0]])))
    return order


Mention = tuple[str, str]
"""A mentioned type name and the field that mentions it."""


def _mentions_in(block: tree.Block) -> list[Mention]:
    return _mentions(block.get("members"), "")


def _mentions(members: tuple[tuple[tree.Word, tree.TypeNode], ...], prefix: str) -> list[Mention]:
    found: list[Mention] = []
    for name, node in members:
        found += _mentions_of(node, prefix + name.text)
    return found


def _mentions_of(node: tree.TypeNode, field: str) -> list[Mention]:
    found: list[Mention] = [(node.name.text, field)] if node.name.text not in _ARGUMENTS else []
    for value in (argument.value for argument in node.arguments):
        if isinstance(value, tree.TypeNode):
            found += _mentions_of(value, field)
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
            found += _mentions(value, field + ".")
    return found + (_mentions(node.members, field + ".") if node.members else [])


def _report_cycle(
    path: list[str], start: int, mention: Mention, blocks: Mapping[str, tree.Block], report: Report
) -> None:
    report.add(
        "type_cycle",
        f"type cycle: {shown_cycle(path, start)}",
        blocks[path[-1]].at,
        ("TypeDecl", path[-1]),
        f"type.fields.{mention[1]}",
        "a type may not contain itself; refer to it by an id field instead",
    )


_ANY: Mapping[str, Json] = {"base": "Bool"}
"""Stands for a type that was reported, while the rest of its surroundings is checked."""


class _Writer:
    """Writes one type as JSON and remembers the place of each part."""

    def __init__(
        self,
        declared: Mapping[str, BaseType],
        report: Report,
        construct: tuple[str, str] | None,
        field: str | None,
        unknown_at: Position | None = None,
        broken: Container[str] = (),
        hidden: Container[str] = (),
    ) -> None:
        self.declared, self.report, self.construct, self.field = declared, report, construct, field
        self.unknown_at, self.broken, self.hidden = unknown_at, broken, hidden
        self.places: dict[str, Position] = {}
        self.complete = True
        self.parts = 0

    def resolve(self, node: tree.TypeNode) -> BaseType | None:
        """The checked type."""
        json = self.write(node, "")
        if self.parts > PARTS_LIMIT:
            message = f"a type of more than {PARTS_LIMIT} parts when its references are written out"
            self.fault("too_large", message, node.name.at, "split it into several facts")
            return None
        findings = Findings()
        resolved = parse_type(json, None, findings)
        for finding in findings.faults:
            self.fault(finding.code, finding.message, self._place(finding.path, node))
        if resolved is None or not self.complete:
            return None
        if size_of(resolved)[1] <= DEPTH_LIMIT:
            return resolved
        self.fault("too_deep", f"a type deeper than {DEPTH_LIMIT} levels", node.name.at, "flatten it")
        return None

    def _place(self, path: str, node: tree.TypeNode) -> Position:
        """The place of the part that a pointer names, or of the nearest part around it."""
        while path and path not in self.places:
            path = path.rpartition("/")[0]
        return self.places.get(path, node.name.at)

    def fault(self, code: str, message: str, at: Position, help: Help = None) -> None:
        """Report an error; the type is not usable then."""
        self.complete = False
        self.report.add(code, message, at, self.construct, self.field, help)

    def write(self, node: tree.TypeNode, path: str) -> Json:
        """The interchange form of a type node; of one that is at fault by itself, some type that is not."""
        self.places[path] = node.name.at
        self.parts += 1
        if node.name.text not in _ARGUMENTS:
            return self._referenced(node)
        return self._base(node, path)

    def _base(self, node: tree.TypeNode, path: str) -> Json:
        name = node.name.text
        parameters = _ARGUMENTS[name]
        json: dict[str, Json] = {"base": name}
        usable = True
        if node.members is not None and name not in ("Record", "TaggedUnion"):
            self.fault("invalid_type", f"{name} has no members", node.name.at)
            usable = False
        elif node.members is not None:
            json[parameters[0]] = self._members(node.members, f"{path}/{parameters[0]}")
        for position, argument in enumerate(node.arguments):
            parameter = self._parameter(name, position, argument)
            if parameter in json:
                self.fault("invalid_type", f"{name} has the argument '{parameter}' twice", argument.at)
            elif parameter is not None:
                json[parameter] = self._argument(argument, f"{path}/{parameter}")
            usable = usable and parameter is not None and json[parameter] is not None
        missing = [parameter for parameter in _REQUIRED.get(name, ()) if parameter not in json]
        if missing and usable:
            self.fault("invalid_type", f"{name} needs {listed(missing)}", node.name.at)
        return _ANY if missing or not usable else json

    def _parameter(self, base: str, position: int, argument: tree.Argument) -> str | None:
        """The name of an argument, or ``None`` after reporting that the type has no such argument."""
        parameters = _ARGUMENTS[base]
        known = ", ".join(parameters) or "none"
        if argument.name is None and position < len(parameters):
            return parameters[position]
        if argument.name is None:
            self.fault("invalid_type", f"too many arguments for {base}; it has {known}", argument.at)
        elif argument.name not in parameters:
            message = f"{base} has no argument '{argument.name}'; it has {known}"
            self.fault("invalid_type", message, argument.at, did_you_mean(argument.name, parameters))
        else:
            return argument.name
        return None

    def _referenced(self, node: tree.TypeNode) -> Json:
        name = node.name.text
        declared = self.declared.get(name)
        if declared is not None and (node.arguments or node.members is not None):
            self.fault("invalid_type", f"the declared type '{name}' has no arguments", node.name.at)
            return _ANY
        if declared is None and name not in self.broken:
            self._unknown(node.name)
            return _ANY
        self.complete = self.complete and declared is not None
        # Beyond the limit nothing more is written out: references could double without end.
        if declared is None or self.parts > PARTS_LIMIT:
            return _ANY
        self.parts += size_of(declared)[0]
        return type_to_json(declared)

    def _unknown(self, name: tree.Word) -> None:
        help: Help = did_you_mean(name.text, _ARGUMENTS, self.declared)
        if name.text in self.hidden:
            help = "a type library stands by itself (§4.6): declare the type there"
        message = f"unknown type '{name.text}'"
        if self.unknown_at is None:
            self.fault("unknown_type", message, name.at, help)
            return
        # The public suite has those of a fact at the fact, and without its construct.
        self.complete = False
        self.report.add("unknown_type", message, on_line(self.unknown_at, name.at), None, self.field, help)

    def _members(self, members: tuple[tuple[tree.Word, tree.TypeNode], ...], path: str) -> Json:
        json: dict[str, Json] = {}
        for name, node in members:
            if name.text in json:
                self.fault("duplicate_field", f"the field '{name.text}' is declared twice", name.at)
            json[name.text] = self.write(node, f"{path}/{name.text}")
        return json

    def _argument(self, argument: tree.Argument, path: str) -> Json:
        value = argument.value
        self.places[path] = getattr(value, "at", argument.at)
        if isinstance(value, tree.TypeNode):
            # A bare word may be a unit or a currency as well as a type.
            plain = not value.arguments and value.members is None and path.endswith(("/unit", "/currency"))
            return value.name.text if plain else self.write(value, path)
        if isinstance(value, tree.Word):
            return value.text
        if isinstance(value, tree.Literal) and value.kind == "decimal":
            name = path.rpartition("/")[2]
            self.fault("invalid_type", f"'{name}' must be a whole number, not {value.value}", value.at)
            return None
        if isinstance(value, tree.Literal):
            return value.value
        if value == () and path.endswith(("/fields", "/variants")):
            return {}
        if isinstance(value, tuple) and value and isinstance(value[0], tuple):
            return self._members(value, path)
        return [item.text for item in value]
