"""Where the stores of the tests keep their data: memory, an SQLite file, a PostgreSQL that is started for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.executor.open import open_storage
from tenor_wasm.executor.storage import Storage

FINDER = Path(__file__).resolve().parent.parent / "find_postgres.sh"
NOBODY = "nobody"
_NUMBERS = count()


@dataclass
class Place:
    """Where a store's data is. Each ``open`` is another process as far as the data is concerned, but for memory."""

    kind: str
    address: str
    opened: list[Storage] = field(default_factory=list)

    def open(self) -> Storage:
        if self.kind == "memory" and self.opened:
            return self.opened[0]
        self.opened.append(MemoryStorage() if self.kind == "memory" else open_storage(self.address))
        return self.opened[-1]

    def close(self) -> None:
        for storage in self.opened:
            storage.close()


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server of the tests' own, on a socket in a folder of its own."""

    folder: Path
    programs: Path
    as_user: tuple[str, ...]

    def run(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def control(self, *arguments: str) -> None:
        """Start, stop or restart the server. It writes to a file: a pipe would stay open as long as it runs."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), *arguments)

    def database(self) -> str:
        """The address of an empty place in the server: a schema of its own, which is made faster than a database."""
        address = f"postgresql://tenor@/postgres?host={self.folder}"
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(address) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{address}&options=-csearch_path%3D{name}"


def running_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that runs; the tests that ask for it are skipped where it cannot be installed."""
    found = subprocess.run([FINDER], capture_output=True, text=True, check=False)
    if not found.stdout.strip():
        pytest.skip(found.stderr.strip() or "PostgreSQL IS NOT TESTED: it could not be installed")
    folder = Path(tempfile.mkdtemp(prefix="tenor-pg-"))
    # PostgreSQL refuses to run as root.
    user = ("setpriv", f"--reuid={NOBODY}", f"--regid={_group()}", "--clear-groups") if os.getuid() == 0 else ()
    cluster = Cluster(folder, Path(found.stdout.strip()), user)
    if user:
        shutil.chown(folder, NOBODY, _group())
    # What is tested is our writing; the server's own promise to survive a loss of power is not, so it need not flush.
    settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
    try:
        cluster.run(
            "initdb",
            "-D",
            str(cluster.data),
            "-U",
            "tenor",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        cluster.control("start", "-o", settings)
        yield cluster
        cluster.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _group() -> str:
    return subprocess.run(["id", "-gn", NOBODY], capture_output=True, text=True, check=True).stdout.strip()


KINDS = [
    pytest.param("memory", id="memory"),
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.xdist_group("postgres")),
]
DURABLE = KINDS[1:]


def make_place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if kind == "postgres":
        cluster: Cluster = request.getfixturevalue("cluster")
        return Place(kind, cluster.database())
    return Place(kind, "memory:" if kind == "memory" else f"sqlite:///{tmp_path / f'{next(_NUMBERS)}.db'}")
