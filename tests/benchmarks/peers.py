"""Other libraries beside ours, on the part of the work that each can express; and what each does not do.

They run in the same process of Node, in turns with ours, from JSON text to JSON text (``peers.mjs``).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.benchmarks import cases
from tests.benchmarks.cases import Case


class Peer(NamedTuple):
    """A case that another library takes part in. ``missing`` is what ours does besides."""

    case: Case
    library: str
    part: str
    missing: str

    def plan(self) -> dict[str, Any]:
        """The case as the engine takes it; its name tells it from the same case of another library."""
        return self.case._asdict() | {"name": f"{self.case.name} / {self.library}", "peer": self.library}


def peers() -> list[Peer]:
    """What runs beside ours."""
    decided = "verdicts (they are given), typed facts, operations behind the first, provenance, reasons"
    return [
        Peer(
            cases.evaluate("escrow"),
            "json-logic-js",
            "the eight rules on parsed facts, a stratum after the other",
            "checked types, exact decimals and currencies, payloads, what each verdict rests on",
        ),
        *(
            Peer(
                cases.action_space(instances),
                library,
                f"which of N={instances} instances of each entity can begin a flow",
                decided,
            )
            for library in ("cedar-wasm", "xstate")
            for instances in (1, 100)
        ),
        Peer(
            cases.simulate_flow("escrow"),
            "xstate",
            "the flow as a machine that runs to its end",
            "verdicts (they are given), instances and their states, personas, compensation, typed facts",
        ),
    ]
