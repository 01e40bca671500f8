"""Instances over HTTP, on SQLite and PostgreSQL: one is addressed, and the others stay as they are."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm import api
from tests.executor.shops import CONTRACT, FACTS
from tests.server.running import ask

Json = Any

BUYING = {"persona": "clerk", "facts": FACTS}
SIGNING = {"persona": "boss", "facts": FACTS}


def create(url: str, *names: str, entity: str = "Order") -> None:
    for name in names:
        made = ask(url, f"/shop/entities/{entity}/initialize", {"instance_id": name})
        assert made.status == 201


def execute(url: str, flow: str, by: Json, **bindings: str) -> Json:
    body = {**by, "instance_bindings": bindings} if bindings else by
    done = ask(url, f"/shop/flows/{flow}/execute", body)
    assert done.status == 200, done.text
    return done.json


def states(url: str, entity: str = "Order") -> dict[str, str]:
    found = ask(url, f"/shop/entities/{entity}").json["items"]
    return {instance["instance_id"]: instance["state"] for instance in found}


def history(url: str, instance: str) -> Json:
    return ask(url, f"/shop/provenance?entity=Order&instance={instance}").json


@pytest.fixture
def three(url: str) -> str:
    """Three orders in different states."""
    create(url, "ord-001", "ord-002", "ord-003")
    execute(url, "submit", BUYING, Order="ord-002")
    execute(url, "submit", BUYING, Order="ord-003")
    execute(url, "approve", SIGNING, Order="ord-003")
    return url


def test_multi_instance_flow_execution(three: str) -> None:
    before = {name: history(three, name) for name in ("ord-002", "ord-003")}
    done = execute(three, "submit", BUYING, Order="ord-001")
    assert done["outcome"] == "success"
    assert [(move["instance_id"], move["to_state"]) for move in done["transitions"]] == [("ord-001", "submitted")]
    assert states(three) == {"ord-001": "submitted", "ord-002": "submitted", "ord-003": "approved"}
    assert {name: history(three, name) for name in before} == before
    chain = ask(three, f"/shop/provenance/{done['provenance_chain_id']}").json["chain"]
    assert chain["entity_bindings"] == {"Order": "ord-001"}
    assert api.verify(api.load({**_bundle(three)}), chain).agrees


def _bundle(url: str) -> Json:
    return ask(url, "/shop/.well-known/tenor").json["bundle"]


def test_per_instance_action_space_from_http(three: str) -> None:
    space = ask(three, "/shop/actions", BUYING).json
    bound = {action["flow_id"]: action["instance_bindings"] for action in space["actions"]}
    assert bound["submit"] == {"Order": ["ord-001"]}
    assert bound["reopen"] == {"Order": ["ord-002"]}
    assert space["next_cursor"] is None
    blocked = next(action for action in space["actions"] if action["flow_id"] == "submit")["blocked_instances"]
    assert blocked == {"Order": {"ord-002": "submitted", "ord-003": "approved"}}


def test_instance_binding_in_flow_execution_http(three: str) -> None:
    execute(three, "reopen", BUYING, Order="ord-002")
    assert states(three) == {"ord-001": "draft", "ord-002": "draft", "ord-003": "approved"}
    found = history(three, "ord-002")
    assert (found["entity"], found["instance"], found["current_state"]) == ("Order", "ord-002", "draft")
    moves = [(change["from_state"], change["to_state"], change["operation"]) for change in found["history"]]
    assert moves == [
        (None, "draft", None),
        ("draft", "submitted", "submit_order"),
        ("submitted", "draft", "reopen_order"),
    ]


def test_a_simulation_takes_bindings_and_stores_nothing(three: str) -> None:
    body = {**BUYING, "instance_bindings": {"Order": "ord-001"}, "provenance": True}
    run = ask(three, "/shop/flows/submit/simulate", body).json
    assert run["simulation"] is True
    assert [move["instance_id"] for move in run["would_transition"]] == ["ord-001"]
    assert run["provenance"]["simulation"] is True
    assert states(three)["ord-001"] == "draft"


def test_backward_compat_no_instance_bindings(url: str) -> None:
    create(url, "_default", "ord-001")
    done = execute(url, "submit", BUYING)
    assert done["instance_bindings"] == {}
    assert done["resolved_bindings"] == {"Order": "_default"}
    assert states(url) == {"_default": "submitted", "ord-001": "draft"}
    with_none = api.simulate_flow(CONTRACT, "submit", "clerk", FACTS, {"Order": "draft", "Parcel": "packed"})
    assert [step["result"] for step in done["path"]] == [step.result for step in with_none.flow.steps]


def test_e15_instance_creation_in_initial_state(url: str) -> None:
    made = ask(url, "/shop/entities/Order/initialize", {"instance_id": "ord-001", "persona": "clerk"})
    assert (made.status, made.json["state"], made.json["version"]) == (201, "draft", 0)
    assert ask(url, "/shop/entities/Order/initialize", {"state": "draft"}).status == 201
    refused = ask(url, "/shop/entities/Order/initialize", {"instance_id": "ord-002", "state": "approved"})
    assert (refused.status, refused.code) == (422, "not_initial_state")
    again = ask(url, "/shop/entities/Order/initialize", {"instance_id": "ord-001"})
    assert (again.status, again.code) == (409, "instance_exists")
    assert "ord-002" not in states(url)


def test_e17_instance_enumeration_complete(url: str) -> None:
    names = [f"ord-{number:03}" for number in range(25)]
    create(url, *names)
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ask(url, f"/shop/entities/Order?limit=7{cursor}").json
        found += [instance["instance_id"] for instance in page["items"]]
        cursor = None if page["next_cursor"] is None else f"&cursor={page['next_cursor']}"
    assert found == names
    named: set[str] = set()
    body: Json = {**BUYING, "limit": 10}
    while body is not None:
        space = ask(url, "/shop/actions", body).json
        named |= {*next(one for one in space["actions"] if one["flow_id"] == "submit")["instance_bindings"]["Order"]}
        body = None if space["next_cursor"] is None else {**body, "cursor": space["next_cursor"]}
    assert named == {*names}


def test_instances_of_a_state_are_listed(three: str) -> None:
    found = ask(three, "/shop/entities/Order?state=submitted").json["items"]
    assert [instance["instance_id"] for instance in found] == ["ord-002"]
    assert ask(three, "/shop/entities/Order?state=sold").code == "unknown_state"


def test_a_request_is_carried_out_once(three: str) -> None:
    body = {**BUYING, "instance_bindings": {"Order": "ord-001"}, "request_id": "r-1"}
    first = ask(three, "/shop/flows/submit/execute", body).json
    again = ask(three, "/shop/flows/submit/execute", body).json
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["execution_id"] == first["execution_id"]
    by_header = {name: value for name, value in body.items() if name != "request_id"}
    third = ask(three, "/shop/flows/submit/execute", by_header, {"Idempotency-Key": "r-1"}).json
    assert third["execution_id"] == first["execution_id"]
    other = ask(three, "/shop/flows/reopen/execute", body)
    assert (other.status, other.code) == (409, "request_id_reused")
    differing = ask(three, "/shop/flows/submit/execute", body, {"Idempotency-Key": "r-2"})
    assert (differing.status, differing.code) == (400, "request_id_differs")
    made = [ask(three, "/shop/entities/Order/initialize", {"request_id": "r-1"}) for _ in range(2)]
    assert [one.status for one in made] == [201, 200]
    assert made[0].json == made[1].json


def test_a_named_instance_is_created_once_for_a_request(three: str) -> None:
    body = {"instance_id": "ord-010", "persona": "clerk", "request_id": "c-1"}
    first = ask(three, "/shop/entities/Order/initialize", body)
    execute(three, "submit", BUYING, Order="ord-010")
    by_header = {name: value for name, value in body.items() if name != "request_id"}
    again = ask(three, "/shop/entities/Order/initialize", by_header, {"Idempotency-Key": "c-1"})
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    for other in ({**body, "instance_id": "ord-011"}, {"request_id": "c-1"}):
        refused = ask(three, "/shop/entities/Order/initialize", other)
        assert (refused.status, refused.code) == (409, "request_id_reused")
    assert "ord-011" not in states(three)


def test_executions_are_listed_and_found(three: str) -> None:
    every = ask(three, "/shop/executions").json["items"]
    assert [record["flow_id"] for record in every] == ["submit", "submit", "approve"]
    of_one = ask(three, "/shop/executions?entity=Order&instance=ord-003&limit=1").json
    assert [record["flow_id"] for record in of_one["items"]] == ["submit"]
    assert of_one["next_cursor"]
    one = ask(three, f"/shop/executions/{every[0]['execution_id']}").json
    assert one["transitions"][0]["instance_id"] == "ord-002"
    chain = ask(three, f"/shop/provenance/{every[0]['provenance_chain_id']}").json["chain"]
    assert chain["trigger"]["api_call"] == "POST /shop/flows/submit/execute"
    assert chain["trigger"]["resolved_persona"] == "clerk"
