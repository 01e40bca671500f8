"""The store that ``make serve`` begins with: two orders of the example, in different states.

Run as ``python -m tests.server.example FILE`` it makes the store, and leaves one that is there alone.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from tenor_wasm import api
from tenor_wasm.errors import Json
from tenor_wasm.executor import Executor, open_storage

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = ROOT / "playground" / "examples" / "order-approval" / "order_approval.tenor"
FACTS: Json = {
    "order_total": {"amount": "840.00", "currency": "USD"},
    "budget_left": {"amount": "1000.00", "currency": "USD"},
    "line_count": 4,
    "quote_until": "2026-12-31",
    "delivery_wanted": "2026-12-10",
}


def prepare(path: Path) -> None:
    """Make the store with ``ord-001``, a draft, and ``ord-002``, which has been submitted."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    contract = api.load_source({CONTRACT.name: CONTRACT.read_text("utf-8")}, CONTRACT.name)
    with closing(open_storage(f"sqlite:///{path}")) as storage:
        executor = Executor(contract, storage)
        for name in ("ord-001", "ord-002"):
            executor.create_instance("Order", name, persona="buyer")
        executor.execute_flow("submit", "buyer", FACTS, {"Order": "ord-002"})


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
