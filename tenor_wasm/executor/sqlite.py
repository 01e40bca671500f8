"""A store in an SQLite file (the standard library's ``sqlite3``), for one machine and any number of its processes.

The file is in WAL mode: readers see the last commit and wait for nobody, writers take turns. Commits are synchronous
(``synchronous=FULL``): what was committed survives the end of the process and of the machine's power.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenor_wasm.errors import TenorError
from tenor_wasm.executor import storage as errors
from tenor_wasm.executor.migrate import APPLIED, RECORD, TABLE, migrations, outstanding
from tenor_wasm.executor.records import Group, InstanceKey, InstanceRecord
from tenor_wasm.executor.sql import Row, SqlSnapshot, SqlTransaction

WAIT_SECONDS = 10.0
"""How long a writer waits for writers of other processes before it gives up with ``conflict``."""

_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_SELECT_GROUP = (
    "SELECT instance_id FROM instances WHERE namespace = ? AND entity_id = ? AND state = ? AND instance_id > ?"
    " ORDER BY instance_id LIMIT ?"
)


class SqliteStorage:
    """A store in one file, which is made when it is not there. Raises ``storage_unavailable`` when it cannot be."""

    def __init__(self, path: str | Path, wait_seconds: float = WAIT_SECONDS) -> None:
        self._path = str(path)
        self._wait_seconds = wait_seconds
        self._writing = threading.Lock()  # writers of this process queue here, in order
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._local = threading.local()
        self._closed = False
        self._migrate()

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """A block whose writes are committed at its end."""
        with self._connection() as connection, self._writing, _translated():
            connection.execute("BEGIN IMMEDIATE")
            with _ended(connection, "COMMIT"):
                yield SqliteTransaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSnapshot]:
        """A block whose reads see one moment."""
        with self._connection() as connection, _translated():
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM tenor_migrations").fetchone()  # the moment is that of the first read
            with _ended(connection, "ROLLBACK"):
                yield SqliteSnapshot(connection)

    def close(self) -> None:
        """Close every connection that is not in a block; the others close at the end of theirs."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _migrate(self) -> None:
        known = migrations("sqlite")
        with self._connection() as connection, _translated():
            connection.execute("BEGIN IMMEDIATE")
            with _ended(connection, "COMMIT"):
                connection.execute(TABLE)
                for migration in outstanding(known, dict(connection.execute(APPLIED))):
                    for statement in migration.statements:
                        connection.execute(statement)
                    connection.execute(RECORD, (migration.name, migration.digest, datetime.now(UTC).isoformat()))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of this block alone."""
        if getattr(self._local, "inside", False):
            raise errors.nested_transaction()
        with self._guard:
            if self._closed:
                raise errors.storage_closed()
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        self._local.inside = True
        try:
            yield connection
        finally:
            self._local.inside = False
            self._release(connection)

    def _release(self, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next block, unless its transaction could not be ended."""
        with self._guard:
            if not self._closed and not connection.in_transaction:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        with _translated():
            connection = sqlite3.connect(
                self._path, timeout=self._wait_seconds, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            return connection


class SqliteSnapshot(SqlSnapshot):
    """Reads of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement; the rows that it gives."""
        with _translated():
            return self._connection.execute(statement, parameters).fetchall()

    def groups(self, wanted: Sequence[Group], limit: int) -> tuple[tuple[str, ...], ...]:
        """For each group the next instance ids: one look into the index each."""
        return tuple(tuple(name for (name,) in self.rows(_SELECT_GROUP, (*group, limit))) for group in wanted)


class SqliteTransaction(SqliteSnapshot, SqlTransaction):
    """Writes while every other writer waits."""

    def write(self, statement: str, parameters: Sequence[Any]) -> int:
        """Run a statement that changes rows."""
        with _translated():
            return self._connection.execute(statement, parameters).rowcount

    def read_for_update(self, keys: Iterable[InstanceKey]) -> Mapping[InstanceKey, InstanceRecord]:
        """The instances that exist; no other writer is at work."""
        found = {key: self.instance(key) for key in keys}
        return {key: record for key, record in found.items() if record is not None}


@contextmanager
def _ended(connection: sqlite3.Connection, ending: str) -> Iterator[None]:
    """End the transaction with ``ending``, or roll it back when the block is left by an exception."""
    try:
        yield
        connection.execute(ending)
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


@contextmanager
def _translated() -> Iterator[None]:
    """Driver errors as ``TenorError``."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise TenorError(
            "id_used", f"the store refuses a row that is there already, or lacks another: {error}"
        ) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(_BUSY):
            raise errors.conflict(
                "other processes kept the store busy for too long; run the transaction again"
            ) from error
        code = "storage_unavailable" if isinstance(error, sqlite3.OperationalError) else "storage_failed"
        raise TenorError(code, f"the store cannot be used: {error}", "", {"committed": "no"}) from error
