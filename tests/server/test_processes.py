"""The server as a process: it finishes what it has begun, starts again where it was, and says what it cannot do."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tenor_wasm.cli import main
from tenor_wasm.executor import Executor, open_storage
from tests import bundles as b
from tests.executor.shops import CONTRACT, FACTS
from tests.executor.test_systems import BUNDLES, CONSTRUCT
from tests.server.processes import Process, write_shop
from tests.server.running import Reply, ask


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one draft."""
    path = tmp_path / "shop.db"
    storage = open_storage(f"sqlite:///{path}")
    Executor(CONTRACT, storage, namespace="shop").create_instance("Order", "ord-001")
    storage.close()
    return path


def test_a_request_that_is_being_answered_is_finished_before_the_end(database: Path, tmp_path: Path) -> None:
    server = Process((str(write_shop(tmp_path)), "--db", f"sqlite:///{database}"), tmp_path / "log").start()
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # the request has to wait for this one
    replies: list[Reply] = []
    body = {"persona": "clerk", "facts": FACTS, "instance_bindings": {"Order": "ord-001"}}
    asking = threading.Thread(target=lambda: replies.append(ask(server.url, "/shop/flows/submit/execute", body)))
    asking.start()
    _until_in_flight(server.url)
    server.send(signal.SIGTERM)
    _until_refused(server.url)
    assert replies == []
    other.execute("ROLLBACK")
    other.close()
    asking.join()
    assert [(reply.status, reply.json["outcome"]) for reply in replies] == [(200, "success")]
    assert server.wait() in (0, -signal.SIGTERM)
    storage = open_storage(f"sqlite:///{database}")
    assert Executor(CONTRACT, storage, namespace="shop").instance("Order", "ord-001").state == "submitted"
    storage.close()
    events = [json.loads(line)["event"] for line in (tmp_path / "log").read_text().splitlines()]
    assert "request" in events


def _until_in_flight(url: str) -> None:
    """Wait until the server is busy with another request than ours."""
    for _ in range(200):
        if "tenor_requests_in_flight 2.0" in ask(url, "/metrics").text:
            return
        time.sleep(0.02)
    pytest.fail("the request never reached the server")


def _until_refused(url: str) -> None:
    for _ in range(200):
        try:
            ask(url, "/health")
        except OSError:
            return
        time.sleep(0.02)
    pytest.fail("the server still takes requests after it was told to stop")


def test_what_it_cannot_do_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = str(write_shop(tmp_path))
    for arguments, code in (
        ([shop, "--db", "memory:", "--host", "0.0.0.0"], "keys_required"),
        ([shop, "--db", "nowhere:"], "invalid_address"),
        ([shop, "--db", "memory:", "--keys", str(tmp_path / "none.json")], "unreadable_file"),
        ([shop, shop, "--db", "memory:"], "duplicate_contract"),
        ([shop, "--db", "memory:", "--org", "a/b"], "unservable_name"),
        ([shop, "--db", "memory:", "--org", "shop"], "unservable_name"),
        ([shop, "--db", "memory:", "--signing-key", str(tmp_path / "none.pem")], "unreadable_file"),
        ([str(tmp_path / "none.json"), "--db", "memory:"], "unreadable_file"),
        ([shop, "--db", "memory:", "--port", "70000"], "usage"),
        ([shop, "--db", "memory:", "--threads", "0"], "usage"),
        ([shop, "--db", "memory:", "--rate", "nan"], "usage"),
        ([shop, "--db", "memory:", "--host", "no such host"], "keys_required"),
        ([], "usage"),
    ):
        assert main(["serve", *arguments]) == 2
        assert f"error[{code}]" in capsys.readouterr().err


def test_a_system_is_served_with_the_members_that_lie_beside_it(tmp_path: Path) -> None:
    members = [{**member, "path": f"{member['id']}.json"} for member in CONSTRUCT["members"]]
    bundles = {**BUNDLES, "trade": {**b.bundle(), "id": "trade", "constructs": [{**CONSTRUCT, "members": members}]}}
    for name, bundle in bundles.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(bundle), encoding="utf-8")
    server = Process((str(tmp_path / "trade.json"), "--db", "memory:"), tmp_path / "log").start()
    try:
        assert ask(server.url, "/").json["contracts"] == ["office", "store", "warehouse"]
        assert ask(server.url, "/store/entities/Order/initialize", {"instance_id": "ord-1"}).status == 201
    finally:
        server.stop()


def test_a_key_is_made_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "keys.json"
    assert main(["key", str(path), "--persona", "clerk", "--contract", "shop", "--read-only", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["personas"], made["contracts"], made["read_only"]) == (["clerk"], ["shop"], True)
    assert main(["key", str(path), "--persona", "boss"]) == 0
    assert capsys.readouterr().out.startswith("tk_")
    server = Process((str(write_shop(tmp_path)), "--db", "memory:", "--keys", str(path)), tmp_path / "log").start()
    try:
        assert ask(server.url, "/shop").status == 401
        assert ask(server.url, "/shop", headers={"Authorization": f"Bearer {made['key']}"}).status == 200
    finally:
        server.stop()
