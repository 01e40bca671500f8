"""Tables as Markdown, laid out so that a terminal shows them well, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.benchmarks.fit import Spread


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The table; every column but the first is right-aligned."""
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        padded = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return f"| {' | '.join((cells[0].ljust(widths[0]), *padded))} |"

    rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
    return "\n".join([row(lines[0]), f"|{rule}|", *map(row, lines[1:])])


def milliseconds(times: Spread) -> str:
    """The median and the quarters around it, in ms, with three digits that matter."""
    return f"{number(times.median)} ({number(times.low)}–{number(times.high)})"


def number(value: float) -> str:
    """Three digits that matter, never an exponent."""
    if value == 0 or value >= 100:
        return f"{value:.0f}"
    return f"{value:.{2 if value >= 1 else 3}f}" if value >= 0.1 else f"{value:.4f}"
