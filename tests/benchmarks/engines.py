"""The three places that are measured: CPython, Pyodide under Node, Pyodide in Chromium. Each gets the same plan."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from tests.benchmarks.cases import CONTRACTS, Case, filled, text_of
from tests.benchmarks.peers import Peer
from tests.benchmarks.startup import BROWSERS, FLAGS, served

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent

Times = Mapping[str, Sequence[float]]


CLOCKS = ("wall", "processor")


class Measured(NamedTuple):
    """Milliseconds by case and contestant, one figure a round; bytes by what is held for each instance."""

    times: Mapping[str, Times]
    memory: Mapping[str, float]


class Settings(NamedTuple):
    """Rounds at most, the milliseconds that a case may take in all once there are three rounds, and the clock.

    A page has no clock but the wall's.
    """

    rounds: int
    milliseconds: float
    clock: str = "wall"


def plan_of(
    wanted: Sequence[Case], besides: Sequence[Peer], settings: Settings, session: Case | None
) -> dict[str, Any]:
    """What an engine is told. A session is measured on the case ``session``."""
    return {
        "contracts": contracts_of([*wanted, *(peer.case for peer in besides)]),
        "cases": [planned(case, case == session) for case in wanted],
        "besides": [peer.plan() for peer in besides],
        "settings": settings._asdict(),
        "memory": (HERE / "memory.py").read_text("utf-8"),
    }


def planned(case: Case, with_session: bool) -> dict[str, Any]:
    """A case for an engine; with the moves of a session over the states of its first variant."""
    return case._asdict() | ({"moves": moves(case)} if with_session else {})


def moves(case: Case) -> list[tuple[str, str, str]]:
    """Entity, instance and new state: every held account is frozen, one after another, and then held again."""
    accounts = json.loads(filled(case.variants[0]["entity_states"], 0))["Account"]
    held = [name for name, state in accounts.items() if state == "held"]
    return [("Account", name, state) for state in ("frozen", "held") for name in held]


def contracts_of(wanted: Sequence[Case]) -> dict[str, str]:
    """The bundles that the cases are about, as text."""
    return {name: text_of(CONTRACTS[name]()) for name in {case.contract for case in wanted}}


def wheel() -> Path:
    """The built wheel."""
    built = next((ROOT / "dist").glob("*.whl"), None)
    return built or sys.exit("no wheel in dist: run `make build`")


def in_python(plan: dict[str, Any]) -> Measured:
    """This Python, in a process of its own."""
    return _ran([sys.executable, "-m", "tests.benchmarks.engine_in_python"], plan)


def in_node(plan: dict[str, Any]) -> Measured:
    """Pyodide under Node, on the thread that asks; the other libraries run here."""
    files = {"indexURL": (ROOT / "web/node_modules/pyodide").as_uri() + "/", "wheelURL": wheel().as_uri()}
    command = ["node", "--expose-gc", "--max-old-space-size=4096", str(HERE / "engine_in_node.mjs")]
    return _ran(command, {**plan, "files": files, "bridge": str(ROOT / "web/dist")})


def in_chromium(plan: dict[str, Any]) -> Measured:
    """Pyodide in a page of Chromium, on the page's own thread."""
    names = (os.environ.get("TENOR_BROWSER"), *BROWSERS)
    program = next((path for name in names if name and (path := shutil.which(name))), None)
    if program is None:
        sys.exit("Chromium is needed: install it, or name it by TENOR_BROWSER")
    with TemporaryDirectory() as folder, served(folder) as site, sync_playwright() as playwright:
        told = plan | {"settings": plan["settings"] | {"clock": "wall"}}
        (Path(folder) / "plan.json").write_text(json.dumps(told), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, "--js-flags=--expose-gc"])
        try:
            page = browser.new_page()
            page.set_default_timeout(0)
            page.goto(f"{site}/tests/blank.html")
            found = page.evaluate(
                """async (wheel) => {
                    const { measure } = await import("/tests/benchmarks/engine.mjs");
                    const { startRuntime } = await import("/bridge/runtime.js");
                    const plan = await (await fetch("/bundled/plan.json")).json();
                    const at = (path) => new URL(path, location).href;
                    const files = { indexURL: at("/runtime/"), wheelURL: at(`/runtime/${wheel}`) };
                    return measure(plan, startRuntime, files);
                }""",
                wheel().name,
            )
        finally:
            browser.close()
    return Measured(**found)


def _ran(command: Sequence[str], plan: Mapping[str, Any]) -> Measured:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        done = subprocess.run([*command, str(file)], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return Measured(**json.loads(done.stdout))


ENGINES: Mapping[str, Callable[[dict[str, Any]], Measured]] = {
    "CPython": in_python,
    "Node": in_node,
    "Chromium": in_chromium,
}
"""The engines by the names of their columns."""
