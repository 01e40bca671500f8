"""A page over HTTP costs the same however many instances there are: counted in the store's steps, not in time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tenor_wasm.server import Subject
from tests.executor.shops import BUNDLE, FACTS
from tests.executor.test_growth import SIZES, Counting, fill
from tests.server.running import QUICK, ask, serving

ASKED: dict[str, tuple[str, Any]] = {
    "actions": ("/test/actions", {"persona": "clerk", "facts": FACTS, "limit": 20}),
    "instances": ("/test/entities/Order?limit=20", None),
    "in a state": ("/test/entities/Order?limit=20&state=done", None),
    "history": ("/test/provenance?entity=Order&instance=000007", None),
    "health": ("/health", None),
}


def test_the_steps_for_an_answer_do_not_grow(tmp_path: Any) -> None:
    taken: dict[str, list[int]] = {}
    for size in SIZES:
        counting = Counting(tmp_path / f"{size}.db")
        fill(counting.storage, size)
        subject = Subject({**BUNDLE, "id": "test"})
        with serving(counting.storage, [subject], replace(QUICK, threads=1)) as url:
            for name, (path, body) in ASKED.items():
                counting.steps = 0
                reply = ask(url, path, body)
                taken.setdefault(name, []).append(counting.steps)
                assert reply.status in (200, 404), reply.text
        counting.storage.close()
    for name, (few, many) in taken.items():
        assert few > 5, f"{name}: the steps were counted"
        assert many <= few * 1.05, f"{name}: {few} steps with {SIZES[0]} instances, {many} with {SIZES[1]}"
