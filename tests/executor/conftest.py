"""The stores that the tests run on, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tenor_wasm.executor.storage import Storage
from tests.executor.places import DURABLE, KINDS, Cluster, Place, make_place, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the tests' own."""
    yield from running_cluster()


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each backend in turn."""
    place = make_place(request.param, request, tmp_path)
    yield place
    place.close()


@pytest.fixture(params=DURABLE)
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each backend that outlives its process."""
    place = make_place(request.param, request, tmp_path)
    yield place
    place.close()


@pytest.fixture
def storage(place: Place) -> Storage:
    """A store on each backend in turn."""
    return place.open()
