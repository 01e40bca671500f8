"""What instances need in memory: this file's own text is run in each Python, so it imports nothing of the tests."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc

from tenor_wasm.api import calls
from tenor_wasm.api.wire import dispatch

INSTANCES = 100_000
STATES = ("held", "released", "refunded", "frozen")
MOVE = {"instance": "acc-000000000", "to": "frozen"}
BUNDLE = {
    "id": "memory",
    "kind": "Bundle",
    "tenor": "1.0",
    "tenor_version": "1.0.0",
    "constructs": [
        {
            "id": "Account",
            "kind": "Entity",
            "states": list(STATES),
            "initial": "held",
            "transitions": [{"from": "held", "to": "frozen"}],
        }
    ],
}


def bytes_an_instance() -> dict[str, float]:
    """Live bytes of read states (``states``) and of a session over them (``session``), by instance."""
    found = {}
    tracemalloc.start()
    text = json.dumps({f"acc-{number:09}": STATES[number % 4] for number in range(INSTANCES)})
    contract = calls.load(BUNDLE)
    begun = _live()
    states = calls.read_states(calls.parse_json(f'{{"Account":{text}}}'), contract)
    found["states"] = (_live() - begun) / INSTANCES
    del states
    handle = json.loads(dispatch("load", json.dumps({"bundle": BUNDLE})))["ok"]["handle"]
    begun = _live()
    opened = dispatch(
        "open_session",
        f'{{"contract":{handle},"facts":{{}},"entity_states":{{"Account":{text}}},"persona":"nobody"}}',
    )
    if "ok" in json.loads(opened):
        found["session"] = (_live() - begun - len(opened)) / INSTANCES
    tracemalloc.stop()
    if "session" in found and sys.platform == "emscripten":
        found["million"] = _heap_of_a_million(handle)
    return found


def _heap_of_a_million(handle: int) -> float:
    """The bytes of WebAssembly memory in all, once a session of a million instances was opened and asked for once."""
    text = ",".join(f'"acc-{number:09}":"{STATES[number % 4]}"' for number in range(1_000_000))
    params = f'{{"contract":{handle},"facts":{{}},"entity_states":{{"Account":{{{text}}}}},"persona":"nobody"}}'
    del text
    opened = json.loads(dispatch("open_session", params))["ok"]
    del params
    dispatch("transition", json.dumps({"session": opened["session"], "entity": "Account", **MOVE}))
    dispatch("action_space", json.dumps({"session": opened["session"], "since": opened["revision"]}))
    import pyodide_js

    heap: int = pyodide_js._module.HEAP8.length
    return heap


def _live() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
