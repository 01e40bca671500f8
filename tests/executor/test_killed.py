"""Processes that are killed while they write: what they were told is there, nothing is there by half."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tenor_wasm import api
from tenor_wasm.executor import Executor, audit
from tests.executor.killed_worker import ORDERS
from tests.executor.places import Place
from tests.executor.shops import CONTRACT

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS, WORKERS, TOLD = 3, 2, 12


def start(address: str, seed: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.executor.killed_worker", address, seed]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(workers: list[subprocess.Popen[str]]) -> list[str]:
    """What the workers were told before they were killed in the middle of what came next."""
    told: list[str] = []
    for number, worker in enumerate(workers):
        assert worker.stdout is not None
        for _ in range(TOLD + 7 * number):
            line = worker.stdout.readline()
            assert line, worker.stderr and worker.stderr.read()
            told.append(line.strip())
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
    for worker in workers:
        assert worker.stdout is not None
        told += worker.stdout.read().split("\n")[:-1]
        assert worker.wait() == -signal.SIGKILL
        worker.communicate()
    return told


def test_nothing_is_lost_doubled_or_half_done_when_writers_are_killed(durable: Place) -> None:
    executor = Executor(CONTRACT, durable.open())
    for name in ORDERS:
        executor.create_instance("Order", name)
    for number in range(3):
        executor.create_instance("Parcel", f"par-{number}")
    told: list[str] = []
    for number in range(ROUNDS):
        told += killed([start(durable.address, f"{number}-{worker}") for worker in range(WORKERS)])
        report = audit(executor)
        assert report.faults == (), report.faults
    recorded: set[str] = set()
    cursor = None
    while True:
        page = executor.chains(cursor=cursor)
        recorded |= {record.execution_id for record in page.items}
        cursor = page.next_cursor
        if cursor is None:
            break
    said = [line.split()[1] for line in told if line.startswith("done")]
    made = {line.split()[1] for line in told if line.startswith("made")}
    assert len(said) == len({*said}) > 30
    assert {*said} <= recorded, "nothing that was confirmed is lost"
    orders = {record.key.instance_id for record in executor.list_instances("Order", limit=1000).items}
    assert made <= orders
    # Each worker had one transaction at work when it was killed, and may have recorded that without being told.
    assert len(recorded) - len(said) <= ROUNDS * WORKERS
    assert len(orders) - len(made) - len(ORDERS) <= ROUNDS * WORKERS
    assert api.to_json(report)["agrees"] is True
