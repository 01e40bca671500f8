"""What is wrong in a request is told with a stable code, its status, and the place in the request."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.memory import MemoryStorage
from tests.executor.shops import FACTS
from tests.server.running import ask, serving

Json = Any

EXECUTE = "/shop/flows/submit/execute"
CLERK = {"persona": "clerk", "facts": FACTS}

WRONG: list[tuple[str, Json, int, str, str]] = [
    ("/none", None, 404, "unknown_contract", ""),
    ("/none/entities/Order", None, 404, "unknown_contract", ""),
    ("/shop/entities/None", None, 404, "unknown_entity", "/entity"),
    ("/shop/entities/Order?state=sold", None, 400, "unknown_state", "/state"),
    ("/shop/entities/Order?limit=0", None, 400, "invalid_argument", "/limit"),
    ("/shop/entities/Order?limit=ten", None, 400, "invalid_argument", "/limit"),
    ("/shop/entities/Order?limit=1&limit=2", None, 400, "invalid_argument", "/limit"),
    ("/shop/entities/Order?cursor=no", None, 400, "invalid_cursor", "/cursor"),
    ("/shop/entities/Order?colour=red", None, 400, "unknown_argument", "/colour"),
    ("/shop/provenance", None, 400, "missing_argument", "/entity"),
    ("/shop/provenance?entity=Order", None, 400, "missing_argument", "/instance"),
    ("/shop/provenance?entity=Order&instance=none", None, 404, "unknown_instance", ""),
    ("/shop/provenance?entity=Order&instance=", None, 400, "invalid_instance_id", "/instance"),
    ("/shop/provenance/none", None, 404, "unknown_chain", ""),
    ("/shop/executions/none", None, 404, "unknown_execution", ""),
    ("/shop/executions?entity=Order", None, 400, "invalid_argument", "/instance"),
    ("/shop/flows/none/execute", CLERK, 404, "unknown_flow", "/flow"),
    ("/shop/flows/submit/none", CLERK, 404, "unknown_route", ""),
    ("/shop/flows/submit/execute", None, 405, "method_not_allowed", ""),
    (EXECUTE, "", 400, "invalid_json", ""),
    (EXECUTE, '{"a":1,"a":2}', 400, "duplicate_key", ""),
    (EXECUTE, b'{"a":"\xff"}', 400, "invalid_text", ""),
    (EXECUTE, "[" * 300, 400, "too_deep", ""),
    (EXECUTE, "[]", 400, "invalid_argument", ""),
    (EXECUTE, {"facts": FACTS}, 400, "missing_argument", "/persona"),
    (EXECUTE, {**CLERK, "persona": 7}, 400, "invalid_argument", "/persona"),
    (EXECUTE, {**CLERK, "persona": "stranger"}, 403, "persona_rejected", "/persona"),
    (EXECUTE, {**CLERK, "more/or": 1}, 400, "unknown_argument", "/more~1or"),
    (EXECUTE, {**CLERK, "facts": {"paid": 1}}, 400, "invalid_facts", "/facts/paid"),
    (EXECUTE, {**CLERK, "facts": "[]"}, 400, "invalid_facts", "/facts"),
    (EXECUTE, {**CLERK, "instance_bindings": {"None": "a"}}, 400, "invalid_bindings", "/instance_bindings/None"),
    (EXECUTE, {**CLERK, "instance_bindings": {"Parcel": "a"}}, 400, "missing_binding", "/instance_bindings"),
    (
        EXECUTE,
        {**CLERK, "instance_bindings": {"Order": "\0"}},
        400,
        "invalid_instance_id",
        "/instance_bindings/Order",
    ),
    (EXECUTE, {**CLERK, "outcomes": {"none": "a"}}, 400, "unknown_step", "/outcomes/none"),
    (EXECUTE, {**CLERK, "request_id": ""}, 400, "invalid_argument", "/request_id"),
    ("/shop/entities/Order/initialize", {"instance_id": ""}, 400, "invalid_instance_id", "/instance_id"),
    ("/shop/entities/Order/initialize", {"state": "sold"}, 400, "unknown_state", "/state"),
    ("/shop/actions", {**CLERK, "cursor": "no"}, 400, "invalid_cursor", "/cursor"),
    ("/shop/actions", {**CLERK, "limit": 5000}, 400, "invalid_argument", "/limit"),
    ("/shop/evaluate", {}, 400, "missing_argument", "/facts"),
]


class Away(MemoryStorage):
    """A store that cannot be reached."""

    def transaction(self) -> Any:
        raise TenorError("storage_unavailable", "the store is away", "", {"committed": "no"})

    snapshot = transaction


@pytest.mark.parametrize("path", ["/health", "/shop/entities/Order", EXECUTE])
def test_a_store_that_is_away_is_told_with_when_to_come_again(path: str) -> None:
    with serving(Away()) as url:
        reply = ask(url, path, CLERK if path == EXECUTE else None)
    assert (reply.status, reply.code) == (503, "storage_unavailable")
    assert reply.json["error"]["details"]["committed"] == "no"
    assert reply.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, "not application/x-www-form-urlencoded"),
        ({"Content-Type": ""}, "Content-Type: application/json"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "not compressed with gzip"),
    ],
)
def test_a_body_of_another_kind_is_told_what_it_was_and_what_to_send(
    quick: str, headers: dict[str, str], words: str
) -> None:
    reply = ask(quick, EXECUTE, "{}", headers)
    assert (reply.status, reply.code) == (415, "unsupported_media_type")
    assert words in reply.text


@pytest.mark.parametrize(("path", "body", "status", "code", "place"), WRONG)
def test_a_wrong_request_is_refused_with_the_place(
    quick: str, path: str, body: Json, status: int, code: str, place: str
) -> None:
    reply = ask(quick, path, body)
    assert (reply.status, reply.code) == (status, code), reply.text
    error = reply.json["error"]
    assert error["path"] == place
    assert error["message"]
    assert error["help"]
    assert reply.headers["content-type"] == "application/json"


def test_one_of_two_request_ids_is_not_chosen(quick: str) -> None:
    parts = urlsplit(quick)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    with closing(connection):
        connection.putrequest("POST", EXECUTE)
        for name, value in (
            ("Content-Type", "application/json"), ("Content-Length", "2"),
            ("Idempotency-Key", "r-1"), ("Idempotency-Key", "r-2"),
        ):  # fmt: skip
            connection.putheader(name, value)
        connection.endheaders(b"{}")
        error = json.loads(connection.getresponse().read())["error"]
    assert (error["code"], error["path"]) == ("invalid_argument", "/request_id")


def test_a_cursor_with_signs_put_in_is_refused(quick: str) -> None:
    for name in ("cursor-1", "cursor-2"):
        ask(quick, "/shop/entities/Order/initialize", {"instance_id": name})
    cursor = ask(quick, "/shop/entities/Order?limit=1").json["next_cursor"]
    assert ask(quick, f"/shop/entities/Order?cursor={cursor}").status == 200
    for damaged in (f"{cursor[:3]}!{cursor[3:]}", f"%2A{cursor}", f"{cursor}%0A", f"{cursor}="):
        assert ask(quick, f"/shop/entities/Order?cursor={damaged}").code == "invalid_cursor"
