"""Compares with the reference's published package, where the caller has it: one process of Node, calls in turns.

``TENOR_REFERENCE=/path/to/pkg python -m tests.benchmarks.reference``, from the top of the checkout after `make build`.
The folder holds ``tenor_eval_wasm.js`` and ``tenor_eval_wasm_bg.wasm``. Text goes in and out on both sides: there
through the package's own functions, here through the functions of the same names, in Pyodide on the same thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.benchmarks import cases
from tests.benchmarks.cases import Case
from tests.benchmarks.engines import CLOCKS, HERE, ROOT, Settings, Times, contracts_of, planned
from tests.benchmarks.fit import Spread, growth, ratios, spread
from tests.benchmarks.table import markdown, milliseconds

INSTANCES = (1, 10, 100, 1_000, 10_000, 100_000)
FLOWS = (25, 50, 100, 200, 400)
FITTED_FROM = 1_000
"""Instances from which growth is fitted: below, a call costs what it costs without any."""


class Row(NamedTuple):
    """One line of the table; ``asked`` is the most that the ratio or exponent may be."""

    what: str
    reference: Spread | None
    ours: Spread | None
    figure: float
    asked: float | None


def chosen(most: int) -> list[Case]:
    """What is compared, up to so many instances."""
    sizes = [instances for instances in INSTANCES if instances <= most]
    many = min(10_000, most)
    return [
        *(cases.action_space(instances) for instances in sizes),
        cases.evaluate("escrow"),
        cases.simulate_flow("escrow"),
        cases.load("escrow"),
        *(cases.action_space_of_flows(f"flows-{flows}", flows, 1, many) for flows in FLOWS),
        cases.action_space_of_flows("flows-200-over-20", 200, 20, many),
    ]


def asked_of(case: Case) -> float | None:
    """The ratio that is asked for."""
    if case.contract == "flows-200":
        return 0.05
    if case.contract == "escrow" and case.method == "action_space":
        return 1.0 if case.size <= 10 else 0.5 if case.size >= 1_000 else None
    return {"evaluate": 1.5, "simulate_flow": 1.5, "load": 3.0}.get(case.method)


def measure(arguments: argparse.Namespace, wanted: Sequence[Case]) -> dict[str, Times]:
    """The times of each case by contestant."""
    session = min(10_000, arguments.most)
    plan = {
        "reference": arguments.reference,
        "bridge": str(Path(arguments.bridge).resolve()),
        "runtime": runtime_files(arguments),
        "contracts": contracts_of(wanted),
        "cases": [planned(case, case == cases.action_space(session)) for case in wanted],
        "settings": Settings(arguments.rounds, arguments.seconds * 1000, arguments.clock)._asdict(),
    }
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        command = ["node", "--expose-gc", "--max-old-space-size=4096", str(HERE / "reference.mjs"), str(file)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"node ended with {done.returncode}")
    found: dict[str, Times] = json.loads(done.stdout)
    return found


def runtime_files(arguments: argparse.Namespace) -> dict[str, str]:
    """Where Pyodide and the wheel are, as addresses for the bridge."""
    wheel = arguments.wheel or next((str(path) for path in (ROOT / "dist").glob("*.whl")), None)
    if wheel is None:
        sys.exit("no wheel in dist: run `make build`, or give --wheel")
    files = {"indexURL": Path(arguments.pyodide).resolve().as_uri() + "/", "wheelURL": Path(wheel).resolve().as_uri()}
    if arguments.compiled:
        files["compiledURL"] = Path(arguments.compiled).resolve().as_uri() + "/"
    return files


def rows(found: Mapping[str, Times], wanted: Sequence[Case]) -> list[Row]:
    """The lines of the table: ratios, then growth."""
    lines = []
    for case in wanted:
        times = found[case.name]
        of = (spread(times["reference"]), spread(times["ours"]), ratios(times["ours"], times["reference"]).median)
        lines.append(Row(case.name, *of, asked_of(case)))
        if "session" in times:
            ratio = ratios(times["session"], times["reference"]).median
            name = f"session: transition and changed action space, N={case.size:,}"
            lines.append(Row(name, of[0], spread(times["session"]), ratio, 0.02))
    lines += growth_rows(found, wanted)
    return lines


def growth_rows(found: Mapping[str, Times], wanted: Sequence[Case]) -> list[Row]:
    """Exponents in instances and in flows, ours with what is asked, the reference's beside it."""
    by_instances = [case for case in wanted if case.contract == "escrow" and case.method == "action_space"]
    by_flows = [case for case in wanted if case.contract in {f"flows-{flows}" for flows in FLOWS}]
    fitted = [case for case in by_instances if case.size >= FITTED_FROM]
    lines = []
    for name, group in (("instances", fitted), ("flows", by_flows)):
        if len(group) < 2:
            continue
        sizes = [case.size for case in group]
        for who, asked in (("ours", 1.05), ("reference", None)):
            costs = [spread(found[case.name][who]).median for case in group]
            what = f"growth in {name} ({min(sizes):,} to {max(sizes):,}), {who}"
            lines.append(Row(what, None, None, growth(sizes, costs), asked))
    return lines


def shown(row: Row) -> tuple[str, ...]:
    """A line's cells."""
    asked = "" if row.asked is None else f"{row.asked:g}"
    verdict = "" if row.asked is None else "met" if row.figure <= row.asked else "**missed**"
    times = (
        "" if row.reference is None else milliseconds(row.reference),
        "" if row.ours is None else milliseconds(row.ours),
    )
    return (row.what, *times, f"{row.figure:.3g}", asked, verdict)


def main() -> None:
    """Measure and print; fails when something is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", default=os.environ.get("TENOR_REFERENCE"), help="the folder of the package")
    parser.add_argument("--wheel", help="default: the one in dist")
    parser.add_argument("--pyodide", default=str(ROOT / "web/node_modules/pyodide"), help="the folder of Pyodide")
    parser.add_argument("--bridge", default=str(ROOT / "web/dist"), help="the folder of the built bridge")
    parser.add_argument("--compiled", help="a folder of compiled files (web/runtime), to start from these")
    parser.add_argument("--most", type=int, default=100_000, help="instances at most (default 100000)")
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=3.0, help="for one case, once there are three rounds")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is not idle")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    arguments = parser.parse_args()
    if not arguments.reference:
        sys.exit("TENOR_REFERENCE or --reference must name the folder of the reference's package")
    wanted = [case for case in chosen(arguments.most) if arguments.only in case.name]
    lines = rows(measure(arguments, wanted), wanted)
    print(markdown(("", "reference, ms", "ours, ms", "ratio or exponent", "asked at most", ""), map(shown, lines)))
    if not any(row.what.startswith("session") for row in lines):
        print("\nsession: not in this wheel")
    sys.exit(1 if any(row.asked is not None and row.figure > row.asked for row in lines) else 0)


if __name__ == "__main__":
    main()
