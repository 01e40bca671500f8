"""The playground's examples: well-formed by the public schema, loadable, and each situation does what it tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tenor_wasm import api
from tenor_wasm.api.source import elaborate, format_source
from tests.engines import EXAMPLES

INDEX = json.loads((EXAMPLES / "index.json").read_text(encoding="utf-8"))["examples"]
NAMES = [entry["name"] for entry in INDEX]

OUTCOMES = {
    "aircraft-turnaround": ["success", "success", "failure", "failure", "failure"],
    "building-permit": ["success", "success", "failure", "failure", "success"],
    "escrow-release": ["success", "success", "success", "failure"],
    "insurance-claim": ["success", "success", "success", "failure", "success"],
    "lab-samples": ["success", "failure", "success"],
    "order-approval": ["success", "success", "success"],
    "pallet-warehouse": ["success", "success", "failure", "success"],
    "rental-handover": ["success", "failure", "success", "success"],
    "tool-lending": ["success", "failure", "failure", "success"],
}
"""How the flow of each situation ends, in the order of the situations."""


def read(name: str, file: str) -> Any:
    return json.loads((EXAMPLES / name / file).read_text(encoding="utf-8"))


SCENARIOS = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name in NAMES
    for number in range(len(read(name, "scenarios.json")["scenarios"]))
]


def test_the_index_lists_every_example() -> None:
    assert sorted(NAMES) == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
    assert sorted(OUTCOMES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_contract_obeys_the_public_schema(name: str, shared: Path) -> None:
    schema = json.loads((shared / "conformance" / "interchange-schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(read(name, "contract.json"))


@pytest.mark.parametrize("entry", INDEX, ids=NAMES)
def test_contract_is_what_its_source_elaborates_to(entry: dict[str, str]) -> None:
    """To the line: after a change of the source, `tenor elaborate` writes the bundle anew."""
    source = (EXAMPLES / entry["name"] / entry["source"]).read_text(encoding="utf-8")
    assert read(entry["name"], "contract.json") == elaborate({entry["source"]: source}, entry["source"])


@pytest.mark.parametrize("entry", INDEX, ids=NAMES)
def test_source_is_laid_out_canonically(entry: dict[str, str]) -> None:
    source = (EXAMPLES / entry["name"] / entry["source"]).read_text(encoding="utf-8")
    assert format_source(source) == source


@pytest.mark.parametrize("name", NAMES)
def test_contract_loads_without_a_warning(name: str) -> None:
    assert list(api.load(read(name, "contract.json")).warnings) == []


@pytest.mark.parametrize(("name", "number"), SCENARIOS)
def test_situation_ends_as_it_tells(name: str, number: int) -> None:
    scenario = read(name, "scenarios.json")["scenarios"][number]
    contract = api.load(read(name, "contract.json"))
    assert not api.evaluate(contract, scenario["facts"]).warnings
    space = api.action_space(contract, scenario["facts"], scenario["entity_states"], scenario["persona"])
    listed = {action.flow_id for action in space.actions} | {blocked.flow_id for blocked in space.blocked_actions}
    assert listed == set(contract.flows)
    result = api.simulate_flow(
        contract,
        scenario["flow"],
        scenario["persona"],
        scenario["facts"],
        scenario["entity_states"],
        scenario["instance_bindings"],
        scenario.get("outcomes"),
    )
    assert result.outcome == OUTCOMES[name][number]
