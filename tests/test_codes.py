"""Every error code has a case file that expects it, and every construct of a contract has one that uses it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tenor_wasm
from tenor_wasm.evaluator.verify import CODES as VERIFICATION_CODES
from tenor_wasm.interchange import read_constructs
from tenor_wasm.values import operators
from tenor_wasm.values.types import NAMES
from tests.engines import CASES, CONTRACTS

PACKAGE = Path(tenor_wasm.__file__).parent
ROOMS = ("values", "interchange", "evaluator", "scenarios", "api")
"""What case files can reach; the command line has tests of its own."""

REPORTERS = {
    *("fault", "_fault", "warn", "raise_if_any"),
    *("TenorError", "OperationRefused", "Finding", "_FaultError", "Handles"),
}
"""Functions and classes whose first argument is a code."""

CODE = re.compile(r"[a-z]+(_[a-z]+)*\Z")
MUST_NEVER_OCCUR = {"internal_error"}

Json = Any


def calls_in(path: Path) -> Iterator[tuple[str, str]]:
    """Every call in a file whose first argument is a text: the function's name and that text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if isinstance(node.args[0].value, str):
                yield name, node.args[0].value


def codes_in_source() -> set[str]:
    codes: set[str] = set()
    for room in ROOMS:
        for path in (PACKAGE / room).rglob("*.py"):
            for name, argument in calls_in(path):
                if name in REPORTERS and CODE.match(argument):
                    codes.add(argument)
                elif name == "refer":  # reports `unknown_<kind>`
                    codes.add(f"unknown_{argument.lower()}")
    return (codes | set(VERIFICATION_CODES)) - MUST_NEVER_OCCUR


def values_of(json: Json, key: str) -> Iterator[Json]:
    """Every value under that key, at any depth."""
    if isinstance(json, dict):
        if key in json:
            yield json[key]
        for member in json.values():
            yield from values_of(member, key)
    elif isinstance(json, list):
        for item in json:
            yield from values_of(item, key)


DOCUMENTS: list[Json] = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES.rglob("*.json"))]
EXPECTED: list[Json] = [call["expected"] for document in DOCUMENTS for call in document["calls"]]
LOADED: list[Json] = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(CONTRACTS.glob("*.json"))]


def in_contracts(key: str) -> set[str]:
    return {value for contract in LOADED for value in values_of(contract, key) if isinstance(value, str)}


@pytest.mark.parametrize("code", sorted(codes_in_source()))
def test_every_code_is_expected_by_a_case(code: str) -> None:
    assert code in {found for expected in EXPECTED for found in values_of(expected, "code")}


def test_cases_expect_no_code_that_does_not_exist() -> None:
    assert {found for expected in EXPECTED for found in values_of(expected, "code")} <= codes_in_source()


def test_the_codes_were_found() -> None:
    assert {"overflow", "duplicate_key", "unknown_persona", "persona_rejected", "too_deep"} <= codes_in_source()


@pytest.mark.parametrize("kind", [*read_constructs._STEP_READERS, *read_constructs._HANDLER_READERS])
def test_every_kind_of_step_and_handler_is_in_a_contract(kind: str) -> None:
    assert kind in in_contracts("kind")


@pytest.mark.parametrize("name", sorted(NAMES.values()))
def test_every_base_type_is_a_fact_a_default_a_literal_and_a_payload(name: str) -> None:
    facts = [
        c for contract in LOADED for c in contract["constructs"] if c["kind"] == "Fact" and c["type"]["base"] == name
    ]
    assert facts
    assert any("default" in fact for fact in facts)
    produced = [produce["payload"] for contract in LOADED for produce in values_of(contract, "produce")]
    of_type = [payload["value"] for payload in produced if payload["type"]["base"] == name]
    assert any("literal" in value for value in of_type if isinstance(value, dict))
    assert any("fact_ref" in value for value in of_type if isinstance(value, dict))


@pytest.mark.parametrize(
    "operator", [*sorted(operators.COMPARISONS), "and", "or", "not", "+", "-", "*", "len", "index"]
)
def test_every_operator_is_in_a_contract(operator: str) -> None:
    assert operator in in_contracts("op")


@pytest.mark.parametrize("quantifier", ["forall", "exists"])
def test_every_quantifier_is_in_a_contract(quantifier: str) -> None:
    assert quantifier in in_contracts("quantifier")


@pytest.mark.parametrize("handler", list(read_constructs._HANDLER_READERS))
def test_every_join_is_in_a_contract(handler: str) -> None:
    joins = [join for contract in LOADED for join in values_of(contract, "join")]
    assert handler in {join["on_any_failure"]["kind"] for join in joins}
    assert any("on_all_complete" in join for join in joins)


def test_every_contract_is_used_by_a_case() -> None:
    used = {document["contract"] for document in DOCUMENTS if isinstance(document["contract"], str)}
    assert used == {path.stem for path in CONTRACTS.glob("*.json")}


def test_every_case_is_named_after_its_file() -> None:
    for path, document in zip(sorted(CASES.rglob("*.json")), DOCUMENTS, strict=True):
        assert document["name"] == path.stem
