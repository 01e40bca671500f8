"""Plain tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns aligned to the left, two spaces apart, with a line under the headings."""
    lines = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def section(title: str, body: str) -> str:
    """A titled block."""
    return f"{title}\n\n{body}\n"


def joined(names: Iterable[str], absent: str = "-") -> str:
    """Names in one cell; ``absent`` when there are none."""
    return ", ".join(names) or absent
