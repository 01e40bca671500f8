"""The contracts that the executor's tests run, and small ways to run them."""

from __future__ import annotations

from typing import Any

from tenor_wasm import api
from tenor_wasm.executor import Executor, counting_ids
from tenor_wasm.executor.storage import Storage
from tests import bundles as b

BUNDLE = b.bundle(
    b.persona("clerk"),
    b.persona("boss"),
    b.fact("paid", b.BOOL),
    b.fact("weight", b.decimal(), default={"kind": "decimal_value", "precision": 10, "scale": 2, "value": "1.00"}),
    b.fact("ready_at", b.DATE_TIME, default="2026-01-01T00:00:00Z"),
    b.rule("payment_seen", b.ref("paid")),
    b.rule("light", b.compare(b.ref("weight"), "<=", b.literal("2.50", b.decimal()))),
    b.rule("ready", b.compare(b.ref("ready_at"), "<=", b.literal("2026-06-01T00:00:00Z", b.DATE_TIME))),
    b.entity(
        "Order",
        "draft",
        "submitted",
        "approved",
        "done",
        transitions=[("draft", "submitted"), ("submitted", "approved"), ("approved", "done"), ("submitted", "draft")],
    ),
    b.entity("Parcel", "packed", "sent"),
    b.operation("submit_order", "Order: draft -> submitted", when=b.present("payment_seen")),
    b.operation("approve_order", "Order: submitted -> approved", personas=["boss"], when=b.present("light")),
    b.operation("reopen_order", "Order: submitted -> draft"),
    b.operation("ship_order", "Order: approved -> done", "Parcel: packed -> sent", when=b.present("ready")),
    b.operation("send_parcel", "Parcel: packed -> sent"),
    b.flow("submit", b.act("submit_order")),
    b.flow("approve", b.act("approve_order", by="boss")),
    b.flow("reopen", b.act("reopen_order")),
    b.flow("ship", b.act("ship_order")),
    b.flow("process", b.act("submit_order", "check"), b.run_flow("check", "approve")),
    b.flow(
        "rush",
        b.act("submit_order", "do_approve_order"),
        b.act("approve_order", by="boss", on_failure=b.compensate("reopen_order")),
    ),
    b.flow(
        "both",
        b.parallel("side_by_side", {"order": [b.act("submit_order")], "parcel": [b.act("send_parcel")]}),
    ),
)
"""Orders that are submitted, approved and shipped with their parcels: every kind of step that changes something."""

CONTRACT = api.load(BUNDLE)

FACTS = {"paid": True}
SUBMIT = ("submit", "clerk", FACTS)
APPROVE = ("approve", "boss", FACTS)
SHIP = ("ship", "clerk", FACTS)


def executor_on(storage: Storage, contract: api.Contract | None = None, **more: Any) -> Executor:
    """An executor whose clock and ids are the same in every run."""
    times = iter(range(10**9))
    more.setdefault("clock", lambda: f"2026-11-21T00:00:00.{next(times):06}Z")
    more.setdefault("ids", counting_ids())
    more.setdefault("pause", lambda _: None)
    return Executor(CONTRACT if contract is None else contract, storage, **more)


def states(executor: Executor) -> dict[tuple[str, str], str]:
    """Where every instance stands."""
    return dict(executor.entity_states())


def verified(executor: Executor, chain_id: str) -> bool:
    """Whether a recorded chain follows from its inputs."""
    return api.verify(executor.contract, api.parse_json(executor.chain(chain_id).chain)).agrees
