"""JSON Lines worked on by several processes: in order, and at the same memory however long the file is.

Lines are handed over in batches; only so many batches are under way at a time, and the next line is read when a batch
is done. What a process needs it is given once, when it starts.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from itertools import chain, islice
from typing import IO, Any, NamedTuple, TypeVar

from tenor_wasm.cli.streams import reason
from tenor_wasm.errors import TenorError

BATCH = 64
"""Lines that a process gets at a time: enough that handing them over costs nothing, few enough to keep order cheap."""

BATCH_LENGTH = 2**20
"""Characters after which a batch is full, however few its lines: so that long lines need no more memory."""

BATCHES_PER_PROCESS = 4
"""Batches that may wait or be under way for each process."""

Done = TypeVar("Done")
Given = TypeVar("Given")


class Line(NamedTuple):
    """One line of the file: its number from 1, and its text."""

    number: int
    text: str


Batch = tuple[Line, ...]
Make = Callable[[Given], Callable[[Batch], Done]]
"""Makes what works on a batch from what it needs to know."""


@contextmanager
def opened(path: str, option: str) -> Iterator[IO[bytes]]:
    """The file, or standard input for ``-``; ``option`` is who asks for it. Raises ``unreadable_file``."""
    try:
        with nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise TenorError("unreadable_file", f"{option}: cannot read '{path}': {reason(error)}") from None


def size(file: IO[bytes]) -> int | None:
    """The bytes of the file, where they are known."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None


def lines_of(file: Iterable[bytes], first: int = 1) -> Iterator[Line]:
    """The lines that are not blank, with their numbers."""
    return (Line(number, decoded(line)) for number, line in enumerate(file, first) if line.strip())


def decoded(data: bytes) -> str:
    """The text of a line. A byte that is no UTF-8 becomes half a surrogate pair, which the reader of JSON refuses."""
    return data.decode("utf-8-sig", errors="surrogateescape")


def batches(lines: Iterable[Line]) -> Iterator[Batch]:
    """The lines in batches."""
    batch: list[Line] = []
    length = 0
    for line in lines:
        batch.append(line)
        length += len(line.text)
        if len(batch) == BATCH or length >= BATCH_LENGTH:
            yield tuple(batch)
            batch, length = [], 0
    if batch:
        yield tuple(batch)


def worked(lines: Iterable[Line], make: Make[Given, Done], given: Given, jobs: int) -> Iterator[Done]:
    """What the work gives for each batch of lines, in order; ``make(given)`` makes it, in each process that works.

    ``make`` is a function of a module: it is sent to processes by its name. What it raises is raised here, before any
    process is started. What fits in one batch is done sooner than a process is started.
    """
    work = make(given)
    waiting = batches(lines)
    first = tuple(islice(waiting, 2))
    everything = chain(first, waiting)
    yield from _by_processes(everything, make, given, jobs) if jobs > 1 and len(first) > 1 else map(work, everything)


def _by_processes(waiting: Iterable[Batch], make: Make[Given, Done], given: Given, jobs: int) -> Iterator[Done]:
    under_way: deque[Future[Done]] = deque()
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=(make, given))
    try:
        for batch in waiting:
            under_way.append(pool.submit(_work, batch))
            if len(under_way) >= jobs * BATCHES_PER_PROCESS:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


_own_work: Callable[[Batch], Any] | None = None
"""What a working process does; made when it starts."""


def _start(make: Make[Given, Done], given: Given) -> None:
    global _own_work
    # An interrupt at the terminal reaches every process; the one that reads ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _own_work = make(given)


def _work(batch: Batch) -> Any:
    assert _own_work is not None
    return _own_work(batch)


def jobs_option(what: str) -> Callable[..., object]:
    """``--jobs``; ``what`` says what the processes do."""
    return lambda parser: parser.add_argument(
        "--jobs", type=int, metavar="N", help=f"processes that {what} (default: one for each core)"
    )


def jobs_of(jobs: int | None) -> int:
    """The processes that ``--jobs`` asks for. Raises ``usage``."""
    if jobs is None:
        return os.cpu_count() or 1
    if jobs < 1:
        raise TenorError("usage", "--jobs takes a number of at least 1")
    return jobs
