"""A store that fails at any one call leaves nothing half done, on every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor import SystemExecutor, audit, counting_ids
from tenor_wasm.executor.storage import Storage
from tests.executor.shops import FACTS, executor_on, states
from tests.executor.test_systems import PLACE, SYSTEM, system_on

RUSH = ("rush", "clerk", FACTS, {"Order": "a"})


class Fault(Exception):  # noqa: N818 - what a driver might raise
    """Something broke."""


class Faulty:
    """A store that breaks at its n-th call, counted over everything that is asked of it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.calls = 0
        self.breaks_at: int | None = None
        self.close = storage.close

    def _count(self, name: str) -> None:
        self.calls += 1
        if self.calls == self.breaks_at:
            raise Fault(name)

    @contextmanager
    def _block(self, name: str) -> Iterator[Any]:
        self._count(name)
        with getattr(self._storage, name)() as opened:
            yield _Faulty(opened, self._count)
            self._count("commit")

    def transaction(self) -> Any:
        return self._block("transaction")

    def snapshot(self) -> Any:
        return self._block("snapshot")


class _Faulty:
    def __init__(self, opened: Any, count: Callable[[str], None]) -> None:
        self._opened, self._count = opened, count

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._opened, name)

        def call(*arguments: Any) -> Any:
            self._count(name)
            answer = method(*arguments)
            self._count(f"after {name}")
            return answer

        return call


def test_a_fault_at_any_call_of_a_flow_leaves_nothing_of_it(storage: Storage) -> None:
    faulty = Faulty(storage)
    executor = executor_on(faulty)
    plain = executor_on(storage)
    executor.create_instance("Order", "a")
    faulty.calls, number = 0, 0
    while True:
        number += 1
        faulty.calls, faulty.breaks_at = 0, number
        try:
            executor.execute_flow(*RUSH, request_id="r")
        except Fault:
            assert states(plain) == {("Order", "a"): "draft"}
            assert plain.chains().items == ()
            assert [change.version for change in plain.history("Order", "a").page.items] == [0]
        else:
            break
    assert number == 23, "every call was reached, and none is missing"
    assert states(plain) == {("Order", "a"): "approved"}
    assert audit(plain).faults == ()
    assert audit(plain).executions == 1


def test_a_fault_at_any_call_of_a_creation_leaves_nothing_of_it(storage: Storage) -> None:
    faulty = Faulty(storage)
    executor, plain = executor_on(faulty), executor_on(storage)
    for number in range(1, 100):
        faulty.calls, faulty.breaks_at = 0, number
        try:
            executor.create_instance("Order", "a")
        except Fault:
            assert states(plain) == {}
        else:
            break
    assert number == 7
    assert audit(plain).faults == ()


def test_a_fault_at_any_call_of_a_system_loses_no_trigger_and_starts_none_twice(storage: Storage) -> None:
    faulty = Faulty(storage)
    ids = counting_ids()
    broken, plain = system_on(faulty, ids=ids), system_on(storage, ids=ids)
    for number in range(1, 300):
        order = f"ord-{number}"
        plain.member("store").create_instance("Order", order)
        faulty.calls, faulty.breaks_at = 0, number
        done = False
        try:
            broken.execute_flow("store", "sell", "clerk", {}, {"Order": order}, trigger_inputs=PLACE)
            done = True
        except Fault:
            pass
        plain.resume()
        sold = plain.member("store").instance("Order", order).state
        fired = [trigger for trigger in every_trigger(plain) if trigger.source_execution in executions_of(plain, order)]
        assert (sold, [trigger.status for trigger in fired]) in (("new", []), ("packed", ["initiated", "failed"]))
        if done and faulty.calls < number:
            break
    assert number == 39, "every call was reached, and none is missing"
    for member in SYSTEM.contracts:
        assert audit(plain.member(member)).faults == ()


def every_trigger(system: SystemExecutor) -> Iterator[Any]:
    cursor = None
    while True:
        page = system.triggers(cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def executions_of(system: SystemExecutor, order: str) -> set[str]:
    return {
        record.execution_id
        for member in ("store", "warehouse")
        for record in system.member(member).chains("Order", order).items
    }


def test_the_error_of_a_store_reaches_the_caller_unchanged(storage: Storage) -> None:
    faulty = Faulty(storage)
    executor = executor_on(faulty)
    faulty.breaks_at = 1
    with pytest.raises(Fault, match="transaction"):
        executor.create_instance("Order", "a")
    storage.close()
    with pytest.raises(TenorError) as caught:
        executor.create_instance("Order", "a")
    assert caught.value.code == "storage_closed"
