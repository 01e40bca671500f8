"""What an executor cannot make up by itself: the time, and names that nobody else gives. Both are parameters."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from random import uniform
from typing import Protocol, TypeAlias
from uuid import uuid4

Clock: TypeAlias = Callable[[], str]
"""The time now: RFC 3339, UTC, milliseconds."""

Ids: TypeAlias = Callable[[str], str]
"""A new id for a kind of thing (its prefix); the same one never comes twice in a store."""


class Signer(Protocol):
    """Makes authenticity claims (E18, E19); ``executor.signing`` has one."""

    @property
    def attestation_format(self) -> str:
        """The name of the scheme."""

    def sign(self, subject: str, content_hash: str) -> str:
        """The claim that this signer vouches for a content hash; ``subject`` says what kind of thing it is of."""


def system_clock() -> str:
    """The time of the machine."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def random_ids(prefix: str) -> str:
    """An id with 122 random bits."""
    return f"{prefix}_{uuid4().hex}"


def counting_ids(start: int = 1) -> Ids:
    """Ids that count up, for one process and a store of its own: the same run gives the same ids."""
    numbers = count(start)
    return lambda prefix: f"{prefix}_{next(numbers):06}"


def short_pause(attempts: int) -> None:
    """Wait for others: longer after each attempt, up to a tenth of a second, and never in step with them."""
    time.sleep(uniform(0, min(0.1, 0.001 * 2**attempts)))
