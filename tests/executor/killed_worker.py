"""A process that executes flows until it is killed: it names each execution once it was told that it is recorded.

Run as ``python -m tests.executor.killed_worker ADDRESS SEED``.
"""

from __future__ import annotations

import random
import sys
import time

from tenor_wasm.executor import Executor, open_storage
from tests.executor.shops import CONTRACT, FACTS

ORDERS = tuple(f"ord-{number}" for number in range(3))
FLOWS = ("submit", "approve", "reopen", "rush", "both", "ship", "process")


def run(address: str, seed: str) -> None:
    """Execute flows, now and then creating a new order, for ever."""
    chance = random.Random(seed)
    executor = Executor(CONTRACT, open_storage(address))
    for number in range(10**9):
        if number % 5 == 4:
            made = executor.create_instance("Order", f"made-{seed}-{number}")
            print("made", made.key.instance_id, flush=True)
        bindings = {"Order": chance.choice(ORDERS), "Parcel": f"par-{chance.randrange(3)}"}
        facts = FACTS | {"weight": chance.choice(["1.00", "9.00"])}
        done = executor.execute_flow(chance.choice(FLOWS), "clerk", facts, bindings, request_id=f"{seed}-{number}")
        print("done", done.record.execution_id, flush=True)
        time.sleep(0.001)  # SQLite has no queue between processes: without a breath one of them would starve the rest


if __name__ == "__main__":
    run(*sys.argv[1:])
