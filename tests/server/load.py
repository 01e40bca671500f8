"""Many clients at once on a few hot instances, also while the server is killed; and what is left of it, counted.

Run as ``python -m tests.server.load --db sqlite:////tmp/x.db --seconds 60 --kills 10`` it prints the figures.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tenor_wasm.client import Client
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, audit, open_storage
from tenor_wasm.executor.storage import Storage
from tests.executor.shops import CONTRACT, FACTS
from tests.server.processes import Process, write_shop

Json = Any

CLIENTS = 50
ENOUGH = 100
"""Executions and reads without which nothing has been tried."""
PATIENCE = 90.0
ORDERS = tuple(f"ord-{number}" for number in range(5))
PARCELS = tuple(f"par-{number}" for number in range(3))
FLOWS = ("submit", "reopen", "submit", "reopen", "rush", "process", "both")
TOO_HEAVY = {**FACTS, "weight": "9.00"}
"""Facts with which no order is approved: orders go to and fro between two states, and never come to an end."""


@dataclass
class Told:
    """What the clients of a run were told."""

    executed: list[tuple[str, str]] = field(default_factory=list)
    """Request id and execution id, for every acknowledgement."""
    created: list[str] = field(default_factory=list)
    reads: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Errors by code."""
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What a client must never see."""


@dataclass(frozen=True)
class Figures:
    """What is left of a run: everything that was told is there, and everything that is there is explained."""

    seconds: float
    kills: int
    requests: int
    acknowledged: int
    recorded: int
    lost: int
    duplicated: int
    unexplained: int
    instances: int
    transitions: int
    reads: int
    refused: dict[str, int]
    median_ms: float
    p99_ms: float
    faults: tuple[str, ...]

    @property
    def text(self) -> str:
        """One line."""
        return (
            f"{CLIENTS} clients, {self.seconds:.0f} s, {self.kills} kills: {self.requests} requests"
            f" ({self.requests / self.seconds:.0f}/s, median {self.median_ms:.0f} ms, p99 {self.p99_ms:.0f} ms),"
            f" {self.acknowledged} acknowledged executions, {self.recorded} recorded, {self.transitions} transitions"
            f" of {self.instances} instances: {self.lost} lost, {self.duplicated} duplicated,"
            f" {self.unexplained} unexplained; errors {self.refused or 'none'}"
        )


class _Worker(threading.Thread):
    """A client that mixes reads and writes until it is time to stop."""

    def __init__(self, number: int, url: str, until: threading.Event, told: Told) -> None:
        super().__init__()
        self.number, self.until, self.told = number, until, told
        self.chance = random.Random(number)
        # A killed server is away for a while.
        self.client = Client(url, "shop", timeout=20, attempts=12)

    def run(self) -> None:
        with self.client:
            for count in range(10**9):
                if self.until.is_set():
                    return
                began = time.perf_counter()
                try:
                    self._step(f"{self.number}-{count}")
                except TenorError as error:
                    self.told.refused[error.code] += 1
                self.told.milliseconds.append((time.perf_counter() - began) * 1000)

    def _step(self, name: str) -> None:
        chance = self.chance.random()
        if chance < 0.5:
            self._execute(name)
        elif chance < 0.55:
            made = self.client.create_instance("Order", persona="clerk", request_id=name)
            self.told.created.append(made["instance_id"])
        else:
            self._read()
            self.told.reads += 1

    def _execute(self, name: str) -> None:
        flow = self.chance.choice(FLOWS)
        bindings = {"Order": self.chance.choice(ORDERS), "Parcel": self.chance.choice(PARCELS)}
        # Now and then a caller repeats itself, as after a lost answer.
        for _ in range(2 if self.chance.random() < 0.2 else 1):
            done = self.client.execute_flow(flow, "clerk", TOO_HEAVY, bindings, request_id=name)
            self.told.executed.append((name, done["execution_id"]))

    def _read(self) -> None:
        client, order = self.client, self.chance.choice(ORDERS)
        match self.chance.randrange(4):
            case 0:
                client.action_space("clerk", FACTS, limit=20)
            case 1:
                client.list_instances("Order", limit=20)
            case 2:
                self._check(client.history("Order", order, limit=1000))
            case _:
                last = client.chains("Order", order, limit=1)["items"]
                for record in last:
                    client.chain(record["provenance_chain_id"])

    def _check(self, found: Json) -> None:
        """Nothing half done is ever seen: a history has no gap, and ends where the instance stands."""
        changes = found["history"]
        for before, after in pairwise(changes):
            if after["from_state"] != before["to_state"] or after["version"] != before["version"] + 1:
                self.told.wrong.append(f"{found['instance']}: a gap after version {before['version']}")
        if found["next_cursor"] is None and changes[-1]["to_state"] != found["current_state"]:
            self.told.wrong.append(f"{found['instance']}: not in the state that its history ends with")


def run(server: Process, storage: Storage, seconds: float, kills: int = 0) -> Figures:
    """Load a server that has been started for so long, and kill and restart it in between; then count."""
    executor = Executor(CONTRACT, storage, namespace="shop")
    for name in ORDERS:
        executor.create_instance("Order", name)
    for name in PARCELS:
        executor.create_instance("Parcel", name)
    until, told = threading.Event(), Told()
    workers = [_Worker(number, server.url, until, told) for number in range(CLIENTS)]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for _ in range(kills):
        time.sleep(seconds / (kills + 1))
        server.kill()
        server.start()
    time.sleep(seconds / (kills + 1))
    while min(len(told.executed), told.reads) < ENOUGH and time.perf_counter() - began < PATIENCE:
        time.sleep(0.1)  # on a busy machine it takes longer
    until.set()
    for worker in workers:
        worker.join()
    return count(executor, told, time.perf_counter() - began, kills)


def count(executor: Executor, told: Told, seconds: float, kills: int) -> Figures:
    report = audit(executor)
    recorded: list[tuple[str | None, str]] = []
    cursor = None
    while True:
        page = executor.chains(cursor=cursor, limit=1000)
        recorded += [(record.request_id, record.execution_id) for record in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    acknowledged = {*told.executed}
    created = {name for entity, name in executor.entity_states() if entity == "Order"}
    requests = Counter(request for request, _ in recorded)
    times = sorted(told.milliseconds)
    return Figures(
        seconds=seconds,
        kills=kills,
        requests=len(times),
        acknowledged=len(acknowledged),
        recorded=len(recorded),
        lost=len(acknowledged - {*recorded}) + len({*told.created} - created),
        duplicated=sum(count - 1 for count in requests.values())
        + len(acknowledged)
        - len({request for request, _ in acknowledged})
        + len(told.created)
        - len({*told.created}),
        unexplained=len(report.faults) + len(told.wrong),
        instances=report.instances,
        transitions=report.transitions,
        reads=told.reads,
        refused=dict(told.refused),
        median_ms=times[len(times) // 2],
        p99_ms=times[len(times) * 99 // 100],
        faults=tuple(fault.message for fault in report.faults[:5]) + tuple(told.wrong[:5]),
    )


def main() -> None:
    """Run it for as long as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", help="the store (default: a new SQLite file)")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address = options.db or f"sqlite:///{folder / 'load.db'}"
        arguments = (str(write_shop(folder)), "--db", address, "--rate", "0")
        server = Process(arguments, folder / "log").start()
        try:
            figures = run(server, open_storage(address), options.seconds, options.kills)
        finally:
            server.stop()
    print(figures.text)
    for fault in figures.faults:
        print("  " + fault)


if __name__ == "__main__":
    main()
