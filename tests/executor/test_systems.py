"""Systems (§12, §17.3): shared entities in one place, shared personas, triggers with their provenance and failures."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api.json_text import write_json
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import MemoryStorage, System, SystemExecutor, audit, counting_ids, load_system, read_system
from tenor_wasm.executor.signing import Ed25519Signer, verify_trigger
from tenor_wasm.executor.storage import Storage
from tenor_wasm.values.json_float import JsonFloat
from tests import bundles as b

Json = Any

STATES = ("new", "sold", "packed", "billed")
ORDER = b.entity("Order", *STATES)


def member(name: str, *constructs: Json) -> Json:
    return {**b.bundle(b.persona("clerk"), *constructs), "id": name}


STORE = member(
    "store",
    b.persona("packer"),
    ORDER,
    b.operation("sell", "Order: new -> sold"),
    b.flow("sell", b.act("sell")),
)
WAREHOUSE = member(
    "warehouse",
    b.persona("packer"),
    b.fact("shelf", b.text()),
    ORDER,
    b.operation("pack", "Order: sold -> packed", personas=["packer"]),
    b.flow("pack", b.act("pack", by="packer")),
    b.operation("guarded", "Order: sold -> packed", personas=["packer"]),
    b.flow("late", b.decide("look", b.TRUE, "do_guarded", b.done()), b.act("guarded", by="clerk")),
)
OFFICE = member(
    "office",
    b.fact("amount", b.integer(0, 100)),
    b.entity("Bill", "open", "paid"),
    b.operation("bill", "Bill: open -> paid"),
    b.flow("bill", b.act("bill")),
)


def trigger(source: str, target: str, persona: str, on: str = "success") -> Json:
    names = dict(zip(("source_contract", "source_flow"), source.split("."), strict=True))
    names |= dict(zip(("target_contract", "target_flow"), target.split("."), strict=True))
    return names | {"on": on, "persona": persona}


CONSTRUCT: Json = {
    "id": "trade",
    "kind": "System",
    "tenor": "1.0",
    "members": [{"id": name, "path": f"{name}.tenor"} for name in ("office", "store", "warehouse")],
    "shared_entities": [{"entity": "Order", "contracts": ["store", "warehouse"]}],
    "shared_personas": [{"persona": "packer", "contracts": ["store", "warehouse"]}],
    "triggers": [
        trigger("store.sell", "warehouse.pack", "packer"),
        trigger("warehouse.pack", "office.bill", "clerk"),
    ],
}
BUNDLES = {"store": STORE, "warehouse": WAREHOUSE, "office": OFFICE}
SYSTEM = read_system(CONSTRUCT, BUNDLES)
PLACE = {"warehouse": {"facts": {"shelf": "A7"}}}
"""Inputs for packing; the office gets none and lacks a fact, so billing fails to start."""
ALL = PLACE | {"office": {"facts": {"amount": 7}, "instance_bindings": {"Bill": "bill-1"}}}


def system_on(storage: Storage, system: System = SYSTEM, **more: Any) -> SystemExecutor:
    more.setdefault("ids", counting_ids())
    return SystemExecutor(system, storage, pause=lambda _: None, **more)


@pytest.fixture
def trade(storage: Storage) -> SystemExecutor:
    """The system on each backend, with two orders and a bill."""
    trade = system_on(storage)
    for name in ("ord-1", "ord-2"):
        trade.member("store").create_instance("Order", name)
    trade.member("office").create_instance("Bill", "bill-1")
    return trade


def refused(work: Callable[..., object], *arguments: Any, **named: Any) -> TenorError:
    with pytest.raises(TenorError) as caught:
        work(*arguments, **named)
    return caught.value


def nested(levels: int) -> Json:
    value: Json = []
    for _ in range(levels):
        value = [value]
    return value


SELL: tuple[Any, ...] = ("store", "sell", "clerk", {}, {"Order": "ord-1"})


# --- what a system shares --------------------------------------------------------------------------------------


def test_e_sys_02_a_shared_entity_is_one_for_all_members(trade: SystemExecutor) -> None:
    store, warehouse = trade.member("store"), trade.member("warehouse")
    assert warehouse.instance("Order", "ord-1") == store.instance("Order", "ord-1")
    trade.execute_flow(*SELL, start_triggers=False)
    assert warehouse.instance("Order", "ord-1").state == "sold"
    packed = warehouse.execute_flow("pack", "packer", {"shelf": "A1"}, {"Order": "ord-1"})
    assert packed.outcome == "success"
    assert store.instance("Order", "ord-1").state == "packed"
    again = store.execute_flow("sell", "clerk", {}, {"Order": "ord-1"})
    assert [operation.error_code for operation in again.operations] == ["entity_not_in_source_state"]
    told: Json = api.to_json(store.history("Order", "ord-1"))
    assert [(h["contract"], h["to_state"]) for h in told["history"]] == [
        ("store", "new"), ("store", "sold"), ("warehouse", "packed"),
    ]  # fmt: skip
    assert store.instance("Order", "ord-2").state == "new"
    for name in SYSTEM.contracts:
        assert audit(trade.member(name)).faults == ()


def test_what_is_not_shared_is_the_members_own(trade: SystemExecutor) -> None:
    bundles = {
        **BUNDLES,
        "office": member("office", ORDER, b.operation("o", "Order: new -> sold"), b.flow("o", b.act("o"))),
    }
    apart = system_on(MemoryStorage(), read_system(CONSTRUCT | {"triggers": []}, bundles))
    apart.member("store").create_instance("Order", "a")
    assert [record.key for record in apart.member("office").list_instances("Order").items] == []
    assert apart.member("warehouse").instance("Order", "a").state == "new"
    assert refused(trade.member, "shop").code == "unknown_member"


def with_archive() -> System:
    """The next version of the system: a member more that shares the orders, and that comes first."""
    look = (b.operation("look", "Order: sold -> packed"), b.flow("look", b.act("look")))
    names = ["archive", "store", "warehouse"]
    construct = CONSTRUCT | {
        "members": [*CONSTRUCT["members"], {"id": "archive", "path": "archive.tenor"}],
        "shared_entities": [{"entity": "Order", "contracts": names}],
    }
    return read_system(construct, BUNDLES | {"archive": member("archive", ORDER, *look)})


def test_shared_instances_stay_when_a_member_comes_before_the_first(trade: SystemExecutor) -> None:
    """Found by a store that seemed empty after the system had got such a member."""
    later = system_on(trade.storage, with_archive(), ids=counting_ids(1000))
    for name in ("archive", "store", "warehouse"):
        found = later.member(name).list_instances("Order").items
        assert [record.key.instance_id for record in found] == ["ord-1", "ord-2"]
    later.execute_flow(*SELL, start_triggers=False)
    assert later.member("archive").execute_flow("look", "clerk", {}, {"Order": "ord-1"}).outcome == "success"
    assert trade.member("store").instance("Order", "ord-1").state == "packed"


def test_what_members_kept_apart_is_not_shared_silently(storage: Storage) -> None:
    apart = system_on(storage, read_system(CONSTRUCT | {"shared_entities": []}, BUNDLES))
    apart.member("warehouse").create_instance("Order", "a")
    assert [one.key.instance_id for one in system_on(storage).member("store").list_instances("Order").items] == ["a"]
    apart.member("store").create_instance("Order", "a")
    error = refused(system_on, storage)
    assert error.code == "instances_apart"
    assert "'store', 'warehouse'" in error.message
    assert "shared_entities" in error.message


def test_e_sys_03_a_shared_persona_is_one_actor_and_no_more_authority(trade: SystemExecutor) -> None:
    assert SYSTEM.same_actor("packer", "store", "warehouse")
    assert not SYSTEM.same_actor("clerk", "store", "warehouse")
    assert not SYSTEM.same_actor("packer", "store", "office")
    assert SYSTEM.same_actor("clerk", "office", "office")
    # In the store the packer is declared, yet no operation there admits it.
    strict = system_on(trade.storage, authorize_initiator=True)
    assert refused(strict.execute_flow, "store", "sell", "packer", {}).code == "persona_rejected"


# --- triggers --------------------------------------------------------------------------------------------------


def test_e_sys_01_a_trigger_starts_the_target_after_the_outcome(trade: SystemExecutor) -> None:
    ran = trade.execute_flow(*SELL, trigger_inputs=ALL)
    assert ran.execution.outcome == "success"
    assert [(t.source_flow, t.target_flow, t.status) for t in ran.triggers] == [
        ("sell", "pack", "initiated"), ("pack", "bill", "initiated"),
    ]  # fmt: skip
    assert trade.member("store").instance("Order", "ord-1").state == "packed"
    assert trade.member("office").instance("Bill", "bill-1").state == "paid"
    packing = ran.triggers[0]
    assert packing.initiated_at is not None
    target = trade.member("warehouse").execution(packing.initiated_at)
    assert (target.record.trigger_id, target.record.persona) == (packing.trigger_id, "packer")
    chain: Json = api.parse_json(target.provenance.chain)
    assert chain["trigger"] == {
        "type": "trigger",
        "persona": "packer",
        "trigger_id": packing.trigger_id,
        "source_contract": "store",
        "source_flow": "sell",
        "source_outcome": "success",
        "source_execution": ran.execution.record.execution_id,
    }
    assert api.verify(SYSTEM.contracts["warehouse"], chain).agrees
    assert trade.chain(target.record.chain_id) == target.provenance
    assert refused(trade.chain, "chain_x").code == "unknown_chain"
    whole: Json = api.to_json(ran)
    assert [t["status"] for t in whole["triggers"]] == ["initiated", "initiated"]
    told: Json = api.to_json(packing)
    assert {told[name] for name in ("status", "persona", "source_outcome")} == {"initiated", "packer", "success"}
    assert trade.triggers().items[0].status == "initiated"


def test_e_sys_01_another_outcome_fires_nothing(trade: SystemExecutor) -> None:
    trade.execute_flow(*SELL, start_triggers=False)
    again = trade.execute_flow(*SELL, trigger_inputs=ALL)
    assert (again.execution.outcome, again.triggers) == ("failure", ())
    failing = read_system(CONSTRUCT | {"triggers": [trigger("store.sell", "office.bill", "clerk", "failure")]}, BUNDLES)
    other = system_on(trade.storage, failing, namespace="trade", ids=counting_ids(1000))
    assert [t.status for t in other.execute_flow(*SELL, trigger_inputs=ALL).triggers] == ["initiated"]


def test_e_sys_01_a_target_that_cannot_start_is_recorded_and_harms_nothing(trade: SystemExecutor) -> None:
    ran = trade.execute_flow(*SELL)
    assert ran.execution.outcome == "success"
    failed = ran.triggers[0]
    assert (failed.status, failed.failure_code, failed.initiated_at) == ("failed", "invalid_facts", None)
    assert "'shelf' is missing" in (failed.failure_reason or "")
    assert trade.member("store").instance("Order", "ord-1").state == "sold"
    told: Json = api.to_json(trade.triggers("failed").items[0])
    required = {"source_contract", "source_flow", "source_outcome", "target_contract", "target_flow", "persona"}
    assert required | {"failure_reason"} <= {*told}
    assert trade.resume() == ()
    assert trade.triggers("pending").items == ()


def test_e_sys_01_each_execution_fires_once_however_often_it_is_asked_for(trade: SystemExecutor) -> None:
    first = trade.execute_flow(*SELL, trigger_inputs=ALL, request_id="r")
    again = trade.execute_flow(*SELL, trigger_inputs=ALL, request_id="r")
    assert again.execution.repeated
    assert again.triggers == ()
    assert len(trade.triggers().items) == len(first.triggers) == 2


def test_what_was_left_pending_is_started_later_and_once(trade: SystemExecutor) -> None:
    left = trade.execute_flow(*SELL, trigger_inputs=ALL, start_triggers=False, request_id="r")
    assert [t.status for t in left.triggers] == ["pending"]
    assert trade.member("store").instance("Order", "ord-1").state == "sold"
    other = system_on(trade.storage, ids=counting_ids(1000))
    with ThreadPoolExecutor(2) as pool:
        resumed = [done for system in (trade, other) for done in [pool.submit(system.resume)]]
        outcomes = [future.result() for future in resumed]
    assert {t.status for done in outcomes for t in done} == {"initiated"}
    assert [t.status for t in trade.triggers().items] == ["initiated", "initiated"]
    assert len(trade.member("warehouse").chains().items) == 1
    assert len(trade.member("office").chains().items) == 1
    assert trade.execute_flow(*SELL, trigger_inputs=ALL, request_id="r").triggers == ()


def test_other_inputs_of_targets_make_another_request(trade: SystemExecutor) -> None:
    """Found by a second request that was answered as the first, and whose inputs nothing was started with."""
    trade.execute_flow(*SELL, trigger_inputs=PLACE, request_id="r")
    assert trade.execute_flow(*SELL, trigger_inputs=PLACE, request_id="r").execution.repeated
    for other in (ALL, {}, None):
        assert refused(trade.execute_flow, *SELL, trigger_inputs=other, request_id="r").code == "request_id_reused"


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_inputs_of_targets_are_the_same_request_however_that_is_said(trade: SystemExecutor, nothing: Json) -> None:
    trade.execute_flow(*SELL, request_id="r")
    assert trade.execute_flow(*SELL, trigger_inputs=nothing, request_id="r").execution.repeated


def test_a_repeated_request_starts_what_was_left_pending(trade: SystemExecutor) -> None:
    trade.execute_flow(*SELL, trigger_inputs=ALL, start_triggers=False, request_id="r")
    again = trade.execute_flow(*SELL, trigger_inputs=ALL, request_id="r")
    assert [t.status for t in again.triggers] == ["initiated", "initiated"]


def test_e_sys_04_the_target_has_a_snapshot_of_its_own(trade: SystemExecutor) -> None:
    ran = trade.execute_flow(*SELL, trigger_inputs=ALL)
    chains: list[Json] = [api.parse_json(ran.execution.provenance.chain)]
    for done in ran.triggers:
        target = trade.member(done.target_contract).execution(done.initiated_at or "")
        chains.append(api.parse_json(target.provenance.chain))
    assert len({chain["snapshot_id"] for chain in chains}) == 3
    # The target found what the source had left.
    assert chains[1]["inputs"]["entity_states"] == {"Order": {"ord-1": "sold"}}
    assert chains[2]["inputs"]["facts"] == {"amount": 7}


def test_a_target_is_bound_to_what_both_members_share(trade: SystemExecutor) -> None:
    ran = trade.execute_flow("store", "sell", "clerk", {}, {"Order": "ord-2"}, trigger_inputs=PLACE)
    target = trade.member("warehouse").execution(ran.triggers[0].initiated_at or "")
    assert [key.instance_id for key in target.record.bound] == ["ord-2"]


def test_a_personas_authority_in_the_target_is_the_targets_own(trade: SystemExecutor) -> None:
    """Where the entry is no operation, who may execute is seen when it runs (C-SYS-12)."""
    late = read_system(CONSTRUCT | {"triggers": [trigger("store.sell", "warehouse.late", "packer")]}, BUNDLES)
    system = system_on(trade.storage, late, namespace="trade", ids=counting_ids(1000))
    ran = system.execute_flow(*SELL, trigger_inputs=PLACE)
    target = system.member("warehouse").execution(ran.triggers[0].initiated_at or "")
    assert [operation.error_code for operation in target.operations] == ["persona_rejected"]


def test_trigger_records_bear_trust_domain_and_claim(storage: Storage) -> None:
    signer = Ed25519Signer.generate()
    trade = system_on(storage, trust_domain="acme.test", signer=signer)
    trade.member("store").create_instance("Order", "ord-1")
    trade.execute_flow(*SELL, trigger_inputs=PLACE)
    records = trade.triggers().items
    assert [record.status for record in records] == ["initiated", "failed"]
    for record in records:
        assert record.trust_domain == "acme.test"
        verify_trigger(record, [signer.public_key])
        from dataclasses import replace

        forged = replace(record, persona="boss")
        assert refused(verify_trigger, forged, [signer.public_key]).code == "attestation_rejected"


@pytest.mark.parametrize("inputs", [[], "x", {"warehouse": 7}])
def test_inputs_of_targets_are_checked_before_anything_runs(inputs: Json) -> None:
    trade = system_on(MemoryStorage())
    assert refused(trade.execute_flow, *SELL, trigger_inputs=inputs).code == "invalid_argument"
    assert refused(trade.execute_flow, *SELL, trigger_inputs={"shop": {}}).code == "unknown_member"
    assert refused(trade.triggers, "done").code == "invalid_argument"
    assert trade.member("store").chains().items == ()


# --- reading a system ------------------------------------------------------------------------------------------

SOURCES = {
    "trade.tenor": """
system trade {
  members: [ store: "parts/store.tenor", warehouse: "parts/warehouse.tenor" ]
  shared_personas: [ { persona: packer, contracts: [store, warehouse] } ]
  triggers: [ { source: store.sell, on: success, target: warehouse.pack, persona: packer } ]
  shared_entities: [ { entity: Order, contracts: [store, warehouse] } ]
}
""",
    "parts/store.tenor": """
persona packer
persona clerk
entity Order { states: [new, sold, packed] initial: new transitions: [(new, sold), (sold, packed)] }
operation sell {
  allowed_personas: [clerk] precondition: 1 = 1 effects: [(Order, new, sold)] error_contract: [precondition_failed]
}
flow sell {
  snapshot: at_initiation
  entry: one
  steps: {
    one: OperationStep {
      op: sell persona: clerk outcomes: { success: Terminal(success) } on_failure: Terminate(outcome: failure)
    }
  }
}
""",
}
SOURCES["parts/warehouse.tenor"] = (
    SOURCES["parts/store.tenor"]
    .replace("sell", "pack")
    .replace("(Order, new, sold)", "(Order, sold, packed)")
    .replace("[clerk]", "[packer]")
    .replace("persona: clerk", "persona: packer")
)


@pytest.mark.parametrize(
    "value",
    [object(), 1.5, float("nan"), JsonFloat("1.5"), "\ud800", {1: 2}, {"\ud800": 1}, 10**1500,
     *map(nested, (197, 250, 100_000))],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_inputs_of_targets_are_what_can_be_kept(value: Json) -> None:
    """What cannot be read back would leave a trigger that is pending for ever, and in the way of all others."""
    trade = system_on(MemoryStorage())
    trade.member("store").create_instance("Order", "ord-1")
    inputs = {"warehouse": {"facts": {"shelf": "A7", "more": value}}}
    error = refused(trade.execute_flow, *SELL, trigger_inputs=inputs)
    assert (error.code, error.details) == ("invalid_argument", {"argument": "trigger_inputs"})
    assert trade.member("store").chains().items == ()
    kept = {"warehouse": {"facts": {"shelf": "A7", "more": nested(190)}}}
    assert [trigger.status for trigger in trade.execute_flow(*SELL, trigger_inputs=kept).triggers] == [
        "initiated",
        "failed",
    ]


def test_a_pending_trigger_that_cannot_be_read_fails_and_is_in_nobodys_way(trade: SystemExecutor) -> None:
    first = trade.execute_flow(*SELL, trigger_inputs=PLACE, start_triggers=False).triggers[0]
    broken = replace(first, trigger_id="broken", inputs='{"inputs": ')
    with trade.storage.transaction() as transaction:
        transaction.insert_trigger(broken)
    assert [(one.status, one.failure_code) for one in trade.resume()] == [
        ("initiated", None), ("failed", "invalid_json"), ("failed", "invalid_facts"),
    ]  # fmt: skip
    assert trade.resume() == ()


def without(system: str, name: str) -> System:
    """The next version of the system, without a flow or a member of the warehouse's."""
    if system == "flow":
        kept = [one for one in WAREHOUSE["constructs"] if (one["kind"], one["id"]) != ("Flow", name)]
        return read_system(CONSTRUCT | {"triggers": []}, BUNDLES | {"warehouse": {**WAREHOUSE, "constructs": kept}})
    members = [one for one in CONSTRUCT["members"] if one["id"] != name]
    alone = {"members": members, "shared_entities": [], "shared_personas": [], "triggers": []}
    return read_system(CONSTRUCT | alone, {one: bundle for one, bundle in BUNDLES.items() if one != name})


@pytest.mark.parametrize(
    ("kind", "name", "code"), [("flow", "pack", "unknown_flow"), ("member", "warehouse", "unknown_member")]
)
def test_a_pending_trigger_whose_target_is_gone_fails_and_is_in_nobodys_way(
    trade: SystemExecutor, kind: str, name: str, code: str
) -> None:
    """Found by opening a store with a system whose next version had no such flow: nothing was started ever after."""
    left = trade.execute_flow(*SELL, trigger_inputs=PLACE, start_triggers=False, request_id="r").triggers[0]
    billing = replace(left, trigger_id="billing", target_contract="office", target_flow="bill", persona="clerk")
    inputs = {"inputs": {"office": ALL["office"]}, "shared": {}}
    with trade.storage.transaction() as transaction:
        transaction.insert_trigger(replace(billing, source_execution="other", inputs=write_json(inputs)))
    later = system_on(trade.storage, without(kind, name), ids=counting_ids(1000))
    assert [(one.status, one.failure_code) for one in later.resume()] == [("failed", code), ("initiated", None)]
    assert later.resume() == ()
    assert name in (later.triggers("failed").items[0].failure_reason or "")


def test_a_repeated_request_is_answered_when_what_it_triggered_is_gone(trade: SystemExecutor) -> None:
    trade.execute_flow(*SELL, start_triggers=False, request_id="r")
    later = system_on(trade.storage, without("flow", "pack"), ids=counting_ids(1000))
    again = later.execute_flow(*SELL, request_id="r")
    assert [one.failure_code for one in again.triggers] == ["unknown_flow"]


def test_a_system_is_loaded_from_source() -> None:
    trade = system_on(MemoryStorage(), load_system(SOURCES, "trade.tenor"))
    trade.member("store").create_instance("Order", "a")
    ran = trade.execute_flow("store", "sell", "clerk", {}, {"Order": "a"})
    assert [t.status for t in ran.triggers] == ["initiated"]
    assert trade.member("store").instance("Order", "a").state == "packed"
    assert refused(load_system, SOURCES, "parts/store.tenor").code == "invalid_system"


def faults(**changed: Json) -> list[tuple[str, str]]:
    error = refused(read_system, CONSTRUCT | changed, BUNDLES)
    assert error.code == "invalid_system"
    return b.findings(error)


SHARED: Json = CONSTRUCT["shared_entities"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"members": []}, ("no_members", "/members")),
        ({"members": [*CONSTRUCT["members"], {"id": "store"}]}, ("duplicate_member", "/members/3/id")),
        ({"members": [*CONSTRUCT["members"], {"id": "shop"}]}, ("unresolved_member", "/members/3/id")),
        ({"id": ""}, ("invalid_member", "/id")),
        (
            {"shared_personas": [{"persona": "boss", "contracts": ["store"]}]},
            ("unknown_persona", "/shared_personas/0/persona"),
        ),
        (
            {"shared_personas": [{"persona": "packer", "contracts": ["shop"]}]},
            ("unknown_member", "/shared_personas/0/contracts"),
        ),
        (
            {"shared_entities": [{"entity": "Order", "contracts": ["store", "office"]}]},
            ("unknown_entity", "/shared_entities/0/entity"),
        ),
        ({"shared_entities": [*SHARED, *SHARED]}, ("duplicate_shared_entity", "/shared_entities")),
        (
            {"triggers": [trigger("shop.sell", "office.bill", "clerk")]},
            ("unknown_member", "/triggers/0/source_contract"),
        ),
        ({"triggers": [trigger("store.buy", "office.bill", "clerk")]}, ("unknown_flow", "/triggers/0/source_flow")),
        ({"triggers": [trigger("store.sell", "office.buy", "clerk")]}, ("unknown_flow", "/triggers/0/target_flow")),
        ({"triggers": [trigger("store.sell", "office.bill", "boss")]}, ("unknown_persona", "/triggers/0/persona")),
        (
            {"triggers": [trigger("store.sell", "warehouse.pack", "clerk")]},
            ("persona_not_allowed", "/triggers/0/persona"),
        ),
        (
            {"triggers": [trigger("store.sell", "office.bill", "clerk", "done")]},
            ("invalid_trigger_outcome", "/triggers/0/on"),
        ),
        (
            {
                "triggers": [
                    trigger("store.sell", "office.bill", "clerk"),
                    trigger("office.bill", "store.sell", "clerk"),
                ]
            },
            ("trigger_cycle", "/triggers"),
        ),
        ({"triggers": [trigger("store.sell", "store.sell", "clerk")]}, ("trigger_cycle", "/triggers")),
        ({"triggers": [{"on": "success"}]}, ("missing_member", "/triggers/0")),
    ],
)
def test_a_system_that_does_not_hold_together_is_refused(changed: Json, expected: tuple[str, str]) -> None:
    assert expected in faults(**changed)


def test_sharing_members_declare_the_same_states() -> None:
    other = member("store", b.entity("Order", "new", "sold"), b.persona("packer"), *STORE["constructs"][3:])
    with pytest.raises(TenorError) as caught:
        read_system(CONSTRUCT, BUNDLES | {"store": other})
    assert ("different_states", "/shared_entities") in b.findings(caught.value)


@pytest.mark.parametrize("construct", [None, [], "trade"])
def test_a_system_is_an_object(construct: Json) -> None:
    assert refused(read_system, construct, BUNDLES).code == "invalid_system"
