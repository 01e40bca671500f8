"""The process that listens: a socket, uvicorn on it, and an orderly end."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from tenor_wasm.errors import TenorError
from tenor_wasm.server.protocol import protocol
from tenor_wasm.server.settings import Settings

BACKLOG = 512


@dataclass(frozen=True, slots=True)
class Listening:
    """A server with its socket open: connections wait from now on, ``run`` answers them."""

    address: str
    server: uvicorn.Server
    socket: socket.socket

    def run(self) -> None:
        """Answer until the process is told to stop; then finish the requests that are being answered."""
        self.server.run(sockets=[self.socket])


def listen(app: Starlette, settings: Settings, host: str = "127.0.0.1", port: int = 8000, *, keys: bool) -> Listening:
    """Open the socket. Port 0 takes a free one.

    Raises ``keys_required`` where others could reach a server that asks for no key, ``cannot_listen``.
    """
    if not keys and not is_loopback(host):
        message = f"without keys only this machine may ask: listen on 127.0.0.1 instead of '{host}', or give --keys"
        raise TenorError("keys_required", message)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        opened = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise TenorError("cannot_listen", f"cannot listen on {host}, port {port}: {error.strerror}") from None
    # Connections take it over. asyncio sets it only where the socket names its protocol; without it the last part of an
    # answer waits 40 ms for the reader's acknowledgement.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    name = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.drain_seconds,
        limit_concurrency=settings.connections,
        h11_max_incomplete_event_size=settings.header_bytes,
        lifespan="on",
        ws="none",
        http=protocol(settings.header_seconds),
    )
    return Listening(f"http://{name}:{opened.getsockname()[1]}", uvicorn.Server(config), opened)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
