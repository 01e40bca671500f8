"""Who is let in: the host that was addressed, the key that was presented, and how often somebody may ask."""

from __future__ import annotations

import math

from starlette.requests import Request

from tenor_wasm.errors import TenorError
from tenor_wasm.server.keys import Key, KeyFile
from tenor_wasm.server.limits import RateLimit
from tenor_wasm.server.routes import Route
from tenor_wasm.server.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""The names under which a machine addresses itself."""

FAILURES_A_SECOND = 1.0
FAILURES_AT_ONCE = 20.0


class Admission:
    """Admits requests. Without keys everybody on this machine may ask, and nobody else."""

    def __init__(self, settings: Settings, keys: KeyFile | None) -> None:
        self._settings, self._keys = settings, keys
        self._rate = RateLimit(settings.rate, settings.burst)
        self._failures = RateLimit(FAILURES_A_SECOND, FAILURES_AT_ONCE)

    def admit(self, request: Request, route: Route | None) -> Key | None:
        """The key of a request that may go on; ``None`` where none is asked for.

        Raises ``untrusted_host``, ``unauthenticated``, ``read_only_key``, ``rate_limited``.
        """
        address = "" if request.client is None else request.client.host
        if self._keys is None:
            _check_host(request)
            key = None
        else:
            key = self._authenticated(request, address)
            if key is None and not self._is_public(route):
                raise TenorError("unauthenticated", "a key is needed")
        if key is not None:
            request.scope["tenor_key"] = key.id
            if route is not None and route.changes and key.read_only:
                raise TenorError("read_only_key", "the key may look and try, but change nothing")
        _refuse_after(self._rate.wait(f"address {address}" if key is None else f"key {key.id}"))
        return key

    def _is_public(self, route: Route | None) -> bool:
        return route is not None and route.is_public(self._settings)

    def _authenticated(self, request: Request, address: str) -> Key | None:
        """The key that the request presents; one that is wrong is an error even where none is needed."""
        header = request.headers.get("authorization")
        if header is None:
            return None
        assert self._keys is not None
        scheme, _, presented = header.partition(" ")
        key = self._keys.find(presented.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            _refuse_after(self._failures.wait(address))
            raise TenorError("unauthenticated", "the key is none that this server knows")
        return key


def _refuse_after(seconds: float) -> None:
    if seconds > 0:
        wait = math.ceil(seconds)
        raise TenorError("rate_limited", f"too many requests; come again in {wait} s", "", {"retry_after": wait})


def _check_host(request: Request) -> None:
    """A page elsewhere cannot ask by giving its own name the address of this machine."""
    host = request.headers.get("host", "")
    name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    if name.lower() not in LOOPBACK:
        raise TenorError("untrusted_host", "without keys the server answers only to localhost")
