"""What the README says of the server happens: ``make serve``, and the very lines that it shows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tenor_wasm import api
from tenor_wasm.executor import Executor, open_storage
from tests.server.example import CONTRACT, FACTS, prepare
from tests.test_readme import ROOT, block

PORT = "8124"


@contextmanager
def serving(tmp_path: Path, *variables: str) -> Iterator[str]:
    """The port of ``make serve``."""
    command = ["make", "serve", "SERVE_PORT=0", f"SERVE_DB={tmp_path / 'orders.db'}", *variables]
    with (tmp_path / "log").open("w") as log:
        making = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    assert making.stdout is not None
    try:
        said = next((line for line in making.stdout if " on http://" in line), "")
        assert said, (tmp_path / "log").read_text()
        yield said.strip().rpartition(":")[2]
    finally:
        os.killpg(making.pid, signal.SIGTERM)
        making.communicate(timeout=30)


def test_what_was_submitted_stays_until_one_begins_anew(tmp_path: Path) -> None:
    prepare(tmp_path / "orders.db")
    with closing(open_storage(f"sqlite:///{tmp_path / 'orders.db'}")) as storage:
        contract = api.load_source({CONTRACT.name: CONTRACT.read_text("utf-8")}, CONTRACT.name)
        Executor(contract, storage).execute_flow("submit", "buyer", FACTS, {"Order": "ord-001"})
    for variables, expected in (((), "submitted"), (("FRESH=1",), "draft")):
        with (
            serving(tmp_path, *variables) as port,
            urlopen(f"http://localhost:{port}/order_approval/entities/Order") as answer,
        ):
            assert states(json.load(answer))["ord-001"] == expected


def test_the_lines_of_the_readme_do_what_they_say(tmp_path: Path) -> None:
    lines, _ = block("bash")
    assert f"localhost:{PORT}/" in lines
    with serving(tmp_path) as served:
        program = lines.replace(f":{PORT}/", f":{served}/")
        done = subprocess.run(["bash", "-eu"], input=program, capture_output=True, text=True, check=True)
    documents: list[Any] = [json.loads(line) for line in done.stdout.splitlines()]
    before, space, executed, after, history, record, made, by_default = documents
    assert states(before) == {"ord-001": "draft", "ord-002": "submitted"}
    submit = next(action for action in space["actions"] if action["flow_id"] == "submit")
    assert submit["instance_bindings"] == {"Order": ["ord-001"]}
    assert submit["blocked_instances"] == {"Order": {"ord-002": "submitted"}}
    assert executed["outcome"] == "success"
    assert states(after) == {"ord-001": "submitted", "ord-002": "submitted"}
    assert versions(after)["ord-002"] == versions(before)["ord-002"], "the other one is untouched"
    assert [change["to_state"] for change in history["history"]] == ["draft", "submitted"]
    contract = api.load_source({CONTRACT.name: CONTRACT.read_text("utf-8")}, CONTRACT.name)
    assert record["provenance_chain_id"] == executed["provenance_chain_id"]
    assert api.verify(contract, record["chain"]).agrees
    assert made["instance_id"] == "_default"
    assert by_default["resolved_bindings"] == {"Order": "_default"}
    assert [move["instance_id"] for move in by_default["transitions"]] == ["_default"]


def states(page: Any) -> dict[str, str]:
    return {one["instance_id"]: one["state"] for one in page["items"]}


def versions(page: Any) -> dict[str, int]:
    return {one["instance_id"]: one["version"] for one in page["items"]}
