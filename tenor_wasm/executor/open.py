"""Stores by address. A driver is imported when its store is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.arguments import can_be_held, checked_text
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.executor.storage import Storage

SQLITE = "sqlite:///"


CONNECTIONS = 10
"""Connections to a database server, where the caller names no number."""


def open_storage(address: str, connections: int = CONNECTIONS) -> Storage:
    """Open ``memory:``, ``sqlite:///file`` (four slashes for an absolute path) or ``postgresql://…``.

    ``connections`` is how many threads are served at once by a store that is another process.
    Raises ``invalid_address``, ``missing_driver`` where the extra is not installed, and what the store raises.
    """
    for prefix, make in _STORES.items() if can_be_held(checked_text(address, "address")) else ():
        if address.startswith(prefix):
            return make(address, connections)
    # The address is not shown: it may hold a password.
    message = "this is no address of a store; use memory:, sqlite:///FILE or postgresql://HOST/DATABASE"
    raise TenorError("invalid_address", message)


def _memory(address: str, _: int) -> Storage:
    if address != "memory:":
        raise TenorError("invalid_address", "a store in memory has no name; write memory:, or sqlite:///FILE")
    return MemoryStorage()


def _sqlite(address: str, _: int) -> Storage:
    from tenor_wasm.executor.sqlite import SqliteStorage

    path = address.removeprefix(SQLITE)
    if path in ("", ":memory:"):
        raise TenorError("invalid_address", f"the address names no file; write {SQLITE}FILE, or memory:")
    return SqliteStorage(path)


def _postgres(address: str, connections: int) -> Storage:
    try:
        from tenor_wasm.executor.postgres import PostgresStorage
    except ImportError as error:
        message = "PostgreSQL needs a driver: install 'tenor-wasm[postgres]'"
        raise TenorError("missing_driver", message) from error
    return PostgresStorage(address, connections)


_STORES: Mapping[str, Callable[[str, int], Storage]] = {
    "memory:": _memory,
    SQLITE: _sqlite,
    "postgresql://": _postgres,
    "postgres://": _postgres,
}
"""How an address begins → what opens it."""
