"""Where the commands that work on instances that live find them: a store, or a server over one."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tenor_wasm.api.wire import placed
from tenor_wasm.cli.command import Option
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, open_storage
from tenor_wasm.executor.open import SQLITE
from tenor_wasm.interchange.constructs import Contract

if TYPE_CHECKING:
    from tenor_wasm.client import Client

ADDRESS, KEY = "TENOR_DB", "TENOR_KEY"
"""Variables of the environment: what stands there is in no list of processes."""

DEFAULT = f"{SQLITE}tenor.db"
LIMIT = 100

Place: TypeAlias = "Executor | Client"
"""What the contract's instances are asked of: both have the same calls."""


def db_option(parser: argparse.ArgumentParser) -> object:
    """``--db``."""
    return parser.add_argument(
        "--db",
        metavar="ADDRESS",
        help="where the instances are: sqlite:///FILE, postgresql://HOST/DATABASE or memory:"
        f" (default: ${ADDRESS}, which keeps a password from the list of processes, else {DEFAULT})",
    )


def _namespace_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--namespace", metavar="NAME", help="whose instances of the contract (default: the contract's id)"
    )


def _server_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--server",
        metavar="URL",
        help="ask 'tenor serve' at this address (http://HOST:PORT, with --org /NAME) instead of a store;"
        f" ${KEY} is the bearer key where it needs one",
    )


STORE_OPTIONS: tuple[Option, ...] = (db_option, _namespace_option, _server_option)


def limit_option(parser: argparse.ArgumentParser) -> object:
    """``--limit``."""
    return parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help=f"how many at most (default {LIMIT}, up to 1000)"
    )


def cursor_option(parser: argparse.ArgumentParser) -> object:
    """``--cursor``."""
    return parser.add_argument("--cursor", metavar="TEXT", help="go on where an earlier answer ended")


def address_of(namespace: argparse.Namespace) -> str:
    """The address of the store that is meant."""
    return str(namespace.db or os.environ.get(ADDRESS) or DEFAULT)


@contextmanager
def instances_of(
    namespace: argparse.Namespace, contract: Contract, *, creates: bool = False, **options: Any
) -> Iterator[Place]:
    """What the contract's instances are asked of, closed at the end.

    Only a command that ``creates`` makes a new file. ``options`` are the executor's; a server has its own.
    Raises ``unknown_store``, ``contract_hash_mismatch`` where the server has another contract, as ``open_storage``.
    """
    if namespace.server is not None:
        with _client(namespace, contract) as client:
            yield client
        return
    address = address_of(namespace)
    file = Path(address.removeprefix(SQLITE))
    if address.startswith(SQLITE) and not creates and not file.exists():
        message = f"there is no store at '{file}'; 'tenor create' makes one with its first instance"
        raise TenorError("unknown_store", message)
    storage = open_storage(address)
    try:
        yield Executor(contract, storage, namespace=namespace.namespace, **options)
    except TenorError as error:
        raise placed(error) from None  # with the place that a server tells
    finally:
        storage.close()


def _client(namespace: argparse.Namespace, contract: Contract) -> Client:
    """The server, once it has said that it executes this very contract."""
    if namespace.db is not None or namespace.namespace is not None:
        raise TenorError("usage", "--server has a store of its own: leave --db and --namespace out")
    from tenor_wasm.client import Client  # it brings sockets along, which the other commands do without

    client = Client(namespace.server, contract.id, os.environ.get(KEY))
    found = f"sha256:{_manifest(client, namespace.server, contract)['etag']}"
    if found != contract.hash:
        raise TenorError(
            "contract_hash_mismatch",
            f"the server's contract '{contract.id}' has the hash {found}, not {contract.hash}: it is another version",
            "",
            {"expected": contract.hash, "found": found},
        )
    return client


def _manifest(client: Client, url: str, contract: Contract) -> Mapping[str, Any]:
    """The contract's manifest. Raises what the server answers."""
    try:
        return client.manifest()
    except TenorError as error:
        if error.code != "unknown_route":
            raise
        name = f"/{contract.id}"
        end = f"leave '{name}' at the end out" if url.rstrip("/").endswith(name) else f"'{name}' is put after it"
        message = f"there is nothing at {url}{name}: --server takes the address of the server alone; {end}"
        raise TenorError(error.code, message, error.path, error.details) from None


def named_instance(text: str) -> tuple[str, str]:
    """The entity and the instance of ``ENTITY/ID``. Raises ``usage``."""
    entity, separator, instance = text.partition("/")
    if not separator or not entity or not instance:
        raise TenorError("usage", f"an instance is named ENTITY/ID, not '{text}'")
    return entity, instance


def more_text(cursor: str | None) -> str:
    """A line that says how to go on; empty at the end."""
    return "" if cursor is None else f"\n\nThere is more: --cursor {cursor}"
