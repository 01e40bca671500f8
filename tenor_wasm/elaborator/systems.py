"""Pass 5 for systems (§12.3): members, shared personas and entities, triggers. Members are read and indexed here."""

from __future__ import annotations

from collections import Counter

from tenor_wasm.elaborator.bundle import Bundle, FileProvider, assemble, resolve
from tenor_wasm.elaborator.diagnostics import Diagnostic, Help, Report, did_you_mean
from tenor_wasm.elaborator.index import Index, build_index
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.elaborator.typecheck import typecheck
from tenor_wasm.elaborator.types import build_types
from tenor_wasm.elaborator.validate import validate
from tenor_wasm.errors import listed
from tenor_wasm.values.cycles import cycles, shown_cycle

OUTCOMES = ("success", "failure", "escalation")

ALL_MEMBERS = "shared by all"
"""The kind of a block that names a persona alone, which all members share."""


def shared_by(system: Block, shared: Block) -> list[str]:
    """The members that share a persona or an entity."""
    if shared.kind == ALL_MEMBERS:
        return [name.text for name, _ in system.get("members") or ()]
    return [word.text for word in shared.get("contracts")]


def validate_systems(index: Index, root: str, read: FileProvider, report: Report) -> None:
    """Check every System against its members (C-SYS-01 to C-SYS-17).

    The public suite places these errors at the system itself.
    """
    for block in index["System"].values():
        _System(block, root, read, report).check()


class _System:
    def __init__(self, block: Block, root: str, read: FileProvider, report: Report) -> None:
        self.block, self.root, self.read, self.report = block, root, read, report
        self.members: dict[str, Index | None] = {}
        self.files: dict[str, Index | None] = {}

    def fault(self, code: str, message: str, field: str, help: Help = None) -> None:
        """Report an error of the system."""
        self.report.add(code, message, self.block.at, self.block.construct, field, help)

    def check(self) -> None:
        """All checks, members first."""
        self._read_members()
        for kind, field in (("persona", "shared_personas"), ("entity", "shared_entities")):
            for shared in self.block.get(field) or ():
                self._shared(shared, kind, field)
        triggers = [trigger for trigger in self.block.get("triggers") or () if self._is_complete(trigger)]
        for trigger in triggers:
            self._trigger(trigger)
        self._trigger_cycles(triggers)

    # --- members ------------------------------------------------------------------------------------------------

    def _read_members(self) -> None:
        members: tuple[tuple[Word, Word], ...] = self.block.get("members") or ()
        if not members:
            self.fault("no_members", "a system needs at least one member contract", "members")
        for name, path in members:
            if name.text in self.members:
                self.fault("duplicate_member", f"the member '{name.text}' is declared twice", "members")
                continue
            self.members[name.text] = self._member(name.text, path.text)

    def _member(self, name: str, path: str) -> Index | None:
        """The index of a member contract, or ``None`` when it does not elaborate (C-SYS-02)."""
        file = resolve(self.root, path)
        if file not in self.files:
            self.files[file] = self._read_member(name, path, file)
        return self.files[file]

    def _read_member(self, name: str, path: str, file: str) -> Index | None:
        if self.read(file) is None:
            self.fault("unresolved_member", f"cannot find the file '{path}' of member '{name}'", "members")
            return None
        syntax, imports, duplicates = Report(0), Report(1), Report(2)
        sources = assemble(file, self.read, syntax, imports)
        index = build_index(sources.constructs, duplicates)
        if index["System"]:
            message = f"member '{name}' is a system file; systems do not nest"
            self.fault("nested_system", message, "members", "list its member contracts here instead")
            return None
        broken = [*syntax.diagnostics, *imports.diagnostics, *duplicates.diagnostics] or _later_errors(index, sources)
        if broken:
            first = min(broken, key=lambda diagnostic: diagnostic.pass_number)
            place = f"{first.at.file}:{first.at.line}:{first.at.column}"
            self.fault("invalid_member", f"member '{name}' does not elaborate: {place}: {first.message}", "members")
            return None
        return index

    def _is_member(self, name: str, field: str, where: str) -> bool:
        if name in self.members:
            return True
        message = f"{where}: '{name}' is not a member of the system"
        self.fault("unknown_member", message, field, did_you_mean(name, self.members))
        return False

    # --- shared personas and entities ---------------------------------------------------------------------------

    def _shared(self, shared: Block, kind: str, field: str) -> None:
        name = shared.get(kind)
        if name is None or (shared.get("contracts") is None and shared.kind != ALL_MEMBERS):
            self.fault("missing_field", f"an entry needs '{kind}' and 'contracts'", field)
            return
        where = f"shared {kind} '{name.text}'"
        contracts = shared_by(self.block, shared)
        if len(set(contracts)) < 2:
            message = f"{where} must name at least two members; it names {len(set(contracts))}"
            self.fault("too_few_contracts", message, field)
        elif len(set(contracts)) < len(contracts):
            twice = sorted(name for name, count in Counter(contracts).items() if count > 1)
            self.fault("duplicate_member", f"{where} names {listed(twice)} more than once", field)
        states: dict[str, tuple[str, list[str]]] = {}
        for contract in dict.fromkeys(contracts):
            index = self.members.get(contract) if self._is_member(contract, field, where) else None
            if index is None:
                continue
            declared = index[kind.capitalize()].get(name.text)
            if declared is None:
                help = did_you_mean(name.text, index[kind.capitalize()])
                message = f"the {kind} '{name.text}' is not declared in member '{contract}'"
                self.fault(f"unknown_{kind}", message, field, help)
            elif kind == "entity":
                self._same_states(declared, contract, states, where, field)

    def _same_states(
        self, entity: Block, member: str, states: dict[str, tuple[str, list[str]]], where: str, field: str
    ) -> None:
        own = sorted(word.text for word in entity.get("states") or ())
        first, expected = states.setdefault("", (member, own))
        if own != expected:
            message = f"{where} has other states in '{member}' ({listed(own)}) than in '{first}' ({listed(expected)})"
            self.fault("different_states", message, field)

    # --- triggers -----------------------------------------------------------------------------------------------

    def _is_complete(self, trigger: Block) -> bool:
        missing = [name for name in ("source", "on", "target", "persona") if trigger.get(name) is None]
        if missing:
            self.fault("missing_field", f"a trigger lacks {listed(missing)}", "triggers")
        return not missing

    def _trigger(self, trigger: Block) -> None:
        outcome = trigger.get("on").text
        if outcome not in OUTCOMES:
            help = did_you_mean(outcome, OUTCOMES)
            message = f"'{outcome}' is no terminal outcome; use {listed(OUTCOMES)}"
            self.fault("invalid_trigger_outcome", message, "triggers", help)
        for end in ("source", "target"):
            member, flow = trigger.get(end)
            if not self._is_member(member.text, "triggers", f"trigger {end}"):
                continue
            index = self.members[member.text]
            if index is not None and flow.text not in index["Flow"]:
                help = did_you_mean(flow.text, index["Flow"])
                message = f"the flow '{flow.text}' is not declared in member '{member.text}'"
                self.fault("unknown_flow", message, "triggers", help)
        if _node(trigger, "source") == _node(trigger, "target"):
            self.fault("self_trigger", f"{_node(trigger, 'source')} triggers itself", "triggers")
        self._trigger_persona(trigger)

    def _trigger_persona(self, trigger: Block) -> None:
        """The persona exists in the target, and may execute the target flow's entry operation (C-SYS-12)."""
        member, flow_name = trigger.get("target")
        persona = trigger.get("persona").text
        index = self.members.get(member.text)
        if index is None:
            return
        if index["Persona"] and persona not in index["Persona"]:
            help = did_you_mean(persona, index["Persona"])
            message = f"the persona '{persona}' is not declared in member '{member.text}'"
            self.fault("unknown_persona", message, "triggers", help)
            return
        operation = _entry_operation(index, flow_name.text)
        allowed = [word.text for word in operation.get("allowed_personas") or ()] if operation is not None else []
        if operation is not None and allowed and persona not in allowed:
            name = operation.name.text
            message = f"the persona '{persona}' may not execute '{name}', which '{flow_name.text}' begins with"
            self.fault("persona_not_allowed", message, "triggers")

    def _trigger_cycles(self, triggers: list[Block]) -> None:
        edges: dict[str, list[str]] = {}
        for trigger in triggers:
            if _node(trigger, "source") != _node(trigger, "target"):
                edges.setdefault(_node(trigger, "source"), []).append(_node(trigger, "target"))
        for cycle in cycles({node: tuple(targets) for node, targets in edges.items()}):
            self.fault("trigger_cycle", f"the triggers form a cycle: {shown_cycle(cycle)}", "triggers")


def _later_errors(index: Index, sources: Bundle) -> list[Diagnostic]:
    """The errors of passes 3 to 5 of a member contract: those of the first pass that finds any."""
    report = Report(3)
    types = build_types(index, sources.libraries, report)
    if not report.diagnostics:
        report = Report(4)
        typecheck(index, types, report)
    if not report.diagnostics:
        report = Report(5)
        validate(index, report)
    return report.diagnostics


def _node(trigger: Block, end: str) -> str:
    member, flow = trigger.get(end)
    return f"{member.text}.{flow.text}"


def _entry_operation(index: Index, flow_name: str) -> Block | None:
    flow = index["Flow"].get(flow_name)
    entry = flow.get("entry") if flow is not None else None
    steps: tuple[Block, ...] = (flow.get("steps") or ()) if flow is not None else ()
    for step in steps:
        if entry is not None and step.name.text == entry.text and step.kind == "OperationStep" and step.get("op"):
            return index["Operation"].get(step.get("op").text)
    return None
