"""What comes from outside is checked before anything runs; what is ignored changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit, open_storage, read_system
from tenor_wasm.executor.sqlite import SqliteStorage
from tenor_wasm.executor.storage import Storage, Transaction
from tests import bundles as b
from tests.executor.places import Place
from tests.executor.shops import BUNDLE, CONTRACT, FACTS, SUBMIT, executor_on
from tests.executor.test_storage import Stop, create, flow, order, states
from tests.executor.test_systems import member, system_on

Json = Any
FIRST = {"Order": "a"}


@pytest.fixture
def executor(storage: Storage) -> Executor:
    """An executor on each backend with an order."""
    executor = executor_on(storage)
    executor.create_instance("Order", "a")
    return executor


def refused(work: Callable[[], object]) -> TenorError:
    with pytest.raises(TenorError) as caught:
        work()
    return caught.value


def deep(levels: int) -> Json:
    nested: Json = []
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "extra", [1.5, float("nan"), "\ud800", object(), deep(5000)], ids=lambda one: type(one).__name__
)
def test_facts_that_are_ignored_are_ignored_with_a_request_id_too(executor: Executor, extra: Json) -> None:
    execution = executor.execute_flow("submit", "clerk", FACTS | {"colour": extra}, FIRST, request_id="r")
    assert execution.outcome == "success"
    assert execution.simulation is not None
    assert [warning.code for warning in execution.simulation.warnings] == ["unknown_fact"]
    assert executor.execute_flow(*SUBMIT, FIRST, request_id="r").repeated
    assert audit(executor).faults == ()


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "", "x" * 10_000])
def test_a_record_that_no_store_can_hold_is_not_there(executor: Executor, name: str) -> None:
    assert refused(lambda: executor.execution(name)).code == "unknown_execution"
    assert refused(lambda: executor.chain(name)).code == "unknown_chain"


@pytest.mark.parametrize(
    "value", ["clerk", 3, {"api_call": 3}, {3: "x"}, {"api_call": object()}, {"api_call": "\ud800"}]
)
def test_who_called_is_told_in_texts_that_the_chain_can_hold(executor: Executor, value: Json) -> None:
    """Anything else would be recorded in a chain that does not verify."""
    for arguments in ({"trigger": value}, {"personas": {"clerk": value}}, {"personas": value}):
        call = partial(executor.execute_flow, *SUBMIT, FIRST, **arguments)
        assert refused(call).code == "invalid_argument"
    assert executor.chains().items == ()
    executor.execute_flow(*SUBMIT, FIRST, trigger={"api_call": "POST /\0"}, personas={})
    assert audit(executor).faults == ()


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 201, 7])
def test_names_of_a_store_are_ones_that_it_can_hold(name: Json) -> None:
    for options in ({"namespace": name}, {"trust_domain": name}):
        assert refused(partial(executor_on, MemoryStorage(), **options)).code == "invalid_argument"
        assert refused(partial(system_on, MemoryStorage(), **options)).code == "invalid_argument"


@pytest.mark.parametrize("attempts", [0, -1, True, "3"])
def test_there_is_at_least_one_attempt(attempts: Json) -> None:
    assert refused(partial(executor_on, MemoryStorage(), attempts=attempts)).code == "invalid_argument"


def test_a_refused_write_that_is_passed_over_is_never_half_of_a_transaction(storage: Storage) -> None:
    """Whoever goes on after ``id_used`` stores all of the rest or is told that nothing is stored."""
    create(storage, order())
    with storage.transaction() as transaction:
        transaction.insert_flow(flow("e1"))

    def careless(transaction: Transaction) -> None:
        transaction.initialize(order("before"))
        assert refused(lambda: transaction.insert_flow(flow("e1"))).code == "id_used"

    told = None
    try:
        with storage.transaction() as transaction:
            careless(transaction)
    except TenorError as error:
        told = error.code, error.details
    assert told in (None, ("storage_failed", {"committed": "no"}))
    assert ("before" in states(storage)) == (told is None)
    create(storage, order("after"))
    assert "after" in states(storage)


def abandoned(transaction: Transaction) -> None:
    transaction.initialize(order("lost"))
    raise Stop


def test_a_connection_that_could_not_roll_back_is_not_used_again(tmp_path: Path) -> None:
    storage = SqliteStorage(tmp_path / "x.db")

    def forbid(action: int, argument: str | None, *_: object) -> int:
        denied = action == sqlite3.SQLITE_TRANSACTION and argument == "ROLLBACK"
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    storage._idle[0].set_authorizer(forbid)
    with pytest.raises(Stop), storage.transaction() as transaction:
        abandoned(transaction)
    create(storage, order("kept"))
    assert states(storage) == {"kept": ("draft", 0)}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mysql://x",
        "sqlite:///",
        "sqlite:///:memory:",
        "memory:x",
        "sqlite:///a\0b",
        "postgresql://u:secret@[bad",
        "postgresql://x?no=1",
        3,
    ],
)
def test_what_is_no_address_is_refused_and_not_shown(address: Json, capfd: pytest.CaptureFixture[str]) -> None:
    error = refused(lambda: open_storage(address))
    assert error.code in ("invalid_address", "invalid_argument")
    assert "secret" not in error.message + "".join(capfd.readouterr())


def test_an_instance_in_a_state_that_another_version_declares_is_never_left_out(executor: Executor) -> None:
    """What a newer contract does not know is an error of the whole and of its pages alike (E17)."""
    executor.create_instance("Order", "b")
    executor.execute_flow(*SUBMIT, FIRST)
    newer = api.load(json.loads(json.dumps(BUNDLE).replace("submitted", "handed_in")))
    later = executor_on(executor.storage, newer)
    for ask in (later.action_space, later.action_space_page, partial(later.action_space_page, limit=1)):
        error = refused(partial(ask, "clerk", FACTS))
        assert (error.code, error.path) == ("invalid_entity_states", "/Order/a")
    assert [record.state for record in later.list_instances("Order").items] == ["submitted", "draft"]


def test_a_shared_entity_begins_where_the_member_that_creates_it_says(place: Place) -> None:
    """Members share states, and may begin in different ones: an instance is held to the contract that made it."""
    shop = member("shop", b.entity("Case", "open", "shut", transitions=[("open", "shut"), ("shut", "open")]))
    desk = member("desk", {**b.entity("Case", "open", "shut", transitions=[("shut", "open")]), "initial": "shut"})
    construct = {
        "id": "both", "kind": "System", "tenor": "1.0",
        "members": [{"id": name, "path": f"{name}.tenor"} for name in ("desk", "shop")],
        "shared_entities": [{"entity": "Case", "contracts": ["desk", "shop"]}],
    }  # fmt: skip
    system = system_on(place.open(), read_system(construct, {"shop": shop, "desk": desk}))
    assert system.member("shop").create_instance("Case", "s").state == "open"
    assert system.member("desk").create_instance("Case", "d").state == "shut"
    for name in ("shop", "desk"):
        assert audit(system.member(name)).faults == ()


def test_the_creation_of_an_instance_that_is_not_shared_is_held_to_its_contract(storage: Storage) -> None:
    executor_on(storage).create_instance("Order", "a")
    other = b.load(b.persona(), {**b.entity("Order", *CONTRACT.entities["Order"].states), "initial": "done"})
    assert [fault.code for fault in audit(executor_on(storage, other)).faults] == ["not_initial_state"]
