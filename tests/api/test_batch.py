"""What the evaluations of a batch have in common is done once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api import calls
from tests import bundles as b

CONTRACT = b.load(
    b.persona(),
    b.fact("amount", b.integer()),
    b.entity("Order", "draft", "sent"),
    b.rule("large", b.compare(b.ref("amount"), ">", b.literal(100, b.integer()))),
    b.operation("send", "Order: draft -> sent", when=b.present("large")),
    b.flow("sending", b.act("send")),
)
STATES = {"Order": {"o1": "draft", "o2": "sent"}}


def counting(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """The calls of a function of ``calls``, as they are made."""
    original: Callable[..., Any] = getattr(calls, name)
    made: list[Any] = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        made.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(calls, name, counted)
    return made


def test_states_are_read_once_and_each_fact_set_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read, evaluated = counting(monkeypatch, "read_entity_states"), counting(monkeypatch, "take_snapshot")
    fact_sets = [{"amount": amount} for amount in (50, 500, 5000)]
    batch = api.evaluate_batch(CONTRACT, fact_sets, STATES, ["clerk", "chief", "nobody", "clerk"])
    assert (len(read), len(evaluated)) == (1, 3)
    assert batch.failed == 0
    spaces = [
        space
        for result in batch.results
        if isinstance(result, api.BatchItem) and result.action_spaces is not None
        for space in result.action_spaces
    ]
    assert len(spaces) == 12
    # The very same states: their groups are made once, and written once.
    assert len({id(space.entity_states) for space in spaces}) == 1
