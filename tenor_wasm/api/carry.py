"""Long texts between JavaScript and Python: the host converts texts a character after the other, bytes all at once."""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

from tenor_wasm.api.fragments import Pieces
from tenor_wasm.api.wire import IN_PIECES

LONG = 20_000
"""Characters from which an answer crosses to JavaScript sooner as bytes."""

SHARED = 2_000
"""Characters from which a piece crosses once, however often the answer has it."""

_PLAIN = (str, int, float, NoneType)


def carried(function: Callable[..., str | None], *values: Any) -> str | bytes | None:
    """Call a function for the bridge with its long texts as ASCII bytes in a JavaScript buffer; answer so too.

    A long answer comes ``packed``.
    """
    given = [value if isinstance(value, _PLAIN) else value.to_bytes().decode("ascii") for value in values]
    answer = IN_PIECES.get(function, function)(*given)
    if isinstance(answer, Pieces):
        return packed(answer) if sum(map(len, answer)) >= LONG else "".join(answer)
    return answer if answer is None or len(answer) < LONG else packed(Pieces((answer,)))


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
