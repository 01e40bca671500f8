"""``tenor test``: do the scenarios of contracts go as expected, and what do they exercise?"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.render import to_json
from tenor_wasm.api.scenarios import coverage_json, run_scenarios
from tenor_wasm.cli.command import Command, Output, elaborate_file, error_text, read_file
from tenor_wasm.cli.tables import joined, table
from tenor_wasm.errors import Json, TenorError, is_object
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.scenarios.coverage import KINDS, Coverage
from tenor_wasm.scenarios.run import Difference, ScenarioResult, ScenarioRun

NAMES = ("*.scenarios.json", "scenarios.json")
"""What a scenario file is called."""

BESIDE = ("contract.json", "contract.tenor")
"""The contract of a scenario file that names none: one of these in its folder."""


SET_ASIDE = frozenset({"node_modules", "dist", "build", "__pycache__"})
"""Folders of what was built or fetched, where copies are. They are searched, as hidden ones, if somebody names them."""


class Ran(NamedTuple):
    """One scenario file and how it went."""

    path: Path
    run: ScenarioRun


class Unusable(NamedTuple):
    """A scenario file that cannot be run, and why."""

    path: Path
    error: TenorError


class Found(NamedTuple):
    """A file to look at; one that was ``named`` is meant to be a scenario file, whatever is in it."""

    path: Path
    named: bool


def _paths_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "paths",
        nargs="*",
        default=["."],
        metavar="PATH",
        help="scenario files, or folders to look for them in (default: this one);"
        f" what is hidden, {joined(sorted(SET_ASIDE))} in them are left out",
    )


def _missed_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--missed", action="store_true", help="list what no scenario exercised")


def run(namespace: argparse.Namespace) -> Output:
    """Run every scenario file; the answer is negative when an expectation fails or a file cannot be run."""
    contracts: dict[Path, Contract] = {}
    outcomes = [(found.path, _run_file(found, contracts)) for found in _files(namespace.paths)]
    files = [one for _, one in outcomes if one is not None]
    passed_over = [path for path, one in outcomes if one is None]
    if not files:
        raise TenorError("usage", f"no scenario file ({' or '.join(NAMES)}) in {', '.join(namespace.paths)}")
    if len(files) == 1 and isinstance(only := files[0], Unusable):
        raise TenorError(only.error.code, f"{only.path}: {only.error.message}", only.error.path, only.error.details)
    coverages = _coverages(one for one in files if isinstance(one, Ran))
    passed = all(isinstance(one, Ran) and one.run.passed for one in files)
    answer: Json = {
        "passed": passed,
        "files": [_file_json(one) for one in files],
        "passed_over": [str(path) for path in passed_over],
        "coverage": {name: coverage_json(coverage) for name, coverage in coverages.items()},
    }
    lines = _lines(files, passed_over, coverages, namespace.missed)
    return Output(answer, "\n".join(lines), negative=not passed)


def _file_json(one: Ran | Unusable) -> dict[str, Json]:
    if isinstance(one, Ran):
        return {"file": str(one.path), **to_json(one.run)}
    return {"file": str(one.path), "passed": False, "error": one.error.to_json()}


def _files(paths: Iterable[str]) -> Iterator[Found]:
    found: dict[Path, Found] = {}
    for name in paths:
        path = Path(name)
        inside = [Found(file, False) for file in sorted(_inside(path))] if path.is_dir() else [Found(path, True)]
        for file in inside:
            found.setdefault(file.path, file)
    yield from found.values()


def _inside(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SET_ASIDE]
        yield from (Path(parent, name) for name in names if any(fnmatchcase(name, pattern) for pattern in NAMES))


def _run_file(found: Found, contracts: dict[Path, Contract]) -> Ran | Unusable | None:
    """How the file went; ``None`` where it only has the name of a scenario file, as a JSON Schema of them may."""
    path = found.path
    try:
        document = read_json(read_file(str(path)), str(path))
        if not found.named and not (is_object(document) and "scenarios" in document):
            return None
        return Ran(path, run_scenarios(_contract(path, document, contracts), document))
    except TenorError as error:
        return Unusable(path, error)


def _contract(path: Path, document: Json, contracts: dict[Path, Contract]) -> Contract:
    """The contract that a file names by path or holds, or the one in its folder."""
    named = document.get("contract") if is_object(document) else None
    if isinstance(named, dict):
        return calls.load(named)
    if named is not None and not isinstance(named, str):
        raise TenorError("invalid_scenarios", "'contract' is a path or a bundle", "/contract")
    beside = [path.parent / name for name in BESIDE if (path.parent / name).is_file()]
    file = path.parent / named if isinstance(named, str) else beside[0] if beside else None
    if file is None:
        message = f"it names no 'contract', and its folder has no {' or '.join(BESIDE)}"
        raise TenorError("invalid_scenarios", message, "/contract")
    resolved = file.resolve()
    if resolved not in contracts:
        source = str(file)
        bundle = elaborate_file(source) if file.suffix == ".tenor" else read_json(read_file(source), source)
        contracts[resolved] = calls.load(bundle)
    return contracts[resolved]


def _coverages(ran: Iterable[Ran]) -> dict[str, Coverage]:
    """One count for each contract, all its files together; by its id, with its hash where two have the same id."""
    by_hash: dict[str, Coverage] = {}
    for one in ran:
        contract = one.run.coverage.contract
        by_hash.setdefault(contract.hash, Coverage(contract)).add(one.run.coverage)
    ids = [coverage.contract.id for coverage in by_hash.values()]
    return {
        (one.contract.id if ids.count(one.contract.id) == 1 else f"{one.contract.id} {one.contract.hash}"): one
        for one in by_hash.values()
    }


# --- text ------------------------------------------------------------------------------------------------------


def _lines(
    files: Iterable[Ran | Unusable], passed_over: Iterable[Path], coverages: dict[str, Coverage], missed: bool
) -> Iterator[str]:
    passed = failed = unusable = 0
    for file in files:
        yield str(file.path)
        if isinstance(file, Unusable):
            unusable += 1
            yield "  FAIL it cannot be run"
            yield indent(error_text(file.error), " " * 7)
        else:
            good = sum(one.passed for one in file.run.results)
            passed, failed = passed + good, failed + len(file.run.results) - good
            for one in file.run.results:
                yield from _result_lines(one)
        yield ""
    rows = [(name, *(_share(coverage, kind) for kind in KINDS)) for name, coverage in coverages.items()]
    yield table(("exercised", *KINDS), rows)
    for name, coverage in coverages.items() if missed else ():
        yield f"\nnot exercised in {name}:"
        yield from (f"  {kind}: {one}" for kind in KINDS for one in coverage.missed(kind))
    yield ""
    yield from (f'passed over, without a list "scenarios": {path}' for path in passed_over)
    yield f"{passed} passed, {failed} failed" + (f", {_count(unusable)} cannot be run" if unusable else "")


def _count(files: int) -> str:
    return f"{files} file{'s' if files != 1 else ''}"


def _share(coverage: Coverage, kind: str) -> str:
    hit, total = coverage.totals(kind)
    return f"{hit}/{total}"


def _result_lines(result: ScenarioResult) -> Iterator[str]:
    nothing = " (expects nothing)" if not result.checked and result.passed else ""
    yield f"  {'ok  ' if result.passed else 'FAIL'} {result.title}{nothing}"
    for difference in result.differences:
        yield from _difference_lines(difference)
    if result.error is not None and not result.passed:
        yield f"         {result.error.code}: {result.error.message}"


def _difference_lines(difference: Difference) -> Iterator[str]:
    """Where, then what was expected (-) and what came (+); of lists only the elements that differ."""
    yield f"       at {difference.path}"
    wanted, found = difference.expected, difference.actual
    if not (isinstance(wanted, list) and isinstance(found, list)):
        yield from (f"         - {_shown(wanted)}", f"         + {_shown(found)}")
        return
    for number in range(max(len(wanted), len(found))):
        pair = wanted[number : number + 1], found[number : number + 1]
        if pair[0] != pair[1]:
            yield from (f"         - [{number}] {_shown(one)}" for one in pair[0])
            yield from (f"         + [{number}] {_shown(one)}" for one in pair[1])


def _shown(value: Json) -> str:
    return "nothing" if value is None else write_json(value)


COMMAND = Command(
    "test", "run scenario files and show what they exercise", run, (_paths_option, _missed_option), about_contract=False
)
