"""``tenor test``: do the scenarios of contracts go as expected, and what do they exercise?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.render import to_json
from tenor_wasm.api.scenarios import coverage_json, run_scenarios
from tenor_wasm.cli.command import Command, Output, elaborate_file, read_file
from tenor_wasm.cli.tables import table
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.scenarios.coverage import KINDS, Coverage
from tenor_wasm.scenarios.run import Difference, ScenarioResult, ScenarioRun

NAMES = ("*.scenarios.json", "scenarios.json")
"""What a scenario file is called."""

BESIDE = ("contract.json", "contract.tenor")
"""The contract of a scenario file that names none: one of these in its folder."""


class Ran(NamedTuple):
    """One scenario file and how it went."""

    path: Path
    run: ScenarioRun


def _paths_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="scenario files, or folders to look for them in"
    )


def _missed_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--missed", action="store_true", help="list what no scenario exercised")


def run(namespace: argparse.Namespace) -> Output:
    """Run every scenario file; the answer is negative when an expectation fails."""
    files = list(_files(namespace.paths))
    if not files:
        raise TenorError("usage", f"no scenario file ({' or '.join(NAMES)}) in {', '.join(namespace.paths)}")
    contracts: dict[Path, Contract] = {}
    ran = [Ran(path, _run_file(path, contracts)) for path in files]
    coverages = _coverages(ran)
    answer: Json = {
        "passed": all(one.run.passed for one in ran),
        "files": [{"file": str(one.path), **to_json(one.run)} for one in ran],
        "coverage": {name: coverage_json(coverage) for name, coverage in coverages.items()},
    }
    negative = not all(one.run.passed for one in ran)
    return Output(answer, "\n".join(_lines(ran, coverages, namespace.missed)), negative=negative)


def _files(paths: Iterable[str]) -> Iterator[Path]:
    found: dict[Path, None] = {}
    for name in paths:
        path = Path(name)
        inside = sorted({file for pattern in NAMES for file in path.rglob(pattern)}) if path.is_dir() else [path]
        found.update(dict.fromkeys(file for file in inside if "node_modules" not in file.parts))
    yield from found


def _run_file(path: Path, contracts: dict[Path, Contract]) -> ScenarioRun:
    document = read_json(read_file(str(path), "PATH"), str(path))
    try:
        return run_scenarios(_contract(path, document, contracts), document)
    except TenorError as error:
        raise TenorError(error.code, f"{path}: {error.message}", error.path, error.details) from None


def _contract(path: Path, document: Json, contracts: dict[Path, Contract]) -> Contract:
    """The contract that a file names by path or holds, or the one in its folder."""
    named = document.get("contract") if isinstance(document, dict) else None
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
        bundle = elaborate_file(source) if file.suffix == ".tenor" else read_json(read_file(source, "contract"), source)
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


def _lines(ran: Iterable[Ran], coverages: dict[str, Coverage], missed: bool) -> Iterator[str]:
    passed = failed = 0
    for path, result in ran:
        yield str(path)
        for one in result.results:
            passed, failed = passed + one.passed, failed + (not one.passed)
            yield from _result_lines(one)
        yield ""
    rows = [(name, *(_share(coverage, kind) for kind in KINDS)) for name, coverage in coverages.items()]
    yield table(("exercised", *KINDS), rows)
    for name, coverage in coverages.items() if missed else ():
        yield f"\nnot exercised in {name}:"
        yield from (f"  {kind}: {one}" for kind in KINDS for one in coverage.missed(kind))
    yield f"\n{passed} passed, {failed} failed"


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
