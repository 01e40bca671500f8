"""A page costs the same however many instances there are: counted in the store's own steps, not in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import pytest

from tenor_wasm.executor import Executor, InstanceKey, InstanceRecord, MemoryStorage, open_storage
from tenor_wasm.executor.postgres import _SELECT_GROUPS
from tenor_wasm.executor.sql import SELECT_STATES
from tenor_wasm.executor.sqlite import SqliteStorage
from tenor_wasm.executor.storage import Storage
from tests.executor.places import Cluster
from tests.executor.shops import FACTS, executor_on

SIZES = (300, 3000)
STATES = ("draft", "submitted", "approved", "done")


def fill(storage: Storage, size: int) -> None:
    with storage.transaction() as transaction:
        for number in range(size):
            key = InstanceKey("test", "Order", f"{number:06}")
            transaction.initialize(InstanceRecord(key, STATES[number % 4], 0, "t", "t"))


class Counting:
    """A store over SQLite that counts the steps of its virtual machine."""

    def __init__(self, path: Any) -> None:
        self.steps = 0
        self.storage = SqliteStorage(path)
        connection = self.storage._idle[0]
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> int:
        self.steps += 1
        return 0


def questions(executor: Executor) -> dict[str, Callable[[], object]]:
    """What is asked of a store, by name."""
    following = executor.action_space_page("clerk", FACTS, limit=20).next_cursor
    return {
        "first page": lambda: executor.action_space_page("clerk", FACTS, limit=20),
        "next page": lambda: executor.action_space_page("clerk", FACTS, following, 20),
        "instances": lambda: executor.list_instances("Order", limit=20),
        "in a state": lambda: executor.list_instances("Order", "done", limit=20),
        "history": lambda: executor.history("Order", "000007"),
        "flow": lambda: executor.execute_flow("submit", "clerk", FACTS, {"Order": "000004"}),
    }


def test_the_steps_for_a_page_in_sqlite_do_not_grow(tmp_path: Any) -> None:
    taken: dict[str, list[int]] = {}
    for size in SIZES:
        counting = Counting(tmp_path / f"{size}.db")
        fill(counting.storage, size)
        executor = executor_on(counting.storage)
        for name, ask in questions(executor).items():
            counting.steps = 0
            ask()
            taken.setdefault(name, []).append(counting.steps)
    for name, (few, many) in taken.items():
        assert few > 20, "the steps were counted"
        assert many <= few * 1.05, f"{name}: {few} steps with {SIZES[0]} instances, {many} with {SIZES[1]}"


@pytest.mark.xdist_group("postgres")
def test_a_page_in_postgresql_is_read_from_the_index(cluster: Cluster) -> None:
    address = cluster.database()
    storage = open_storage(address)
    fill(storage, SIZES[1])
    storage.close()
    groups = (["test"] * 4, ["Order"] * 4, list(STATES), [""] * 4, 20)
    questions = ((_SELECT_GROUPS, groups), (SELECT_STATES, ("test", "Order") * 2))
    with psycopg.connect(address) as connection:
        for when in ("before", "after"):
            if when == "after":
                connection.execute("ANALYZE instances")
            for question, asked in questions:
                statement = "EXPLAIN " + question.replace("?", "%s")
                plan = "\n".join(line for (line,) in connection.execute(statement.encode(), asked))
                assert "instances_by_state" in plan, when
                assert "Seq Scan on instances" not in plan, when


def test_a_page_in_memory_looks_at_no_more_than_it_shows() -> None:
    storage = MemoryStorage()
    fill(storage, SIZES[1])
    for ids in storage._tables.of_state.values():
        assert len(ids) > 700
    storage._tables.of_state = {key: Watched(ids) for key, ids in storage._tables.of_state.items()}
    executor_on(storage).action_space_page("clerk", FACTS, limit=20)
    looked = sum(ids.looked for ids in storage._tables.of_state.values() if isinstance(ids, Watched))
    assert 0 < looked <= 4 * (21 + 12)


class Watched(list[str]):
    """A list that counts how many of its items are looked at."""

    looked = 0

    def __getitem__(self, index: Any) -> Any:
        found: Any = super().__getitem__(index)
        self.looked += len(found) if isinstance(found, Sequence) and not isinstance(found, str) else 1
        return found

    def __iter__(self) -> Any:
        self.looked += len(self)
        return super().__iter__()
