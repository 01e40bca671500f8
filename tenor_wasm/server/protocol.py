"""The wire protocol with one bound more than uvicorn's own: headers that do not arrive in time end the connection."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that waits ``header_seconds`` for the headers of a request, and no longer."""

    header_seconds = 10.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection is there; a request should follow."""
        super().connection_made(transport)  # type: ignore[arg-type] # it is a transport that is written to
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Something arrived: a whole request, or a part of its headers."""
        super().data_received(data)
        if self._is_answering():
            self._stop()
        elif self._waiting is None and self.timeout_keep_alive_task is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle  # none before the first request, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.header_seconds, self._give_up)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self._is_answering():
            self.transport.close()


def protocol(header_seconds: float) -> type[PatientProtocol]:
    """The protocol with its bound."""
    return type("BoundProtocol", (PatientProtocol,), {"header_seconds": header_seconds})
