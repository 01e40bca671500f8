"""What a request brings along: its body as a JSON object, its query, both held to their bounds and their names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache

from starlette.requests import ClientDisconnect, Request

from tenor_wasm.api.json_text import read_json
from tenor_wasm.api.schemas import schema
from tenor_wasm.errors import Json, TenorError, is_object, listed, pointer, shown
from tenor_wasm.server.routes import Route
from tenor_wasm.server.settings import Settings

NOTHING: Mapping[str, Json] = {}


async def read_body(request: Request, route: Route, settings: Settings) -> Mapping[str, Json]:
    """The members of the body; none where the route takes none.

    Raises ``unsupported_media_type``, ``body_too_large``, ``body_too_slow``, ``body_cut_off``, what reading JSON
    raises, and ``unknown_argument``.
    """
    if route.takes is None:
        return NOTHING
    _check_media_type(request)
    try:
        async with asyncio.timeout(settings.body_seconds):
            data = await _received(request, settings.body_bytes)
    except TimeoutError:
        raise TenorError("body_too_slow", f"the body took longer than {settings.body_seconds:g} s") from None
    except ClientDisconnect:
        raise TenorError("body_cut_off", "the connection ended before the body did") from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TenorError("invalid_text", f"the body is not UTF-8 text (byte {error.start})") from None
    body = read_json(text, "the body")
    if not is_object(body):
        raise TenorError("invalid_argument", f"the body is an object, not {shown(body)}")
    known = members_of(route.takes)
    for name in body:
        if name not in known:
            message = f"there is no member {shown(name)} here; use {listed(known)}"
            raise TenorError("unknown_argument", message, pointer((None, name)))
    return body


@cache
def members_of(definition: str) -> tuple[str, ...]:
    """The members that a body may have."""
    return tuple(schema("requests")["$defs"][definition]["properties"])


def _check_media_type(request: Request) -> None:
    """JSON, said to be JSON: a form of another site's page cannot send that unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        found = f", not {kind}" if kind else "; its kind is not said"
        raise TenorError("unsupported_media_type", f"the body must be application/json{found}")
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding != "identity":
        raise TenorError("unsupported_media_type", f"the body must be plain, not compressed with {coding}")


async def _received(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > 15 or int(announced) > limit):
        raise _too_large(limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int) -> TenorError:
    return TenorError("body_too_large", f"the body has more than {limit} bytes", "", {"limit": limit})


def read_idempotency_key(request: Request) -> str | None:
    """The header ``Idempotency-Key``. Raises ``invalid_argument`` where it is there twice: it is not ours to choose."""
    named = request.headers.getlist("idempotency-key")
    if len(named) > 1:
        message = "the header 'Idempotency-Key' is given twice: send one"
        raise TenorError("invalid_argument", message, "/request_id", {"argument": "request_id"})
    return named[0] if named else None


def read_query(request: Request, route: Route) -> Mapping[str, str]:
    """The parameters of the query. Raises ``unknown_argument``, ``invalid_argument`` for one that is there twice."""
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in route.query:
            message = f"there is no parameter {shown(name)} here; use {listed(route.query)}"
            raise TenorError("unknown_argument", message, pointer((None, name)))
        if name in query:
            raise TenorError("invalid_argument", f"'{name}' is given twice", f"/{name}", {"argument": name})
        query[name] = value
    return query
