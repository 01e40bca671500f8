"""Measures in Chromium what a call with 1 KB of facts costs through the bridge, beside the same call inside the worker.

``python -m tests.benchmarks.crossing``, from the top of the checkout after `make build`; `make bench` runs it too.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.benchmarks.startup import BROWSERS, FLAGS, served

ROOT = Path(__file__).resolve().parent.parent.parent
ALLOWED_MS = 1.0
WAYS = {
    "inside": "inside the worker",
    "value": "through the bridge, facts as a value",
    "text": "through the bridge, facts as JSON text",
    "piped": "through the bridge, each of 100 at once",
}


def main() -> None:
    """Measure, print, and end with 1 when a call costs more than is allowed."""
    found = measure()
    medians = {way: statistics.median(found[way]) for way in WAYS}
    print(f"\nA call with {found['bytes']} bytes of facts; median of the rounds, in ms")
    print(f"(at most {ALLOWED_MS} more than inside the worker is allowed)\n")
    for way, title in WAYS.items():
        print(f"  {title:42} {medians[way]:7.3f}  {medians[way] - medians['inside']:+7.3f}")
    sys.exit(0 if all(medians[way] - medians["inside"] <= ALLOWED_MS for way in WAYS) else 1)


def measure() -> dict[str, Any]:
    """What a call took in each round, by the way it went."""
    names = (os.environ.get("TENOR_BROWSER"), *BROWSERS)
    program = next((path for name in names if name and (path := shutil.which(name))), None)
    wheel = next((ROOT / "dist").glob("*.whl"), None)
    if program is None or wheel is None:
        sys.exit("Chromium and the built wheel are needed: install the one, run `make build` for the other")
    with served() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(0)
        page.goto(f"{site}/tests/blank.html")
        found: dict[str, Any] = page.evaluate(
            """async (files) => (await import("/tests/benchmarks/crossing.mjs")).measure(files)""",
            {"indexURL": "/runtime/", "wheelURL": f"/runtime/{wheel.name}"},
        )
        browser.close()
    return found


if __name__ == "__main__":
    main()
