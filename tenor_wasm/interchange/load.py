"""Bundle JSON → ``Contract`` (§15.1): version, constructs by kind, cross-checks. Every fault is reported at once.

Three leniencies, each with a warning, because published bundles need them: a bundle without any Persona is not
checked for persona references; an operation without ``outcomes`` has the one outcome ``success``; a terminal
outcome may have another label than ``success``, ``failure`` and ``escalation``. Nothing else is lenient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from tenor_wasm.errors import Findings, Json, Place, TenorError, is_object, listed, shown
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.canonical import contract_hash
from tenor_wasm.interchange.checks import CHECKS, Draft
from tenor_wasm.interchange.expressions import Scope
from tenor_wasm.interchange.members import Members
from tenor_wasm.interchange.plain import KINDS, read_plainly
from tenor_wasm.interchange.read_constructs import (
    positions_of,
    read_entity,
    read_fact,
    read_flow,
    read_operation,
    read_rule,
)
from tenor_wasm.values.patterns import pattern

SUPPORTED_MAJOR = 1
KNOWN_MINOR = 1
"""The newest interchange format whose construct kinds are all known here (§14.2.1)."""

_VERSION = pattern(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})\Z")

Construct = TypeVar("Construct")


def load_contract(bundle: Json, canonical: bytes | None = None) -> c.Contract:
    """Load an interchange bundle (a JSON value) into a contract; ``canonical`` is its canonical JSON where it is known.

    Raises ``TenorError``: ``invalid_contract`` with every fault in ``details.findings`` (each with its own code and
    JSON Pointer), ``unsupported_version`` for a higher major version, ``too_deep`` for absurd nesting. (§15.1, §14.2.1)
    """
    if not is_object(bundle):
        raise TenorError("invalid_contract", f"a contract is a JSON object of kind 'Bundle', not {shown(bundle)}")
    try:
        return _load(bundle, canonical)
    except RecursionError:
        raise TenorError("too_deep", "the contract is nested too deeply; split its longest expression") from None


def _load(bundle: Mapping[str, Json], canonical: bytes | None) -> c.Contract:
    findings = Findings()
    root = Members(bundle, None, findings)
    minor = _check_version(root)
    if bundle.get("kind") != "Bundle":
        root.fault("invalid_member", f"'kind' must be 'Bundle', not {shown(bundle.get('kind'))}", "kind")
    contract_id = root.name("id")
    hash_text = contract_hash(bundle, canonical)
    plain = None if findings.faults else read_plainly(contract_id or "", bundle, hash_text)
    if plain is not None:
        return plain
    contract = _read(contract_id or "", _by_kind(root, minor), findings, hash_text)
    findings.raise_if_any("invalid_contract", f"the contract '{contract_id or ''}' is refused")
    return contract


def _check_version(root: Members) -> int:
    """Check ``tenor_version`` before anything else is trusted; returns its minor number."""
    text = root.name("tenor_version")
    if text is None:
        return 0
    match = _VERSION.match(text)
    if match is None:
        root.fault("invalid_member", f"'tenor_version' must be like \"1.0.0\", not {shown(text)}", "tenor_version")
        return 0
    major, minor = int(match.group(1)), int(match.group(2))
    if major != SUPPORTED_MAJOR:
        raise TenorError(
            "unsupported_version",
            f"the bundle has tenor_version {text}; this evaluator reads major version {SUPPORTED_MAJOR}:"
            " use a matching evaluator, or elaborate the contract again",
            "/tenor_version",
            {"found": text, "supported_major": SUPPORTED_MAJOR},
        )
    return minor


def _by_kind(root: Members, minor: int) -> dict[str, dict[str, Members]]:
    """The construct objects by kind and id, in the bundle's order."""
    by_kind: dict[str, dict[str, Members]] = {kind: {} for kind in KINDS}
    for members in root.objects("constructs") or ():
        kind = members.json.get("kind")
        if not isinstance(kind, str) or kind not in by_kind:
            if isinstance(kind, str) and minor > KNOWN_MINOR:
                members.warn(
                    "unknown_kind", f"constructs of kind '{kind}' are newer than this evaluator: ignored", "kind"
                )
            else:
                members.fault("unknown_kind", f"{shown(kind)} is not a construct kind; use {listed(KINDS)}", "kind")
            continue
        construct_id = members.name("id")
        if construct_id is None:
            continue
        if construct_id in by_kind[kind]:
            members.fault("duplicate_id", f"the {kind} '{construct_id}' is declared twice", "id")
            continue
        by_kind[kind][construct_id] = members
    return by_kind


def _read(
    contract_id: str, by_kind: Mapping[str, Mapping[str, Members]], findings: Findings, hash_text: str
) -> c.Contract:
    facts = _each(by_kind["Fact"], lambda members, name: read_fact(members, name, by_kind["Source"]))
    fact_types = {name: facts[name].type if name in facts else None for name in by_kind["Fact"]}
    scope = Scope(fact_types, _strata(by_kind["Rule"]))
    entities = _each(by_kind["Entity"], read_entity)
    rules = _each(by_kind["Rule"], lambda members, name: read_rule(members, name, scope))
    operations = _each(by_kind["Operation"], lambda members, name: read_operation(members, name, scope))
    flows = _each(by_kind["Flow"], lambda members, name: read_flow(members, name, scope))
    draft = Draft(by_kind, entities, operations, flows, findings)
    for check in CHECKS:
        check(draft)
    return c.Contract(
        id=contract_id,
        hash=hash_text,
        facts=facts,
        entities=entities,
        rules=tuple(rules.values()),
        personas=tuple(by_kind["Persona"]),
        operations=operations,
        flows=flows,
        sources=_objects(by_kind["Source"]),
        systems=_objects(by_kind["System"]),
        warnings=tuple(findings.warnings),
        positions=positions_of({kind: _objects(members) for kind, members in by_kind.items()}),
    )


def _objects(members: Mapping[str, Members]) -> dict[str, Mapping[str, Json]]:
    return {name: one.json for name, one in members.items()}


def _each(objects: Mapping[str, Members], reader: Callable[[Members, str], Construct | None]) -> dict[str, Construct]:
    read = {name: reader(members, name) for name, members in objects.items()}
    return {name: construct for name, construct in read.items() if construct is not None}


def _strata(rules: Mapping[str, Members]) -> dict[str, int]:
    """Each verdict's stratum, read before any expression; two rules for one verdict are a fault (§7.5, S8)."""
    strata: dict[str, int] = {}
    for members in rules.values():
        verdict_type = _at(members.json, "body", "produce", "verdict_type")
        stratum = members.json.get("stratum")
        if not isinstance(verdict_type, str):
            continue
        if verdict_type in strata:
            place: Place = ((members.at("body"), "produce"), "verdict_type")
            members.findings.fault(
                "duplicate_verdict", f"the verdict '{verdict_type}' is produced by more than one rule (§7.5)", place
            )
            continue
        strata[verdict_type] = stratum if type(stratum) is int else 0
    return strata


def _at(json: Json, *keys: str) -> Json:
    for key in keys:
        json = json.get(key) if is_object(json) else None
    return json
