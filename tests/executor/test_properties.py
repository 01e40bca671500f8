"""Any sequence of creations and flows gives the same states, histories and chains on every backend as in memory."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit
from tests.executor.places import DURABLE, Place, make_place
from tests.executor.shops import CONTRACT, FACTS, executor_on

Json = Any

NAMES = st.sampled_from(["a", "b", "é", "_default"])
CREATIONS = st.tuples(st.just("create"), st.sampled_from(["Order", "Parcel"]), NAMES)
FLOWS = st.tuples(
    st.just("flow"),
    st.sampled_from([*CONTRACT.flows]),
    st.fixed_dictionaries({"Order": NAMES, "Parcel": NAMES}),
    st.sampled_from(["1.00", "9.00"]),
    st.sampled_from([None, "r1", "r2"]),
)
STEPS = st.lists(st.one_of(CREATIONS, FLOWS, FLOWS), max_size=12)


def perform(executor: Executor, step: tuple[Any, ...]) -> Json:
    """One step; what it answers or with which error it is refused."""
    try:
        if step[0] == "create":
            return api.to_json(executor.create_instance(*step[1:]))
        _, flow, bindings, weight, request_id = step
        facts = FACTS | {"weight": weight}
        return api.to_json(executor.execute_flow(flow, "clerk", facts, bindings, request_id=request_id))
    except TenorError as error:
        return error.to_json()


def everything(executor: Executor) -> Json:
    """All that a store holds, as its questions tell it."""
    states = executor.entity_states().to_json()
    return {
        "states": states,
        "counts": [api.to_json(count) for count in executor.counts()],
        "histories": [
            api.to_json(executor.history(entity, name)) for entity, names in states.items() for name in names
        ],
        "executions": [api.to_json(executor.execution(record.execution_id)) for record in executor.chains().items],
        "chains": [executor.chain(record.chain_id).chain for record in executor.chains().items],
        "space": api.to_json(executor.action_space_page("clerk", FACTS, limit=2)),
    }


@pytest.fixture(params=DURABLE, scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One place for all examples: each has a namespace of its own."""
    place = make_place(request.param, request, tmp_path_factory.mktemp("properties"))
    place.open()
    yield place
    place.close()


NUMBERS = iter(range(10**9))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_backend_tells_what_memory_tells(place: Place, steps: list[tuple[Any, ...]]) -> None:
    number = next(NUMBERS)

    def numbered(storage: Any) -> Executor:
        counted = iter(range(10**9))
        return executor_on(storage, namespace=f"n{number}", ids=lambda prefix: f"{prefix}_{number}_{next(counted)}")

    kept, remembered = numbered(place.opened[0]), numbered(MemoryStorage())
    for step in steps:
        assert perform(kept, step) == perform(remembered, step)
    assert everything(kept) == everything(remembered)
    assert audit(kept).faults == audit(remembered).faults == ()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scripts=st.lists(st.lists(FLOWS, min_size=1, max_size=5), min_size=2, max_size=3))
def test_scripts_that_run_at_once_leave_what_their_chains_explain(
    place: Place, scripts: list[list[tuple[Any, ...]]]
) -> None:
    """Several writers on the same instances: whatever their order was, the records tell one that explains all."""
    namespace = f"at-once-{next(NUMBERS)}"
    executor = Executor(CONTRACT, place.opened[0], namespace=namespace)
    for entity in ("Order", "Parcel"):
        for name in ("a", "b"):
            executor.create_instance(entity, name)
    answers: list[Json] = []

    def run(script: list[tuple[Any, ...]]) -> None:
        answers.extend(perform(executor, (*step[:4], None)) for step in script)

    threads = [threading.Thread(target=run, args=(script,)) for script in scripts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = audit(executor)
    assert report.faults == ()
    assert report.executions == len(answers) == sum(map(len, scripts))
    # One after the other, in the order in which they were recorded, the same flows leave the same states.
    again = Executor(CONTRACT, MemoryStorage(), namespace=namespace)
    for entity in ("Order", "Parcel"):
        for name in ("a", "b"):
            again.create_instance(entity, name)
    for record in executor.chains().items:
        inputs: Json = api.parse_json(executor.chain(record.chain_id).chain)
        inputs = inputs["inputs"]
        done = again.execute_flow(record.flow_id, "clerk", inputs["facts"], inputs["instance_bindings"])
        assert done.outcome == record.outcome
    assert dict(again.entity_states()) == dict(executor.entity_states())
