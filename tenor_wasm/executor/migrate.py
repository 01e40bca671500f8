"""Migrations: plain SQL files, applied once each in the order of their names, and recorded with their digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from tenor_wasm.errors import TenorError

TABLE = """CREATE TABLE IF NOT EXISTS tenor_migrations (
    name       TEXT NOT NULL PRIMARY KEY,
    digest     TEXT NOT NULL,
    applied_at TEXT NOT NULL
)"""
"""What has been applied."""

APPLIED = "SELECT name, digest FROM tenor_migrations ORDER BY name"
RECORD = "INSERT INTO tenor_migrations (name, digest, applied_at) VALUES (?, ?, ?)"

_COMMENT = re.compile(r"--[^\n]*")


class Migration(NamedTuple):
    """One file: its name, its text, and the digest that says whether it is still the one that was applied."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """Lower-case hexadecimal SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements; they hold no semicolon of their own."""
        parts = _COMMENT.sub("", self.text).split(";")
        return tuple(part.strip() for part in parts if part.strip())


def migrations(dialect: str) -> tuple[Migration, ...]:
    """The migrations of a dialect, by name."""
    folder = files("tenor_wasm.executor") / "migrations" / dialect
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return tuple(Migration(entry.name, entry.read_text("utf-8")) for entry in sorted(found, key=lambda e: e.name))


def outstanding(known: Iterable[Migration], applied: Mapping[str, str]) -> tuple[Migration, ...]:
    """The migrations that are still to be applied, given the digests of those that were.

    Raises ``migration_changed`` when a file is no longer what was applied, ``storage_too_new`` when the store has a
    migration that this version does not know.
    """
    by_name = {migration.name: migration for migration in known}
    for name, digest in applied.items():
        if name not in by_name:
            raise TenorError(
                "storage_too_new", f"the store has the migration '{name}', which this version does not know: update it"
            )
        if by_name[name].digest != digest:
            message = f"the migration '{name}' is not the one that was applied; put it back and write a new one"
            raise TenorError("migration_changed", message)
    return tuple(migration for name, migration in by_name.items() if name not in applied)
