"""Agents and commands over HTTP: a server is a place like any other, and its keys say who may act."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm.agent import Agent, FirstAvailable, Limits, PriorityList, RandomChoice, Remote, RoundRobin, Step
from tenor_wasm.client import Client
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit
from tenor_wasm.server import KeyFile, Subject
from tenor_wasm.server.keys import add_key
from tests.agent.hosts import chosen, ran
from tests.agent.test_commands import PAID, Tenor, folder, tenor
from tests.agent.test_together import explained, opened
from tests.executor.places import Place
from tests.executor.shops import BUNDLE, CONTRACT, FACTS
from tests.server.running import serving

__all__ = ["folder", "tenor"]

Json = Any
SHOP = Subject(BUNDLE)


@pytest.fixture
def server() -> Iterator[str]:
    """A server over memory with the contract of the commands' tests."""
    with serving(MemoryStorage(), [SHOP]) as address:
        yield address


def test_agents_over_http_do_not_corrupt_each_other(durable: Place) -> None:
    executor = opened(durable)
    steps: list[Step] = []
    with serving(durable.opened[0], [SHOP]) as address:

        def run(persona: str, policy: Any) -> None:
            host = Remote(Client(address, CONTRACT.id))
            Agent(host, persona, policy, FACTS, pause=lambda _: None).run(Limits(steps=8, wait=0), steps.append)

        agents = [("clerk", RandomChoice(1)), ("clerk", RoundRobin()), ("boss", PriorityList(["approve"]))]
        threads = [threading.Thread(target=run, args=agent) for agent in agents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(steps) == 8 * len(agents)
        explained(executor, [step.result.chain_id for step in steps if step.result and step.result.chain_id])


def test_a_key_decides_as_whom_an_agent_acts(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    _, secret = add_key(path, ["clerk"])
    storage = MemoryStorage()
    Executor(CONTRACT, storage).create_instance("Order", "a")
    with serving(storage, [SHOP], keys=KeyFile(path), authorize_initiator=True) as address:
        client = Client(address, CONTRACT.id, secret)
        assert chosen(ran(Remote(client), "clerk", FirstAvailable(), Limits(steps=1))) == ["submit on Order/a"]
        with pytest.raises(TenorError) as caught:
            ran(Remote(client), "boss", FirstAvailable(), Limits(steps=1))
        assert caught.value.code == "persona_forbidden"
    assert audit(Executor(CONTRACT, storage)).faults == ()


def test_every_command_asks_a_server_as_it_asks_a_store(tenor: Tenor, server: str, folder: Path) -> None:
    answers: list[list[Json]] = []
    for place in (("--server", server), ("--db", f"sqlite:///{folder / 'tenor.db'}")):
        told: list[Json] = []

        def run(*arguments: str, at: tuple[str, ...] = place, kept: list[Json] = told) -> str:
            ran = tenor(*arguments, *at)
            kept.append((ran.status, without_ids(ran.out), ran.err))
            return tenor(*arguments, *at, "--json").out if arguments[0] == "history" else ran.out

        run("create", "Order/a", "Order/b", "Parcel/p", "--persona", "clerk")
        run("instances")
        run("instances", "--entity", "Order", "--limit", "1")
        submit = ("execute", "--persona", "clerk", "--facts", PAID, "--bindings", '{"Order": "a"}', "--flow", "submit")
        run(*submit, "--simulate")
        run(*submit, "--request-id", "r1")
        run(*submit, "--request-id", "r1")
        run(*submit)
        run("agent", "--persona", "clerk", "--facts", PAID, "--policy", "priority:both,submit", "--dry-run")
        run("agent", "--persona", "clerk", "--facts", PAID, "--policy", "round-robin", "--steps", "3")
        run("history", "Order/a")
        executions = json.loads(run("history"))
        run("history", "--chain", executions["items"][0]["provenance_chain_id"])
        run("instances", "--entity", "Order", "--state", "gone")
        run("history", "Order/gone")
        run("create", "Order/a")
        answers.append(told)
    assert answers[0] == answers[1]
    assert [status for status, _, _ in answers[0]] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 2, 2]


def without_ids(text: str) -> str:
    """A text with what differs from run to run taken out: ids, hashes and times."""
    return " ".join(
        word.rstrip(");") for word in text.split() if not word.startswith(("chain_", "exec_", "2026-", "--", "202"))
    )


def test_a_server_with_another_version_of_the_contract_is_refused(tenor: Tenor, server: str, folder: Path) -> None:
    (folder / "shop.json").write_text(json.dumps(BUNDLE).replace("submitted", "handed_in"), "utf-8")
    ran = tenor("instances", "--server", server, "--json")
    assert (ran.status, ran.json["code"]) == (1, "contract_hash_mismatch")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["instances", "--db", "memory:"], "usage"),
        (["instances", "--namespace", "acme"], "usage"),
        (["instances", "--counts"], "usage"),
        (["agent", "--persona", "clerk", "--entities", "{}"], "usage"),
        (["execute", "--flow", "submit", "--persona", "clerk", "--authorize"], "usage"),
    ],
)
def test_what_a_server_decides_is_not_said_to_it(tenor: Tenor, server: str, arguments: list[str], code: str) -> None:
    ran = tenor(*arguments, "--server", server, "--json")
    assert (ran.status, ran.json["code"]) == (2, code)


def test_an_address_that_is_none_is_refused(tenor: Tenor) -> None:
    ran = tenor("instances", "--server", "localhost:8124", "--json")
    assert (ran.status, ran.json["code"]) == (2, "invalid_address")


def test_the_address_is_that_of_the_server_not_of_a_contract(tenor: Tenor, server: str) -> None:
    ran = tenor("instances", "--server", f"{server}/{CONTRACT.id}", "--json")
    assert (ran.status, ran.json["code"]) == (2, "unknown_route")
    assert f"leave '/{CONTRACT.id}' at the end out" in ran.json["error"]
    other = tenor("instances", "--server", f"{server}/elsewhere", "--json")
    assert "the address of the server" in other.json["error"]


def test_a_key_of_several_personas_asks_which_of_them_creates(
    tenor: Tenor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keys.json"
    _, secret = add_key(path, ["clerk", "boss"])
    monkeypatch.setenv("TENOR_KEY", secret)
    with serving(MemoryStorage(), [SHOP], keys=KeyFile(path)) as address:
        ran = tenor("create", "Order/a", "--server", address, "--json")
        assert (ran.status, ran.json["code"], ran.json["path"]) == (2, "missing_argument", "/persona")
        assert "the key is bound to 'clerk', 'boss'" in ran.json["error"]
        assert "--persona" in ran.json["error"]
        assert tenor("create", "Order/a", "--server", address, "--persona", "boss").status == 0


def test_the_key_comes_from_the_environment(tenor: Tenor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.json"
    _, secret = add_key(path, ["clerk"])
    with serving(MemoryStorage(), [SHOP], keys=KeyFile(path)) as address:
        refused = tenor("instances", "--server", address, "--json")
        assert (refused.status, refused.json["code"]) == (2, "unauthenticated")
        monkeypatch.setenv("TENOR_KEY", secret)
        assert tenor("instances", "--server", address).out == "none\n"
