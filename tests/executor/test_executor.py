"""What the executor does beside its obligations: bindings, requests, pages, history, chains, and who may start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, MemoryStorage, audit, counting_ids, open_storage
from tenor_wasm.executor.storage import Storage
from tests import bundles as b
from tests.executor.places import Place
from tests.executor.shops import APPROVE, CONTRACT, FACTS, SUBMIT, executor_on, states, verified

Json = Any


@pytest.fixture
def executor(storage: Storage) -> Executor:
    """An executor on each backend, with two orders in different states and a parcel."""
    executor = executor_on(storage)
    for entity, name in (("Order", "ord-001"), ("Order", "ord-002"), ("Parcel", "par-001")):
        executor.create_instance(entity, name)
    executor.execute_flow(*SUBMIT, {"Order": "ord-002"})
    return executor


@pytest.fixture
def in_memory() -> Executor:
    """An executor for what does not depend on the backend."""
    return executor_on(MemoryStorage())


def refused(work: Callable[..., object], *arguments: Any, **named: Any) -> TenorError:
    with pytest.raises(TenorError) as caught:
        work(*arguments, **named)
    return caught.value


# --- flows on instances ----------------------------------------------------------------------------------------


def test_multi_instance_flow_execution(executor: Executor) -> None:
    before = states(executor)
    execution = executor.execute_flow(*APPROVE, {"Order": "ord-002"})
    assert states(executor) == before | {("Order", "ord-002"): "approved"}
    assert [(c.key.instance_id, c.from_state, c.to_state) for c in execution.transitions] == [
        ("ord-002", "submitted", "approved")
    ]
    assert execution.operations[0].instance_binding == {"Order": "ord-002"}
    chain: Json = api.parse_json(execution.provenance.chain)
    assert chain["records"]["operation_provenance"][0]["state_before"] == {"Order": {"ord-002": "submitted"}}
    assert verified(executor, execution.record.chain_id)


def test_without_bindings_the_default_instances_are_meant(executor: Executor) -> None:
    absent = executor.execute_flow(*SUBMIT)
    assert [operation.error_code for operation in absent.operations] == ["unknown_instance"]
    executor.create_instance("Order", "_default")
    nothings: list[Json] = [None, "", {}]
    for nothing in nothings:
        executor.execute_flow("submit", "clerk", FACTS, nothing)
        executor.execute_flow("reopen", "clerk", FACTS, nothing)
    assert [change.to_state for change in executor.history("Order", "_default").page.items] == [
        "draft", *["submitted", "draft"] * 3,
    ]  # fmt: skip
    assert states(executor)["Order", "ord-001"] == "draft"


def test_bindings_are_strict_and_checked_before_anything_runs(executor: Executor) -> None:
    missing = refused(lambda: executor.execute_flow("ship", "clerk", FACTS, {"Order": "ord-001"}))
    assert (missing.code, missing.details["missing"]) == ("missing_binding", ["Parcel"])
    assert refused(lambda: executor.execute_flow(*SUBMIT, {"Ordre": "a"})).code == "invalid_bindings"
    assert refused(lambda: executor.execute_flow(*SUBMIT, {"Order": "a\0"})).code == "invalid_instance_id"
    assert refused(lambda: executor.execute_flow("nothing", "clerk", FACTS)).code == "unknown_flow"
    assert refused(lambda: executor.execute_flow("submit", "clerk", FACTS, None, [])).code == "invalid_argument"
    assert refused(lambda: executor.execute_flow("submit", "clerk", FACTS, None, {"x": "y"})).code == "unknown_step"
    assert len(executor.chains().items) == 1


def test_an_instance_bound_beside_those_that_a_flow_needs_is_recorded_as_it_stands(executor: Executor) -> None:
    execution = executor.execute_flow(*SUBMIT, {"Order": "ord-001", "Parcel": "par-001"})
    chain: Json = api.parse_json(execution.provenance.chain)
    assert chain["inputs"]["entity_states"]["Parcel"] == {"par-001": "packed"}
    assert verified(executor, execution.record.chain_id)


def test_a_compensated_flow_is_recorded_with_all_that_it_changed(executor: Executor) -> None:
    facts = FACTS | {"weight": "9.00"}
    execution = executor.execute_flow("rush", "clerk", facts, {"Order": "ord-001"})
    assert (execution.outcome, execution.record.failed) == ("failure", True)
    told = [(o.step_id, o.step_type, o.outcome, o.error_code) for o in execution.operations]
    assert told == [
        ("do_submit_order", "OperationStep", "success", None),
        ("do_approve_order", "OperationStep", None, "precondition_failed"),
        ("comp:reopen_order", "CompensationStep", "success", None),
    ]
    assert [(c.version, c.from_state, c.to_state) for c in execution.transitions] == [
        (1, "draft", "submitted"),
        (2, "submitted", "draft"),
    ]
    assert executor.instance("Order", "ord-001").version == 2
    assert verified(executor, execution.record.chain_id)


def test_who_called_is_part_of_the_chain(executor: Executor) -> None:
    who = {"clerk": {"resolved_from": "key-7", "resolution_method": "key_binding"}}
    execution = executor.execute_flow(
        *SUBMIT, {"Order": "ord-001"}, trigger={"api_call": "POST /x", "request_id": "req-1"}, personas=who
    )
    chain: Json = api.parse_json(execution.provenance.chain)
    assert chain["trigger"] == {
        "type": "execution", "persona": "clerk", "api_call": "POST /x", "request_id": "req-1",
    }  # fmt: skip
    assert chain["steps"][0]["persona"] == {"contract_persona": "clerk", **who["clerk"]}
    assert "simulation" not in chain
    assert verified(executor, execution.record.chain_id)


def test_several_outcomes_are_chosen_by_name() -> None:
    contract = b.load(
        b.persona(),
        b.entity("Case", "open", "won", "lost", transitions=[("open", "won"), ("open", "lost")]),
        b.operation("close", "Case: open -> won => win", "Case: open -> lost => loss", outcomes=["win", "loss"]),
        b.flow("end", b.act("close", outcomes={"win": b.done(), "loss": b.done("failure")})),
    )
    executor = executor_on(MemoryStorage(), contract)
    executor.create_instance("Case", "_default")
    execution = executor.execute_flow("end", "clerk", {}, outcomes={"do_close": "loss"})
    assert executor.instance("Case", "_default").state == "lost"
    assert verified(executor, execution.record.chain_id)


# --- requests --------------------------------------------------------------------------------------------------


def test_a_creation_under_a_request_id_is_carried_out_once(executor: Executor) -> None:
    """Found over HTTP: asked again, a named instance was refused, and another one was made under the same id."""
    first = executor.creation("Order", "new-1", persona="clerk", request_id="c-1")
    executor.execute_flow(*SUBMIT, {"Order": "new-1"})
    again = executor.creation("Order", "new-1", "draft", "clerk", request_id="c-1")
    assert (again.record, first.repeated, again.repeated) == (first.record, False, True)
    others: list[tuple[Any, ...]] = [
        ("Order", "new-2", None, "clerk"), ("Order", None, None, "clerk"), ("Order", "new-1"),
        ("Order", "new-1", None, "boss"), ("Parcel", "new-1", None, "clerk"),
    ]  # fmt: skip
    for other in others:
        error = refused(executor.create_instance, *other, request_id="c-1")
        assert (error.code, error.details) == ("request_id_reused", {"entity_id": "Order", "instance_id": "new-1"})
    assert refused(executor.create_instance, "Order", request_id="").code == "invalid_argument"
    chosen = [executor.create_instance("Order", request_id="c-2") for _ in range(3)]
    assert len({record.key for record in chosen}) == 1
    assert len(executor.list_instances("Order").items) == 4


def test_a_creation_that_is_refused_leaves_its_request_id(executor: Executor) -> None:
    assert refused(executor.create_instance, "Order", "ord-001", request_id="c-1").code == "instance_exists"
    assert executor.create_instance("Order", "new-1", request_id="c-1").key.instance_id == "new-1"


def test_a_creation_that_is_asked_for_at_once_is_carried_out_once(place: Place) -> None:
    storage = place.open()

    def create(number: int) -> bool:
        executor = executor_on(storage, ids=counting_ids(number * 1000))
        return executor.creation("Order", "new-1", request_id="c-1").repeated

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, range(4))) == [False, True, True, True]


def test_a_request_is_carried_out_once(executor: Executor) -> None:
    first = executor.execute_flow(*SUBMIT, {"Order": "ord-001"}, request_id="r1")
    again = executor.execute_flow(*SUBMIT, {"Order": "ord-001"}, request_id="r1")
    assert (first.repeated, again.repeated) == (False, True)
    assert again.record.execution_id == first.record.execution_id
    assert (again.operations, again.transitions, again.provenance) == (
        first.operations, first.transitions, first.provenance,
    )  # fmt: skip
    told: Json = [api.to_json(execution) for execution in (first, again)]
    assert {**told[0], "repeated": True} == told[1]
    assert executor.instance("Order", "ord-001").version == 1
    other = refused(lambda: executor.execute_flow(*SUBMIT, {"Order": "ord-002"}, request_id="r1"))
    assert (other.code, other.details) == ("request_id_reused", {"execution_id": first.record.execution_id})


def test_of_equal_requests_at_once_one_runs(executor: Executor) -> None:
    executor.execute_flow("submit", "clerk", FACTS, {"Order": "ord-001"})

    def toggle(number: int) -> str:
        flow = "reopen" if number < 4 else "submit"
        name = "r-reopen" if number < 4 else f"r-{number}"
        return executor.execute_flow(flow, "clerk", FACTS, {"Order": "ord-001"}, request_id=name).record.execution_id

    with ThreadPoolExecutor(4) as pool:
        assert len({*pool.map(toggle, range(4))}) == 1
        assert len({*pool.map(toggle, range(4, 8))}) == 4
    assert executor.instance("Order", "ord-001").version == 3
    assert audit(executor).faults == ()


# --- who may start ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 201, 7])
def test_names_from_outside_are_ones_that_every_store_can_hold(in_memory: Executor, name: Json) -> None:
    for argument in ("persona", "request_id"):
        arguments = {"flow": "submit", "persona": "clerk", "facts": FACTS, argument: name}
        error = refused(in_memory.execute_flow, **arguments)
        assert error.code in ("invalid_argument", "persona_rejected")
    assert refused(executor_on, in_memory.storage, namespace=name).code == "invalid_argument"


def test_a_contract_without_personas_admits_everybody_with_a_name(in_memory: Executor) -> None:
    contract = b.load(
        b.entity("Door", "open", "shut"), b.operation("shut", "Door: open -> shut"), b.flow("shut", b.act("shut"))
    )
    executor = executor_on(in_memory.storage, contract)
    assert executor.create_instance("Door", "_default", persona="anyone").version == 0
    assert executor.execute_flow("shut", "anyone", {}).outcome == "success"
    assert refused(executor.execute_flow, "shut", "any\0one", {}).code == "invalid_argument"


def test_an_undeclared_persona_is_rejected(executor: Executor) -> None:
    assert refused(lambda: executor.execute_flow("submit", "nobody", FACTS)).code == "persona_rejected"
    assert refused(lambda: executor.simulate_flow("submit", "nobody", FACTS)).code == "persona_rejected"


def test_the_initiator_may_be_held_to_the_first_operations(in_memory: Executor) -> None:
    assert in_memory.execute_flow("approve", "clerk", FACTS).record.persona == "clerk"
    strict = executor_on(in_memory.storage, authorize_initiator=True)
    error = refused(lambda: strict.execute_flow("approve", "clerk", FACTS))
    assert error.code == "persona_rejected"
    assert "'approve_order' allows only 'boss'" in error.message
    assert refused(lambda: strict.simulate_flow("approve", "clerk", FACTS)).code == "persona_rejected"
    assert strict.simulate_flow("approve", "boss", FACTS).outcome == "failure"
    assert strict.simulate_flow("submit", "clerk", {"paid": False}).outcome == "failure"


# --- what may be done ------------------------------------------------------------------------------------------


def available(space: Json) -> dict[str, Json]:
    return {action["flow_id"]: action["instance_bindings"] for action in space["actions"]}


def test_per_instance_action_space(executor: Executor) -> None:
    space: Json = api.to_json(executor.action_space("clerk", FACTS))
    assert available(space)["submit"] == {"Order": ["ord-001"]}
    assert available(space)["reopen"] == {"Order": ["ord-002"]}
    blocked = {action["flow_id"]: action for action in space["blocked_actions"]}
    assert blocked["approve"]["reason"]["type"] == "PersonaNotAuthorized"
    assert api.to_json(executor.action_space_page("clerk", FACTS)) == {**space, "next_cursor": None}


@pytest.mark.parametrize("limit", [1, 2, 5, 30])
def test_the_pages_of_the_action_space_are_the_whole_of_it(storage: Storage, limit: int) -> None:
    executor = executor_on(storage)
    for number in range(17):
        executor.create_instance("Order", f"ord-{number:02}")
        if number % 3 == 0:
            executor.execute_flow(*SUBMIT, {"Order": f"ord-{number:02}"})
    executor.create_instance("Parcel", "par-1")
    whole: Json = api.to_json(executor.action_space("clerk", FACTS))
    gathered: dict[str, dict[str, set[str]]] = {}
    cursor, pages = None, 0
    while True:
        page = executor.action_space_page("clerk", FACTS, cursor, limit)
        told: Json = api.to_json(page)
        for name in ("actions", "blocked_actions"):
            assert [a["flow_id"] for a in told[name]] == [a["flow_id"] for a in whole[name]]
        for flow, bindings in available(told).items():
            for entity, names in bindings.items():
                gathered.setdefault(flow, {}).setdefault(entity, set()).update(names)
                assert len(names) <= limit
        pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
    assert gathered == {
        flow: {entity: set(names) for entity, names in bindings.items()} for flow, bindings in available(whole).items()
    }
    assert pages == -(-11 // limit)


@pytest.mark.parametrize("cursor", ["", "x", "eyJhIjoxfQ", "MQ", "ImEi", "bnVsbA", "é", "Wy0xXQ", 7])
def test_a_cursor_is_one_that_a_page_gave(in_memory: Executor, cursor: Json) -> None:
    in_memory.create_instance("Order", "a")
    calls: dict[str, Callable[[], object]] = {
        "": lambda: in_memory.action_space_page("clerk", FACTS, cursor),
        "MQ": lambda: in_memory.history("Order", "a", cursor),  # 1
        "ImEi": lambda: in_memory.list_instances("Order", None, cursor),  # "a"
    }
    for good, call in calls.items():
        if cursor != good or not good:
            assert refused(call).code == "invalid_cursor"


@pytest.mark.parametrize("limit", [0, 1001, True, "1", None])
def test_a_page_has_bounds(in_memory: Executor, limit: Json) -> None:
    assert refused(in_memory.list_instances, "Order", limit=limit).code == "invalid_argument"


# --- history and chains ----------------------------------------------------------------------------------------


def test_the_history_of_an_instance_names_operation_persona_and_chain(executor: Executor) -> None:
    approved = executor.execute_flow(*APPROVE, {"Order": "ord-002"})
    told: Json = api.to_json(executor.history("Order", "ord-002"))
    assert (told["entity"], told["instance"], told["current_state"]) == ("Order", "ord-002", "approved")
    shown = [(h["operation"], h["from_state"], h["to_state"], h["persona"]) for h in told["history"]]
    assert shown == [
        (None, None, "draft", None),
        ("submit_order", "draft", "submitted", "clerk"),
        ("approve_order", "submitted", "approved", "boss"),
    ]
    assert told["history"][0]["provenance_chain_id"] is None
    assert told["history"][2]["provenance_chain_id"] == approved.record.chain_id
    first = executor.history("Order", "ord-002", limit=2)
    rest = executor.history("Order", "ord-002", first.page.next_cursor)
    assert [c.version for c in (*first.page.items, *rest.page.items)] == [0, 1, 2]
    assert rest.page.next_cursor is None
    assert refused(lambda: executor.history("Order", "ord-404")).code == "unknown_instance"


def test_chains_of_an_instance_are_those_that_were_bound_to_it(executor: Executor) -> None:
    executor.execute_flow(*SUBMIT, {"Order": "ord-001"})
    executor.execute_flow(*SUBMIT, {"Order": "ord-002"})  # refused, but it was about that order
    assert len(executor.chains().items) == 3
    assert [record.outcome for record in executor.chains("Order", "ord-002").items] == ["success", "failure"]
    first = executor.chains(limit=1)
    rest = executor.chains(cursor=first.next_cursor)
    assert [record.position for record in (*first.items, *rest.items)] == [1, 2, 3]
    assert refused(lambda: executor.chains("Order")).code == "invalid_argument"
    assert refused(lambda: executor.chain("chain_x")).code == "unknown_chain"
    assert refused(lambda: executor.execution("exec_x")).code == "unknown_execution"


def test_an_execution_is_read_back_as_it_was_told(executor: Executor) -> None:
    execution = executor.execute_flow("process", "clerk", FACTS, {"Order": "ord-001"})
    stored = executor.execution(execution.record.execution_id)
    told: Json = api.to_json(execution)
    assert api.to_json(stored) == told
    assert told["simulation"] is False
    assert [step["step_id"] for step in told["path"]] == ["do_submit_order", "check"]
    assert [move["to_state"] for move in told["transitions"]] == ["submitted", "approved"]


def test_an_execution_of_another_version_of_the_contract_is_still_told(storage: Storage) -> None:
    old = executor_on(storage, namespace="shop")
    old.create_instance("Order", "a")
    execution = old.execute_flow(*SUBMIT, {"Order": "a"})
    changed = b.load(b.persona("clerk"), b.entity("Order", "draft", "submitted"))
    new = executor_on(storage, changed, namespace="shop")
    told: Json = api.to_json(new.execution(execution.record.execution_id))
    assert (told["outcome"], told["contract_hash"]) == ("success", CONTRACT.hash)
    assert "path" not in told
    assert audit(new).faults == ()


def test_namespaces_keep_contracts_apart(storage: Storage) -> None:
    one, other = executor_on(storage, namespace="one"), executor_on(storage, namespace="two")
    other._ids = lambda prefix, ids=one._ids: f"other_{ids(prefix)}"  # type: ignore[misc]
    for executor in (one, other):
        executor.create_instance("Order", "a")
    execution = one.execute_flow(*SUBMIT, {"Order": "a"}, request_id="r")
    assert states(other) == {("Order", "a"): "draft"}
    assert other.chains().items == other.chains("Order", "a").items == ()
    assert refused(lambda: other.chain(execution.record.chain_id)).code == "unknown_chain"
    assert refused(lambda: other.execution(execution.record.execution_id)).code == "unknown_execution"
    assert not other.execute_flow(*SUBMIT, {"Order": "a"}, request_id="r").repeated


# --- conflicts -------------------------------------------------------------------------------------------------


class Conflicting:
    """A store in whose first transactions somebody else is in the way."""

    def __init__(self, storage: Storage, times: int) -> None:
        self._storage, self.left = storage, times
        self.snapshot, self.close = storage.snapshot, storage.close

    def transaction(self) -> Any:
        if self.left:
            self.left -= 1
            raise TenorError("conflict", "somebody else was first")
        return self._storage.transaction()


def test_a_conflict_is_tried_again_and_then_told() -> None:
    waits: list[int] = []
    store = Conflicting(MemoryStorage(), 3)
    executor = executor_on(store, attempts=4, pause=waits.append)
    assert executor.create_instance("Order", "a").version == 0
    assert waits == [1, 2, 3]
    store.left = 4
    assert refused(lambda: executor.execute_flow(*SUBMIT, {"Order": "a"})).code == "conflict"
    assert states(executor) == {("Order", "a"): "draft"}


def test_flows_on_one_instance_take_turns(storage: Storage) -> None:
    executor = Executor(CONTRACT, storage)
    executor.create_instance("Order", "hot")
    executor.create_instance("Order", "cold")

    def work(number: int) -> list[str]:
        flows = ("submit", "reopen") if number % 2 else ("submit", "approve")
        return [
            executor.execute_flow(flow, "clerk", FACTS, {"Order": "hot"}).outcome for flow in flows for _ in range(3)
        ]

    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for done in pool.map(work, range(4)) for outcome in done]
    report = audit(executor)
    assert report.faults == ()
    assert report.executions == len(outcomes) == 24
    assert outcomes.count("success") == executor.instance("Order", "hot").version
    assert executor.instance("Order", "cold").version == 0


# --- stores by address -----------------------------------------------------------------------------------------


def test_a_missing_driver_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tenor_wasm.executor.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    error = refused(open_storage, "postgresql://host/db")
    assert (error.code, "tenor-wasm[postgres]" in error.message) == ("missing_driver", True)


def test_a_database_that_is_away_is_told_once_with_the_reason() -> None:
    program = (
        "from tenor_wasm.executor.postgres import PostgresStorage as S\n"
        "from tenor_wasm.errors import TenorError\n"
        "try: S('postgresql://me:secret@127.0.0.1:1/none', 1, 0.5)\n"
        "except TenorError as error: print(error.code, error.message)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "", "the pool writes no log of its own where nobody asked for one"
    assert done.stdout.startswith("storage_unavailable the database cannot be reached; check its address (")
    assert "Connection refused" in done.stdout
    assert "secret" not in done.stdout


def test_a_request_id_that_is_used_for_another_request_is_named(in_memory: Executor) -> None:
    in_memory.create_instance("Order", "ord-001")
    in_memory.execute_flow(*SUBMIT, {"Order": "ord-001"}, request_id="r-1")
    in_memory.create_instance("Order", "ord-002")
    error = refused(lambda: in_memory.execute_flow(*SUBMIT, {"Order": "ord-002"}, request_id="r-1"))
    assert error.message == "the request id 'r-1' was used for another request; choose a new one"


def test_stores_are_opened_by_address(tmp_path: Any) -> None:
    assert isinstance(open_storage("memory:"), MemoryStorage)
    for address in ("", "mysql://x", "sqlite:///"):
        assert refused(open_storage, address).code == "invalid_address"
    assert refused(lambda: open_storage(f"sqlite:///{tmp_path}/no/such/folder.db")).code == "storage_unavailable"
    assert "secret" not in refused(open_storage, "mysql://user:secret@host/db").message
    (tmp_path / "text.db").write_text("this is no database, but a text that is long enough to be taken for one" * 20)
    assert refused(lambda: open_storage(f"sqlite:///{tmp_path}/text.db")).code == "storage_failed"
