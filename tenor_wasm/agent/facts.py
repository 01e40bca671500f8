"""Facts for each step: the same ones, a file that is read anew, or a file with one fact set on each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TextIO, TypeAlias

from tenor_wasm.api.json_text import read_json
from tenor_wasm.errors import Json, TenorError

Facts: TypeAlias = Callable[[int], Json]
"""The facts of a step, by its number; ``None`` when there are no more, which ends the run."""


def facts_from_file(path: str) -> Facts:
    """A JSON file that is read anew for each step: replace it while the agent runs, and it sees the new facts.

    Raises ``unreadable_file``, and what is wrong with its JSON, at the step that reads it.
    """

    def read(_: int) -> Json:
        with _opened(path) as file:
            return read_json(_text(file, path), "the facts")

    return read


def facts_from_lines(path: str) -> Facts:
    """A file with one fact set on each line, one for each step; empty lines are passed over.

    Raises ``unreadable_file`` at once, and what is wrong with a line at its step.
    """
    return FactLines(path)


class FactLines:
    """Facts line by line. ``where`` is where the last ones stood."""

    def __init__(self, path: str) -> None:
        self.where = ""
        self._path, self._lines = path, _numbered(_opened(path), path)

    def __call__(self, _: int) -> Json:
        """The facts of the next line."""
        number, line = next(self._lines, (0, ""))
        self.where = f"the facts on line {number} of '{self._path}'"
        return read_json(line, self.where) if line else None


def _numbered(file: TextIO, path: str) -> Iterator[tuple[int, str]]:
    with file:
        number = 0
        while line := _text(file, path, file.readline):
            number += 1
            if line.strip():
                yield number, line


def _opened(path: str) -> TextIO:
    try:
        return open(path, encoding="utf-8-sig")
    except OSError as error:
        raise TenorError("unreadable_file", f"cannot read the facts in '{path}': {error.strerror}") from None


def _text(file: TextIO, path: str, read: Callable[[], str] | None = None) -> str:
    try:
        return (read or file.read)()
    except UnicodeDecodeError as error:
        raise TenorError("unreadable_file", f"'{path}' is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise TenorError("unreadable_file", f"cannot read the facts in '{path}': {error.strerror}") from None
