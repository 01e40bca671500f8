"""The application: every request goes the same way, and here the way is written down.

Host → key → rate → body → handler in a thread → answer; whatever fails on the way is an error as JSON. Around it stands
one layer that gives the request an id, counts it and writes its log line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.wire import internal_error, placed
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.server import openapi
from tenor_wasm.server.admission import Admission
from tenor_wasm.server.bodies import read_body, read_idempotency_key, read_query
from tenor_wasm.server.handlers import Answer, Call
from tenor_wasm.server.hosting import Hosts
from tenor_wasm.server.keys import KeyFile
from tenor_wasm.server.logs import PATH_LENGTH, log
from tenor_wasm.server.metrics import Metrics
from tenor_wasm.server.routes import ROUTES, Route
from tenor_wasm.server.settings import Settings
from tenor_wasm.server.statuses import error_json, status_of

JSON = "application/json"

ALWAYS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Headers of every answer that does not say otherwise."""


class Server:
    """What the requests of one application share: hosts, keys, bounds, threads and counters."""

    def __init__(self, hosts: Hosts, settings: Settings, keys: KeyFile | None) -> None:
        self.hosts, self.settings = hosts, settings
        self.admission = Admission(settings, keys)
        self.metrics = Metrics()
        self._threads: ThreadPoolExecutor | None = None
        self._at_work = 0

    # --- one request -------------------------------------------------------------------------------------------

    async def answer(self, route: Route, request: Request) -> Response:
        """Answer a request of the table."""
        key = self.admission.admit(request, route)
        call = Call(
            hosts=self.hosts,
            path=request.path_params,
            query=read_query(request, route),
            body=await read_body(request, route, self.settings),
            key=key,
            api_call=f"{request.method} {request.url.path}",
            idempotency_key=read_idempotency_key(request),
        )
        return await self._in_thread(partial(_worked, route, call, request.headers.get("if-none-match")), route)

    async def _in_thread(self, work: Callable[[], Response], route: Route) -> Response:
        """Run the work where it may wait for the store, for as long as an answer may take."""
        if self._at_work >= self.settings.threads + self.settings.waiting:
            raise TenorError("busy", "too many requests are waiting", "", {"committed": "no"})
        self._at_work += 1
        try:
            future = self._pool().submit(work)
            return await asyncio.wait_for(asyncio.wrap_future(future), self.settings.answer_seconds)
        except TimeoutError:
            # What has not begun never will; what has begun goes on to its end.
            committed = "unknown" if route.changes and not future.cancelled() else "no"
            message = f"there was no answer within {self.settings.answer_seconds:g} s"
            raise TenorError("timed_out", message, "", {"committed": committed}) from None
        finally:
            self._at_work -= 1

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="tenor")
        return self._threads

    async def metrics_text(self, request: Request) -> Response:
        """The counters; for those who have a key, where keys are asked for."""
        self.admission.admit(request, None)
        return Response(self.metrics.text(), media_type=self.metrics.content_type)

    # --- the life of the process ---------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def life(self, _: Starlette) -> AsyncIterator[None]:
        """Start what was left pending, and again from time to time; at the end let the threads finish.

        The store stays open: it is closed by whoever opened it.
        """
        resuming = asyncio.create_task(self._resume()) if self.hosts.systems else None
        try:
            yield
        finally:
            if resuming is not None:
                resuming.cancel()
            threads, self._threads = self._pool(), None
            await asyncio.to_thread(threads.shutdown)

    async def _resume(self) -> None:
        while True:
            try:
                await asyncio.wrap_future(self._pool().submit(self.hosts.resume))
            except TenorError as error:
                log("resume_failed", level=logging.WARNING, code=error.code)
            except Exception as fault:  # the next time may go well; requests go on
                log("fault", level=logging.ERROR, fault=fault)
            await asyncio.sleep(self.settings.resume_seconds)


def _worked(route: Route, call: Call, known: str | None) -> Response:
    """The handler's answer, written."""
    try:
        answer = route.handler(call)
    except TenorError as error:
        raise placed(error) from None
    if answer.etag is not None and _is_known(answer.etag, known):
        return Response(status_code=304, headers=_etag(answer))
    return _json_response(answer.json, answer.status, _etag(answer))


def _json_response(value: Json, status: int, headers: Mapping[str, str]) -> Response:
    """A value as JSON; it ends its line, so that a terminal shows the next prompt on its own."""
    return Response(write_json(value) + "\n", status, headers, JSON)


def _etag(answer: Answer) -> dict[str, str]:
    return {} if answer.etag is None else {"etag": f'"{answer.etag}"', "cache-control": "no-cache"}


def _is_known(etag: str, known: str | None) -> bool:
    """Whether ``If-None-Match`` names the ETag."""
    if known is None:
        return False
    named = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in named or f'"{etag}"' in named


# --- errors ------------------------------------------------------------------------------------------------------


def error_response(error: TenorError, request: Request) -> Response:
    """An error as JSON, with the headers that its status asks for."""
    request.scope["tenor_code"] = error.code
    status = status_of(error.code).status
    headers: dict[str, str] = {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="tenor"'
    if status in (429, 503):
        headers["retry-after"] = str(error.details.get("retry_after", 1))
    if status in (408, 413):  # the rest of the body is not read
        headers["connection"] = "close"
    return _json_response(error_json(error), status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, TenorError)
    return error_response(error, request)


async def _unrouted(request: Request, error: Exception) -> Response:
    """What the router itself answers: no such route, or not with this method."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        response = error_response(TenorError("method_not_allowed", f"not with {request.method}"), request)
        response.headers.update(error.headers or {})
        return response
    return error_response(TenorError("unknown_route", "there is no such route"), request)


# --- around every request ------------------------------------------------------------------------------------------


class Observed:
    """Gives each request an id, counts it, writes its log line, and answers what nobody foresaw."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, name, status = time.perf_counter(), secrets.token_hex(8), 500
        self.metrics.began()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_always(message["headers"], name)
            await send(message)

        try:
            await self.app(scope, receive, observed)
        except Exception as fault:
            log("fault", level=logging.ERROR, fault=fault, id=name)
            await error_response(_hidden(fault), Request(scope))(scope, receive, observed)
        finally:
            self._ended(scope, name, status, time.perf_counter() - began)

    def _ended(self, scope: Scope, name: str, status: int, seconds: float) -> None:
        route = scope.get("tenor_route", "none")
        code = scope.get("tenor_code")
        self.metrics.ended(route, status, seconds, code)
        log(
            "request",
            id=name,
            method=scope["method"],
            route=route,
            path=scope["path"][:PATH_LENGTH],
            status=status,
            ms=round(seconds * 1000, 1),
            code=code,
            key=scope.get("tenor_key"),
            address=None if scope.get("client") is None else scope["client"][0],
        )


def _hidden(fault: Exception) -> TenorError:
    """A fault of our own, without what it says: that may come from anywhere. The log has it."""
    shown = internal_error(fault)
    return TenorError(shown.code, "the server met a fault of its own; its log has more under the request's id")


def _with_always(headers: list[tuple[bytes, bytes]], name: str) -> list[tuple[bytes, bytes]]:
    present = {key.lower() for key, _ in headers}
    more = [(k.encode(), v.encode()) for k, v in ALWAYS.items() if k.encode() not in present]
    return [*headers, *more, (b"x-request-id", name.encode())]


# --- the application -----------------------------------------------------------------------------------------------


def create_app(hosts: Hosts, settings: Settings | None = None, keys: KeyFile | None = None) -> Starlette:
    """The ASGI application over what is hosted. Without ``keys`` it answers only what is addressed to this machine."""
    chosen = Settings() if settings is None else settings
    server = Server(hosts, chosen, keys)
    document = write_json(openapi.document(chosen, keys is not None)).encode()
    prefixes = ["", *([] if chosen.organisation is None else [f"/{chosen.organisation}"])]
    paths: list[Path] = []
    for prefix in reversed(prefixes):  # what is fixed comes before what is any contract's name
        paths.append(_path("GET", prefix + "/metrics", "metrics", server.metrics_text))
        paths.append(_path("GET", prefix + "/openapi.json", "openapi", partial(_document, document)))
        paths += [
            _path(route.method, prefix + route.path, route.name, partial(server.answer, route)) for route in ROUTES
        ]
    layers = [Middleware(Observed, metrics=server.metrics)]
    if chosen.origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=[*chosen.origins],
                allow_methods=["GET", "POST"],
                allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
                expose_headers=["ETag", "Retry-After", "X-Request-Id"],
            )
        )
    app = Starlette(
        routes=paths,
        middleware=layers,
        exception_handlers={TenorError: _refused, HTTPException: _unrouted},
        lifespan=server.life,
    )
    app.router.redirect_slashes = False
    return app


def _path(method: str, path: str, name: str, answer: Callable[[Request], Awaitable[Response]]) -> Path:
    async def endpoint(request: Request) -> Response:
        request.scope["tenor_route"] = name
        return await answer(request)

    return Path(path, endpoint, methods=[method], name=name)


async def _document(document: bytes, _: Request) -> Response:
    return Response(document, media_type=JSON)
