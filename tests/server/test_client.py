"""The Python client: the executor's methods over HTTP, sent again only where that is safe."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.client import Client
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.server import KeyFile
from tenor_wasm.server.keys import add_key
from tests.executor.shops import CONTRACT, FACTS
from tests.server.running import serving

Json = Any


@pytest.fixture
def shop() -> Iterator[Client]:
    """A client of a server with two orders."""
    with serving(MemoryStorage()) as url, Client(url, "shop") as client:
        for name in ("ord-001", "ord-002"):
            client.create_instance("Order", name)
        yield client


def test_what_the_client_gives_is_what_the_calls_give(shop: Client) -> None:
    states = {"Order": {"ord-001": "draft", "ord-002": "draft"}, "Parcel": {}}
    space = shop.action_space("clerk", FACTS)
    assert space.pop("next_cursor") is None
    local = api.to_json(api.action_space(CONTRACT, FACTS, states, "clerk"))
    assert space["actions"] == json.loads(json.dumps(local))["actions"]
    assert (
        shop.evaluate(FACTS)["verdicts"]
        == json.loads(json.dumps(api.to_json(api.evaluate(CONTRACT, FACTS))))["verdicts"]
    )
    assert shop.inspect()["flows"] == json.loads(json.dumps(api.to_json(api.inspect(CONTRACT))["flows"]))
    run = shop.simulate_flow("submit", "clerk", FACTS, {"Order": "ord-001"}, provenance=True)
    assert run["would_transition"][0]["instance_id"] == "ord-001"
    assert api.verify(api.load(shop.manifest()["bundle"]), run["provenance"]).agrees


def test_the_client_executes_and_reads_what_was_done(shop: Client) -> None:
    done = shop.execute_flow("submit", "clerk", FACTS, {"Order": "ord-001"}, request_id="r-1")
    assert shop.execute_flow("submit", "clerk", FACTS, {"Order": "ord-001"}, request_id="r-1")["repeated"]
    assert {one["instance_id"]: one["state"] for one in shop.instances("Order")} == {
        "ord-001": "submitted",
        "ord-002": "draft",
    }
    assert [one["instance_id"] for one in shop.list_instances("Order", "submitted", limit=5)["items"]] == ["ord-001"]
    assert [change["to_state"] for change in shop.history("Order", "ord-001")["history"]] == ["draft", "submitted"]
    assert [one["execution_id"] for one in shop.executions()] == [done["execution_id"]]
    assert [one["execution_id"] for one in shop.executions("Order", "ord-002")] == []
    assert shop.execution(done["execution_id"])["outcome"] == "success"
    assert shop.chain(done["provenance_chain_id"])["chain"]["provenance_chain_id"] == done["provenance_chain_id"]
    assert shop.triggers()["items"] == []
    assert shop.health()["status"] == "ok"


def test_pages_are_followed_to_the_end(shop: Client) -> None:
    for number in range(7):
        shop.create_instance("Order", f"more-{number}")
    pages = [*shop.action_spaces("clerk", FACTS, limit=4)]
    named = {
        name for page in pages for action in page["actions"] for name in action["instance_bindings"].get("Order", ())
    }
    assert len(pages) > 1
    assert len(named) == 9


def test_errors_are_the_servers_own(shop: Client) -> None:
    for work, code, status in (
        (lambda: shop.create_instance("Order", "ord-001"), "instance_exists", 409),
        (lambda: shop.execute_flow("none", "clerk", {}), "unknown_flow", 404),
        (lambda: shop.evaluate({"paid": 1}), "invalid_facts", 400),
        (lambda: shop.history("Order", "none"), "unknown_instance", 404),
    ):
        with pytest.raises(TenorError) as raised:
            work()  # type: ignore[no-untyped-call]
        assert (raised.value.code, raised.value.details["status"]) == (code, status)
        assert raised.value.details["help"]
    with pytest.raises(TenorError) as raised:
        shop.evaluate({"paid": 1})
    assert raised.value.path == "/facts/paid"


def test_a_key_is_sent_and_resolves_the_persona(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    key = add_key(path, ["clerk"])[1]
    with serving(MemoryStorage(), keys=KeyFile(path)) as url, Client(url, "shop", key) as client:
        client.create_instance("Order", "ord-001")
        assert client.execute_flow("submit", None, FACTS, {"Order": "ord-001"})["persona"] == "clerk"


def test_importing_the_client_brings_no_dependency_along() -> None:
    program = "import sys, tenor_wasm.client\nprint(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {*loaded} & {"starlette", "uvicorn", "httpx", "requests", "psycopg", "sqlite3"}


# --- a server that fails -------------------------------------------------------------------------------------------

Answering = Callable[[BaseHTTPRequestHandler], None]


class Flaky:
    """A server that answers each request as the next of its answers says, and notes what came."""

    def __init__(self, *answers: Answering) -> None:
        self.answers, self.came = iter(answers), list[Json]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # the library's name
                length = int(self.headers.get("Content-Length", 0))
                outer.came.append(json.loads(self.rfile.read(length) or "null"))
                next(outer.answers)(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Flaky:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


def reply(status: int, body: Json, **headers: str) -> Answering:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def broken(handler: BaseHTTPRequestHandler) -> None:
    """No answer: the connection is cut."""
    handler.close_connection = True


def failing(status: int, code: str, **details: Json) -> Answering:
    return reply(status, {"error": {"code": code, "message": "m", "path": "", "details": details, "help": "h"}})


def patient(url: str, waited: list[float], **more: Any) -> Client:
    return Client(url, "shop", pause=waited.append, **more)


@pytest.mark.parametrize(
    "first",
    [broken, failing(503, "busy"), failing(429, "rate_limited"), failing(504, "timed_out"), failing(409, "conflict")],
    ids=["broken", "busy", "rate", "late", "conflict"],
)
def test_an_execution_is_sent_again_with_the_same_request_id(first: Answering) -> None:
    waited: list[float] = []
    with Flaky(first, first, reply(200, {"outcome": "success"})) as flaky, patient(flaky.url, waited) as client:
        assert client.execute_flow("submit", "clerk", FACTS)["outcome"] == "success"
    assert len(flaky.came) == 3
    assert len({sent["request_id"] for sent in flaky.came}) == 1
    assert len(waited) == 2


def test_what_is_not_safe_is_not_sent_again() -> None:
    for first in (broken, failing(503, "storage_failed", committed="unknown"), failing(504, "timed_out")):
        with Flaky(first, reply(201, {})) as flaky, patient(flaky.url, []) as client, pytest.raises(TenorError):
            client.create_instance("Order", "ord-001")
        assert len(flaky.came) == 1
    for first in (failing(503, "busy", committed="no"), failing(429, "rate_limited")):
        with Flaky(first, reply(201, {"ok": 1})) as flaky, patient(flaky.url, []) as client:
            assert client.create_instance("Order", "ord-001") == {"ok": 1}
    with Flaky(broken, reply(201, {"ok": 1})) as flaky, patient(flaky.url, []) as client:
        assert client.create_instance("Order") == {"ok": 1}, "with a request id it is safe"


def test_a_creation_with_a_request_id_is_sent_again() -> None:
    with Flaky(broken, reply(201, {"ok": 1})) as flaky, patient(flaky.url, []) as client:
        assert client.create_instance("Order", "ord-001", request_id="c-1") == {"ok": 1}
    assert [sent["request_id"] for sent in flaky.came] == ["c-1", "c-1"]


def test_it_gives_up_after_its_attempts() -> None:
    with Flaky(*[broken] * 9) as flaky, patient(flaky.url, [], attempts=3) as client:
        with pytest.raises(TenorError) as raised:
            client.health()
        assert raised.value.code == "unreachable"
        assert len(flaky.came) == 3


def test_it_waits_as_long_as_the_server_says() -> None:
    waited: list[float] = []
    answers = (reply(429, {"error": {"code": "rate_limited", "message": "m"}}, Retry_After="3"), reply(200, {"a": 1}))
    with Flaky(*answers) as flaky, patient(flaky.url, waited) as client:
        client.health()
    assert waited[0] >= 3


@pytest.mark.parametrize("answer", [reply(200, [1]), reply(404, "no"), reply(500, {"error": "x"})])
def test_another_kind_of_server_is_told(answer: Answering) -> None:
    with Flaky(answer) as flaky, patient(flaky.url, []) as client, pytest.raises(TenorError) as raised:
        client.health()
    assert raised.value.code == "invalid_answer"


def test_an_address_that_is_none_is_refused() -> None:
    for url in (
        "localhost:8000", "ftp://x", "http://", "http://x?y=1", "http://[::1", "http://localhost:abc",
        "http://localhost:99999", "http://a b", "http://x/a b", "http://x/\u00fc", "http://.x", "http://" + "x" * 300,
    ):  # fmt: skip
        with pytest.raises(TenorError) as raised:
            Client(url, "shop")
        assert raised.value.code == "invalid_address"


def test_a_body_that_the_server_does_not_read_to_its_end_is_refused_as_it_says() -> None:
    """Found with 30 MB of facts: what the server had answered was not looked at after the write had failed."""
    with serving(MemoryStorage()) as url, Client(url, "shop", attempts=1) as client:
        with pytest.raises(TenorError) as raised:
            client.evaluate({"more": "x" * 30_000_000})
        assert raised.value.code == "body_too_large"
        assert client.health()["status"] == "ok"


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "schlüssel"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    with pytest.raises(TenorError) as raised:
        Client("http://localhost", "shop", key)
    assert raised.value.code == "invalid_key"
    assert not key or key not in raised.value.message


def test_the_names_are_those_of_the_evaluator_and_the_executor() -> None:
    for name in ("inspect", "evaluate", "action_space", "simulate_flow"):
        assert callable(getattr(Client, name))
        assert callable(getattr(api, name))
    shared = (
        *("create_instance", "execute_flow", "simulate_flow", "action_space", "list_instances"),
        *("history", "chains", "chain", "execution"),
    )
    for name in shared:
        assert callable(getattr(Client, name))
        assert callable(getattr(Executor, name))
