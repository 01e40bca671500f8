"""The audit finds what does not follow: each kind of damage that somebody with the file could do is done and found."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.executor import Executor, audit, open_storage
from tests.executor.shops import APPROVE, SUBMIT, executor_on

Json = Any

FORGED = """UPDATE provenance SET chain = replace(chain, '"paid":true', '"paid":false')"""


def damaged(tmp_path: Path, *statements: str) -> Executor:
    """A store in which something happened to two orders, and then somebody wrote into it by hand."""
    path = tmp_path / "store.db"
    storage = open_storage(f"sqlite:///{path}")
    executor = executor_on(storage)
    for name in ("a", "b"):
        executor.create_instance("Order", name)
        executor.execute_flow(*SUBMIT, {"Order": name})
        executor.execute_flow(*APPROVE, {"Order": name})
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
    connection.close()
    return executor


@pytest.mark.parametrize(
    ("statement", "code", "place"),
    [
        ("UPDATE instances SET state = 'done' WHERE instance_id = 'a'", "unexplained_state", "/instances/Order/a"),
        ("UPDATE instances SET version = 3 WHERE instance_id = 'a'", "history_gap", "/instances/Order/a"),
        ("DELETE FROM transitions WHERE instance_id = 'a' AND version = 1", "history_gap", "/instances/Order/a"),
        (
            "UPDATE transitions SET from_state = 'approved' WHERE instance_id = 'b' AND version = 1",
            "history_gap",
            "/instances/Order/b",
        ),
        (
            "UPDATE transitions SET to_state = 'approved' WHERE instance_id = 'b' AND version = 0",
            "not_initial_state",
            "/instances/Order/b",
        ),
        (
            "UPDATE transitions SET execution_id = NULL WHERE instance_id = 'a' AND version = 2",
            "unexplained_transition",
            "/instances/Order/a",
        ),
        (
            "UPDATE transitions SET execution_id = 'exec_x' WHERE instance_id = 'a' AND version = 2",
            "unexplained_transition",
            "/executions/exec_x",
        ),
        ("DELETE FROM transitions WHERE instance_id = 'a'", "unexplained_state", "/instances/Order/a"),
        ("UPDATE operations SET provenance_id = 'prov_x' WHERE sequence = 1", "operations_differ", "/executions/"),
        (FORGED, "chain_differs", "/executions/"),
    ],
)
def test_damage_is_found_where_it_was_done(tmp_path: Path, statement: str, code: str, place: str) -> None:
    executor = damaged(tmp_path, statement)
    found = [(fault.code, fault.path) for fault in audit(executor).faults]
    assert any(found_code == code and path.startswith(place) for found_code, path in found), found


def test_a_transition_that_was_redirected_is_found_with_its_history(tmp_path: Path) -> None:
    """Instance, history and records agree on a state, and only the chain knows better."""
    executor = damaged(
        tmp_path,
        "UPDATE transitions SET to_state = 'draft', from_state = 'submitted' WHERE instance_id = 'a' AND version = 2",
        "UPDATE instances SET state = 'draft' WHERE instance_id = 'a'",
    )
    report = audit(executor)
    assert [fault.code for fault in report.faults] == ["unexplained_transition"]
    assert "the chain tells other transitions" in report.faults[0].message


def test_an_instance_that_was_slipped_in_is_found(tmp_path: Path) -> None:
    slipped = "INSERT INTO instances VALUES ('test', 'Order', 'c', 'approved', 0, 't', 't')"
    assert {fault.code for fault in audit(damaged(tmp_path, slipped)).faults} == {"history_gap", "unexplained_state"}


def test_a_sound_store_has_no_faults(tmp_path: Path) -> None:
    report = audit(damaged(tmp_path))
    assert (report.agrees, report.instances, report.transitions, report.executions) == (True, 2, 6, 4)
    told: Json = api.to_json(report)
    assert told == {"agrees": True, "instances": 2, "transitions": 6, "executions": 4, "faults": []}
