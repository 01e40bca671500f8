"""Medians, spreads, ratios, and how a cost grows."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from math import log
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of some figures, and the quarters around it."""

    median: float
    low: float
    high: float


def spread(figures: Sequence[float]) -> Spread:
    """Median and quartiles; of a single figure, that figure."""
    if len(figures) == 1:
        return Spread(figures[0], figures[0], figures[0])
    low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
    return Spread(median, low, high)


def ratios(own: Sequence[float], other: Sequence[float]) -> Spread:
    """The rounds' own ratios: what slows a whole round down leaves them alone."""
    return spread([mine / theirs for mine, theirs in zip(own, other, strict=True)])


def growth(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """The exponent of growth: the slope of log cost over log size, by least squares. 1 is linear."""
    return statistics.linear_regression([log(size) for size in sizes], [log(cost) for cost in costs]).slope
