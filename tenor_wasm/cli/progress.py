"""A bar on standard error that shows how far a long run has come, where there is a terminal to show it."""

from __future__ import annotations

from time import monotonic
from typing import TextIO

WIDTH = 30
SECONDS_BETWEEN = 0.1


class Progress:
    """A line that is written over. ``total`` is what ``done`` counts up to; ``None`` where nobody knows."""

    def __init__(self, total: int | None, stream: TextIO) -> None:
        self._total = total
        self._stream = stream if stream.isatty() else None
        self._shown_at: float | None = None

    def show(self, done: int, text: str) -> None:
        """Show the state, but not more often than an eye can follow."""
        now = monotonic()
        if self._stream is None or (self._shown_at is not None and now - self._shown_at < SECONDS_BETWEEN):
            return
        self._shown_at = now
        self._stream.write(f"\r\x1b[K{self._bar(done)}{text}")
        self._stream.flush()

    def _bar(self, done: int) -> str:
        if self._total is None:
            return ""
        part = min(1.0, done / self._total)
        full = int(part * WIDTH)
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {part:4.0%} "

    def clear(self) -> None:
        """Take the line away."""
        if self._stream is not None and self._shown_at is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
