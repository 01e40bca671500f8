"""What every store promises (``executor/storage.py``), on each backend alike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.records import (
    FAILED,
    INITIATED,
    CreationRecord,
    FlowRecord,
    Group,
    InstanceKey,
    InstanceRecord,
    OperationRecord,
    ProvenanceRecord,
    TransitionRecord,
    TriggerRecord,
)
from tenor_wasm.executor.storage import Storage, Transaction
from tests.executor.places import Place

ORDER = InstanceKey("shop", "Order", "a")
ODD = [
    "",
    "A",
    "Z",
    "a",
    "a/b",
    "ab",
    "b",
    "é",
    "ﬀ",
    "\U0001f600",
    "'; DROP TABLE instances; --",
    "?",
    "%s",
    "_default",
]
"""Instance ids in the order of their code points but for the first, which is none."""


def order(name: str = "a", state: str = "draft", version: int = 0) -> InstanceRecord:
    return InstanceRecord(ORDER._replace(instance_id=name), state, version, "t0", "t0")


def flow(execution_id: str, *bound: InstanceKey, **more: Any) -> FlowRecord:
    record = FlowRecord(
        execution_id, "shop", "shop", "sha256:00", "submit", "clerk", "success", False, bound, f"chain_{execution_id}",
        "t1", "t2",
    )  # fmt: skip
    return replace(record, **more)


def move(version: int, source: str | None, target: str, execution_id: str | None = None) -> TransitionRecord:
    return TransitionRecord(
        ORDER, version, source, target, "t1", "clerk", "shop", "submit_order", execution_id, version
    )


def trigger(name: str, **more: Any) -> TriggerRecord:
    record = TriggerRecord(
        name, "system", "shop", "submit", "success", "exec_1", "store", "ship", "clerk", '{"facts":{}}', "t1"
    )
    return replace(record, **more)


def create(storage: Storage, *records: InstanceRecord) -> None:
    with storage.transaction() as transaction:
        for record in records:
            transaction.initialize(record)


def write(storage: Storage, work: Callable[[Transaction], object]) -> None:
    with storage.transaction() as transaction:
        work(transaction)


def refused(work: Callable[[], object]) -> TenorError:
    with pytest.raises(TenorError) as caught:
        work()
    return caught.value


def states(storage: Storage) -> dict[str, tuple[str, int]]:
    with storage.snapshot() as snapshot:
        found = snapshot.instances("shop", "Order", None, "", 1000)
    return {record.key.instance_id: (record.state, record.version) for record in found}


# --- instances -------------------------------------------------------------------------------------------------


def test_an_instance_is_what_was_initialized(storage: Storage) -> None:
    create(storage, order())
    with storage.snapshot() as snapshot:
        assert snapshot.instance(ORDER) == order()
        assert snapshot.instance(ORDER._replace(instance_id="b")) is None
        assert snapshot.instance(ORDER._replace(entity_id="Parcel")) is None
        assert snapshot.instance(ORDER._replace(namespace="other")) is None


def test_an_instance_id_is_given_once(storage: Storage) -> None:
    create(storage, order())
    error = refused(lambda: create(storage, order("b"), order()))
    assert (error.code, error.details) == ("instance_exists", {"entity_id": "Order", "instance_id": "a"})
    assert states(storage) == {"a": ("draft", 0)}


def test_an_update_replaces_the_version_that_it_names(storage: Storage) -> None:
    create(storage, order(), order("b"))
    write(storage, lambda transaction: transaction.update(ORDER, 0, "sent", "t1"))
    with storage.snapshot() as snapshot:
        assert snapshot.instance(ORDER) == InstanceRecord(ORDER, "sent", 1, "t0", "t1")
    error = refused(lambda: write(storage, lambda transaction: transaction.update(ORDER, 0, "lost", "t2")))
    assert (error.code, error.details["expected_version"], error.details["version"]) == ("conflict", 0, 1)
    absent = ORDER._replace(instance_id="c")
    assert refused(lambda: write(storage, lambda t: t.update(absent, 0, "sent", "t1"))).code == "unknown_instance"
    assert states(storage) == {"a": ("sent", 1), "b": ("draft", 0)}


def test_reading_for_update_gives_what_exists(storage: Storage) -> None:
    create(storage, order(), order("b"))
    absent = ORDER._replace(instance_id="c")
    with storage.transaction() as transaction:
        found = transaction.read_for_update([ORDER, absent, ORDER])
        assert found == {ORDER: order()}
        assert transaction.read_for_update([]) == {}
        transaction.update(ORDER, 0, "sent", "t1")
        assert transaction.read_for_update([ORDER])[ORDER].state == "sent"


def test_instances_are_listed_by_id_in_the_order_of_code_points(storage: Storage) -> None:
    create(
        storage, *map(order, reversed(ODD[1:])), InstanceRecord(InstanceKey("shop", "Parcel", "p"), "x", 0, "t", "t")
    )
    expected = sorted(ODD[1:])
    with storage.snapshot() as snapshot:
        listed = [record.key.instance_id for record in snapshot.instances("shop", "Order", None, "", 100)]
        assert listed == expected
        for after in ODD:
            page = [record.key.instance_id for record in snapshot.instances("shop", "Order", None, after, 3)]
            assert page == [name for name in expected if name > after][:3]
            of_state = [record.key.instance_id for record in snapshot.instances("shop", "Order", "draft", after, 3)]
            assert of_state == page


def test_listings_and_groups_follow_the_states(storage: Storage) -> None:
    create(storage, *map(order, "abcd"))
    with storage.transaction() as transaction:
        for name in "bd":
            transaction.update(ORDER._replace(instance_id=name), 0, "sent", "t1")
    with storage.snapshot() as snapshot:
        assert [r.key.instance_id for r in snapshot.instances("shop", "Order", "sent", "", 9)] == ["b", "d"]
        wanted = [
            Group("shop", "Order", "sent"),
            Group("shop", "Order", "nowhere"),
            Group("shop", "Order", "draft", "a"),
            Group("other", "Order", "draft"),
            Group("shop", "Order", "draft"),
        ]
        assert snapshot.groups(wanted, 2) == (("b", "d"), (), ("c",), (), ("a", "c"))
        assert snapshot.groups(wanted[:1], 1) == (("b",),)
        assert snapshot.groups([], 1) == ()
        assert snapshot.counts("shop", "Order") == {"draft": 2, "sent": 2}
        assert snapshot.counts("other", "Order") == {}


# --- what is recorded ------------------------------------------------------------------------------------------


def test_the_states_that_instances_are_in_are_told(storage: Storage) -> None:
    with storage.snapshot() as snapshot:
        assert snapshot.states("shop", "Order") == ()
    create(storage, order("a", "sent"), order("b"), order("c"), order("d", "é"), order("e", "Z"))
    create(storage, InstanceRecord(InstanceKey("shop", "Box", "a"), "open", 0, "t", "t"))
    create(storage, InstanceRecord(InstanceKey("other", "Order", "a"), "else", 0, "t", "t"))
    with storage.snapshot() as snapshot:
        assert snapshot.states("shop", "Order") == ("Z", "draft", "sent", "é")
        assert snapshot.states("shop", "Box") == ("open",)
    write(storage, lambda transaction: transaction.update(ORDER, 0, "draft", "t"))
    with storage.snapshot() as snapshot:
        assert snapshot.states("shop", "Order") == ("Z", "draft", "é")


def test_what_is_recorded_is_read_back_as_it_was(storage: Storage) -> None:
    operations = (
        OperationRecord(
            "e1", 1, "one", "OperationStep", "submit_order", "clerk", "success", None, {"Order": "a"}, "p1"
        ),
        OperationRecord("e1", 3, "two", "CompensationStep", "undo", "clerk", None, "precondition_failed", {}, "p2"),
    )
    moves = (move(0, None, "draft"), move(1, "draft", "sent", "e1"), move(2, "sent", "done", "e1"))
    chain = ProvenanceRecord("chain_e1", "e1", "shop", "sha256:00", '{"a":"é\\u0000"}', "ed25519:x", "acme.test")
    recorded = flow("e1", ORDER, request_id="r1", request_hash="h1", trigger_id="g1", trust_domain="acme.test")
    with storage.transaction() as transaction:
        transaction.initialize(order())
        transaction.insert_flow(recorded)
        for operation in operations:
            transaction.insert_operation(operation)
        for change in moves:
            transaction.insert_transition(change)
        transaction.insert_provenance(chain)
    with storage.snapshot() as snapshot:
        found = snapshot.flow("e1")
        assert found is not None
        assert replace(found, position=0) == recorded
        assert snapshot.flow_of_request("shop", "r1") == found
        assert snapshot.flow_of_request("other", "r1") is None
        assert snapshot.operations("e1") == operations
        assert snapshot.transitions("e1") == moves[1:]
        assert snapshot.history(ORDER, -1, 10) == moves
        assert snapshot.history(ORDER, 0, 1) == moves[1:2]
        assert snapshot.provenance("chain_e1") == chain
        assert snapshot.flow("e2") is None
        assert snapshot.provenance("e1") is None


def test_executions_are_listed_in_order_all_and_of_an_instance(storage: Storage) -> None:
    other = ORDER._replace(instance_id="b")
    for name, bound in (("e1", (ORDER,)), ("e2", (other,)), ("e3", (ORDER, other)), ("e4", ())):
        with storage.transaction() as transaction:
            transaction.insert_flow(flow(name, *bound))
    write(storage, lambda transaction: transaction.insert_flow(flow("e5", namespace="other")))
    with storage.snapshot() as snapshot:
        every = snapshot.flows("shop", 0, 10)
        assert [record.execution_id for record in every] == ["e1", "e2", "e3", "e4"]
        assert [record.execution_id for record in snapshot.flows("shop", every[1].position, 1)] == ["e3"]
        of_order = snapshot.flows_of_instance(ORDER, 0, 10)
        assert [record.execution_id for record in of_order] == ["e1", "e3"]
        assert [r.execution_id for r in snapshot.flows_of_instance(ORDER, of_order[0].position, 10)] == ["e3"]
        assert snapshot.flows_of_instance(ORDER._replace(namespace="other"), 0, 10) == ()


def test_a_request_leads_to_one_execution_in_its_namespace(storage: Storage) -> None:
    write(storage, lambda transaction: transaction.insert_flow(flow("e1", request_id="r")))
    again = refused(lambda: write(storage, lambda t: t.insert_flow(flow("e2", request_id="r"))))
    assert (again.code, again.details) == ("request_exists", {"request_id": "r"})
    write(storage, lambda transaction: transaction.insert_flow(flow("e3", request_id="r", namespace="other")))
    write(storage, lambda transaction: transaction.insert_flow(flow("e4")))
    write(storage, lambda transaction: transaction.insert_flow(flow("e5")))


def test_a_request_leads_to_one_creation_in_its_scope(storage: Storage) -> None:
    made = CreationRecord(ORDER, "shop", "r", "hash")
    write(storage, lambda transaction: transaction.insert_creation(made))
    with storage.snapshot() as snapshot:
        assert snapshot.creation_of_request("shop", "r") == made
        assert snapshot.creation_of_request("other", "r") is None
        assert snapshot.creation_of_request("shop", "q") is None
    another = replace(made, key=ORDER._replace(instance_id="b"))
    again = refused(lambda: write(storage, lambda transaction: transaction.insert_creation(another)))
    assert (again.code, again.details) == ("request_exists", {"request_id": "r"})
    write(storage, lambda transaction: transaction.insert_creation(replace(another, scope="other")))
    with storage.snapshot() as snapshot:
        assert snapshot.creation_of_request("shop", "r") == made


def test_an_id_is_given_once(storage: Storage) -> None:
    chain = ProvenanceRecord("c", "e1", "shop", "sha256:00", "{}")
    with storage.transaction() as transaction:
        transaction.insert_flow(flow("e1"))
        transaction.insert_provenance(chain)
        transaction.insert_trigger(trigger("g"))
    assert refused(lambda: write(storage, lambda t: t.insert_flow(flow("e1", request_id="new")))).code == "id_used"
    assert refused(lambda: write(storage, lambda t: t.insert_provenance(chain))).code == "id_used"
    assert refused(lambda: write(storage, lambda t: t.insert_trigger(trigger("g")))).code == "id_used"


def test_a_version_is_written_once(storage: Storage) -> None:
    create(storage, order())
    write(storage, lambda transaction: transaction.insert_transition(move(0, None, "draft")))
    assert refused(lambda: write(storage, lambda t: t.insert_transition(move(0, None, "draft")))).code == "conflict"


def test_a_trigger_is_settled_once(storage: Storage) -> None:
    names = ("g1", "g2", "g3")
    with storage.transaction() as transaction:
        for name in names:
            transaction.insert_trigger(trigger(name))
    done = trigger("g2", status=INITIATED, initiated_at="e9", attestation="x")
    write(storage, lambda transaction: transaction.settle_trigger(done))
    again = refused(lambda: write(storage, lambda t: t.settle_trigger(trigger("g2", status=FAILED))))
    assert again.code == "trigger_settled"
    assert refused(lambda: write(storage, lambda t: t.settle_trigger(trigger("g9")))).code == "unknown_trigger"
    with storage.snapshot() as snapshot:
        every = snapshot.triggers("system", None, 0, 10)
        assert [record.trigger_id for record in every] == list(names)
        assert [replace(record, position=0) for record in every] == [trigger("g1"), done, trigger("g3")]
        assert [r.trigger_id for r in snapshot.triggers("system", "pending", 0, 10)] == ["g1", "g3"]
        assert [r.trigger_id for r in snapshot.triggers("system", "pending", every[0].position, 1)] == ["g3"]
        assert snapshot.triggers("other", None, 0, 10) == ()
        assert snapshot.trigger("g2") == every[1]
        assert snapshot.trigger("g9") is None


# --- transactions and snapshots --------------------------------------------------------------------------------


class Stop(Exception):  # noqa: N818 - it only ends a block
    """Something of the caller's own."""


def test_nothing_of_an_aborted_transaction_remains(storage: Storage) -> None:
    create(storage, order())

    def everything(transaction: Transaction) -> None:
        transaction.update(ORDER, 0, "sent", "t1")
        transaction.initialize(order("b"))
        transaction.insert_flow(flow("e1", ORDER, request_id="r"))
        transaction.insert_operation(OperationRecord("e1", 1, "s", "OperationStep", "o", "p", "ok", None, {}, "p1"))
        transaction.insert_transition(move(0, None, "draft", "e1"))
        transaction.insert_provenance(ProvenanceRecord("c", "e1", "shop", "sha256:00", "{}"))
        transaction.insert_trigger(trigger("g"))
        assert states_inside(transaction) == {"a": "sent", "b": "draft"}
        raise Stop

    with pytest.raises(Stop):
        write(storage, everything)
    with storage.snapshot() as snapshot:
        assert snapshot.instance(ORDER) == order()
        assert snapshot.counts("shop", "Order") == {"draft": 1}
        assert snapshot.groups([Group("shop", "Order", "draft"), Group("shop", "Order", "sent")], 9) == (("a",), ())
        assert snapshot.flow("e1") is None
        assert snapshot.flow_of_request("shop", "r") is None
        assert snapshot.flows("shop", 0, 9) == snapshot.flows_of_instance(ORDER, 0, 9) == ()
        assert snapshot.operations("e1") == ()
        assert snapshot.transitions("e1") == snapshot.history(ORDER, -1, 9) == ()
        assert snapshot.provenance("c") is None
        assert snapshot.trigger("g") is None
    assert refused(lambda: create_and_lose(storage)).code == "conflict"
    assert states(storage) == {"a": ("draft", 0)}


def create_and_lose(storage: Storage) -> None:
    with storage.transaction() as transaction:
        transaction.initialize(order("c"))
        transaction.update(ORDER, 7, "sent", "t1")


def states_inside(transaction: Transaction) -> dict[str, str]:
    return {r.key.instance_id: r.state for r in transaction.instances("shop", "Order", None, "", 9)}


def test_a_block_does_not_open_another_one_of_its_thread(storage: Storage) -> None:
    with storage.transaction():
        assert refused(lambda: create(storage, order())).code == "nested_transaction"
    with storage.snapshot():
        assert refused(lambda: create(storage, order())).code == "nested_transaction"
    create(storage, order())


def test_a_closed_store_says_so(storage: Storage) -> None:
    storage.close()
    assert refused(lambda: create(storage, order())).code == "storage_closed"
    assert refused(lambda: states(storage)).code == "storage_closed"


def test_a_snapshot_sees_one_moment(durable: Place) -> None:
    storage, other = durable.open(), durable.open()
    create(storage, order())
    with storage.snapshot() as snapshot:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(create, other, order("b")).result()
            pool.submit(write, other, lambda t: t.update(ORDER, 0, "sent", "t1")).result()
        assert snapshot.instance(ORDER) == order()
        assert [r.key.instance_id for r in snapshot.instances("shop", "Order", None, "", 9)] == ["a"]
    assert states(storage) == {"a": ("sent", 1), "b": ("draft", 0)}


def test_what_is_uncommitted_is_seen_by_nobody(durable: Place) -> None:
    storage, other = durable.open(), durable.open()
    create(storage, order())
    with storage.transaction() as transaction:
        transaction.update(ORDER, 0, "sent", "t1")
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(states, other).result() == {"a": ("draft", 0)}
    assert states(other) == {"a": ("sent", 1)}


def test_what_is_read_for_update_waits_for_its_writer(place: Place) -> None:
    storage, other = place.open(), place.open()
    create(storage, order())
    reading = threading.Event()

    def second() -> str:
        reading.set()
        with other.transaction() as transaction:
            return transaction.read_for_update([ORDER])[ORDER].state

    with ThreadPoolExecutor(1) as pool:
        with storage.transaction() as transaction:
            transaction.read_for_update([ORDER])
            waiting = pool.submit(second)
            assert reading.wait(5)
            transaction.update(ORDER, 0, "sent", "t1")
            assert not waiting.done()
        assert waiting.result(5) == "sent"


def test_concurrent_writers_lose_no_update(place: Place) -> None:
    create(place.open(), order(), order("b"))

    def bump(number: int) -> None:
        storage = place.opened[number % len(place.opened)]
        keys = [ORDER, ORDER._replace(instance_id="b")]
        for _ in range(10):
            with storage.transaction() as transaction:
                # In either order: whoever asks for both may not lock the other one out.
                found = transaction.read_for_update(keys if number % 2 else keys[::-1])
                for key in keys:
                    transaction.update(key, found[key].version, "draft", "t1")

    place.open()
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(bump, number) for number in range(4)]:
            done.result()
    assert states(place.open()) == {"a": ("draft", 40), "b": ("draft", 40)}


def test_of_writers_that_read_before_only_one_succeeds(place: Place) -> None:
    storage = place.open()
    create(storage, order())
    barrier = threading.Barrier(4)

    def claim(name: str) -> str:
        with storage.snapshot() as snapshot:
            seen = snapshot.instance(ORDER)
        assert seen is not None
        barrier.wait(5)
        try:
            write(storage, lambda transaction: transaction.update(ORDER, seen.version, name, "t1"))
        except TenorError as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(claim, ["w", "x", "y", "z"]))
    assert answers == ["conflict", "conflict", "conflict", "won"]
    assert states(storage)["a"][1] == 1


def test_of_writers_that_create_the_same_instance_one_succeeds(place: Place) -> None:
    storage = place.open()

    def attempt(_: int) -> str:
        try:
            create(storage, order())
        except TenorError as error:
            return error.code
        return "won"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == ["instance_exists"] * 3 + ["won"]


def test_what_was_committed_is_there_when_the_store_is_opened_anew(durable: Place) -> None:
    create(durable.open(), order())
    durable.close()
    durable.opened.clear()
    assert states(durable.open()) == {"a": ("draft", 0)}
