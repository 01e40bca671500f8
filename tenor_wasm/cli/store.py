"""The store of the commands that work on instances that live: where it is, and what is asked of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tenor_wasm.cli.command import Option
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, open_storage
from tenor_wasm.executor.open import SQLITE
from tenor_wasm.interchange.constructs import Contract

VARIABLE = "TENOR_DB"
DEFAULT = f"{SQLITE}tenor.db"
LIMIT = 100


def db_option(parser: argparse.ArgumentParser) -> object:
    """``--db``."""
    return parser.add_argument(
        "--db",
        metavar="ADDRESS",
        help="where the instances are: sqlite:///FILE, postgresql://HOST/DATABASE or memory:"
        f" (default: ${VARIABLE}, which keeps a password from the list of processes, else {DEFAULT})",
    )


def _namespace_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--namespace", metavar="NAME", help="whose instances of the contract (default: the contract's id)"
    )


STORE_OPTIONS: tuple[Option, ...] = (db_option, _namespace_option)


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
    return str(namespace.db or os.environ.get(VARIABLE) or DEFAULT)


@contextmanager
def executor_over(
    namespace: argparse.Namespace, contract: Contract, *, creates: bool = False, **options: Any
) -> Iterator[Executor]:
    """An executor over the store of ``--db``, closed at the end; only a command that ``creates`` makes a new file.

    Raises ``unknown_store``, and as ``open_storage``.
    """
    address = address_of(namespace)
    file = Path(address.removeprefix(SQLITE))
    if address.startswith(SQLITE) and not creates and not file.exists():
        message = f"there is no store at '{file}'; 'tenor create' makes one with its first instance"
        raise TenorError("unknown_store", message)
    storage = open_storage(address)
    try:
        yield Executor(contract, storage, namespace=namespace.namespace, **options)
    finally:
        storage.close()


def named_instance(text: str) -> tuple[str, str]:
    """The entity and the instance of ``ENTITY/ID``. Raises ``usage``."""
    entity, separator, instance = text.partition("/")
    if not separator or not entity or not instance:
        raise TenorError("usage", f"an instance is named ENTITY/ID, not '{text}'")
    return entity, instance


def more_text(cursor: str | None) -> str:
    """A line that says how to go on; empty at the end."""
    return "" if cursor is None else f"\n\nThere is more: --cursor {cursor}"
