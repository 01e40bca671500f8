"""The standard streams, which may be absent (``>&-``), or refuse what is written to them (a full disk)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

_STAND_INS = {"stdin": "w", "stdout": "r", "stderr": "w"}
"""How the null device is opened for a stream that is absent: input and output so that to use them is an error."""


class UnwritableOutputError(Exception):
    """Standard output takes nothing; the message is the reason."""


def complete() -> None:
    """Have all three streams.

    One that is absent gets a stand-in, which also takes its number: a file that is opened later would get it else.
    """
    for name, mode in _STAND_INS.items():
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a sign gets an escape for it, not a crash.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")


def write(text: str) -> None:
    """Write to standard output. Raises ``UnwritableOutputError``, and ``BrokenPipeError`` for a reader that went."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go(sys.stdout)
        raise UnwritableOutputError(reason(error)) from error


def tell(text: str) -> None:
    """Write a line to standard error, where it takes one."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        let_go(sys.stderr)


def let_go(stream: TextIO) -> None:
    """Keep the interpreter from writing at its end what the stream did not take."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def reason(error: OSError) -> str:
    """Why a stream cannot be used; what has no words of the system is a stand-in."""
    return error.strerror or "it is closed"
