"""``tenor verify``: does each recorded chain follow from its inputs?

A file holds one chain as a JSON document, or one on each line (JSON Lines). Lines are checked in batches by several
processes and reported in order; only so many batches are under way at a time, so that a file of any length needs the
same memory.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain as chained
from itertools import islice
from typing import IO, NamedTuple

from tenor_wasm.api import calls, records
from tenor_wasm.api.json_text import read_json
from tenor_wasm.cli.command import Command, Output, read_bundle
from tenor_wasm.cli.progress import Progress
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.interchange.constructs import Contract

BATCH = 64
"""Lines that a process gets at a time: enough that handing them over costs nothing, few enough to keep order cheap."""

BATCHES_PER_PROCESS = 4
"""Batches that may wait or be under way for each process."""

MOST_NAMED = 1000
"""Chains that fail which are named; more are only counted."""


class Line(NamedTuple):
    """One line of the file: its number from 1, and its text."""

    number: int
    text: str


class Failure(NamedTuple):
    """A chain that does not follow from its inputs."""

    line: int
    chain_id: str | None
    difference: Mapping[str, Json]


class Checked(NamedTuple):
    """What became of one batch."""

    chains: int
    size: int
    failures: tuple[Failure, ...]


def run(namespace: argparse.Namespace) -> Output:
    """Verify every chain of the file; negative when one fails."""
    if namespace.chain == namespace.contract == "-":
        raise TenorError("usage", "standard input can be read once, but CHAIN and --contract ask for it")
    bundle = read_bundle(namespace.contract)
    contract = calls.load(bundle)
    jobs = namespace.jobs or os.cpu_count() or 1
    if jobs < 1:
        raise TenorError("usage", "--jobs takes a number of at least 1")
    with _opened(namespace.chain) as file:
        lines = _lines(file)
        first = tuple(islice(lines, BATCH))
        if not first:
            raise TenorError("usage", f"CHAIN: '{namespace.chain}' holds no chain")
        batches = _batches(chained(first, lines))
        # One batch is checked sooner than a process is started.
        pooled = jobs > 1 and len(first) == BATCH
        checked = _by_processes(batches, bundle, jobs) if pooled else (check(contract, batch) for batch in batches)
        return _output(checked, Progress(_size(file), sys.stderr))


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    if path == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise TenorError("unreadable_file", f"CHAIN: cannot read '{path}': {error.strerror}") from None
    with file:
        yield file


def _size(file: IO[bytes]) -> int | None:
    """The bytes of the file, where they are known."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None


def _lines(file: IO[bytes]) -> Iterator[Line]:
    """The chains of the file with their line numbers: one a line, or, where the first line is not a whole object, the
    whole file as one."""
    first = file.readline()
    number = 1
    while first and not first.strip():
        first, number = file.readline(), number + 1
    if not first:
        return
    if first.lstrip(b"\xef\xbb\xbf").lstrip().startswith(b"{") and not first.rstrip().endswith(b"}"):
        yield Line(number, _decoded(first + file.read()))
        return
    yield Line(number, _decoded(first))
    for line in file:
        number += 1
        if line.strip():
            yield Line(number, _decoded(line))


def _decoded(data: bytes) -> str:
    # A byte that is no UTF-8 becomes half a surrogate pair, which the reader of JSON text refuses.
    return data.decode("utf-8-sig", errors="surrogateescape")


def _batches(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


# --- checking --------------------------------------------------------------------------------------------------


def check(contract: Contract, batch: tuple[Line, ...]) -> Checked:
    """Verify the chains of some lines."""
    failures = tuple(failure for line in batch if (failure := _check_line(contract, line)) is not None)
    return Checked(len(batch), sum(len(line.text) for line in batch), failures)


def _check_line(contract: Contract, line: Line) -> Failure | None:
    try:
        verification = records.verify(contract, _chain(read_json(line.text, "the chain")))
    except TenorError as error:
        unreadable = {"code": "malformed_chain", "message": error.message, "path": error.path}
        return Failure(line.number, None, unreadable)
    if verification.difference is None:
        return None
    return Failure(line.number, verification.chain_id, records.difference_json(verification.difference))


def _chain(document: Json) -> Json:
    """The chain of a document: itself, or what ``tenor simulate --provenance --json`` printed around it."""
    if isinstance(document, Mapping) and "format" not in document and "would_transition" in document:
        return document.get("provenance")
    return document


_contract: Contract | None = None
"""The contract of a checking process, loaded when it starts."""


def _start(bundle: Json) -> None:
    global _contract
    _contract = calls.load(bundle)


def _check_batch(batch: tuple[Line, ...]) -> Checked:
    assert _contract is not None
    return check(_contract, batch)


def _by_processes(batches: Iterable[tuple[Line, ...]], bundle: Json, jobs: int) -> Iterator[Checked]:
    """The batches in order, checked by several processes."""
    waiting: deque[Future[Checked]] = deque()
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=(bundle,))
    try:
        for batch in batches:
            waiting.append(pool.submit(_check_batch, batch))
            if len(waiting) >= jobs * BATCHES_PER_PROCESS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


# --- reporting -------------------------------------------------------------------------------------------------


def _output(checked: Iterable[Checked], progress: Progress) -> Output:
    count, failed, done = 0, 0, 0
    named: list[Failure] = []
    for batch in checked:
        count, failed, done = count + batch.chains, failed + len(batch.failures), done + batch.size
        named += batch.failures[: MOST_NAMED - len(named)]
        progress.show(done, f"{count} chains, {failed} failed")
    progress.clear()
    answer: dict[str, Json] = {
        "agrees": failed == 0,
        "chains": count,
        "failed": failed,
        "failures": [
            {"line": failure.line, "provenance_chain_id": failure.chain_id, "difference": failure.difference}
            for failure in named
        ],
    }
    return Output(answer, "\n".join(_report(count, failed, named)), negative=failed > 0)


def _report(count: int, failed: int, named: list[Failure]) -> Iterator[str]:
    for failure in named:
        difference = failure.difference
        yield f"line {failure.line}: {failure.chain_id or 'no chain'}: {difference['message']} [{difference['code']}]"
    if failed > len(named):
        yield f"… and {failed - len(named)} more"
    chains = f"{count} chain{'s' if count != 1 else ''}"
    if not failed:
        yield f"{chains} verified: each follows from its inputs" if count != 1 else f"{chains} verified"
    else:
        yield f"{failed} of {chains} failed"


def _chain_argument(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "chain",
        metavar="CHAIN",
        help="a provenance chain as JSON, or one on each line: a file, or - for standard input",
    )


def _contract_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--contract", required=True, metavar="C", help="the contract: an interchange bundle (JSON) or .tenor source"
    )


def _jobs_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes that check (default: one for each core)"
    )


COMMAND = Command(
    "verify",
    "check that recorded provenance chains follow from their inputs",
    run,
    (_chain_argument, _contract_option, _jobs_option),
    about_contract=False,
)
