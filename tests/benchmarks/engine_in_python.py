"""Measures in this Python, as engine.mjs does in Pyodide: ``python -m tests.benchmarks.engine_in_python PLAN``."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tenor_wasm import api
from tenor_wasm.api.wire import dispatch
from tests.benchmarks.cases import DIGITS, filled
from tests.benchmarks.memory import bytes_an_instance

SAMPLE_MS = 25.0
MOST_CALLS = 300
CALLS = count()
"""The numbers of calls, over the whole run."""

Prepare = Callable[[int], Any]
Run = Callable[[Any], Any]


def arguments_of(case: Mapping[str, Any], number: int) -> dict[str, str]:
    """The arguments of a call, of its turn's variant."""
    variant = case["variants"][number % len(case["variants"])]
    return {name: filled(text, number) for name, text in variant.items()}


def params_of(handle: int | None, given: Mapping[str, str]) -> str:
    """The parameters of the wire for a call."""
    members = [f"{json.dumps(name)}:{text}" for name, text in given.items()]
    return "{" + ",".join(members if handle is None else [f'"contract":{handle}', *members]) + "}"


CLOCKS = {"wall": perf_counter, "processor": process_time}
"""Seconds: the wall clock's, or those that this process had of a processor."""


def times(
    prepare: Prepare, run: Run, rounds: int, milliseconds: float, clock: str = "wall", check: bool = True
) -> list[float]:
    """Milliseconds of a call, one figure a round; no two calls are alike."""
    now = CLOCKS[clock]
    one = sample(prepare, run, 1, check, now)
    for _ in range(4):
        if one < SAMPLE_MS:
            one = sample(prepare, run, min(20, int(SAMPLE_MS / (one * 4 + 0.01)) + 1), check, now)
    calls = max(1, min(MOST_CALLS, round(SAMPLE_MS / max(one, 1e-3))))
    found: list[float] = []
    begun = perf_counter()
    while len(found) < rounds and (len(found) < 3 or (perf_counter() - begun) * 1000 < milliseconds):
        found.append(sample(prepare, run, calls, check, now))
    return found


def sample(prepare: Prepare, run: Run, calls: int, check: bool, now: Callable[[], float]) -> float:
    """Milliseconds of a call, over so many."""
    prepared = [prepare(next(CALLS) % 10**DIGITS) for _ in range(calls)]
    gc.collect()
    begun = now()
    answers = [run(each) for each in prepared]
    ended = now()
    for answer in answers if check else ():
        if answer.startswith('{"error"'):
            raise RuntimeError(answer[:600])
    return (ended - begun) * 1000 / calls


def measure_case(plan: Mapping[str, Any], case: Mapping[str, Any]) -> list[float]:
    """A case through the wire."""
    settings = plan["settings"]
    method = case["method"]
    if method == "load":
        return times(lambda number: params_of(None, arguments_of(case, number)), _load, **settings)
    handle = loaded(plan["contracts"][case["contract"]])
    found = times(
        lambda number: params_of(handle, arguments_of(case, number)),
        lambda params: dispatch(method, params),
        **settings,
    )
    dispatch("free", json.dumps({"contract": handle}))
    return found


def loaded(text: str) -> int:
    """The handle of a contract."""
    answer = json.loads(dispatch("load", params_of(None, {"bundle": filled(text, 0)})))
    handle: int = answer["ok"]["handle"]
    return handle


def _load(params: str) -> str:
    return dispatch("load", params)


def measure_session(plan: Mapping[str, Any], case: Mapping[str, Any]) -> list[float]:
    """A transition and what has changed since, as sessions.mjs; nothing where there are no sessions."""
    handle = loaded(plan["contracts"][case["contract"]])
    answer = json.loads(dispatch("open_session", params_of(handle, arguments_of(case, 0))))
    if answer.get("error", {}).get("code") == "unknown_method":
        return []
    session, revision, turns = answer["ok"]["session"], answer["ok"]["revision"], count()
    dispatch("action_space", json.dumps({"session": session, "since": revision}))

    def prepare(_: int) -> str:
        entity, instance, to = case["moves"][next(turns) % len(case["moves"])]
        return json.dumps({"session": session, "entity": entity, "instance": instance, "to": to})

    def run(params: str) -> str:
        nonlocal revision
        moved = json.loads(dispatch("transition", params))["ok"]
        changed = dispatch("action_space", f'{{"session":{session},"since":{revision}}}')
        revision = moved["revision"]
        return changed

    found = times(prepare, run, **plan["settings"])
    dispatch("free_session", json.dumps({"session": session}))
    return found


def typed_evaluation(plan: Mapping[str, Any], case: Mapping[str, Any]) -> list[float]:
    """The typed call, on facts that were parsed already."""
    contract = api.load_text(filled(plan["contracts"][case["contract"]], 0))
    prepare: Prepare = lambda number: json.loads(arguments_of(case, number)["facts"])  # noqa: E731
    return times(prepare, lambda facts: api.evaluate(contract, facts).verdicts, check=False, **plan["settings"])


def main(arguments: Sequence[str]) -> None:
    """Measure what the plan holds."""
    plan = json.loads(Path(arguments[0]).read_text("utf-8"))
    found = {case["name"]: {"ours": measure_case(plan, case)} for case in plan["cases"]}
    for case in plan["cases"]:
        if "moves" in case and (session := measure_session(plan, case)):
            found[case["name"]]["session"] = session
        if case["name"] == "evaluate escrow":
            found["evaluate escrow, typed call"] = {"ours": typed_evaluation(plan, case)}
    json.dump({"times": found, "memory": bytes_an_instance()}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
