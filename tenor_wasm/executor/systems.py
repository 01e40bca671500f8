"""A system as data (§12): member contracts, what they share, and triggers. Read from its construct, with every check.

Members keep their own bundles; nothing is merged (§12.2, I7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenor_wasm.api.source import elaborate
from tenor_wasm.errors import Findings, Json, Place, TenorError, listed, shown
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.load import load_contract
from tenor_wasm.interchange.members import Members
from tenor_wasm.values.cycles import cycles, shown_cycle

OUTCOMES = ("success", "failure", "escalation")
"""The terminal outcomes that a trigger may wait for (C-SYS-11)."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a flow of one member ends with an outcome, a flow of another one is started as ``persona``."""

    source_contract: str
    source_flow: str
    on: str
    target_contract: str
    target_flow: str
    persona: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A persona or an entity that several members have in common; ``members`` are sorted."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class System:
    """A system whose every reference resolves: members by id, as contracts and as the bundles they were loaded from."""

    id: str
    contracts: Mapping[str, c.Contract]
    bundles: Mapping[str, Json]
    shared_personas: tuple[Shared, ...]
    shared_entities: tuple[Shared, ...]
    triggers: tuple[Trigger, ...]

    def same_actor(self, persona: str, one: str, other: str) -> bool:
        """Whether a persona of one member is the same actor in another one (E-SYS-03). It says nothing of authority."""
        return one == other or any(
            shared.name == persona and one in shared.members and other in shared.members
            for shared in self.shared_personas
        )


def load_system(files: Json, root: str) -> System:
    """Elaborate a system file with its members (file name → text) and read it.

    Raises ``invalid_source`` as ``api.elaborate`` does, ``invalid_system`` when the root file is no system.
    """
    from tenor_wasm.elaborator.bundle import resolve

    constructs = elaborate(files, root)["constructs"]
    assert isinstance(constructs, list)
    system = next((construct for construct in constructs if construct["kind"] == "System"), None)
    if system is None:
        raise TenorError("invalid_system", f"'{root}' declares no system")
    bundles = {member["id"]: elaborate(files, resolve(root, member["path"])) for member in system["members"]}
    return read_system(system, bundles)


def read_system(construct: Json, bundles: Mapping[str, Json]) -> System:
    """Read the System construct (§12.5) over the bundles of its members, by member id.

    Raises ``invalid_system`` with every fault in ``details.findings``, and what loading a member raises.
    """
    if not isinstance(construct, Mapping):
        raise TenorError("invalid_system", f"a system is an object of kind 'System', not {shown(construct)}")
    contracts = {name: load_contract(bundle) for name, bundle in bundles.items()}
    findings = Findings()
    reader = _Reader(Members(construct, None, findings), contracts, findings)
    system = reader.read(bundles)
    findings.raise_if_any("invalid_system", f"the system {shown(construct.get('id'))} is refused")
    return system


class _Reader:
    def __init__(self, root: Members, contracts: Mapping[str, c.Contract], findings: Findings) -> None:
        self.root, self.contracts, self.findings = root, contracts, findings
        self.members: dict[str, c.Contract] = {}

    def read(self, bundles: Mapping[str, Json]) -> System:
        """Everything; faults are collected."""
        name = self.root.name("id")
        self._members()
        personas = tuple(self._shared("shared_personas", "persona"))
        entities = tuple(self._shared("shared_entities", "entity"))
        for shared in entities:
            self._same_states(shared)
        self._once(entities)
        triggers = tuple(self._triggers())
        self._acyclic(triggers)
        kept = {member: bundles[member] for member in self.members}
        return System(name or "", dict(self.members), kept, personas, entities, triggers)

    def _members(self) -> None:
        for member in self.root.objects("members") or ():
            name = member.name("id")
            if name is None:
                continue
            if name in self.members:
                member.fault("duplicate_member", f"the member '{name}' is declared twice", "id")
            elif name not in self.contracts:
                member.fault("unresolved_member", f"no bundle was given for the member '{name}'", "id")
            else:
                self.members[name] = self.contracts[name]
        if not self.members:
            self.root.fault("no_members", "a system needs at least one member contract", "members")

    def _member(self, entry: Members, key: str, name: str | None = None) -> c.Contract | None:
        named = entry.name(key) if name is None else name
        if named is not None and named not in self.members:
            entry.fault(
                "unknown_member", f"'{named}' is no member of the system; those are {listed(self.members)}", key
            )
        return None if named is None else self.members.get(named)

    def _shared(self, field: str, kind: str) -> Iterator[Shared]:
        if self.root.json.get(field) is None:
            return
        for entry in self.root.objects(field) or ():
            name, contracts = entry.name(kind), entry.names("contracts")
            if name is None or contracts is None:
                continue
            for member in contracts:
                contract = self._member(entry, "contracts", member)
                declared = () if contract is None else contract.personas if kind == "persona" else contract.entities
                if contract is not None and name not in declared:
                    entry.fault(f"unknown_{kind}", f"the {kind} '{name}' is not declared in member '{member}'", kind)
            yield Shared(name, tuple(sorted(set(contracts))))

    def _same_states(self, shared: Shared) -> None:
        """Sharing members declare the same states (C-SYS-14)."""
        declared = {
            name: self.members[name].entities[shared.name]
            for name in shared.members
            if name in self.members and shared.name in self.members[name].entities
        }
        if len({tuple(sorted(entity.states)) for entity in declared.values()}) > 1:
            message = f"the shared entity '{shared.name}' has other states in some of {listed(declared)}"
            self.findings.fault("different_states", message, (None, "shared_entities"))

    def _once(self, entities: tuple[Shared, ...]) -> None:
        """A member shares an entity with one group: its instances are in one place."""
        seen: set[tuple[str, str]] = set()
        for shared in entities:
            for member in shared.members:
                if (shared.name, member) in seen:
                    message = f"the member '{member}' shares the entity '{shared.name}' twice; name all in one entry"
                    self.findings.fault("duplicate_shared_entity", message, (None, "shared_entities"))
                seen.add((shared.name, member))

    def _triggers(self) -> Iterator[Trigger]:
        if self.root.json.get("triggers") is None:
            return
        for entry in self.root.objects("triggers") or ():
            names = {name: entry.name(name) for name in Trigger.__dataclass_fields__}
            source, target = self._flow(entry, "source"), self._flow(entry, "target")
            if names["on"] is not None and names["on"] not in OUTCOMES:
                message = f"'{names['on']}' is no terminal outcome; use {listed(OUTCOMES)}"
                entry.fault("invalid_trigger_outcome", message, "on")
            if target is not None and names["persona"] is not None:
                self._persona(entry, names["persona"], *target)
            if source is not None and target is not None and None not in names.values():
                yield Trigger(**{name: str(value) for name, value in names.items()})

    def _flow(self, entry: Members, end: str) -> tuple[c.Contract, c.Flow] | None:
        contract, name = self._member(entry, f"{end}_contract"), entry.name(f"{end}_flow")
        if contract is None or name is None:
            return None
        if name not in contract.flows:
            message = f"the flow '{name}' is not declared in its member; declared are {listed(contract.flows)}"
            entry.fault("unknown_flow", message, f"{end}_flow")
            return None
        return contract, contract.flows[name]

    def _persona(self, entry: Members, persona: str, contract: c.Contract, flow: c.Flow) -> None:
        """The persona exists in the target, and may execute the flow's entry where that is an operation (C-SYS-12)."""
        if contract.personas and persona not in contract.personas:
            entry.fault("unknown_persona", f"the persona '{persona}' is not declared in the target member", "persona")
            return
        first = flow.steps[flow.entry]
        if isinstance(first, c.OperationStep):
            allowed = contract.operations[first.operation_id].allowed_personas
            if persona not in allowed:
                message = f"the persona '{persona}' may not execute '{first.operation_id}', which the flow begins with"
                entry.fault("persona_not_allowed", message, "persona")

    def _acyclic(self, triggers: tuple[Trigger, ...]) -> None:
        """Triggers never lead back (C-SYS-15)."""
        edges: dict[str, list[str]] = {}
        for trigger in triggers:
            source = f"{trigger.source_contract}.{trigger.source_flow}"
            edges.setdefault(source, []).append(f"{trigger.target_contract}.{trigger.target_flow}")
        place: Place = (None, "triggers")
        for cycle in cycles({node: tuple(targets) for node, targets in edges.items()}):
            self.findings.fault("trigger_cycle", f"the triggers form a cycle: {shown_cycle(cycle)}", place)
