"""Whether the page keeps up with its user: the long tasks while one types and acts, the largest example open.

``make bench-typing`` runs it (``TYPING="contract facts"`` for some of the situations). A long task is one of more than
50 ms on the page's own thread, told twice: by the clock as the browser tells pages, and by the processor time that the
thread took, which other programs do not lengthen. Each situation is gone through several times; what is printed is the
best of them, which is the page's own doing, and the worst, which is the machine's as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, sync_playwright

from tests.browser.tab import DESKTOP, ROOT, Tab

EXAMPLE = "Pallet warehouse"
"""The largest example: 5,000 instances."""

INSTANCES = 5_000
ROUNDS = 3
LONG_MS = 50
LETTERS = "persona somebody_else // and a comment of some length "

WATCH = """
window.__tasks = [];
new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.__tasks.push(Math.round(duration));
}).observe({ type: "longtask", buffered: true });
"""


@dataclass(frozen=True, slots=True)
class Situation:
    """Something done in the page: what is brought into view before, and what is measured."""

    name: str
    prepare: Callable[[Tab], None]
    act: Callable[[Tab], None]


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds of the long tasks by the clock, and of all tasks by processor time."""

    clock: list[int]
    processor: list[float]


def typed(letters: str) -> Callable[[Tab], None]:
    """Type, letter by letter, into what has the focus."""

    def act(tab: Tab) -> None:
        for letter in letters:
            tab.page.keyboard.type(letter, delay=40)

    return act


def in_contract(panel: str, *, coverage: bool = False) -> Callable[[Tab], None]:
    """The end of the contract's text, beside a panel."""

    def prepare(tab: Tab) -> None:
        shown = tab.panel(panel)
        if panel == "diagrams":
            shown.get_by_label("What the scenarios cover").set_checked(coverage)
        tab.source().focus()
        tab.page.keyboard.press("ControlOrMeta+End")
        tab.page.keyboard.press("Enter")

    return prepare


def inputs(tab: Tab, beside: str = "results") -> Locator:
    """The inputs with the table of the pallets, beside a panel."""
    tab.panel(beside)
    shown = tab.panel("inputs")
    shown.get_by_role("tab", name="Pallet").click()
    return shown


def table(tab: Tab) -> None:
    """The table of the pallets."""
    inputs(tab)


def in_text(title: str, beside: str = "results") -> Callable[[Tab], None]:
    """The end of a value of a document that is shown as form and as text."""

    def prepare(tab: Tab) -> None:
        section = inputs(tab, beside).get_by_role("region", name=title)
        section.get_by_role("button", name="Both").click()
        section.get_by_role("textbox", name=f"{title} as JSON").focus()
        for key in ("ControlOrMeta+Home", "ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowLeft"):
            tab.page.keyboard.press(key)

    return prepare


def in_field(label: str) -> Callable[[Tab], None]:
    """A field of the inputs' form."""

    def prepare(tab: Tab) -> None:
        inputs(tab).get_by_label(label).first.focus()
        tab.page.keyboard.press("ControlOrMeta+a")

    return prepare


def in_filter(tab: Tab) -> None:
    """The filter of the results."""
    tab.panel("results").get_by_role("searchbox").focus()


def generator(tab: Tab) -> None:
    """The dialog that makes instances."""
    inputs(tab).get_by_role("button", name="Generate …").click()
    tab.page.get_by_label("How many").focus()
    tab.page.keyboard.press("ControlOrMeta+a")


def generate(tab: Tab) -> None:
    """Make as many instances again."""
    tab.page.keyboard.type(str(INSTANCES), delay=40)
    tab.page.get_by_role("button", name="Generate", exact=True).click()


def answered(tab: Tab) -> None:
    """Wait for the answers, without Playwright's assertions: they read the whole page on its own thread."""
    busy = "document.getElementById('main').getAttribute('aria-busy') !== 'false'"
    tab.page.wait_for_timeout(50)
    while tab.page.evaluate(busy):
        tab.page.wait_for_timeout(100)


def set_state(tab: Tab) -> None:
    """Set the state of the first instance in sight."""
    chooser = tab.page.locator("#panel-inputs .inputs-instances tbody select").first
    for state in ("shipped", "picked", "stored"):
        chooser.select_option(state)
        answered(tab)


def scroll(tab: Tab) -> None:
    """Scroll the grid from end to end."""
    tab.page.locator("#panel-results [role=grid]").first.hover()
    for _ in range(30):
        tab.page.mouse.wheel(0, 4_000)


def flow_run(tab: Tab) -> None:
    """A run that can be applied."""
    tab.panel("flow").get_by_role("button", name="Apply to the instances").wait_for()


def apply(tab: Tab) -> None:
    """Apply the run, and take it back."""
    tab.page.get_by_role("button", name="Apply to the instances").click()
    answered(tab)
    tab.page.get_by_role("button", name="Undo").last.click()


def all_panels(tab: Tab) -> None:
    """Go once through all panels."""
    for panel in ("flow", "diagrams", "compare", "scenarios", "results", "inputs", "contract"):
        tab.page.click(f"#tab-{panel}")
        answered(tab)


def nothing(_tab: Tab) -> None:
    """Nothing has to be prepared."""


SITUATIONS = (
    Situation("contract, beside results", in_contract("results"), typed(LETTERS)),
    Situation("contract, beside flow", in_contract("flow"), typed(LETTERS)),
    Situation("contract, beside pictures", in_contract("diagrams"), typed(LETTERS)),
    Situation("contract, beside coverage", in_contract("diagrams", coverage=True), typed(LETTERS)),
    Situation("contract, beside scenarios", in_contract("scenarios"), typed(LETTERS)),
    Situation("fact in a field", in_field("room_kg"), typed("123456")),
    Situation("facts as JSON", in_text("Facts"), typed("0123456")),
    Situation("facts as JSON, scenarios", in_text("Facts", "scenarios"), typed("0123456")),
    Situation("states as JSON", in_text("Entity states"), typed("abcdefgh")),
    Situation("filter of the instances", in_field("Filter Pallet by name"), typed("p-00 12")),
    Situation("filter of the results", in_filter, typed("p-00 12")),
    Situation("state of an instance", table, set_state),
    Situation("scroll the grid", in_filter, scroll),
    Situation("apply a run, undo", flow_run, apply),
    Situation("go through all panels", nothing, all_panels),
    Situation("generate 5,000 more", generator, generate),
)


def measured(browser: Browser, tab: Tab, situation: Situation) -> Round:
    """One round: the example anew, then the deed, until everything has been answered."""
    page = tab.page
    tab.example(EXAMPLE)
    situation.prepare(tab)
    tab.settled()
    page.wait_for_timeout(700)
    page.evaluate("window.__tasks.length = 0")
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    situation.act(tab)
    page.wait_for_timeout(300)
    answered(tab)
    page.wait_for_timeout(700)
    clock = page.evaluate("window.__tasks")
    return Round(clock, processor_times(json.loads(browser.stop_tracing())))


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


def told(situation: Situation, rounds: list[Round]) -> str:
    """The best and the worst of the longest tasks; under 50 ms the clock of the browser says nothing."""
    clock = sorted(max(one.clock, default=0) for one in rounds)
    processor = sorted(max(one.processor, default=0) for one in rounds)
    first, last = (f"{time} ms" if time else f"under {LONG_MS} ms" for time in (clock[0], clock[-1]))
    over = " LONG" if processor[0] > LONG_MS else ""
    return (
        f"{situation.name:27} longest task by processor time {processor[0]:4.0f} ms (worst {processor[-1]:.0f}){over}; "
        f"by the clock {first} (worst {last})"
    )


def main() -> None:
    """Serve the built page and go through the situations whose names hold one of the given words."""
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    wanted = sys.argv[1:] or [""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        try:
            assert server.stdout is not None
            site = "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
            browser = playwright.chromium.launch(executable_path=os.environ["TENOR_BROWSER"], args=["--no-sandbox"])
            for situation in SITUATIONS:
                if not any(word in situation.name for word in wanted):
                    continue
                context = browser.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
                tab = Tab(context.new_page(), site)
                tab.page.add_init_script(WATCH)
                tab.open()
                print(told(situation, [measured(browser, tab, situation) for _ in range(ROUNDS)]), flush=True)
                context.close()
            browser.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
