"""Whether the page keeps up with typing: the long tasks while one types into the contract, 5,000 instances loaded.

``make bench-typing`` runs it. A long task is one of more than 50 ms on the page's own thread, told twice: by the clock
as the browser tells pages, and by the processor time that the thread took, which other programs do not lengthen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.tab import DESKTOP, ROOT, Tab, workspace_of

INSTANCES = 5_000
LONG_MS = 50
LETTERS = "persona somebody_else // and a comment of some length "
EXAMPLE = ROOT / "playground" / "examples" / "order-approval"

WATCH = """
window.__tasks = [];
new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.__tasks.push(Math.round(duration));
}).observe({ type: "longtask", buffered: true });
"""


def workspace() -> dict[str, Any]:
    """The order contract with 5,000 orders in its three states."""
    source = (EXAMPLE / "order_approval.tenor").read_text(encoding="utf-8")
    scenario = json.loads((EXAMPLE / "scenarios.json").read_text(encoding="utf-8"))["scenarios"][0]
    states = ("draft", "submitted", "approved")
    orders = {f"ord-{number:05}": states[number % 3] for number in range(INSTANCES)}
    return workspace_of(source, json.dumps(scenario["facts"], indent=2), {"Order": orders}, scenario["persona"])


def typed(browser: Browser, tab: Tab, where: str) -> None:
    """Type into what has the focus, and print the long tasks until everything has been answered."""
    page = tab.page
    page.wait_for_timeout(500)
    page.evaluate("window.__tasks.length = 0")
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    for letter in LETTERS:
        page.keyboard.type(letter, delay=40)
    page.wait_for_timeout(300)
    tab.settled()
    page.wait_for_timeout(500)
    by_clock = page.evaluate("window.__tasks")
    by_processor = processor_times(json.loads(browser.stop_tracing()))
    over = [time for time in by_processor if time > LONG_MS]
    print(f"{where:26} by the clock {len(by_clock)}, the longest {max(by_clock, default=0)} ms; ", end="")
    print(f"by processor time {len(over)}, the longest task {max(by_processor, default=0):.0f} ms")


def processor_times(trace: Any) -> list[float]:
    """Milliseconds of processor time of every task of every page's main thread."""
    events = trace["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [event for event in events if event.get("ph") == "X" and (event["pid"], event["tid"]) in mains]
    return [event["tdur"] / 1000 for event in tasks if "tdur" in event]


def main() -> None:
    """Serve the built page, load the workspace, type."""
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        try:
            assert server.stdout is not None
            site = "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
            browser = playwright.chromium.launch(executable_path=os.environ["TENOR_BROWSER"], args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
            tab = Tab(context.new_page(), site)
            tab.leave(workspace())
            tab.page.add_init_script(WATCH)
            tab.open()
            for panel in sys.argv[1:] or ("results", "flow", "diagrams"):
                tab.panel(panel)
                tab.source().focus()
                tab.page.keyboard.press("ControlOrMeta+End")
                tab.page.keyboard.press("Enter")
                typed(browser, tab, f"contract, beside {panel}")
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
