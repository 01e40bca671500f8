"""``tenor evaluate --batch``: a file with one fact set on each line, evaluated on all cores.

Results come in the order of the lines, a line each. A line that cannot be evaluated is told by its number, on standard
error for people, as a result with ``error`` for machines; the others are evaluated all the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from functools import partial
from typing import NamedTuple

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.write import to_text
from tenor_wasm.cli.command import Stream, error_text, loaded, read_bundle, warning_text
from tenor_wasm.cli.lines import Batch, Line, jobs_of, lines_of, opened, size, worked
from tenor_wasm.cli.progress import Progress
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.values.printing import text_of


class Evaluated(NamedTuple):
    """What became of one batch: text for standard output and standard error, and how many lines there were."""

    out: str
    err: str
    lines: int
    failed: int
    size: int


def run(namespace: argparse.Namespace) -> Stream:
    """Evaluate every line of the file; negative when one cannot be evaluated."""
    if namespace.facts != "{}":
        raise TenorError("usage", "the facts are in the file of --batch: leave --facts out")
    if namespace.batch == namespace.contract == "-":
        raise TenorError("usage", "standard input can be read once, but CONTRACT and --batch ask for it")
    bundle = read_bundle(namespace.contract)
    loaded(bundle, namespace)
    return Stream(_lines(namespace.batch, (bundle, namespace.json), jobs_of(namespace.jobs)))


def _lines(path: str, given: tuple[Json, bool], jobs: int) -> Generator[str, None, bool]:
    with opened(path, "--batch") as file:
        progress = Progress(size(file), sys.stderr)
        count, failed, done = 0, 0, 0
        try:
            for batch in worked(lines_of(file), _evaluator, given, jobs):
                progress.clear()
                sys.stderr.write(batch.err)
                yield batch.out
                count, failed, done = count + batch.lines, failed + batch.failed, done + batch.size
                progress.show(done, f"{count} evaluated, {failed} failed")
        finally:
            progress.clear()
    if not count:
        raise TenorError("usage", f"--batch: '{path}' holds no fact set")
    if failed:
        print(f"{failed} of {count} fact sets could not be evaluated", file=sys.stderr)
    return failed > 0


# --- evaluating ------------------------------------------------------------------------------------------------

Result = calls.Evaluation | TenorError
Say = Callable[[Line, Result], tuple[str, str]]
"""What a line came to, as text for standard output and for standard error."""


def _evaluator(given: tuple[Json, bool]) -> Callable[[Batch], Evaluated]:
    bundle, as_json = given
    return partial(_evaluated, calls.load(bundle), _for_machines if as_json else _for_people)


def _evaluated(contract: Contract, say: Say, batch: Batch) -> Evaluated:
    results = [(line, _result(contract, line)) for line in batch]
    told = [say(line, result) for line, result in results]
    failed = sum(isinstance(result, TenorError) for _, result in results)
    out, err = "".join(out for out, _ in told), "".join(err for _, err in told)
    return Evaluated(out, err, len(batch), failed, sum(len(line.text) for line in batch))


def _result(contract: Contract, line: Line) -> Result:
    try:
        return calls.evaluate(contract, read_json(line.text, "the fact set"))
    except TenorError as error:
        return error


def _for_machines(line: Line, result: Result) -> tuple[str, str]:
    if isinstance(result, TenorError):
        return write_json({"line": line.number, "error": result.to_json()}) + "\n", ""
    return f'{{"line":{line.number},{to_text(result)[1:]}\n', ""


def _for_people(line: Line, result: Result) -> tuple[str, str]:
    at = f"line {line.number}: "
    if isinstance(result, TenorError):
        return "", f"{at}{error_text(result)}\n"
    verdicts = [f"{one.verdict_type} = {text_of(one.payload, one.payload_type)}" for one in result.verdicts]
    warnings = [f"{at}{warning_text(warning)}\n" for warning in result.warnings]
    return f"{at}{', '.join(verdicts) or 'no verdict'}\n", "".join(warnings)
