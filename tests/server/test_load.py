"""Fifty clients on a few hot instances, also while the server is killed: nothing is lost, doubled or unexplained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tenor_wasm.executor import Executor, MemoryStorage
from tests.executor.places import Place
from tests.executor.shops import CONTRACT, SUBMIT
from tests.server.load import CLIENTS, Told, count, run
from tests.server.processes import Process, write_shop

SECONDS = 4.0


@pytest.mark.parametrize("kills", [0, 2], ids=["load", "kills"])
def test_nothing_is_lost_doubled_or_unexplained_under_load(
    durable: Place, kills: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    storage = durable.open()
    arguments = (str(write_shop(tmp_path)), "--db", durable.address, "--rate", "0")
    server = Process(arguments, tmp_path / "log").start()
    try:
        figures = run(server, storage, SECONDS, kills)
    finally:
        server.stop()
    record_property("figures", f"{durable.kind}: {figures.text}")
    assert figures.faults == ()
    assert (figures.lost, figures.duplicated, figures.unexplained) == (0, 0, 0)
    assert figures.acknowledged <= figures.recorded <= figures.acknowledged + CLIENTS * max(kills, 1)
    assert figures.acknowledged > CLIENTS
    assert figures.transitions > figures.instances, "something has moved"
    assert figures.reads > CLIENTS


def test_the_count_sees_what_is_wrong() -> None:
    """The figures above could be others: each kind of fault is counted."""
    executor = Executor(CONTRACT, MemoryStorage(), namespace="shop")
    for name in ("a", "b"):
        executor.create_instance("Order", name)
    done = executor.execute_flow(*SUBMIT, {"Order": "a"}, request_id="r-1").record.execution_id
    told = Told(executed=[("r-1", done)], created=["a"], milliseconds=[1.0])
    figures = count(executor, told, 1.0, 0)
    assert (figures.lost, figures.duplicated, figures.unexplained) == (0, 0, 0)
    told.executed += [("r-1", "exec_other"), ("r-2", "exec_gone")]
    told.created += ["gone", "a"]
    with executor.storage.transaction() as transaction:
        key = executor.key("Order", "b")
        transaction.update(key, 0, "approved", "2026-11-21T00:00:00Z")
    figures = count(executor, told, 1.0, 0)
    assert figures.lost == 3
    assert figures.duplicated == 2
    assert figures.unexplained >= 1
