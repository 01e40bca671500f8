"""``tenor verify``: does each recorded chain follow from its inputs?

A file holds one chain as a JSON document, or one on each line (JSON Lines), which are checked on all cores and reported
in order.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import IO, NamedTuple

from tenor_wasm.api import calls, records
from tenor_wasm.api.json_text import read_json
from tenor_wasm.cli.command import Command, Output, read_bundle
from tenor_wasm.cli.lines import Batch, Line, decoded, jobs_of, jobs_option, lines_of, opened, size, worked
from tenor_wasm.cli.progress import Progress
from tenor_wasm.errors import Json, TenorError, is_object
from tenor_wasm.interchange.constructs import Contract

MOST_NAMED = 1000
"""Chains that fail which are named; more are only counted."""


AROUND = (("would_transition", "provenance"), ("chain", "chain"))
"""What is around a chain: a member that tells the document, and the one with the chain. ``tenor simulate --provenance
--json`` prints the first, a server answers with the second."""


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
    jobs = jobs_of(namespace.jobs)
    with opened(namespace.chain, "CHAIN") as file:
        checked = worked(_lines(file), _checker, bundle, jobs)
        output = _output(checked, Progress(size(file), sys.stderr))
    if output is None:
        raise TenorError("usage", f"CHAIN: '{namespace.chain}' holds no chain")
    return output


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
        yield Line(number, decoded(first + file.read()))
        return
    yield Line(number, decoded(first))
    yield from lines_of(file, number + 1)


# --- checking --------------------------------------------------------------------------------------------------


def _checker(bundle: Json) -> Callable[[Batch], Checked]:
    return partial(check, calls.load(bundle))


def check(contract: Contract, batch: Batch) -> Checked:
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
    """The chain of a document: itself, or where it stands in what was printed or answered with it."""
    if not is_object(document) or "format" in document:
        return document
    return next((document.get(inner) for member, inner in AROUND if member in document), document)


# --- reporting -------------------------------------------------------------------------------------------------


def _output(checked: Iterable[Checked], progress: Progress) -> Output | None:
    """What all batches came to; ``None`` when there was no chain."""
    count, failed, done = 0, 0, 0
    named: list[Failure] = []
    for batch in checked:
        count, failed, done = count + batch.chains, failed + len(batch.failures), done + batch.size
        named += batch.failures[: MOST_NAMED - len(named)]
        progress.show(done, f"{count} chains, {failed} failed")
    progress.clear()
    if not count:
        return None
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
        help="a provenance chain as JSON, or one on each line: a file, or - for standard input;"
        " also as 'tenor simulate --provenance --json' prints it, or a server answers with it",
    )


def _contract_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--contract", required=True, metavar="C", help="the contract: an interchange bundle (JSON) or .tenor source"
    )


COMMAND = Command(
    "verify",
    "check that recorded provenance chains follow from their inputs",
    run,
    (_chain_argument, _contract_option, jobs_option("check")),
    about_contract=False,
)
