"""Measures cold starts in Chromium: from navigation to the first verdict, against stock ``loadPyodide()`` alone.

Every start has a browser process and a profile of its own. The ways take turns, in another order each round: what else
the machine does meets them all alike. Run by ``make bench``; README.md beside this file says what was found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import BrowserType, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
CROSSING = Path(__file__).with_name("crossing.py")


class Way(NamedTuple):
    """One way to start, and the share of stock ``loadPyodide()`` that it may take."""

    name: str
    title: str
    allowed: float | None = None


BASE = "pyodide"
WAYS = (
    Way(BASE, "stock loadPyodide() alone"),
    Way("stock", "first verdict, stock files and plain wheel"),
    Way("compiled", "first verdict, compiled", 0.45),
    Way("snapshot", "first verdict, compiled and snapshot", 0.27),
    Way("compiled-plain", "first verdict, compiled, without gzip"),
    Way("snapshot-plain", "first verdict, snapshot, without gzip"),
    Way("compiled-main", "the same on the main thread, compiled"),
    Way("snapshot-main", "the same on the main thread, snapshot"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]


def bundle(folder: Path) -> None:
    """Bundle start.mjs as an application would, with the bundled worker beside it."""
    here = Path(__file__).parent
    command = [str(ROOT / "web" / "node_modules" / ".bin" / "esbuild"), str(here / "start.mjs"), "--bundle"]
    command += ["--format=esm", "--target=es2022", "--minify", "--log-level=warning", "--external:/runtime/*"]
    command += [f"--alias:tenor-wasm={ROOT / 'web' / 'dist' / 'index.js'}", f"--outfile={folder / 'start.mjs'}"]
    subprocess.run(command, check=True)
    shutil.copy(here / "start.html", folder)
    shutil.copy(ROOT / "web" / "runtime" / "worker.js", folder)
    # For the ways that compare gzip with its absence; what is judged are the files of `make build`.
    build = ["node", str(ROOT / "web" / "scripts" / "build-runtime.mjs"), "--plain", "--out", str(folder)]
    subprocess.run([*build, "--wheel", str(next((ROOT / "dist").glob("*.whl")))], check=True)


@contextmanager
def served(bundled: str | None = None) -> Iterator[str]:
    """The address of the built page with the bridge, the compiled files, the tests and the bundle beside it."""
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    folders = {"bridge": "web/dist", "compiled": "web/runtime", "tests": "tests", "bundled": bundled, "plain": bundled}
    for name, folder in folders.items():
        command += [] if folder is None else ["--mount", f"{name}={ROOT / folder}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
        finally:
            server.terminate()


def cold_start(chromium: BrowserType, program: str, site: str, way: str, wheel: str) -> dict[str, float]:
    """Milliseconds since navigation, of a new browser with a new profile: in all, and when each stage began."""
    browser = chromium.launch(executable_path=program, args=FLAGS)
    try:
        page = browser.new_page()
        page.goto(f"{site}/bundled/start.html?way={way}&wheel={wheel}")
        result = page.evaluate("window.result")
    finally:
        browser.close()
    if "error" in result:
        sys.exit(f"the start `{way}` failed: {result['error']}")
    return {"all": float(result["milliseconds"]), **result["stages"]}


def report(times: dict[str, list[float]]) -> bool:
    """Print the table; whether every ratio is within what is allowed."""
    base = times[BASE]
    print(
        f"\n{'cold start in Chromium, fresh profile':<46}{'median':>9}{'least':>9}{'most':>9}{'ratio':>8}{'allowed':>9}"
    )
    good = True
    for way in WAYS:
        found = times.get(way.name)
        if not found:
            continue
        # Of the pairs of each round: what slows a whole round down leaves the ratio alone.
        ratio = statistics.median(own / other for own, other in zip(found, base, strict=True))
        allowed = "" if way.allowed is None else f"{way.allowed:.2f}"
        verdict = "" if way.allowed is None or ratio <= way.allowed else "  missed"
        good = good and not verdict
        figures = "".join(f"{value:>6.0f} ms" for value in (statistics.median(found), min(found), max(found)))
        print(f"{way.title:<46}{figures}{ratio:>8.2f}{allowed:>9}{verdict}")
    print(f"{len(base)} rounds; the ratio is the median of the rounds' own ratios to stock loadPyodide()")
    return good


def main() -> None:
    """Measure, print, and fail when a ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ways", nargs="*", default=[way.name for way in WAYS], help="besides stock Pyodide")
    parser.add_argument("--stages", action="store_true", help="print when each stage began, too")
    arguments = parser.parse_args()
    wanted = (os.environ.get("TENOR_BROWSER"), *BROWSERS)
    program = next((path for name in wanted if name and (path := shutil.which(name))), None)
    wheel = next((ROOT / "dist").glob("*.whl"), None)
    if program is None or wheel is None:
        sys.exit("Chromium and the built wheel are needed: install the one, run `make build` for the other")
    names = [way.name for way in WAYS if way.name == BASE or way.name in arguments.ways]
    times: dict[str, list[float]] = {name: [] for name in names}
    with TemporaryDirectory() as folder, sync_playwright() as playwright, served(folder) as site:
        bundle(Path(folder))
        for turn in range(arguments.rounds):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                found = cold_start(playwright.chromium, program, site, name, wheel.name)
                times[name].append(found["all"])
                print(".", end="", flush=True)
                if arguments.stages:
                    print(f" {name} " + " ".join(f"{stage} {since:.0f}" for stage, since in found.items()))
    good = report(times)
    sys.stdout.flush()
    if CROSSING.exists():
        good = (
            subprocess.run([sys.executable, "-m", "tests.benchmarks.crossing"], cwd=ROOT, check=False).returncode == 0
            and good
        )
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
