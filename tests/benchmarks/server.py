"""What the server does under load, and what a page costs over HTTP: ``python -m tests.benchmarks.server``.

Pages: as ``action_space_page``, one request after the other on one connection. Load: fifty clients on a few hot
instances, with and without kills of the server in between (``--seconds``, ``--kills``). On SQLite and on a PostgreSQL
that is started for it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenor_wasm.client import Client
from tenor_wasm.executor import open_storage
from tenor_wasm.server import Subject
from tests.benchmarks.action_space_page import BUNDLE, LIMIT, SIZES, fill, medians
from tests.executor.places import running_cluster
from tests.server.load import run
from tests.server.processes import Process, write_shop
from tests.server.running import serving

FACTS = {"go": True}


def pages(address: str) -> Iterator[str]:
    """One line a size: the median of a first page and of a page from the middle."""
    storage = open_storage(address)
    for size in SIZES:
        fill(storage, f"n{size}", size)
    with serving(storage, [Subject({**BUNDLE, "id": f"n{size}"}) for size in SIZES]) as url:
        clients = {size: Client(url, f"n{size}") for size in SIZES}
        cursors = {
            size: client.action_space_page("clerk", FACTS, limit=LIMIT)["next_cursor"]
            for size, client in clients.items()
        }

        def ask(size: int, cursor: str | None) -> int:
            return len(clients[size].action_space_page("clerk", FACTS, cursor, LIMIT)["actions"])

        yield from medians(address.partition(":")[0], cursors, ask)
        for client in clients.values():
            client.close()
    storage.close()


def load(address: str, folder: Path, seconds: float, kills: int) -> str:
    """One line: what became of everything that was asked."""
    arguments = (str(write_shop(folder)), "--db", address, "--rate", "0")
    server = Process(arguments, folder / "log").start()
    try:
        figures = run(server, open_storage(address), seconds, kills)
    finally:
        server.stop()
    return f"{address.partition(':')[0]:10} {figures.text}"


def main() -> None:
    """Measure each store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextmanager(running_cluster)() as cluster:
        folder = Path(name)
        for number in range(3):
            for address in (f"sqlite:///{folder}/{number}.db", cluster.database()):
                if number == 0:
                    for line in pages(address):
                        print(line, flush=True)
                else:
                    kills = options.kills if number == 2 else 0
                    print(load(address, folder, options.seconds, kills), flush=True)


if __name__ == "__main__":
    main()
