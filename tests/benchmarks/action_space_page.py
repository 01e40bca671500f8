"""What a page of the action space costs as instances grow: ``python -m tests.benchmarks.action_space_page [ADDRESS…]``.

A contract of 10 flows over two entities; stores of 1,000, 10,000 and 100,000 instances side by side, asked in turn, so
that noise meets all alike. Prints the median of each and its ratio to the smallest. Without addresses: memory, SQLite,
and a PostgreSQL that is started for it; a database that is named must be empty.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from tenor_wasm import api
from tenor_wasm.executor import Executor, InstanceKey, InstanceRecord, open_storage
from tenor_wasm.executor.storage import Storage
from tests import bundles as b
from tests.executor.places import running_cluster

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 60
LIMIT = 40
PAGES = ("first", "next")
STATES = ("s0", "s1", "s2", "s3", "s4", "s5")

BUNDLE = b.bundle(
    b.persona(),
    b.fact("go", b.BOOL),
    b.rule("may_go", b.ref("go")),
    b.entity("Order", *STATES),
    b.entity("Parcel", *STATES),
    *(b.operation(f"order_{n}", f"Order: s{n} -> s{n + 1}", when=b.present("may_go")) for n in range(5)),
    *(
        b.operation(f"both_{n}", f"Order: s{n} -> s{n + 1}", f"Parcel: s{n} -> s{n + 1}", when=b.present("may_go"))
        for n in range(5)
    ),
    *(b.flow(f"move_order_{n}", b.act(f"order_{n}")) for n in range(5)),
    *(b.flow(f"move_both_{n}", b.act(f"both_{n}")) for n in range(5)),
)
CONTRACT = api.load(BUNDLE)


def fill(storage: Storage, namespace: str, size: int) -> Executor:
    """A store with ``size`` instances, spread over entities and states."""
    with storage.transaction() as transaction:
        for number in range(size):
            key = InstanceKey(namespace, ("Order", "Parcel")[number % 2], f"{number:06}")
            transaction.initialize(InstanceRecord(key, STATES[number // 2 % 6], 0, "t", "t"))
    return Executor(CONTRACT, storage, namespace=namespace)


def measure(storage: Storage, label: str) -> Iterator[str]:
    """One line a size: the median of a first page and of a page from the middle."""
    executors = {size: fill(storage, f"n{size}", size) for size in SIZES}
    cursors = {
        size: executor.action_space_page("clerk", {"go": True}, limit=LIMIT).next_cursor
        for size, executor in executors.items()
    }
    times = medians(cursors, partial(_asked, executors))
    for name in PAGES:
        for size in SIZES:
            ratio = times[name, size] / times[name, SIZES[0]]
            yield f"{label:10} {name:5} page  {size:>7} instances  {times[name, size]:7.2f} ms  ×{ratio:.2f}"


def _asked(executors: Mapping[int, Executor], size: int, cursor: str | None) -> int:
    return len(executors[size].action_space_page("clerk", {"go": True}, cursor, LIMIT).result.actions)


def medians(
    cursors: Mapping[int, str | None], ask: Callable[[int, str | None], int]
) -> Mapping[tuple[str, int], float]:
    """Milliseconds by page and size; ``ask`` gets a size and a cursor, and says how many flows are open."""
    times: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS):
        for size, following in cursors.items():
            for name, cursor in zip(PAGES, (None, following), strict=True):
                begun = time.perf_counter()
                flows = ask(size, cursor)
                times.setdefault((name, size), []).append((time.perf_counter() - begun) * 1e3)
                assert flows == 10
    return {asked: statistics.median(taken) for asked, taken in times.items()}


def main(addresses: list[str]) -> None:
    """Measure each store."""
    with tempfile.TemporaryDirectory() as folder, contextmanager(running_cluster)() as cluster:
        for address in addresses or ["memory:", f"sqlite:///{folder}/bench.db", cluster.database()]:
            storage = open_storage(address)
            for line in measure(storage, address.partition(":")[0]):
                print(line, flush=True)
            storage.close()


if __name__ == "__main__":
    main(sys.argv[1:])
