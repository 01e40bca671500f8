"""What a server is told at its start: bounds, times, and who may reach it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Bounds are in bytes, requests and seconds; the defaults suit one machine."""

    organisation: str | None = None
    """Serve everything below ``/{organisation}`` too, and keep its instances apart from those of others."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may ask (CORS); none by default."""
    public_manifest: bool = False
    """Whether the manifest is given without a key where keys are asked for."""
    body_bytes: int = 1_000_000
    """Bytes that a request's body may have."""
    header_bytes: int = 16_384
    """Bytes that a request's line and headers may have."""
    rate: float = 200.0
    """Requests a second that a key, or an address without one, may send for long; 0 sets no bound."""
    burst: float = 400.0
    """Requests that it may send at once."""
    header_seconds: float = 10.0
    """How long a request's headers may take to arrive."""
    body_seconds: float = 10.0
    """How long a body may take to arrive."""
    answer_seconds: float = 30.0
    """How long an answer may take; then the caller is told that it is not known."""
    idle_seconds: int = 15
    """How long a connection may stay open without a request."""
    drain_seconds: int = 30
    """How long requests may take to finish once the server was told to stop."""
    connections: int = 1000
    """Connections that may be open at once."""
    threads: int = 10
    """Requests that are worked on at once; a store with connections needs as many of them."""
    waiting: int = 200
    """Requests that may wait for a thread; more are told to come again."""
    resume_seconds: float = 30.0
    """How often triggers that were left pending are looked for."""
