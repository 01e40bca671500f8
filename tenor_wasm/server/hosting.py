"""What is served: contracts and the members of systems by the name they have in addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tenor_wasm.api import calls
from tenor_wasm.errors import Json, TenorError, is_object, listed
from tenor_wasm.executor import Execution, Executor, System, SystemExecution, SystemExecutor, contract_manifest
from tenor_wasm.executor.queries import found_chain
from tenor_wasm.executor.records import ProvenanceRecord
from tenor_wasm.executor.storage import Storage
from tenor_wasm.executor.systems import read_system

RESERVED = frozenset({"health", "metrics", "openapi.json", ".well-known"})
"""What neither a contract nor an organisation can be called: addresses of the server itself."""

_NAME = re.compile(r"[A-Za-z0-9._~-]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """What one document declares: a contract, or a system with its members."""

    bundle: Json
    system: System | None = None


@dataclass(frozen=True, slots=True)
class Hosted:
    """A contract as it is served."""

    name: str
    executor: Executor
    execute: Callable[..., Execution | SystemExecution]
    system: SystemExecutor | None
    manifest: Mapping[str, Json]

    def members(self) -> Mapping[str, Executor]:
        """The executors of the system that it is in, by name; itself alone where it is in none."""
        return {self.name: self.executor} if self.system is None else self.system.members

    def chain(self, chain_id: str, admits: Callable[[str], bool]) -> ProvenanceRecord:
        """A provenance chain of the contract, or of another member that is admitted: shared histories name those too.

        Raises ``unknown_chain``.
        """
        namespaces = [executor.namespace for name, executor in self.members().items() if admits(name)]
        return found_chain(self.executor.storage, chain_id, namespaces)


class Described(NamedTuple):
    """The manifest of a subject, and the contracts that it tells of."""

    manifest: Mapping[str, Json]
    contracts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hosts:
    """Everything that is served over one store."""

    storage: Storage
    contracts: Mapping[str, Hosted]
    systems: tuple[SystemExecutor, ...]
    subjects: tuple[Described, ...]

    def find(self, name: str) -> Hosted:
        """The contract of that name. Raises ``unknown_contract``."""
        found = self.contracts.get(name)
        if found is None:
            message = f"no contract '{name}' is served; served are {listed(self.contracts)}"
            raise TenorError("unknown_contract", message)
        return found

    def resume(self) -> None:
        """Start what triggers left pending."""
        for system in self.systems:
            system.resume()


def read_subject(bundle: Json, read_member: Callable[[str], Json]) -> Subject:
    """The subject of a bundle; where it declares a system, ``read_member`` gives the bundle of a member by its path.

    Raises what loading a contract and ``read_system`` raise.
    """
    constructs = bundle.get("constructs") if is_object(bundle) else None
    for construct in constructs if isinstance(constructs, list) else ():
        if is_object(construct) and construct.get("kind") == "System":
            return Subject(bundle, read_system(construct, dict(_members(construct, read_member))))
    return Subject(bundle)


def _members(construct: Mapping[str, Json], read_member: Callable[[str], Json]) -> Iterable[tuple[str, Json]]:
    members = construct.get("members")
    for member in members if isinstance(members, list) else ():
        if is_object(member) and isinstance(member.get("path"), str):
            yield str(member.get("id")), read_member(str(member["path"]))


def host(
    subjects: Iterable[Subject],
    storage: Storage,
    *,
    organisation: str | None = None,
    trust_domain: str | None = None,
    signer: Any = None,
    **options: Any,
) -> Hosts:
    """Executors for all subjects over one store. ``options`` are those of ``Executor``.

    Instances are kept under the contract's id, or under ``organisation/id``. Raises ``duplicate_contract``,
    ``unservable_name``.
    """
    contracts: dict[str, Hosted] = {}
    systems: list[SystemExecutor] = []
    described: list[Described] = []
    prefix = "" if organisation is None else f"{_checked_organisation(organisation)}/"

    def manifest(bundle: Json) -> Mapping[str, Json]:
        claim = None if signer is None else signer.sign_bundle(bundle)
        return contract_manifest(bundle, trust_domain, claim, None if signer is None else signer.attestation_format)

    for subject in subjects:
        more = {**options, "trust_domain": trust_domain, "signer": signer}
        found = [*_hosted(subject, storage, prefix, manifest, more)]
        for hosted in found:
            if hosted.name in contracts:
                raise TenorError("duplicate_contract", f"two contracts are called '{hosted.name}': rename one of them")
            contracts[hosted.name] = hosted
            _check_names(hosted, organisation)
            if hosted.system is not None and hosted.system not in systems:
                systems.append(hosted.system)
        described.append(Described(manifest(subject.bundle), tuple(hosted.name for hosted in found)))
    return Hosts(storage, contracts, tuple(systems), tuple(described))


def _hosted(
    subject: Subject,
    storage: Storage,
    prefix: str,
    manifest: Callable[[Json], Mapping[str, Json]],
    more: dict[str, Any],
) -> Iterable[Hosted]:
    if subject.system is None:
        contract = calls.load(subject.bundle)
        executor = Executor(contract, storage, namespace=prefix + contract.id, **more)
        yield Hosted(contract.id, executor, executor.execute_flow, None, manifest(subject.bundle))
        return
    system = SystemExecutor(subject.system, storage, namespace=prefix + subject.system.id, **more)
    for name, executor in system.members.items():
        yield Hosted(name, executor, _executing(system, name), system, manifest(subject.system.bundles[name]))


def _executing(system: SystemExecutor, member: str) -> Callable[..., SystemExecution]:
    def execute(*arguments: Any, **more: Any) -> SystemExecution:
        return system.execute_flow(member, *arguments, **more)

    return execute


def _checked_organisation(name: str) -> str:
    if _NAME.fullmatch(name) is None or name in {*RESERVED, ".", ".."}:
        raise TenorError("unservable_name", f"'{name}' cannot stand in an address: use letters, digits and . _ ~ -")
    return name


def _check_names(hosted: Hosted, organisation: str | None) -> None:
    """Names stand in addresses, between slashes."""
    contract = hosted.executor.contract
    for name in (hosted.name, *contract.flows, *contract.entities):
        if "/" in name or name in (".", ".."):
            raise TenorError("unservable_name", f"'{name}' cannot stand in an address: rename it in '{hosted.name}'")
    if hosted.name in {*RESERVED, organisation}:
        raise TenorError("unservable_name", f"'{hosted.name}' is an address of the server itself: rename the contract")
