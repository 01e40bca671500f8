"""A store in PostgreSQL (psycopg 3 with its pool; extra ``postgres``): any number of processes over one database.

Writers lock the rows of the instances that they read, always in the order of their keys, so that two flows on one
instance take turns and flows on different instances do not meet. Readers see one moment (``REPEATABLE READ``).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from tenor_wasm.errors import TenorError
from tenor_wasm.executor import storage as errors
from tenor_wasm.executor.migrate import APPLIED, RECORD, TABLE, migrations, outstanding
from tenor_wasm.executor.records import Group, InstanceKey, InstanceRecord
from tenor_wasm.executor.sql import INSTANCE, Row, SqlSnapshot, SqlTransaction, instance_of

WAIT_SECONDS = 10.0
"""How long a writer waits for another one's instances, and a block for a connection."""

_ATTEMPT_SECONDS = 2
"""How long one more attempt may take that only asks why there is no connection."""

# The pool logs every attempt that fails. Without this Python would print those lines where nobody has set up logging.
logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())

_MIGRATION_LOCK = 7310577140318237
"""The advisory lock that keeps servers that start together from migrating together."""

_SELECT_GROUPS = """SELECT asked.number, found.instance_id
    FROM unnest(?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
        AS asked (namespace, entity_id, state, after, number)
    CROSS JOIN LATERAL (
        SELECT instance_id FROM instances
        WHERE namespace = asked.namespace AND entity_id = asked.entity_id AND state = asked.state
            AND instance_id > asked.after COLLATE "C"
        ORDER BY instance_id LIMIT ?
    ) AS found
    ORDER BY asked.number, found.instance_id"""

_LOCK = f"""SELECT {", ".join(INSTANCE)} FROM instances
    WHERE (namespace, entity_id, instance_id) IN (SELECT * FROM unnest(?::text[], ?::text[], ?::text[]))
    ORDER BY namespace, entity_id, instance_id FOR UPDATE"""


class PostgresStorage:
    """A store in a database, ``postgresql://…``. Raises ``storage_unavailable`` when it cannot be reached."""

    def __init__(self, url: str, connections: int = 10, wait_seconds: float = WAIT_SECONDS) -> None:
        _check_address(url)
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            timeout=wait_seconds,
            kwargs={"autocommit": True},
            configure=lambda connection: _patient(connection, wait_seconds),
            check=ConnectionPool.check_connection,
            open=False,
        )
        self._local = threading.local()
        try:
            self._pool.open(wait=True, timeout=wait_seconds)
            self._migrate()
        except PoolTimeout:
            self._pool.close()
            reason = _reason(url)
            message = f"the database cannot be reached; check its address{reason}"
            raise TenorError("storage_unavailable", message) from None
        except BaseException:
            self._pool.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """A block whose writes are committed at its end."""
        with self._connection() as connection, _translated():
            connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            with _ended(connection, "COMMIT"):
                yield PostgresTransaction(connection)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSnapshot]:
        """A block whose reads see one moment."""
        with self._connection() as connection, _translated():
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute("SELECT 1 FROM tenor_migrations LIMIT 1")  # the moment is that of the first read
            with _ended(connection, "ROLLBACK"):
                yield PostgresSnapshot(connection)

    def close(self) -> None:
        """Close the pool; blocks that are open may end."""
        self._pool.close()

    def _migrate(self) -> None:
        known = migrations("postgres")
        with self._connection() as connection, _translated():
            connection.execute("BEGIN")
            with _ended(connection, "COMMIT"):
                connection.execute(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                connection.execute(TABLE.encode())
                applied: dict[str, str] = dict(connection.execute(APPLIED).fetchall())
                for migration in outstanding(known, applied):
                    for statement in migration.statements:
                        connection.execute(statement.encode())
                    row = (migration.name, migration.digest, datetime.now(UTC).isoformat())
                    connection.execute(_marked(RECORD), row)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of this block alone."""
        if getattr(self._local, "inside", False):
            raise errors.nested_transaction()
        try:
            connection = self._pool.getconn()
        except PoolClosed:
            raise errors.storage_closed() from None
        except PoolTimeout:
            message = "no connection to the database became free in time; ask again"
            raise TenorError("storage_unavailable", message, "", {"committed": "no"}) from None
        self._local.inside = True
        try:
            yield connection
        finally:
            self._local.inside = False
            self._pool.putconn(connection)


def _reason(url: str) -> str:
    """Why no connection comes about, in brackets: the pool keeps that to its log. The driver shows no password."""
    try:
        psycopg.connect(url, connect_timeout=_ATTEMPT_SECONDS).close()
    except psycopg.Error as error:
        return f" ({' '.join(str(error).split())})"
    return ""


def _check_address(url: str) -> None:
    """Raise ``invalid_address``, without the address: the pool would write it to its log, with the password."""
    try:
        conninfo_to_dict(url)
    except psycopg.Error:
        message = "this is no address of a database; write postgresql://USER@HOST/DATABASE with known parameters"
        raise TenorError("invalid_address", message) from None


def _patient(connection: psycopg.Connection[Any], wait_seconds: float) -> None:
    """A new connection waits for locks no longer than a writer may."""
    connection.execute(f"SET lock_timeout = {int(wait_seconds * 1000)}".encode())


class PostgresSnapshot(SqlSnapshot):
    """Reads of one moment."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Sequence[Any]) -> list[Row]:
        """Run a statement; the rows that it gives."""
        with _translated():
            return self._connection.execute(_marked(statement), parameters).fetchall()

    def groups(self, wanted: Sequence[Group], limit: int) -> tuple[tuple[str, ...], ...]:
        """For each group the next instance ids, all in one round trip."""
        found: list[list[str]] = [[] for _ in wanted]
        columns = [list(column) for column in zip(*wanted, strict=True)]
        for number, name in self.rows(_SELECT_GROUPS, (*columns, limit)) if wanted else ():
            found[number - 1].append(name)
        return tuple(map(tuple, found))


class PostgresTransaction(PostgresSnapshot, SqlTransaction):
    """Writes; rows that were read for update are locked."""

    def write(self, statement: str, parameters: Sequence[Any]) -> int:
        """Run a statement that changes rows."""
        with _translated():
            return self._connection.execute(_marked(statement), parameters).rowcount

    def read_for_update(self, keys: Iterable[InstanceKey]) -> Mapping[InstanceKey, InstanceRecord]:
        """The instances that exist, locked.

        One that was created while this waited for another's lock is asked for again: what is returned is of one moment.
        """
        wanted = set(keys)
        found: dict[InstanceKey, InstanceRecord] = {}
        while missing := wanted - found.keys():
            columns = [list(column) for column in zip(*sorted(missing), strict=True)]
            locked = {record.key: record for record in map(instance_of, self.rows(_LOCK, columns))}
            found |= locked
            if not locked:
                break
        return found


@cache
def _marked(statement: str) -> bytes:
    """The statement with the driver's own marks for parameters."""
    return statement.replace("?", "%s").encode()


@contextmanager
def _ended(connection: psycopg.Connection[Any], ending: str) -> Iterator[None]:
    """End the transaction with ``ending``, or roll it back when the block is left by an exception."""
    try:
        yield
    except BaseException:
        if not connection.closed:
            try:
                connection.execute("ROLLBACK")
            except psycopg.Error:
                connection.close()
        raise
    try:
        ended = connection.execute(ending.encode()).statusmessage
    except psycopg.OperationalError as error:
        connection.close()
        if isinstance(error, _CONFLICTS):
            raise
        message = f"the connection was lost while the transaction ended: {error}"
        raise TenorError("storage_unavailable", message, "", {"committed": "unknown"}) from error
    if ended != ending:
        message = "a write of the transaction was refused before, so nothing of it is stored; run it without that write"
        raise TenorError("storage_failed", message, "", {"committed": "no"})


_CONFLICTS = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable)


@contextmanager
def _translated() -> Iterator[None]:
    """Driver errors as ``TenorError``."""
    try:
        yield
    except _CONFLICTS as error:
        raise errors.conflict() from error
    except pg.IntegrityError as error:
        raise TenorError(
            "id_used", f"the store refuses a row that is there already, or lacks another: {error}"
        ) from error
    except psycopg.OperationalError as error:
        message = f"the database cannot be used: {error}"
        raise TenorError("storage_unavailable", message, "", {"committed": "no"}) from error
    except psycopg.Error as error:
        raise TenorError("storage_failed", f"the database refuses: {error}", "", {"committed": "no"}) from error
