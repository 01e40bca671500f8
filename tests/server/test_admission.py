"""Who is let in: hosts, keys and what they are bound to, rates, bounds, and what nobody gets to see."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.server import KeyFile, Settings, create_app, host, listen, log_to
from tenor_wasm.server.keys import LOOK_SECONDS, add_key, read_keys
from tenor_wasm.server.limits import REMEMBERED, RateLimit
from tests.executor.shops import FACTS
from tests.server.running import QUICK, SHOP, Reply, ask, serving

Json = Any


class Keys:
    """A key file with one key of each kind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clerk = add_key(path, ["clerk"])[1]
        self.both = add_key(path, ["clerk", "boss"], ["shop"])[1]
        self.reader = add_key(path, ["clerk"], read_only=True)[1]
        self.elsewhere = add_key(path, ["clerk"], ["other"])[1]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys") / "keys.json")


@pytest.fixture(scope="module")
def guarded(keys: Keys) -> Iterator[str]:
    """A server that asks for keys, with one draft on it."""
    with serving(MemoryStorage(), keys=KeyFile(keys.path), authorize_initiator=True) as url:
        assert ask(url, "/shop/entities/Order/initialize", {"instance_id": "ord-001"}, bearer(keys.clerk)).status == 201
        yield url


def refused(reply: Reply) -> tuple[int, str]:
    assert reply.json["error"]["help"]
    return reply.status, reply.code


# --- keys --------------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_but_health_and_the_document_is_answered(guarded: str) -> None:
    for path in ("/", "/shop", "/shop/entities/Order", "/metrics", "/.well-known/tenor"):
        reply = ask(guarded, path)
        assert refused(reply) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"].startswith("Bearer")
    for path in ("/health", "/openapi.json"):
        assert ask(guarded, path).status == 200


@pytest.mark.parametrize("mangle", [str.upper, lambda key: key[:-1], lambda key: "tk_0_" + key, lambda _: "", repr])
def test_a_wrong_key_is_refused_even_where_none_is_needed(guarded: str, keys: Keys, mangle: Any) -> None:
    assert refused(ask(guarded, "/health", headers=bearer(mangle(keys.clerk)))) == (401, "unauthenticated")


def test_another_scheme_is_refused(guarded: str, keys: Keys) -> None:
    assert ask(guarded, "/shop", headers={"Authorization": f"Basic {keys.clerk}"}).status == 401


def test_a_key_resolves_the_persona_and_the_chain_says_so(guarded: str, keys: Keys) -> None:
    ask(guarded, "/shop/entities/Order/initialize", {"instance_id": "ord-002"}, bearer(keys.clerk))
    body = {"facts": FACTS, "instance_bindings": {"Order": "ord-002"}, "request_id": "r-1"}
    done = ask(guarded, "/shop/flows/submit/execute", body, bearer(keys.clerk)).json
    assert done["persona"] == "clerk"
    chain = ask(guarded, f"/shop/provenance/{done['provenance_chain_id']}", headers=bearer(keys.reader)).json["chain"]
    key_id = keys.clerk.split("_")[1]
    assert chain["trigger"] == {
        "type": "api_invocation",
        "api_call": "POST /shop/flows/submit/execute",
        "request_id": "r-1",
        "api_key_id": key_id,
        "persona": "clerk",
        "resolved_persona": "clerk",
    }
    persona = chain["steps"][0]["persona"]
    assert (persona["resolved_from"], persona["resolution_method"]) == (key_id, "key_binding")
    history = ask(guarded, "/shop/provenance?entity=Order&instance=ord-002", headers=bearer(keys.clerk)).json
    assert history["history"][0]["persona"] == "clerk"


def test_a_key_acts_only_as_what_it_is_bound_to(guarded: str, keys: Keys) -> None:
    boss = {"persona": "boss", "facts": FACTS}
    assert refused(ask(guarded, "/shop/actions", boss, bearer(keys.clerk))) == (403, "persona_forbidden")
    assert ask(guarded, "/shop/actions", boss, bearer(keys.both)).status == 200
    several = ask(guarded, "/shop/actions", {"facts": FACTS}, bearer(keys.both))
    assert refused(several) == (400, "missing_argument")
    execute = {**boss, "instance_bindings": {"Order": "ord-001"}}
    rejected = ask(guarded, "/shop/flows/submit/execute", execute, bearer(keys.both))
    assert refused(rejected) == (403, "persona_rejected")


def test_a_key_is_for_its_contracts(guarded: str, keys: Keys) -> None:
    assert refused(ask(guarded, "/shop", headers=bearer(keys.elsewhere))) == (403, "contract_forbidden")
    assert ask(guarded, "/", headers=bearer(keys.elsewhere)).json["contracts"] == []
    assert ask(guarded, "/", headers=bearer(keys.both)).json["contracts"] == ["shop"]
    assert refused(ask(guarded, "/.well-known/tenor", headers=bearer(keys.elsewhere))) == (403, "contract_forbidden")


def test_a_read_only_key_changes_nothing(guarded: str, keys: Keys) -> None:
    body = {"facts": FACTS, "instance_bindings": {"Order": "ord-001"}}
    assert ask(guarded, "/shop/flows/submit/simulate", body, bearer(keys.reader)).status == 200
    for path in ("/shop/flows/submit/execute", "/shop/entities/Order/initialize"):
        assert refused(ask(guarded, path, {}, bearer(keys.reader))) == (403, "read_only_key")


def test_the_file_holds_hashes_and_is_its_owners_alone(keys: Keys) -> None:
    text = keys.path.read_text()
    for key in (keys.clerk, keys.both):
        assert key not in text
        assert key.split("_", 2)[2] not in text
    assert stat.S_IMODE(os.stat(keys.path).st_mode) == 0o600


def test_a_key_that_is_taken_out_of_the_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key, text = add_key(path, ["clerk"])
    now = [0.0]
    file = KeyFile(path, now=lambda: now[0])
    assert file.find(text) == key
    path.write_text('{"keys": []}')
    assert file.find(text) == key, "the file is not looked at for each request"
    now[0] += LOOK_SECONDS
    assert file.find(text) is None
    path.write_text("no keys at all")
    now[0] += LOOK_SECONDS
    assert file.find(text) is None


WRONG_KEYS = {
    "[]": "",
    '{"keys": [1]}': "/keys/0",
    '{"keys": [{"id": ""}]}': "/keys/0/id",
    '{"keys": [{"id": "a", "sha256": "b"}]}': "/keys/0/sha256",
}


@pytest.mark.parametrize(("text", "place"), WRONG_KEYS.items())
def test_a_key_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(TenorError) as raised:
        read_keys(path)
    assert (raised.value.code, raised.value.path) == ("invalid_keys", place)


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TenorError) as raised:
        KeyFile(tmp_path / "none.json")
    assert raised.value.code == "unreadable_file"
    with pytest.raises(TenorError) as raised:
        add_key(tmp_path / "no" / "keys.json", ["clerk"])
    assert raised.value.code == "unreadable_file"


def test_keys_that_are_made_at_once_are_all_in_the_file(tmp_path: Path) -> None:
    """Found by twelve commands run side by side: each wrote what it had read, and the keys of others were gone."""
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(12) as pool:
        made = [*pool.map(lambda _: add_key(path, ["clerk"])[0], range(60))]
    assert {*read_keys(path)} == {key.id for key in made}
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]


def test_a_key_file_that_is_never_free_is_told_with_what_keeps_it(tmp_path: Path) -> None:
    path, left = tmp_path / "keys.json", tmp_path / ".keys.json.new"
    left.touch()
    with pytest.raises(TenorError) as raised:
        add_key(path, ["clerk"], pause=lambda _: None)
    assert raised.value.code == "keys_busy"
    assert str(left) in raised.value.message
    assert left.exists()
    left.unlink()
    path.write_text("none")
    with pytest.raises(TenorError):
        add_key(path, ["clerk"])
    assert not left.exists(), "what cannot be written keeps nobody out"


@pytest.mark.parametrize("bound", [([""], []), (["clerk"], [""]), (["x" * 201], [])])
def test_a_key_for_nobody_is_not_made(tmp_path: Path, bound: tuple[list[str], list[str]]) -> None:
    with pytest.raises(TenorError) as raised:
        add_key(tmp_path / "keys.json", *bound)
    assert raised.value.code == "invalid_argument"
    assert not [*tmp_path.iterdir()]


def test_a_key_file_of_a_name_that_no_file_has_is_refused(tmp_path: Path) -> None:
    for name in ("k" * 300, "k" * 253):
        with pytest.raises(TenorError) as raised:
            add_key(tmp_path / name, ["clerk"])
        assert raised.value.code == "unreadable_file"


def test_guessing_is_slowed_down(keys: Keys) -> None:
    with serving(MemoryStorage(), keys=KeyFile(keys.path)) as url:
        codes = [ask(url, "/shop", headers=bearer("tk_a_b")).code for _ in range(25)]
        assert codes[0] == "unauthenticated"
        assert codes[-1] == "rate_limited"
        assert ask(url, "/shop", headers=bearer(keys.clerk)).status == 200


# --- without keys --------------------------------------------------------------------------------------------------


def test_without_keys_only_this_machine_is_listened_to() -> None:
    app = create_app(host([SHOP], MemoryStorage()))
    for everybody in ("0.0.0.0", "::", "example.org", "192.0.2.1"):
        with pytest.raises(TenorError) as raised:
            listen(app, QUICK, everybody, 0, keys=False)
        assert raised.value.code == "keys_required"


def test_without_keys_only_local_names_are_answered(quick: str) -> None:
    for name in ("localhost", "127.0.0.1:80", "[::1]:80", "LOCALHOST"):
        assert ask(quick, "/health", headers={"Host": name}).status == 200
    for name in ("evil.example", "evil.example:80", "[::2]", "", "localhost.evil.example"):
        assert refused(ask(quick, "/health", headers={"Host": name})) == (403, "untrusted_host")


def test_a_port_that_is_taken_is_told(quick: str) -> None:
    with pytest.raises(TenorError) as raised:
        listen(create_app(host([SHOP], MemoryStorage())), QUICK, port=urlsplit(quick).port or 0, keys=False)
    assert raised.value.code == "cannot_listen"


# --- pages of other sites ------------------------------------------------------------------------------------------


def test_pages_elsewhere_get_nothing_unless_their_origin_is_named(quick: str) -> None:
    page = {"Origin": "https://page.example"}
    asked = {**page, "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in ask(quick, "/health", headers=page).headers
    assert ask(quick, "/shop/actions", headers=asked, method="OPTIONS").status == 405
    form = ask(quick, "/shop/actions", "persona=clerk", {"Content-Type": "application/x-www-form-urlencoded", **page})
    assert refused(form) == (415, "unsupported_media_type")
    with serving(MemoryStorage(), settings=replace(QUICK, origins=("https://page.example",))) as url:
        preflight = ask(url, "/shop/actions", headers=asked, method="OPTIONS")
        assert preflight.headers["access-control-allow-origin"] == "https://page.example"
        other = ask(url, "/health", headers={"Origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers


# --- bounds --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bounded() -> Iterator[str]:
    """A server with small bounds."""
    small = replace(QUICK, body_bytes=500, header_bytes=2000, header_seconds=0.3, body_seconds=0.3)
    with serving(MemoryStorage(), settings=small) as url:
        yield url


def test_a_body_has_a_bound(bounded: str) -> None:
    assert refused(ask(bounded, "/shop/evaluate", " " * 600)) == (413, "body_too_large")
    chunks = b"%x\r\n%s\r\n" % (300, b" " * 300)
    reply = spoken(bounded, _head("Transfer-Encoding: chunked"), chunks * 3 + b"0\r\n\r\n")
    assert b" 413 " in reply
    huge = spoken(bounded, _head(f"Content-Length: {'9' * 30}"))
    assert b" 413 " in huge or b" 400 " in huge


def test_headers_have_a_bound(bounded: str) -> None:
    assert b" 400 " in spoken(bounded, _head("X-Long: " + "x" * 3000))


def test_a_body_that_does_not_come_is_not_waited_for(bounded: str) -> None:
    assert b'"body_too_slow"' in spoken(bounded, _head("Content-Length: 20"), b"{")


def test_a_caller_who_goes_in_the_middle_of_a_body_is_no_fault_of_ours(bounded: str) -> None:
    stream = io.StringIO()
    log_to(stream)
    try:
        parts = urlsplit(bounded)
        with socket.create_connection((str(parts.hostname), parts.port or 0)) as gone:
            gone.sendall(_head("Content-Length: 20") + b"{")
        for _ in range(200):
            if 'tenor_errors_total{code="body_cut_off"}' in ask(bounded, "/metrics").text:
                break
        else:
            pytest.fail("it was not counted as what it is")
    finally:
        for name in ("tenor_wasm.server", "uvicorn.error"):
            logging.getLogger(name).handlers = []
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line["event"] for line in lines} == {"request"}
    assert [line["status"] for line in lines if line.get("code") == "body_cut_off"] == [400]


def test_headers_that_do_not_come_end_the_connection(bounded: str) -> None:
    began = time.monotonic()
    assert spoken(bounded, b"GET /health HTTP/1.1\r\nHost: localhost\r\n") == b""
    assert spoken(bounded, b"") == b""
    assert time.monotonic() - began < 10


def test_a_second_request_has_its_own_time(bounded: str) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    reply = spoken(bounded, one + one + b"GET /health HTTP/1.1\r\n")
    assert reply.count(b" 200 ") == 2


def _head(*headers: str) -> bytes:
    lines = ["POST /shop/evaluate HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def spoken(url: str, *parts: bytes) -> bytes:
    """What comes back for bytes that are sent as they are, until the server has no more to say."""
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=8) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while True:
            try:
                data = connection.recv(65536)
            except ConnectionError:
                return received
            if not data:
                return received
            received += data


def test_a_rate_is_held_for_each_key_by_itself(keys: Keys) -> None:
    slow = replace(QUICK, rate=0.01, burst=3)
    with serving(MemoryStorage(), settings=slow, keys=KeyFile(keys.path)) as url:
        replies = [ask(url, "/shop", headers=bearer(keys.clerk)) for _ in range(4)]
        assert [reply.status for reply in replies] == [200, 200, 200, 429]
        assert replies[-1].code == "rate_limited"
        assert int(replies[-1].headers["retry-after"]) > 50
        assert ask(url, "/shop", headers=bearer(keys.both)).status == 200


def test_tokens_come_back_with_time() -> None:
    now = [0.0]
    limit = RateLimit(2.0, 2.0, now=lambda: now[0])
    assert [limit.wait("a") for _ in range(3)] == [0.0, 0.0, 0.5]
    assert limit.wait("b") == 0.0
    now[0] += 0.5
    assert [limit.wait("a"), limit.wait("a")] == [0.0, 0.5]
    assert RateLimit(0, 0).wait("a") == 0.0


def test_what_is_remembered_of_callers_is_bounded() -> None:
    limit = RateLimit(1.0, 1.0)
    for number in range(REMEMBERED + 50):
        limit.wait(str(number))
    assert len(limit._buckets) == REMEMBERED


# --- what is told ----------------------------------------------------------------------------------------------------


def test_logs_are_json_and_hold_no_secret(keys: Keys) -> None:
    stream = io.StringIO()
    log_to(stream)
    try:
        with serving(MemoryStorage(), keys=KeyFile(keys.path)) as url:
            ask(url, "/shop/evaluate?secret=1", {"facts": "hidden"}, bearer(keys.clerk))
            reply = ask(url, "/shop/no%0Asuch", headers=bearer("tk_wrong_key"))
    finally:
        for name in ("tenor_wasm.server", "uvicorn.error"):
            logging.getLogger(name).handlers = []
    text = stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"], line["code"]) for line in requests] == [
        ("evaluate", 400, "unknown_argument"),
        ("none", 404, "unknown_route"),
    ]
    assert requests[0]["key"] == keys.clerk.split("_")[1]
    assert requests[1]["id"] == reply.headers["x-request-id"]
    for secret in (keys.clerk, keys.clerk.split("_", 2)[2], "tk_wrong_key", "hidden", "secret"):
        assert secret not in text


def test_metrics_count_requests_by_route_and_errors_by_code(quick: str) -> None:
    ask(quick, "/shop/entities/None")
    reply = ask(quick, "/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    assert 'tenor_requests_total{route="list_instances",status="404"}' in reply.text
    assert 'tenor_errors_total{code="unknown_entity"}' in reply.text
    assert "tenor_request_seconds_bucket" in reply.text


def test_a_fault_of_our_own_tells_callers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(MemoryStorage):
        def snapshot(self) -> Any:
            raise RuntimeError("password=hunter2")

    with serving(Broken()) as url:
        reply = ask(url, "/health")
    assert refused(reply) == (500, "internal_error")
    assert "hunter2" not in reply.text


def test_every_answer_says_that_it_is_no_page(quick: str) -> None:
    for reply in (ask(quick, "/health"), ask(quick, "/no/such/thing/at/all")):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "server" not in reply.headers


def test_the_defaults_have_bounds() -> None:
    default = Settings()
    assert 0 < default.body_bytes <= 10_000_000
    assert default.rate > 0
    assert default.origins == ()
    assert not default.public_manifest
