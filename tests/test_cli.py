"""The command line: tables for people, JSON for machines, and an exit status that scripts can trust."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm.api import compat
from tests.engines import CONTRACTS, ROOT
from tests.terminal import Terminal

ORDERS = str(CONTRACTS / "orders.json")
THREE_ORDERS = '{"Order": {"ord-001": "draft", "ord-002": "submitted", "ord-003": "approved"}}'


def _document(path: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    return parsed


def _facts() -> str:
    """Facts under which the orders contract lets orders be submitted."""
    case = json.loads((ROOT / "tests" / "cases" / "orders" / "action_space.json").read_text("utf-8"))
    return json.dumps(case["calls"][0]["params"]["facts"])


def _submitting() -> dict[str, Any]:
    """Flow and persona that submit an order."""
    case = json.loads((ROOT / "tests" / "cases" / "orders" / "simulate_flow.json").read_text("utf-8"))
    params: dict[str, Any] = case["calls"][0]["params"]
    return params


def test_validate_says_that_a_contract_is_valid(tenor: Terminal) -> None:
    ran = tenor("validate", ORDERS)
    assert ran.status == 0
    assert "is valid" in ran.out


def test_validate_lists_every_fault_of_a_refused_contract_and_exits_with_1(tenor: Terminal, tmp_path: Path) -> None:
    bundle = _document(ORDERS)
    for construct in bundle["constructs"]:
        if construct["kind"] == "Entity":
            construct["initial"] = "nowhere"
        if construct["kind"] == "Flow":
            construct["entry"] = "nowhere"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(bundle), "utf-8")
    ran = tenor("validate", str(broken))
    assert ran.status == 1
    assert ran.out == ""
    assert "[unknown_state]" in ran.err
    assert "[unknown_step]" in ran.err
    with_json = tenor("validate", str(broken), "--json")
    assert with_json.status == 1
    assert with_json.json == json.loads(compat.load_contract(broken.read_text("utf-8")))


def test_hash_prints_the_contract_hash_and_it_is_accepted_back(tenor: Terminal) -> None:
    printed = tenor("hash", ORDERS).out.strip()
    assert tenor("validate", ORDERS, "--contract-hash", printed).status == 0
    assert tenor("hash", ORDERS, "--json").json["contract_hash"] == printed


def test_another_contract_hash_is_refused_with_1(tenor: Terminal) -> None:
    ran = tenor("evaluate", ORDERS, "--facts", _facts(), "--contract-hash", "sha256:" + "0" * 64, "--json")
    assert ran.status == 1
    assert ran.json["code"] == "contract_hash_mismatch"
    assert tenor("hash", ORDERS, "--contract-hash", "sha256:12").status == 2


def test_inspect_shows_every_declaration(tenor: Terminal) -> None:
    ran = tenor("inspect", ORDERS)
    assert ran.status == 0
    for construct in _document(ORDERS)["constructs"]:
        assert construct["id"] in ran.out


def test_evaluate_shows_verdicts_with_what_they_rest_on(tenor: Terminal) -> None:
    ran = tenor("evaluate", ORDERS, "--facts", _facts(), "--entities", THREE_ORDERS)
    assert ran.status == 0
    assert ran.out.splitlines()[0].split() == ["stratum", "verdict", "payload", "rule", "from"]
    assert len(ran.out.splitlines()) > 2


def test_actions_lists_available_and_blocked_instances_with_their_states(tenor: Terminal) -> None:
    persona = _submitting()["persona"]
    ran = tenor("actions", ORDERS, "--facts", _facts(), "--entities", THREE_ORDERS, "--persona", persona)
    assert ran.status == 0
    flow = _submitting()["flow"]
    rows = {tuple(line.split()[:3]) for line in ran.out.splitlines() if line.startswith(flow)}
    assert (flow, "Order/ord-001", "available") in rows
    assert (flow, "Order/ord-002", "blocked") in rows
    assert (flow, "Order/ord-003", "blocked") in rows
    assert "in state submitted" in ran.out
    assert "in state approved" in ran.out


def test_simulate_changes_only_the_bound_instance(tenor: Terminal) -> None:
    params = _submitting()
    ran = tenor(
        "simulate", ORDERS, "--flow", params["flow"], "--persona", params["persona"], "--facts", _facts(),
        "--entities", THREE_ORDERS, "--bindings", '{"Order": "ord-001"}',
    )  # fmt: skip
    assert ran.status == 0
    assert "Order/ord-001" in ran.out
    assert "ord-002" not in ran.out


def test_simulate_without_a_needed_binding_names_it_and_exits_with_2(tenor: Terminal) -> None:
    params = _submitting()
    entity = next(c["id"] for c in _document(str(CONTRACTS / "orders.json"))["constructs"] if c["kind"] == "Entity")
    assert entity == "Order"
    ran = tenor(
        "simulate", ORDERS, "--flow", params["flow"], "--persona", params["persona"], "--facts", _facts(),
        "--entities", THREE_ORDERS, "--bindings", '{"Nothing": "x"}', "--json",
    )  # fmt: skip
    assert ran.status == 2
    assert ran.json["code"] == "invalid_bindings"


@pytest.mark.parametrize("name", ["evaluate", "actions", "simulate", "inspect"])
def test_json_prints_exactly_what_the_function_returns(tenor: Terminal, name: str) -> None:
    params, facts = _submitting(), _facts()
    handle = json.loads(compat.load_contract(Path(ORDERS).read_text("utf-8")))["handle"]
    flow, persona = params["flow"], params["persona"]
    given: dict[str, tuple[list[str], Callable[[], str]]] = {
        "inspect": ([], lambda: compat.inspect_contract(handle)),
        "evaluate": (["--facts", facts], lambda: compat.evaluate(handle, facts)),
        "actions": (
            ["--facts", facts, "--entities", THREE_ORDERS, "--persona", persona],
            lambda: compat.compute_action_space(handle, facts, THREE_ORDERS, persona),
        ),
        "simulate": (
            ["--facts", facts, "--entities", THREE_ORDERS, "--persona", persona, "--flow", flow],
            lambda: compat.simulate_flow(handle, flow, persona, facts, THREE_ORDERS),
        ),
    }
    options, function = given[name]
    ran = tenor(name, ORDERS, *options, "--json")
    assert ran.status == 0
    assert ran.out == function() + "\n"
    assert ran.err == ""


def test_errors_are_json_alone_on_standard_output_too(tenor: Terminal) -> None:
    handle = json.loads(compat.load_contract(Path(ORDERS).read_text("utf-8")))["handle"]
    ran = tenor("evaluate", ORDERS, "--facts", "{}", "--json")
    assert ran.status == 2
    assert ran.out == compat.evaluate(handle, "{}") + "\n"
    assert ran.err == ""


def test_arguments_come_inline_from_files_and_from_standard_input(tenor: Terminal, tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(_facts(), "utf-8")
    inline = tenor("evaluate", ORDERS, "--facts", _facts(), "--json").out
    assert tenor("evaluate", ORDERS, "--facts", f"@{facts}", "--json").out == inline
    assert tenor("evaluate", ORDERS, "--facts", "-", "--json", stdin=_facts().encode()).out == inline
    assert tenor("evaluate", "-", "--facts", _facts(), "--json", stdin=Path(ORDERS).read_bytes()).out == inline


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["evaluate", "no-such-file.json"], "unreadable_file"),
        (["evaluate", ORDERS, "--facts", "@no-such-file.json"], "unreadable_file"),
        (["evaluate", ORDERS, "--facts", '{"a": NaN}'], "invalid_number"),
        (["evaluate", ORDERS, "--facts", '{"a": 1, "a": 2}'], "duplicate_key"),
        (["evaluate", ORDERS, "--facts", "{"], "invalid_json"),
        (["evaluate", "-", "--facts", "-"], "usage"),
        (["actions", ORDERS], "usage"),
        (["simulate", ORDERS, "--flow", "f", "--persona", "p", "--outcome", "nothing"], "usage"),
        (["simulate", ORDERS, "--flow", "no_such_flow", "--persona", "p"], "unknown_flow"),
        (["conjure", ORDERS], "usage"),
        ([], "usage"),
    ],
)
def test_bad_usage_and_bad_input_exit_with_2(tenor: Terminal, arguments: list[str], code: str) -> None:
    people = tenor(*arguments)
    assert people.status == 2
    assert people.out == ""
    assert f"error[{code}]" in people.err
    machine = tenor(*arguments, "--json")
    assert machine.status == 2
    assert machine.json["code"] == code


@pytest.mark.parametrize("name", ["facts.json", "facts", "no-such-file.json"])
def test_a_file_name_in_the_place_of_json_is_recognised(
    tenor: Terminal, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for existing in ("facts.json", "facts"):
        Path(existing).write_text("{}", "utf-8")
    for option in ("facts", "entities"):
        ran = tenor("actions", ORDERS, "--persona", "p", f"--{option}", name)
        assert ran.status == 2
        assert f"error[invalid_json]: --{option} takes JSON; of a file it is read with --{option} @{name}\n" == ran.err
    assert "@" not in tenor("evaluate", ORDERS, "--facts", "{").err, "what is no file name is told as bad JSON"


@pytest.mark.parametrize("command", ["validate", "check", "fmt", "test"])
def test_a_file_that_is_not_there_is_told_without_the_name_of_the_argument(tenor: Terminal, command: str) -> None:
    ran = tenor(command, "no-such-file.tenor")
    assert ran.err.startswith("error[unreadable_file]: ")
    assert "cannot read 'no-such-file.tenor': No such file" in ran.err
    assert not any(argument in ran.err for argument in ("FILE", "CONTRACT", "PATH"))


def test_a_file_that_is_not_utf_8_is_refused_by_name(tenor: Terminal, tmp_path: Path) -> None:
    latin = tmp_path / "latin.json"
    latin.write_bytes(b'{"id": "caf\xe9"}')
    ran = tenor("validate", str(latin))
    assert ran.status == 2
    assert "latin.json" in ran.err
    assert "not UTF-8" in ran.err


def test_the_module_is_the_same_command() -> None:
    command = [sys.executable, "-m", "tenor_wasm", "hash", ORDERS, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout)["contract_hash"].startswith("sha256:")


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m tenor_wasm inspect {ORDERS} | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0
    assert done.stderr == ""
