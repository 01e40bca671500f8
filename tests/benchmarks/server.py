"""What the server does under load, and what a page costs over HTTP: ``python -m tests.benchmarks.server``.

Pages: as ``action_space_page``, one request after the other on one connection. Load: fifty clients on a few hot
instances, with and without kills of the server in between (``--seconds``, ``--kills``). On SQLite and on a PostgreSQL
that is started for it. ``--keep`` puts the tables into README.md beside this file.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tenor_wasm.client import Client
from tenor_wasm.executor import open_storage
from tenor_wasm.server import Subject
from tests.benchmarks.__main__ import header, keep
from tests.benchmarks.action_space_page import BUNDLE, LIMIT, PAGES, SIZES, fill, medians
from tests.benchmarks.table import markdown, number
from tests.executor.places import Cluster, running_cluster
from tests.server.load import CLIENTS, Figures, run
from tests.server.processes import Process, write_shop
from tests.server.running import serving

FACTS = {"go": True}
MARKS = ("<!-- server -->\n", "<!-- end of server -->\n")
PAGE_HEAD = ("store", "page", *(f"{size:,} instances" for size in SIZES))
LOAD_HEAD = (
    *("store", "kills", "seconds", "requests", "a second", "median, ms", "p99, ms"),
    *("executions told", "recorded", "transitions", "lost", "duplicated", "unexplained"),
)


def pages(address: str) -> Mapping[tuple[str, int], float]:
    """The medians of a first page and of a page from the middle."""
    storage = open_storage(address)
    for size in SIZES:
        fill(storage, f"n{size}", size)
    with serving(storage, [Subject({**BUNDLE, "id": f"n{size}"}) for size in SIZES]) as url:
        clients = {size: Client(url, f"n{size}") for size in SIZES}
        cursors = {
            size: client.action_space("clerk", FACTS, limit=LIMIT)["next_cursor"] for size, client in clients.items()
        }

        def ask(size: int, cursor: str | None) -> int:
            return len(clients[size].action_space("clerk", FACTS, cursor, LIMIT)["actions"])

        times = medians(cursors, ask)
        for client in clients.values():
            client.close()
    storage.close()
    return times


def page_rows(store: str, address: str) -> list[Sequence[str]]:
    """A row for each page, with the ratio to the smallest store."""
    times = pages(address)
    shown = {
        (name, size): f"{number(taken)} ms (×{taken / times[name, SIZES[0]]:.2f})"
        for (name, size), taken in times.items()
    }
    return [(store, name, *(shown[name, size] for size in SIZES)) for name in PAGES]


def load(address: str, folder: Path, seconds: float, kills: int) -> Figures:
    """What became of everything that was asked."""
    arguments = (str(write_shop(folder)), "--db", address, "--rate", "0")
    server = Process(arguments, folder / "log").start()
    storage = open_storage(address)
    try:
        return run(server, storage, seconds, kills)
    finally:
        storage.close()
        server.stop()


def load_row(store: str, one: Figures) -> Sequence[str]:
    """The figures of a run."""
    return (
        store,
        *(f"{one.kills}", f"{one.seconds:.0f}", f"{one.requests:,}", f"{one.requests / one.seconds:.0f}"),
        *(number(one.median_ms), number(one.p99_ms), f"{one.acknowledged:,}", f"{one.recorded:,}"),
        *(f"{one.transitions:,}", f"{one.lost}", f"{one.duplicated}", f"{one.unexplained}"),
    )


def measured(folder: Path, cluster: Cluster, seconds: float, kills: int) -> str:
    """Both tables."""
    stores = ("SQLite", "PostgreSQL")

    def address(store: str, name: str) -> str:
        return f"sqlite:///{folder}/{name}.db" if store == "SQLite" else cluster.database()

    shown = [row for store in stores for row in page_rows(store, address(store, "pages"))]
    loads = [
        load_row(store, load(address(store, f"load-{times}"), folder, seconds, times))
        for times in (0, kills)
        for store in stores
    ]
    fifty = f"{CLIENTS} clients at once:"
    return "\n\n".join([markdown(PAGE_HEAD, shown), fifty, markdown(LOAD_HEAD, loads)])


def main() -> None:
    """Measure each store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each load lasts (default 60)")
    parser.add_argument("--kills", type=int, default=10, help="how often the server is killed (default 10)")
    parser.add_argument("--keep", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, contextmanager(running_cluster)() as cluster:
        text = measured(Path(name), cluster, options.seconds, options.kills)
    text = f"{header(time.monotonic() - began, 'wall')}\n{text}"
    print(text)
    if options.keep:
        keep(text, MARKS)


if __name__ == "__main__":
    main()
