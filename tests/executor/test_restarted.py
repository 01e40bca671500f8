"""A database that ends in the middle of everything: errors say so, what was confirmed is there, the work goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, audit
from tenor_wasm.executor.postgres import PostgresStorage
from tests.executor.places import Cluster, running_cluster
from tests.executor.shops import CONTRACT, FACTS

WRITERS, CRASHES = 3, 3


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server for this test alone: it is going to crash."""
    with contextmanager(running_cluster)() as cluster:
        yield cluster


@pytest.mark.xdist_group("postgres")
def test_a_crash_of_the_database_loses_nothing_that_was_confirmed(own_cluster: Cluster) -> None:
    storage = PostgresStorage(own_cluster.database(), connections=WRITERS + 1, wait_seconds=20)
    executor = Executor(CONTRACT, storage)
    for name in ("a", "b"):
        executor.create_instance("Order", name)
    confirmed: set[str] = set()
    codes: set[str] = set()
    requests = iter(range(10**9))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            number = next(requests)
            flow = ("submit", "reopen", "rush")[number % 3]
            while True:
                try:
                    done = executor.execute_flow(
                        flow, "clerk", FACTS, {"Order": "ab"[number % 2]}, request_id=f"r{number}"
                    )
                except TenorError as error:
                    codes.add(error.code)  # the same request again: it runs once, whether it was recorded or not
                else:
                    confirmed.add(done.record.execution_id)
                    break

    writers = [threading.Thread(target=write, daemon=True) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for _ in range(CRASHES):
        before = len(confirmed)
        while len(confirmed) < before + 20:
            stop.wait(0.01)
        own_cluster.control("restart", "-m", "immediate")
    stop.set()
    for writer in writers:
        writer.join()
    recorded: set[str] = set()
    cursor = None
    while True:
        page = executor.chains(cursor=cursor, limit=1000)
        recorded |= {record.execution_id for record in page.items}
        cursor = page.next_cursor
        if cursor is None:
            break
    assert recorded == confirmed, "nothing confirmed is lost, nothing ran that nobody was told of"
    assert codes <= {"storage_unavailable", "conflict"}
    assert audit(executor).faults == ()
    storage.close()
