"""What a flow must be (§11.5), with the code and exact JSON Pointer of each fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests import bundles as b
from tests.bundles import Found, found, without

CLERK = b.persona()
CHIEF = b.persona("chief")
BILL = b.entity("Bill", "open", "paid")
SEND = b.operation("send", "Order: draft -> sent")
PAY = b.operation("pay", "Bill: open -> paid")

Json = Any

TWO_OUTCOMES = b.operation(
    "decide", "Order: draft -> sent => yes", "Order: draft -> closed => no", outcomes=("yes", "no")
)
FORK = b.entity("Order", "draft", "sent", "closed", transitions=[("draft", "sent"), ("draft", "closed")])
BASE = (CLERK, CHIEF, FORK, BILL, SEND, PAY, TWO_OUTCOMES)
STEPS = f"/constructs/{len(BASE)}/steps"
"""Where the steps of the flow stand that follows ``BASE``."""

FLOWS: list[tuple[str, tuple[Json, ...], Found]] = [
    ("no entry", (without(b.flow("f", b.act("send")), "entry"),), [("missing_member", "/constructs/7")]),
    ("an unknown entry", (b.flow("f", b.act("send"), entry="x"),), [("unknown_step", "/constructs/7/entry")]),
    ("no steps", (b.flow("f", b.act("send")) | {"steps": []},), [("unknown_step", "/constructs/7/entry")]),
    (
        "another snapshot",
        (b.flow("f", b.act("send")) | {"snapshot": "live"},),
        [("invalid_snapshot", "/constructs/7/snapshot")],
    ),
    ("a step of no kind", (b.flow("f", {"id": "s"}),), [("unknown_kind", f"{STEPS}/0/kind")]),
    ("a step twice", (b.flow("f", b.act("send"), b.act("send")),), [("duplicate_step", f"{STEPS}/1/id")]),
    ("an unknown operation", (b.flow("f", b.act("fly")),), [("unknown_operation", f"{STEPS}/0/op")]),
    ("an unknown persona", (b.flow("f", b.act("send", by="ghost")),), [("unknown_persona", f"{STEPS}/0/persona")]),
    ("an unknown next step", (b.flow("f", b.act("send", "x")),), [("unknown_step", f"{STEPS}/0/outcomes/success")]),
    (
        "a target of no kind",
        (b.flow("f", b.act("send", 7)),),
        [("invalid_member", f"{STEPS}/0/outcomes/success")],
    ),
    (
        "an unknown target",
        (b.flow("f", b.act("send", {"kind": "Jump"})),),
        [("unknown_kind", f"{STEPS}/0/outcomes/success/kind")],
    ),
    (
        "an outcome that the operation has not",
        (b.flow("f", b.act("send", outcomes={"success": b.done(), "luck": b.done()})),),
        [("unknown_outcome", f"{STEPS}/0/outcomes/luck")],
    ),
    (
        "an outcome without a route",
        (b.flow("f", b.act("decide", outcomes={"yes": b.done()})),),
        [("outcome_not_handled", f"{STEPS}/0/outcomes")],
    ),
    ("no handler", (b.flow("f", without(b.act("send"), "on_failure")),), [("missing_handler", f"{STEPS}/0")]),
    (
        "a handler of no kind",
        (b.flow("f", b.act("send", on_failure={"kind": "Retry"})),),
        [("unknown_kind", f"{STEPS}/0/on_failure/kind")],
    ),
    (
        "an escalation to nowhere",
        (b.flow("f", b.act("send", on_failure=b.escalate("x", "ghost"))),),
        [("unknown_persona", f"{STEPS}/0/on_failure/to_persona"), ("unknown_step", f"{STEPS}/0/on_failure/next")],
    ),
    (
        "an unknown compensation",
        (b.flow("f", b.act("send", on_failure=b.compensate("pay", "fly"))),),
        [("unknown_operation", f"{STEPS}/0/on_failure/steps/1/op")],
    ),
    (
        "a compensation by an unknown persona",
        (
            b.flow(
                "f",
                b.act(
                    "send",
                    on_failure={
                        **b.compensate(),
                        "steps": [{"op": "pay", "persona": "ghost", "on_failure": b.done("failure")}],
                    },
                ),
            ),
        ),
        [("unknown_persona", f"{STEPS}/0/on_failure/steps/0/persona")],
    ),
    (
        "no compensation step",
        (b.flow("f", b.act("send", on_failure=b.compensate())),),
        [("invalid_member", f"{STEPS}/0/on_failure/steps")],
    ),
    (
        "a compensation without handler",
        (b.flow("f", b.act("send", on_failure={**b.compensate(), "steps": [{"op": "pay", "persona": "clerk"}]})),),
        [("missing_handler", f"{STEPS}/0/on_failure/steps/0")],
    ),
    (
        "a compensation that would go on",
        (
            b.flow(
                "f",
                b.act(
                    "send",
                    on_failure={
                        **b.compensate(),
                        "steps": [{"op": "pay", "persona": "clerk", "on_failure": b.terminate()}],
                    },
                ),
            ),
        ),
        [("unknown_kind", f"{STEPS}/0/on_failure/steps/0/on_failure/kind")],
    ),
    (
        "a condition over an unknown fact",
        (b.flow("f", b.decide("s", b.ref("x"), b.done(), b.done())),),
        [("unknown_fact", f"{STEPS}/0/condition/fact_ref")],
    ),
    (
        "a condition over an unknown verdict",
        (b.flow("f", b.decide("s", b.present("x"), b.done(), b.done())),),
        [("unknown_verdict", f"{STEPS}/0/condition/verdict_present")],
    ),
    (
        "a branch without its other way",
        (b.flow("f", without(b.decide("s", b.TRUE, b.done(), b.done()), "if_false")),),
        [("missing_member", f"{STEPS}/0")],
    ),
    (
        "a handoff to nobody",
        (b.flow("f", b.hand_off("s", "do_send", "ghost"), b.act("send")),),
        [("unknown_persona", f"{STEPS}/0/to_persona")],
    ),
    (
        "a handoff to an unknown step",
        (b.flow("f", b.hand_off("s", "x")),),
        [("unknown_step", f"{STEPS}/0/next")],
    ),
    ("an unknown sub-flow", (b.flow("f", b.run_flow("s", "g")),), [("unknown_flow", f"{STEPS}/0/flow")]),
    (
        "steps in a circle",
        (b.flow("f", b.act("send", "do_pay"), b.act("pay", "do_send")),),
        [("step_cycle", STEPS)],
    ),
    (
        "steps in a circle through a handler",
        (b.flow("f", b.act("send", "do_pay"), b.act("pay", on_failure=b.escalate("do_send"))),),
        [("step_cycle", STEPS)],
    ),
    (
        "sub-flows in a circle",
        (b.flow("f", b.run_flow("s", "g")), b.flow("g", b.run_flow("s", "f"))),
        [("flow_cycle", STEPS)],
    ),
    (
        "a sub-flow in a circle through a branch",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.run_flow("s", "f")]})),),
        [("flow_cycle", STEPS), ("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "one branch alone",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")]})),),
        [("invalid_member", f"{STEPS}/0/branches")],
    ),
    (
        "a branch twice",
        (
            b.flow(
                "f",
                b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]})
                | {
                    "branches": [
                        {"id": "one", "entry": "do_send", "steps": [b.act("send")]},
                        {"id": "one", "entry": "do_pay", "steps": [b.act("pay")]},
                    ]
                },
            ),
        ),
        [("duplicate_branch", f"{STEPS}/0/branches/1/id")],
    ),
    (
        "a branch that leaves its own steps",
        (b.flow("f", b.parallel("p", {"one": [b.act("send", "do_pay")], "two": [b.act("pay")]})),),
        [("unknown_step", f"{STEPS}/0/branches/0/steps/0/outcomes/success")],
    ),
    (
        "a circle inside a branch",
        (
            b.flow(
                "f",
                b.parallel(
                    "p",
                    {
                        "one": [b.act("send", "again"), b.hand_off("again", "do_send")],
                        "two": [b.act("pay")],
                    },
                ),
            ),
        ),
        [("step_cycle", f"{STEPS}/0/branches/0/steps")],
    ),
    (
        "a join without handler",
        (
            b.flow(
                "f",
                b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]})
                | {"join": {"on_all_success": b.done()}},
            ),
        ),
        [("missing_handler", f"{STEPS}/0/join")],
    ),
    (
        "a join to an unknown step",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]}, "x")),),
        [("unknown_step", f"{STEPS}/0/join/on_all_success")],
    ),
    (
        "a join that completes into an unknown step",
        (b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay")]}, on_all_complete="x")),),
        [("unknown_step", f"{STEPS}/0/join/on_all_complete")],
    ),
    (
        "branches that change the same entity",
        (
            b.flow(
                "f",
                b.parallel(
                    "p", {"one": [b.act("send")], "two": [b.act("decide", outcomes={"yes": b.done(), "no": b.done()})]}
                ),
            ),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "branches that change the same entity through a sub-flow",
        (
            b.flow("f", b.parallel("p", {"one": [b.act("send")], "two": [b.run_flow("s", "g")]})),
            b.flow("g", b.run_flow("s", "h")),
            b.flow("h", b.act("send")),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
    (
        "branches that change the same entity through a compensation",
        (
            b.flow(
                "f", b.parallel("p", {"one": [b.act("send")], "two": [b.act("pay", on_failure=b.compensate("send"))]})
            ),
        ),
        [("overlapping_effects", f"{STEPS}/0/branches/1")],
    ),
]


@pytest.mark.parametrize(("flows", "expected"), [pytest.param(*row[1:], id=row[0]) for row in FLOWS])
def test_a_faulty_flow_is_refused_at_its_place(flows: tuple[Json, ...], expected: Found) -> None:
    assert found(*BASE, *flows) == expected
