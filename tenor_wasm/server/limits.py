"""How often somebody may ask: a bucket of tokens for each key or address."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000
"""Buckets that are kept; the one that was used longest ago goes first."""


class RateLimit:
    """``rate`` tokens a second for each name, at most ``burst`` at once. A rate of 0 sets no bound."""

    def __init__(self, rate: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, max(burst, 1.0), now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """Take a token: 0.0, or the seconds after which there is one again."""
        if self._rate <= 0:
            return 0.0
        now = self._now()
        tokens, seen = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._rate)
        taken = tokens >= 1
        self._buckets[name] = (tokens - 1 if taken else tokens, now)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate
