"""Several agents of different personas on one store: whatever they do to each other, every state is explained."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.agent import (
    Agent,
    FirstAvailable,
    FirstThatChooses,
    Limits,
    Policy,
    PriorityList,
    RandomChoice,
    RoundRobin,
    Step,
    rehearsal,
)
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit, random_ids
from tenor_wasm.executor.postgres import PostgresStorage
from tenor_wasm.executor.storage import Storage
from tests.agent.hosts import shop
from tests.engines import ROOT
from tests.executor.places import Cluster, Place
from tests.executor.shops import BUNDLE, CONTRACT, FACTS, executor_on
from tests.executor.test_faults import Fault, Faulty
from tests.properties import strategies as some

Json = Any
ORDERS = tuple(f"ord-{number}" for number in range(4))
AGENTS: tuple[tuple[str, Policy], ...] = (
    ("clerk", RandomChoice(1)),
    ("clerk", FirstAvailable()),
    ("clerk", RoundRobin()),
    ("boss", RoundRobin("Order")),
    ("boss", PriorityList(["approve"])),
)


def opened(place: Place) -> Executor:
    """An executor over a place with some orders and parcels."""
    executor = Executor(CONTRACT, place.open())
    for name in ORDERS:
        executor.create_instance("Order", name)
    for number in range(2):
        executor.create_instance("Parcel", f"par-{number}")
    return executor


def explained(executor: Executor, chains: list[str]) -> None:
    """The store is sound, and holds each execution that an agent was told of, once, and no other."""
    report = audit(executor)
    assert report.faults == ()
    recorded: list[str] = []
    page = executor.chains(limit=1000)
    while True:
        recorded += [record.chain_id for record in page.items]
        if page.next_cursor is None:
            break
        page = executor.chains(cursor=page.next_cursor, limit=1000)
    assert sorted(recorded) == sorted(chains)


def test_agents_in_threads_do_not_corrupt_each_other(place: Place) -> None:
    executor = opened(place)
    steps: list[Step] = []
    faults: list[BaseException] = []

    def run(persona: str, policy: Policy) -> None:
        try:
            Agent(executor, persona, policy, FACTS, pause=lambda _: None).run(Limits(steps=15, wait=0), steps.append)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=agent) for agent in AGENTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(steps) == 15 * len(AGENTS)
    results = [step.result for step in steps if step.result is not None]
    explained(executor, [result.chain_id for result in results if result.chain_id is not None])
    counted = Counter(result.status for result in results)
    assert counted["executed"] > 5
    # What an agent was told is what the histories say: each transition was reported once.
    reported = sum(len(result.transitions) for result in results)
    assert audit(executor).transitions == reported + len(ORDERS) + 2


def test_agents_in_processes_do_not_corrupt_each_other(durable: Place, tmp_path: Path) -> None:
    executor = opened(durable)
    contract = tmp_path / "contract.json"
    contract.write_text(json.dumps(BUNDLE), "utf-8")
    told: list[Json] = []
    agents = (("clerk", "random"), ("clerk", "round-robin"), ("boss", "priority:approve"))
    processes = []
    for seed, (persona, policy) in enumerate(agents):
        command = [
            sys.executable, "-m", "tenor_wasm", "agent", str(contract), "--db", durable.address, "--json",
            "--persona", persona, "--policy", policy, "--seed", str(seed), "--facts", json.dumps(FACTS),
            "--steps", "12", "--wait", "0.01",
        ]  # fmt: skip
        processes.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    for process in processes:
        out, err = process.communicate()
        assert (process.returncode, err) == (0, "")
        *steps, report = map(json.loads, out.splitlines())
        assert (len(steps), report["ended"], report["failed"]) == (12, "steps", 0)
        told += steps
    explained(
        executor,
        [one["result"]["provenance_chain_id"] for one in told if "provenance_chain_id" in one.get("result", {})],
    )


def test_a_fault_at_any_call_of_an_agent_leaves_nothing_half_done(storage: Storage) -> None:
    """Whatever of the store breaks, and whenever: the agent ends, the store is sound, and another one goes on."""
    faulty = Faulty(storage)
    broken, plain = executor_on(faulty, ids=random_ids), executor_on(storage, ids=random_ids)
    for number in range(1, 400):
        order = f"ord-{number:03}"
        plain.create_instance("Order", order)
        faulty.calls, faulty.breaks_at = 0, number
        agent = Agent(broken, "clerk", FirstThatChooses([PriorityList(["rush"])]), FACTS)
        ended = False
        try:
            ended = agent.run(Limits(steps=1)).ended == "steps"
        except Fault:
            assert plain.instance("Order", order).version == 0
        Agent(plain, "clerk", PriorityList(["rush"]), FACTS).run(Limits(steps=1))
        assert plain.instance("Order", order).state == "approved"
        if ended and faulty.calls < number:
            break
    assert number == 39, "every call was reached, and none is missing"
    assert audit(plain).faults == ()


@pytest.mark.xdist_group("postgres")
def test_agents_outlive_a_crash_of_the_database(own_cluster: Cluster) -> None:
    """What an agent asked for while the database was away is asked again under its name, and carried out once."""
    storage = PostgresStorage(own_cluster.database(), wait_seconds=20)
    executor = Executor(CONTRACT, storage)
    for name in ORDERS:
        executor.create_instance("Order", name)
    steps: list[Step] = []
    crashed = threading.Event()

    def run(persona: str, policy: Policy) -> None:
        limits = Limits(wait=0.001, seconds=60, until=lambda _: crashed.is_set())
        Agent(executor, persona, policy, FACTS).run(limits, steps.append)

    agents = [threading.Thread(target=run, args=("clerk", RandomChoice(seed)), daemon=True) for seed in range(3)]
    for agent in agents:
        agent.start()
    for _ in range(2):
        before = len(steps)
        while len(steps) < before + 30:
            crashed.wait(0.01)
        own_cluster.control("restart", "-m", "immediate")
    crashed.set()
    for agent in agents:
        agent.join()
    explained(executor, [step.result.chain_id for step in steps if step.result and step.result.chain_id])
    storage.close()


MAKE: dict[str, Callable[[int], Policy]] = {
    "first": lambda _: FirstAvailable(),
    "random": RandomChoice,
    "round-robin": lambda _: RoundRobin(),
}


@contextmanager
def tolerated() -> Iterator[None]:
    """What may go wrong while a well-formed contract computes; anything else is a failure."""
    try:
        yield
    except TenorError as error:
        if error.code not in some.COMPUTATION_ERRORS:
            raise


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_agents_on_any_contract_leave_what_their_chains_explain(data: st.DataObject) -> None:
    """Random agents on random contracts: the store is sound after them, and what the page offers can be started."""
    world = data.draw(some.worlds())
    contract = api.load(world.bundle)
    facts = data.draw(some.facts(world))
    executor = Executor(contract, MemoryStorage())
    for entity in contract.entities:
        for name in data.draw(st.lists(st.sampled_from(some.INSTANCES), max_size=3, unique=True)):
            executor.create_instance(entity, name)
    agents = data.draw(
        st.lists(st.tuples(st.sampled_from(some.PERSONAS), st.sampled_from([*MAKE]), st.integers(0, 9)), max_size=3)
    )
    limit = data.draw(st.sampled_from([1, 2, 100]))
    executed = 0
    for persona, policy, seed in agents:
        agent = Agent(executor, persona, MAKE[policy](seed), facts, page=limit)
        steps: list[Step] = []
        with tolerated():
            agent.run(Limits(steps=6), steps.append)
        for step in steps:
            assert step.because is None or step.because.open
            if step.result is not None:
                executed += step.result.chain_id is not None
                assert step.result.code in (None, *STEPS_REFUSED, *some.COMPUTATION_ERRORS)
    report = audit(executor)
    assert report.faults == ()
    assert report.executions == executed


STEPS_REFUSED = ("precondition_failed", "persona_rejected", "entity_not_in_source_state", "unknown_outcome")
"""How an operation of a later step may be refused; that of the first steps is not, when nobody else acts."""


def test_the_audit_finds_what_an_agent_would_corrupt() -> None:
    """The check above can fail: instances that stand where no chain brought them are found."""
    executor = shop({"Order": {"a": "submitted"}})
    assert [fault.code for fault in audit(executor).faults] == ["not_initial_state"]
    assert audit(rehearsal(CONTRACT, executor.entity_states())).faults != ()
