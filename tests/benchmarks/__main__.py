"""``make bench``: measures everything, prints the tables, and writes them to ``build/benchmarks.md``.

``--keep`` also puts them into README.md beside this file, between its two marks. Figures of one run are to be compared
with each other, not with those of another.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from tests.benchmarks import cases
from tests.benchmarks.cases import Case
from tests.benchmarks.engines import CLOCKS, ENGINES, ROOT, Settings, plan_of
from tests.benchmarks.peers import peers
from tests.benchmarks.report import SESSION_SIZE, tables

README = Path(__file__).with_name("README.md")
MARKS = ("<!-- figures -->\n", "<!-- end of figures -->\n")
CONTRACTS = ("tiny", "escrow", "large")


def chosen(most: int) -> list[Case]:
    """The cases, with so many instances at most."""
    few = min(1_000, most)
    sizes = [size for size in (1, 10, 100, 1_000, 10_000, 100_000) if size <= most]
    by_contract = [make(name) for make in (cases.load, cases.evaluate, cases.simulate_flow) for name in CONTRACTS]
    spaces = [cases.action_space_tiny(), cases.action_space_large(few)]
    flows = [cases.action_space_of_flows(f"flows-{count}", count, 1, few) for count in (25, 50, 100, 200, 400)]
    batches = [cases.batch_of_facts(few), cases.batch_of_personas(few)]
    return [*by_contract, *spaces, *map(cases.action_space, sizes), *flows, *batches]


def header(seconds: float, clock: str) -> str:
    """When and where, and how long it took."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, CPython {platform.python_version()}, Node {version}, "
        f"{os.cpu_count()} cores, load {load}, {seconds:.0f} s in all, {_CLOCKS[clock]}.\n"
    )


def keep(text: str, marks: tuple[str, str] = MARKS) -> None:
    """Put the tables into README.md, between two marks."""
    before, _, rest = README.read_text("utf-8").partition(marks[0])
    _, _, after = rest.partition(marks[1])
    README.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{after}", encoding="utf-8")


_CLOCKS = {"wall": "wall clock", "processor": "processor clock, in Chromium the wall clock"}


def start_up(rounds: int) -> str:
    """The tables of cold starts and of the cost of crossing, as they print them; a ratio missed fails nothing here."""
    print("measuring cold starts …", file=sys.stderr, flush=True)
    module = ["-m", "tests.benchmarks.startup", "--rounds", str(rounds), "--ways", "compiled", "snapshot"]
    done = subprocess.run([sys.executable, *module], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return f"\n\n### Starts and crossing\n\n```text\n{done.stdout.lstrip('.').strip()}\n```"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", nargs="*", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--most", type=int, default=100_000, help="instances at most (default 100000)")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.0, help="for one case, once there are three rounds")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="processor: for a machine that is not idle")
    parser.add_argument("--starts", type=int, default=2, help="rounds of cold starts (default 2; 0 leaves them out)")
    parser.add_argument("--keep", action="store_true", help="put the tables into README.md")
    arguments = parser.parse_args()
    begun = perf_counter()
    wanted = chosen(arguments.most)
    besides = peers() if "Node" in arguments.engines else []
    settings = Settings(arguments.rounds, arguments.seconds * 1000, arguments.clock)
    plan = plan_of(wanted, besides, settings, cases.action_space(SESSION_SIZE))
    found = {}
    for name in arguments.engines:
        print(f"measuring in {name} …", file=sys.stderr, flush=True)
        found[name] = ENGINES[name](plan)
    starts = start_up(arguments.starts) if arguments.starts else ""
    text = header(perf_counter() - begun, arguments.clock) + "\n" + tables(found, wanted, besides) + starts
    print("\n" + text)
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "benchmarks.md").write_text(text + "\n", encoding="utf-8")
    figures = {name: measured._asdict() for name, measured in found.items()}
    (ROOT / "build" / "benchmarks.json").write_text(json.dumps(figures), encoding="utf-8")
    if arguments.keep:
        keep(text)


if __name__ == "__main__":
    main()
