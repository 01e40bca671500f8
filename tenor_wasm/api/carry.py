"""Long texts between JavaScript and Python, through a window: bytes that both sides read and write.

The host converts texts a character after the other, and makes an object of its own for bytes that are handed over. What
is written into the window crosses all at once. ``carry.ts`` is the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenor_wasm.api.fragments import Pieces
from tenor_wasm.api.wire import IN_PIECES

LONG = 1_500
"""Characters from which an answer crosses sooner by the window."""

SHARED = 2_000
"""Characters from which a piece crosses once, however often the answer has it."""

LEAST = 1 << 16
"""Bytes of the window at least."""

KEPT = 1 << 20
"""Bytes up to which the window grows in steps; JavaScript gives a larger one up after the call."""

_MOST_VALUES = 8

_PLACES = [[place for place in range(_MOST_VALUES) if marks >> place & 1] for marks in range(1 << _MOST_VALUES)]
"""The places of the bits that a number has."""


class _Window:
    __slots__ = ("content",)

    def __init__(self) -> None:
        self.content = bytearray()


_WINDOW = _Window()


def window(size: int) -> bytearray:
    """The window, with room for so many bytes at least; with room for none it is given up."""
    length = len(_WINDOW.content)
    if size == 0 or size > length:
        # In steps, lest texts that grow a little ask for another window each time.
        step = max(LEAST, 1 << (size - 1).bit_length()) if size else 0
        _WINDOW.content = bytearray(size if size > KEPT else step)
    return _WINDOW.content


def carried(function: Callable[..., str | None], marks: int, *values: Any) -> str | int | None:
    """Call a function for the bridge; a value where ``marks`` has a bit is the length of an ASCII text in the window.

    These texts follow each other there. A long answer is left in the window, and its length given; below zero where it
    is ``packed``.
    """
    given = [*values]
    begin = 0
    for place in _PLACES[marks]:
        end = begin + given[place]
        given[place] = _WINDOW.content[begin:end].decode("ascii")
        begin = end
    answer = IN_PIECES.get(function, function)(*given)
    if answer is None:
        return None
    if not isinstance(answer, Pieces):
        return answer if len(answer) < LONG else _left(answer.encode())
    if any(len(piece) >= SHARED for piece in answer):
        return -_left(packed(answer))
    text = "".join(answer)
    return text if len(text) < LONG else _left(text.encode())


def _left(answer: bytes) -> int:
    length = len(answer)
    window(length)[:length] = answer
    return length


def packed(pieces: Pieces) -> bytes:
    """An answer for ``carry.ts`` to unpack: the lengths of its parts, a line feed, the parts.

    The first part is the answer, with ``NUL number NUL`` in the place of each piece that is a part of its own. JSON
    text holds neither.
    """
    numbers: dict[int, int] = {}
    parts: list[str] = [""]
    first: list[str] = []
    for piece in pieces:
        if len(piece) < SHARED:
            first.append(piece)
            continue
        number = numbers.get(id(piece))  # the pieces are alive: no two have one identity
        if number is None:
            number = numbers[id(piece)] = len(parts)
            parts.append(piece)
        first.append(f"\x00{number}\x00")
    parts[0] = "".join(first)
    return f"{','.join([str(len(part)) for part in parts])}\n{''.join(parts)}".encode()
