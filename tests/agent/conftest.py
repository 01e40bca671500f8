"""The stores that agents act on: those of the executor's tests."""

from __future__ import annotations

from tests.executor.conftest import cluster, durable, place, storage

__all__ = ["cluster", "durable", "place", "storage"]
