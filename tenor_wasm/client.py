"""A client for the server of ``tenor serve``: the executor's methods, asked over HTTP. Standard library alone.

Rules this module lives by:

- Methods have the names and the arguments of ``Executor`` and of ``api``; what they give is the JSON of the answer.
- A call is repeated only where that is safe: it changes nothing, or it has a request id, under which the server carries
  it out once, or the server says that nothing was done.
- Every fault is a ``TenorError``: those of the server as they were answered, and ``unreachable``, ``invalid_answer``.

>>> from tenor_wasm.client import Client
>>> client = Client("http://127.0.0.1:8000", "order_approval")
"""

from __future__ import annotations

import random
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.errors import Json, TenorError, is_object

Object = dict[str, Any]

PASSING = frozenset({429, 502, 503})
"""Statuses after which the same request may be answered."""

LONGEST_PAUSE = 5.0


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str


class Client:
    """Asks one contract of a server. May be used by several threads; each has a connection of its own.

    ``key`` is a bearer key, ``timeout`` bounds each attempt (seconds), ``attempts`` bounds how often a call is sent.
    ``tls`` replaces the default checks of certificates. Raises ``invalid_address``, ``invalid_key``.
    """

    def __init__(
        self,
        url: str,
        contract: str,
        key: str | None = None,
        *,
        timeout: float = 30.0,
        attempts: int = 5,
        tls: ssl.SSLContext | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = _address(url)
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key and key):
            raise TenorError("invalid_key", "a key is one word of plain letters, digits and signs; this is none")
        self._parts, self._tls, self._timeout = parts, tls, timeout
        self._prefix = parts.path.rstrip("/")
        self._contract = "/" + _segment(contract)
        self._headers = {"Accept": "application/json"} | ({} if key is None else {"Authorization": f"Bearer {key}"})
        self._attempts, self._pause = attempts, pause
        self._own = threading.local()
        self._manifest: tuple[str, Object] | None = None

    # --- what a contract says --------------------------------------------------------------------------------

    def inspect(self) -> Object:
        """What the contract declares."""
        return self._get(self._contract)

    def manifest(self) -> Object:
        """The contract's manifest; it is fetched anew only when it has changed."""
        known = self._manifest
        headers = {} if known is None else {"If-None-Match": known[0]}
        answer = self._sent("GET", f"{self._contract}/.well-known/tenor", None, headers, safe=True)
        if answer.status != 304 or known is None:
            known = self._manifest = (answer.headers.get("etag", ""), _read(answer))
        return known[1]

    def evaluate(self, facts: Json) -> Object:
        """The verdicts that follow from the facts."""
        return self._post("/evaluate", {"facts": facts})

    # --- flows -----------------------------------------------------------------------------------------------

    def action_space(
        self, persona: str | None, facts: Json, cursor: str | None = None, limit: int | None = None
    ) -> Object:
        """What the persona may do to which instances: a page of the next ones of every state, and ``next_cursor``.

        Whether a flow is open is true on every page; ``action_spaces`` gives all of them.
        """
        return self._post("/actions", _given(persona=persona, facts=facts, cursor=cursor, limit=limit))

    def action_spaces(self, persona: str | None, facts: Json, limit: int | None = None) -> Iterator[Object]:
        """Every page of the action space: together they name every instance."""
        cursor = None
        while True:
            page = self.action_space(persona, facts, cursor, limit)
            yield page
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def simulate_flow(
        self,
        flow: str,
        persona: str | None,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        provenance: bool = False,
    ) -> Object:
        """How the flow would run on the instances as they stand; nothing is stored."""
        body = _given(persona=persona, facts=facts, instance_bindings=instance_bindings, outcomes=outcomes)
        return self._post(f"/flows/{_segment(flow)}/simulate", {**body, "provenance": provenance})

    def execute_flow(
        self,
        flow: str,
        persona: str | None,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        request_id: str | None = None,
        trigger_inputs: Json = None,
    ) -> Object:
        """Run the flow on the bound instances and record it.

        Every call has a request id, its own where none is given: so it may be sent again, and is carried out once.
        """
        body = _given(
            persona=persona,
            facts=facts,
            instance_bindings=instance_bindings,
            outcomes=outcomes,
            request_id=request_id or str(uuid.uuid4()),
            trigger_inputs=trigger_inputs,
        )
        return self._post(f"/flows/{_segment(flow)}/execute", body)

    # --- instances -------------------------------------------------------------------------------------------

    def create_instance(
        self,
        entity: str,
        instance_id: str | None = None,
        state: str | None = None,
        persona: str | None = None,
        *,
        request_id: str | None = None,
    ) -> Object:
        """Create an instance in its initial state.

        Without ``instance_id`` the server chooses one. A call with one of the caller's own that got no answer is sent
        again only where it has a ``request_id`` too: whether it was carried out could be seen, but not by whom.
        """
        if instance_id is None:
            request_id = request_id or str(uuid.uuid4())
        body = _given(instance_id=instance_id, state=state, persona=persona, request_id=request_id)
        return self._post(f"/entities/{_segment(entity)}/initialize", body, safe=request_id is not None)

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Object:
        """A page of the instances of an entity, by id."""
        query = _given(state=state, cursor=cursor, limit=limit)
        return self._get(f"{self._contract}/entities/{_segment(entity)}", query)

    def instances(self, entity: str, state: str | None = None) -> Iterator[Object]:
        """Every instance of an entity."""
        yield from self._items(lambda cursor: self.list_instances(entity, state, cursor))

    # --- records ---------------------------------------------------------------------------------------------

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int | None = None) -> Object:
        """What happened to an instance, its creation first."""
        query = _given(entity=entity, instance=instance, cursor=cursor, limit=limit)
        return self._get(f"{self._contract}/provenance", query)

    def chains(
        self,
        entity: str | None = None,
        instance: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Object:
        """A page of executions in the order in which they were recorded; of one instance where it is named."""
        query = _given(entity=entity, instance=instance, cursor=cursor, limit=limit)
        return self._get(f"{self._contract}/executions", query)

    def executions(self, entity: str | None = None, instance: str | None = None) -> Iterator[Object]:
        """Every execution, or those of one instance."""
        yield from self._items(lambda cursor: self.chains(entity, instance, cursor))

    def chain(self, chain_id: str) -> Object:
        """One provenance chain, under ``chain``, as it is stored."""
        return self._get(f"{self._contract}/provenance/{_segment(chain_id)}")

    def execution(self, execution_id: str) -> Object:
        """One execution as it is recorded."""
        return self._get(f"{self._contract}/executions/{_segment(execution_id)}")

    def triggers(self, status: str | None = None, cursor: str | None = None, limit: int | None = None) -> Object:
        """A page of the triggers that fired in the contract's system."""
        return self._get(f"{self._contract}/triggers", _given(status=status, cursor=cursor, limit=limit))

    # --- the server ------------------------------------------------------------------------------------------

    def health(self) -> Object:
        """Whether the server and its store answer."""
        return self._get("/health")

    def close(self) -> None:
        """Close the calling thread's connection."""
        connection: HTTPConnection | None = self._own.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- requests --------------------------------------------------------------------------------------------

    def _items(self, page: Callable[[str | None], Object]) -> Iterator[Object]:
        cursor = None
        while True:
            found = page(cursor)
            yield from found["items"]
            cursor = found["next_cursor"]
            if cursor is None:
                return

    def _get(self, path: str, query: Mapping[str, Json] | None = None) -> Object:
        asked = f"{path}?{urlencode(query)}" if query else path
        return _read(self._sent("GET", asked, None, {}, safe=True))

    def _post(self, path: str, body: Mapping[str, Json], safe: bool = True) -> Object:
        headers = {"Content-Type": "application/json"}
        return _read(self._sent("POST", self._contract + path, write_json(body).encode(), headers, safe))

    def _sent(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], safe: bool) -> _Answer:
        """The answer to a request, sent again while that may help and is safe. Raises what the server answers."""
        if not safe:
            self.close()  # a connection that the server has closed meanwhile would leave the outcome unknown
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts
            try:
                answer = self._once(method, path, body, {**self._headers, **headers})
            except (OSError, HTTPException) as fault:
                self.close()
                if last or not safe:
                    reason = f"{type(fault).__name__}: {fault}"
                    message = f"the server at {self._parts.netloc.rpartition('@')[2]} gave no answer ({reason})"
                    raise TenorError("unreachable", message, "", {"committed": "unknown"}) from fault
                self._pause(_pause(attempt))
                continue
            if answer.status < 400:
                return answer
            error = _error(answer)
            if last or not _may_help(answer, error, safe):
                raise error
            self._pause(max(_pause(attempt), min(_seconds(answer), LONGEST_PAUSE)))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> _Answer:
        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, body, dict(headers))
        except (BrokenPipeError, ConnectionResetError) as fault:
            response = _early(connection, fault)
        else:
            response = connection.getresponse()
        data = response.read()
        named = {name.lower(): value for name, value in response.getheaders()}
        return _Answer(response.status, named, data.decode("utf-8", "replace"))

    def _connection(self) -> HTTPConnection:
        connection: HTTPConnection | None = self._own.__dict__.get("connection")
        if connection is None:
            host, port = str(self._parts.hostname), self._parts.port
            if self._parts.scheme == "https":
                connection = HTTPSConnection(host, port, timeout=self._timeout, context=self._tls)
            else:
                connection = HTTPConnection(host, port, timeout=self._timeout)
            self._own.connection = connection
        return connection


def _address(url: str) -> SplitResult:
    """The parts of a server's address. Raises ``invalid_address``."""
    try:
        parts = urlsplit(url)
        number, name = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        number, name = None, b""
    plain = name and number != 0 and parts.scheme in ("http", "https") and not (parts.query or parts.fragment)
    if not plain or " " in url or not url.isprintable() or not parts.path.isascii():
        message = "this is no address of a server; write http://HOST:PORT or https://HOST:PORT"
        raise TenorError("invalid_address", message)
    return parts


def _early(connection: HTTPConnection, fault: OSError) -> HTTPResponse:
    """What a server answered that would not have the rest of a request. Raises ``fault`` where it said nothing."""
    try:
        return connection.getresponse()
    except (OSError, HTTPException):
        raise fault from None


def _segment(name: str) -> str:
    return quote(name, safe="")


def _given(**members: Json) -> Object:
    return {name: value for name, value in members.items() if value is not None}


def _read(answer: _Answer) -> Object:
    value = read_json(answer.text, "the answer")
    if not isinstance(value, dict):
        raise TenorError("invalid_answer", "the server did not answer with an object: is this a server of contracts?")
    return value


def _error(answer: _Answer) -> TenorError:
    """The error that the server answered with; ``status`` stands in its details."""
    try:
        document = _read(answer)
        error = document.get("error")
    except TenorError:
        error = None
    if not is_object(error) or not isinstance(error.get("code"), str):
        message = f"the server answered with status {answer.status} and no error of its own"
        return TenorError("invalid_answer", message, "", {"status": answer.status})
    found: Any = error
    details = {**found.get("details", {}), "status": answer.status, "help": found.get("help")}
    return TenorError(found["code"], found.get("message", ""), found.get("path", ""), details)


def _may_help(answer: _Answer, error: TenorError, safe: bool) -> bool:
    """Whether to send it again: nothing was done, or doing it again does no harm."""
    if answer.status == 504 or error.code == "conflict":
        return safe
    return answer.status in PASSING and (safe or answer.status == 429 or error.details.get("committed") == "no")


def _pause(attempt: int) -> float:
    """Longer after each attempt, and not the same for everybody."""
    return float(min(0.05 * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.0))


def _seconds(answer: _Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
