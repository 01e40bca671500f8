"""Servers over the stores of the executor's tests, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tenor_wasm.executor.memory import MemoryStorage
from tests.executor.conftest import cluster, durable
from tests.executor.places import Place
from tests.server.running import serving

__all__ = ["cluster", "durable"]


@pytest.fixture
def url(durable: Place) -> Iterator[str]:
    """A server over each durable store in turn, with the shop on it."""
    with serving(durable.open()) as address:
        yield address


@pytest.fixture(scope="module")
def quick() -> Iterator[str]:
    """A server over memory, for tests that do not care where instances are."""
    with serving(MemoryStorage()) as address:
        yield address
