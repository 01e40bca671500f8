"""The stores that agents act on: those of the executor's tests."""

from __future__ import annotations

from tests.executor.conftest import cluster, durable, place, storage
from tests.executor.test_restarted import own_cluster

__all__ = ["cluster", "durable", "own_cluster", "place", "storage"]
