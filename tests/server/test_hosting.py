"""What is served: manifests, organisations, several contracts, systems with their triggers, names in addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tenor_wasm.api.schemas import schema
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, SystemExecutor
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.executor.signing import Ed25519Signer, verify_bundle
from tenor_wasm.server import KeyFile, Settings, Subject, create_app, host, listen, read_subject
from tenor_wasm.server.keys import add_key
from tests import bundles as b
from tests.executor.shops import BUNDLE, CONTRACT, FACTS
from tests.executor.test_systems import ALL, BUNDLES, CONSTRUCT, SELL, SYSTEM
from tests.server.running import QUICK, SHOP, ask, serving

Json = Any

SYSTEM_BUNDLE = {**b.bundle(), "id": "trade", "constructs": [CONSTRUCT]}
TRADE = read_subject(SYSTEM_BUNDLE, lambda path: BUNDLES[path.removesuffix(".tenor")])


# --- manifests ---------------------------------------------------------------------------------------------------


def test_the_manifest_is_given_with_its_etag_and_not_twice(quick: str) -> None:
    first = ask(quick, "/.well-known/tenor")
    assert first.json["bundle"] == SHOP.bundle
    assert first.json["capabilities"]["multi_instance_entities"] is True
    assert first.headers["etag"] == f'"{first.json["etag"]}"'
    Draft202012Validator(schema("manifest")).validate(first.json)
    assert ask(quick, "/shop/.well-known/tenor").json == first.json
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(quick, "/.well-known/tenor", headers={"If-None-Match": known})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert ask(quick, "/.well-known/tenor", headers={"If-None-Match": '"other"'}).status == 200


def test_several_contracts_have_a_manifest_each() -> None:
    other = Subject({**BUNDLE, "id": "other"})
    with serving(MemoryStorage(), [SHOP, other]) as url:
        assert ask(url, "/").json["contracts"] == ["shop", "other"]
        assert ask(url, "/.well-known/tenor").code == "contract_required"
        assert ask(url, "/other/.well-known/tenor").json["bundle"]["id"] == "other"
        ask(url, "/shop/entities/Order/initialize", {"instance_id": "a"})
        assert ask(url, "/other/entities/Order").json["items"] == []


def test_a_manifest_may_be_signed_and_name_its_trust_domain() -> None:
    signer = Ed25519Signer.generate()
    with serving(MemoryStorage(), trust_domain="acme.example", signer=signer) as url:
        trust = ask(url, "/.well-known/tenor").json["trust"]
    assert trust["trust_domain"] == "acme.example"
    verify_bundle(SHOP.bundle, trust["bundle_attestation"], [signer.public_key])


def test_a_manifest_is_public_where_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    add_key(path, ["clerk"])
    with serving(MemoryStorage(), settings=replace(QUICK, public_manifest=True), keys=KeyFile(path)) as url:
        assert ask(url, "/.well-known/tenor").status == 200
        assert ask(url, "/shop").status == 401


# --- organisations -----------------------------------------------------------------------------------------------


def test_an_organisation_has_its_own_address_and_its_own_instances() -> None:
    storage = MemoryStorage()
    Executor(CONTRACT, storage, namespace="shop").create_instance("Order", "of-nobody")
    with serving(storage, settings=replace(QUICK, organisation="acme")) as url:
        made = ask(url, "/acme/shop/entities/Order/initialize", {"instance_id": "ord-001"})
        assert made.status == 201
        for path in ("/acme/shop/entities/Order", "/shop/entities/Order"):
            assert [one["instance_id"] for one in ask(url, path).json["items"]] == ["ord-001"]
        body = {"persona": "clerk", "facts": FACTS, "instance_bindings": {"Order": "ord-001"}}
        done = ask(url, "/acme/shop/flows/submit/execute", body).json
        chain = ask(url, f"/acme/shop/provenance/{done['provenance_chain_id']}").json["chain"]
        assert chain["trigger"]["api_call"] == "POST /acme/shop/flows/submit/execute"
        assert ask(url, "/acme/health").status == 200
        assert ask(url, "/other/shop/entities/Order").status == 404


# --- names -------------------------------------------------------------------------------------------------------

UNSERVABLE = [
    {**BUNDLE, "id": "a/b"},
    {**BUNDLE, "id": "health"},
    {**BUNDLE, "id": ".."},
    b.bundle(b.persona("clerk"), b.entity("Or/der", "a", "b")),
]


@pytest.mark.parametrize("bundle", UNSERVABLE, ids=["slash", "taken", "up", "entity"])
def test_names_that_cannot_stand_in_an_address_are_refused(bundle: Json) -> None:
    with pytest.raises(TenorError) as raised:
        host([Subject(bundle)], MemoryStorage())
    assert raised.value.code == "unservable_name"


@pytest.mark.parametrize(
    "path", ["/shop/../health", "/%2e%2e/shop", "/shop/%2e%2e/%2e%2e/etc/passwd", "//shop", "/shop/"]
)
def test_paths_lead_only_to_routes(quick: str, path: str) -> None:
    assert ask(quick, path).status == 404


def test_names_with_other_signs_are_found(quick: str) -> None:
    name = "ord %/ü?&\u2028"
    made = ask(quick, "/shop/entities/Order/initialize", {"instance_id": name})
    assert made.json["instance_id"] == name
    found = ask(quick, "/shop/provenance?entity=Order&instance=ord%20%25/%C3%BC?%26%E2%80%A8").json
    assert found["instance"] == name


# --- systems -----------------------------------------------------------------------------------------------------


def trade_on(storage: MemoryStorage, prefix: str = "") -> SystemExecutor:
    trade = SystemExecutor(SYSTEM, storage, namespace=f"{prefix}trade")
    trade.member("store").create_instance("Order", "ord-1")
    trade.member("office").create_instance("Bill", "bill-1")
    return trade


@pytest.fixture
def trading() -> Iterator[str]:
    """A server of a system, with an order and a bill."""
    storage = MemoryStorage()
    trade_on(storage)
    with serving(storage, [TRADE]) as url:
        yield url


def test_a_flow_of_a_member_triggers_those_of_others(trading: str) -> None:
    assert ask(trading, "/").json["contracts"] == ["office", "store", "warehouse"]
    assert ask(trading, "/.well-known/tenor").json["bundle"] == SYSTEM_BUNDLE
    body = {"persona": "clerk", "facts": {}, "instance_bindings": {"Order": "ord-1"}, "trigger_inputs": ALL}
    done = ask(trading, "/store/flows/sell/execute", body)
    assert done.status == 200, done.text
    triggers = done.json["triggers"]
    assert [(one["target_flow"], one["status"]) for one in triggers] == [("pack", "initiated"), ("bill", "initiated")]
    assert ask(trading, "/warehouse/entities/Order").json["items"][0]["state"] == "packed"
    assert ask(trading, "/office/entities/Bill").json["items"][0]["state"] == "paid"
    assert ask(trading, "/store/triggers").json["items"] == triggers
    history = ask(trading, "/store/provenance?entity=Order&instance=ord-1").json["history"]
    for change in history[1:]:
        assert ask(trading, f"/store/provenance/{change['provenance_chain_id']}").status == 200
    assert ask(trading, "/store/triggers?status=failed").json["items"] == []


def test_what_was_left_pending_is_started_with_the_server() -> None:
    storage = MemoryStorage()
    trade = trade_on(storage)
    trade.execute_flow(*SELL, trigger_inputs=ALL, start_triggers=False)
    assert [record.status for record in trade.triggers().items] == ["pending"]
    with serving(storage, [TRADE]) as url:
        for _ in range(200):
            found = ask(url, "/store/triggers").json["items"]
            if [one["status"] for one in found] == ["initiated", "initiated"]:
                break
        else:
            pytest.fail(f"still pending: {found}")
        assert ask(url, "/office/entities/Bill").json["items"][0]["state"] == "paid"


def test_a_key_for_one_member_sees_no_chain_of_another(tmp_path: Path) -> None:
    storage = MemoryStorage()
    trade_on(storage).execute_flow(*SELL, trigger_inputs=ALL)
    path = tmp_path / "keys.json"
    key = {"Authorization": f"Bearer {add_key(path, ['clerk'], ['store'])[1]}"}
    with serving(storage, [TRADE], keys=KeyFile(path)) as url:
        history = ask(url, "/store/provenance?entity=Order&instance=ord-1", headers=key).json["history"]
        statuses = [
            ask(url, f"/store/provenance/{change['provenance_chain_id']}", headers=key).status for change in history[1:]
        ]
        assert statuses == [200, 404]
        assert ask(url, "/store/triggers", headers=key).code == "contract_forbidden"
        assert ask(url, "/.well-known/tenor", headers=key).code == "contract_forbidden"


def test_a_contract_alone_has_no_triggers(quick: str) -> None:
    for query in ("", "?status=failed", "?limit=7"):
        assert ask(quick, f"/shop/triggers{query}").json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "code", "path"),
    [
        ("status=foo", "invalid_argument", "/status"),
        ("cursor=zzz", "invalid_cursor", "/cursor"),
        ("limit=0", "invalid_argument", "/limit"),
    ],
)
def test_what_is_asked_of_triggers_is_checked_where_there_are_none_too(
    quick: str, trading: str, query: str, code: str, path: str
) -> None:
    for url, name in ((quick, "shop"), (trading, "store")):
        error = ask(url, f"/{name}/triggers?{query}").json["error"]
        assert (error["code"], error["path"]) == (code, path)


def test_a_contract_alone_takes_no_inputs_of_targets(quick: str) -> None:
    body = {"persona": "clerk", "facts": FACTS, "trigger_inputs": {"office": {}}}
    refused = ask(quick, "/shop/flows/submit/execute", body)
    assert (refused.status, refused.code) == (400, "invalid_argument")
    assert refused.json["error"]["path"] == "/trigger_inputs"
    assert ask(quick, "/shop/executions").json["items"] == []


# --- connections ---------------------------------------------------------------------------------------------------


def test_no_part_of_an_answer_waits_for_an_acknowledgement() -> None:
    """Found by a page that took 40 ms more than its work: the listening socket named no protocol."""
    listening = listen(create_app(host([SHOP], MemoryStorage())), QUICK, port=0, keys=False)
    with listening.socket as opened, socket.create_connection(opened.getsockname()[:2]), opened.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- many at once ------------------------------------------------------------------------------------------------


def test_who_cannot_be_served_now_is_told_to_come_again() -> None:
    with serving(MemoryStorage(), settings=replace(QUICK, threads=1, waiting=-1)) as url:
        reply = ask(url, "/health")
        assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "busy", "1")


def test_an_answer_that_takes_too_long_is_told_as_unknown() -> None:
    storage = MemoryStorage()
    with serving(storage, settings=replace(QUICK, answer_seconds=0.2)) as url:
        ask(url, "/shop/entities/Order/initialize", {"instance_id": "ord-001"})
        body = {"persona": "clerk", "facts": FACTS, "instance_bindings": {"Order": "ord-001"}, "request_id": "r-1"}
        with storage.transaction():
            reply = ask(url, "/shop/flows/submit/execute", body)
        assert (reply.status, reply.code) == (504, "timed_out")
        assert reply.json["error"]["details"]["committed"] == "unknown"
        again = ask(url, "/shop/flows/submit/execute", body).json
        assert again["outcome"] == "success"
        assert len(ask(url, "/shop/executions").json["items"]) == 1


def test_what_has_not_begun_in_time_is_told_as_not_done() -> None:
    storage = MemoryStorage()
    with serving(storage, settings=replace(QUICK, threads=1, answer_seconds=0.3)) as url, ThreadPoolExecutor(2) as pool:
        with storage.transaction():
            bodies = [{"instance_id": name} for name in ("a", "b")]
            asked = [pool.submit(ask, url, "/shop/entities/Order/initialize", body) for body in bodies]
            told = [one.result().json["error"] for one in asked]
        assert {error["code"] for error in told} == {"timed_out"}
        committed = [error["details"]["committed"] for error in told]
        assert sorted(committed) == ["no", "unknown"]
        begun = bodies[committed.index("unknown")]["instance_id"]
        for _ in range(200):
            found = [one["instance_id"] for one in ask(url, "/shop/entities/Order").json["items"]]
            if found:
                break
        assert found == [begun]


def test_an_organisation_needs_a_plain_name() -> None:
    for name in ("a/b", "", "..", "metrics"):
        with pytest.raises(TenorError) as raised:
            host([SHOP], MemoryStorage(), organisation=name)
        assert raised.value.code == "unservable_name"
    assert Settings().organisation is None
