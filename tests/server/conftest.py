"""Servers on each store, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenor_wasm.executor.memory import MemoryStorage
from tests.executor.places import DURABLE, Cluster, Place, make_place, running_cluster
from tests.server.running import serving


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the tests' own."""
    yield from running_cluster()


@pytest.fixture(params=DURABLE)
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each backend that outlives its process."""
    place = make_place(request.param, request, tmp_path)
    yield place
    place.close()


@pytest.fixture
def url(durable: Place) -> Iterator[str]:
    """A server over each store in turn, with the shop on it."""
    with serving(durable.open()) as address:
        yield address


@pytest.fixture(scope="module")
def quick() -> Iterator[str]:
    """A server over memory, for tests that do not care where instances are."""
    with serving(MemoryStorage()) as address:
        yield address
