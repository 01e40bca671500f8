"""A plain bundle is read in one pass, and what comes out is what the careful readers say, to the last word.

The careful readers are asked here by making the plain way refuse everything.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tenor_wasm import api
from tenor_wasm.interchange import load, plain
from tests import bundles as b
from tests.benchmarks import contracts

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/contracts/*.json"), *ROOT.glob("playground/examples/*/contract.json")])
PLAIN = {
    "tiny": contracts.tiny(),
    "escrow": contracts.escrow(),
    "large": contracts.large(20, 50, 5),
    "flows": contracts.many_flows(20, 2),
}
"""Bundles that hold nothing unusual at all."""


def told(contract: api.Contract) -> dict[str, Any]:
    """Everything that a contract says, in its order."""
    members = {field.name: getattr(contract, field.name) for field in fields(contract) if field.name != "derived"}
    return {name: list(member.items()) if isinstance(member, dict) else member for name, member in members.items()}


def loaded(bundle: Any) -> Any:
    """The contract, or the error, as data."""
    try:
        return told(api.load(bundle))
    except api.TenorError as error:
        return error.to_json()


def with_care(bundle: Any) -> Any:
    with mock.patch.object(load, "read_plainly", return_value=None):
        return loaded(bundle)


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_a_contract_is_the_same_both_ways(path: Path) -> None:
    bundle = json.loads(path.read_text("utf-8"))
    assert loaded(bundle) == with_care(bundle)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_bundle_needs_no_careful_reader(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = with_care(PLAIN[name])
    for reader in ("read_fact", "read_entity", "read_rule", "read_operation", "read_flow", "CHECKS"):
        monkeypatch.setattr(plain, reader, None)
    monkeypatch.setattr(load, "_read", None)
    assert loaded(PLAIN[name]) == expected


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_a_bundle_without_faults_is_read_plainly_whatever_it_warns_of(path: Path) -> None:
    contract = api.load(json.loads(path.read_text("utf-8")))
    bundle = json.loads(path.read_text("utf-8"))
    found = plain.read_plainly(contract.id, bundle, contract.hash)
    assert found is not None
    assert told(found) == told(contract)


UNUSUAL = {
    "no list of effects": b.operation("o") | {"effects": ""},
    "an object for a list": b.entity("E", "a") | {"transitions": {}},
    "no list of compensations": b.flow("f", b.act("o", on_failure=b.compensate("o") | {"steps": {"op": 1}})),
    "a transition twice": b.entity("E", "a", "b", "c", transitions=[("a", "b"), ("a", "c"), ("a", "b")]),
    "a parent that nobody declares": b.entity("E", "a", "b", "c", parent="F"),
    "a parent of its own": b.entity("E", "a", "b", "c", transitions=[("a", "b"), ("a", "c")], parent="E"),
    "a payload without a value": b.rule("v", b.TRUE, None, b.BOOL),
    "a stratum that is no number": b.rule("v", b.TRUE) | {"stratum": True},
    "a verdict of its own stratum": b.rule("v", b.present("v")),
    "two effects that leave one state": b.operation("o", "E: a -> b", "E: a -> c"),
    "an outcome that is an error": b.operation("o", errors=("success",)),
    "steps in a circle": b.flow("f", b.act("o", "do_o")),
    "an unknown persona": b.operation("o", personas=("nobody",)),
    "an unused outcome": b.flow("f", b.act("o", outcomes={"success": b.done(), "lost": b.done()})),
    "an unknown field": b.fact("r", b.record(a=b.BOOL), default={"a": True, "b": 1}),
}


@pytest.mark.parametrize("name", UNUSUAL)
@pytest.mark.parametrize("personas", [(), ("clerk", "chief")])
def test_what_is_unusual_is_told_the_same_both_ways(name: str, personas: tuple[str, ...]) -> None:
    around = (
        *map(b.persona, personas),
        b.entity("E", "a", "b", "c", transitions=[("a", "b"), ("a", "c")]),
        b.operation("o", "E: a -> b"),
    )
    changed = UNUSUAL[name]
    bundle = b.bundle(*(each for each in around if each["id"] != changed["id"]), changed)
    assert loaded(bundle) == with_care(bundle)
