"""A tab with the page in it, and what a person does there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Route, expect

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "playground" / "examples"
AXE = ROOT / "playground" / "node_modules" / "axe-core" / "axe.min.js"

PATIENCE_MS = 60_000
"""How long the page may take: starting Python is slow on a busy machine."""

ACTION_MS = 20_000
"""How long what is there already may take to react."""

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PANELS = ("contract", "inputs", "results", "flow", "diagrams", "compare", "scenarios", "why")
"""The panels by their ids, as `shell/panels.ts` has them."""


def workspace_of(source: str, facts: str = "{}", states: Any = None, persona: str = "") -> dict[str, Any]:
    """A workspace as the page keeps it, with one file of source."""
    files = {"contract.tenor": source}
    return {
        "version": 1,
        "example": None,
        "title": "Of a test",
        "contract": {
            "form": "source",
            "files": files,
            "root": "contract.tenor",
            "open": "contract.tenor",
            "bundle": None,
        },
        "inputs": {"facts": facts, "states": json.dumps(states or {}, indent=2), "persona": persona},
        "run": {"flow": None, "bindings": {}, "outcomes": {}, "step": None},
        "selection": None,
        "pin": None,
        "scenarios": [],
    }


def workspace_of_scenario(example: str, title: str) -> dict[str, Any]:
    """A workspace with an example's contract in one of its situations."""
    folder = EXAMPLES / example
    (source,) = folder.glob("*.tenor")
    scenarios = json.loads((folder / "scenarios.json").read_text(encoding="utf-8"))["scenarios"]
    (found,) = (one for one in scenarios if one["title"] == title)
    workspace = workspace_of(
        source.read_text(encoding="utf-8"),
        json.dumps(found["facts"], indent=2),
        found["entity_states"],
        found["persona"],
    )
    run = {"flow": found["flow"], "bindings": found.get("instance_bindings", {}), "outcomes": {}, "step": None}
    return workspace | {"run": run}


def rows_of(table: Locator) -> list[list[str]]:
    """The texts of a table's body, also where it is out of sight: row by row, spaces folded."""
    rows = table.locator("tbody tr").all()
    return [[" ".join(cell.split()) for cell in row.locator("th, td").all_text_contents()] for row in rows]


class Tab:
    """A page, and what it did that nobody sees: console messages and requests."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.console: list[str] = []
        self.foreign: list[str] = []
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.console.append(f"uncaught: {error}"))
        page.on("request", self._note_request)
        page.set_default_timeout(ACTION_MS)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.site + "/", "data:", "blob:")):
            self.foreign.append(request.url)

    @property
    def context(self) -> BrowserContext:
        """The browser profile that the tab belongs to."""
        return self.page.context

    def leave(self, workspace: Any) -> None:
        """Leave a workspace (or a text that is none) as an earlier visit would have, for the first load of this tab."""
        text = workspace if isinstance(workspace, str) else json.dumps(workspace)
        self.page.add_init_script(
            f"if (!sessionStorage.left) localStorage.setItem('tenor-playground/workspace', {json.dumps(text)});"
            "sessionStorage.left = 1;"
        )

    def open(self, address: str = "/") -> None:
        """Load the page and wait until it answers."""
        self.page.goto(self.site + address)
        self.ready()
        self.settled()

    def ready(self) -> None:
        """Wait until the evaluator runs."""
        expect(self.page.locator('.engine[data-phase="ready"]')).to_be_attached(timeout=PATIENCE_MS)

    def settled(self) -> None:
        """Wait until what the page shows belongs to its inputs."""
        # Two looks: what was typed is asked for a moment later.
        self.page.wait_for_timeout(50)
        expect(self.page.locator("#main")).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)

    def panel(self, panel: str) -> Locator:
        """The panel with this id, brought into view."""
        tab = self.page.locator(f"#tab-{panel}")
        # Where it is shown already, the focus stays where it is.
        if tab.count() > 0 and tab.get_attribute("aria-selected") != "true":
            tab.click()
        found = self.page.locator(f"#panel-{panel}")
        expect(found).to_be_visible()
        return found

    def example(self, title: str) -> None:
        """Open the example with this title; where it is open already, it is opened anew."""
        spoken = self.page.locator("#spoken")
        before = spoken.text_content()
        self.page.get_by_role("button", name="Examples").click()
        self.page.get_by_role("menuitemradio", name=title).click()
        # The title may be the same as before: that it is open is said each time, and never twice in the same letters.
        self.page.wait_for_function(
            "([said, before]) => said.textContent !== before && said.textContent.includes('is open')",
            arg=[spoken.element_handle(), before],
        )
        expect(self.page.locator(".top .title")).to_have_text(title)
        self.settled()

    def source(self) -> Locator:
        """The text box of the contract; it holds only the lines in view, see `text`."""
        return self.panel("contract").get_by_role("textbox", name="Contract text")

    def text(self) -> str:
        """The open text of the contract, from the workspace as it is kept."""
        contract = self.workspace()["contract"]
        if contract["form"] == "bundle":
            return str(contract["bundle"])
        return str(contract["files"][contract["open"]])

    def write(self, text: str) -> None:
        """Put a text in the place of the contract's, as one who pastes it."""
        self.source().focus()
        self.page.keyboard.press("ControlOrMeta+a")
        # A paste of its own: `fill` would edit the elements, which the editor's are not meant for.
        self.page.evaluate(
            """text => {
                const data = new DataTransfer();
                data.setData("text/plain", text);
                let target = document.activeElement;
                while (target.shadowRoot?.activeElement) target = target.shadowRoot.activeElement;
                const init = { clipboardData: data, bubbles: true, cancelable: true };
                target.dispatchEvent(new ClipboardEvent("paste", init));
            }""",
            text,
        )
        self.settled()

    def workspace(self) -> Any:
        """The workspace as the browser keeps it, once what was changed last is written."""
        self.page.wait_for_timeout(600)
        return json.loads(self.page.evaluate("localStorage.getItem('tenor-playground/workspace')"))

    def workspace_text_is(self, text: str) -> None:
        """The kept text is still this one, after the time in which a change would have been written."""
        self.page.wait_for_timeout(600)
        assert self.page.evaluate("localStorage.getItem('tenor-playground/workspace')") == text

    def theme(self, theme: str) -> None:
        """Choose a theme: system, light, dark or contrast."""
        names = {"system": "As the system", "light": "Light", "dark": "Dark", "contrast": "High contrast"}
        self.page.get_by_role("button", name="Theme").click()
        self.page.get_by_role("menuitemradio", name=names[theme]).click()
        # Colours go over into each other for a moment.
        self.page.wait_for_function("() => document.getAnimations().length === 0")

    def violations(self) -> list[str]:
        """What axe finds wrong with the page as it is."""
        # By Playwright, past the page's policy: the page itself could not load it.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        return [
            f"{found['id']}: {found['help']}: {[node['target'] for node in found['nodes']][:4]}"
            for found in result["violations"]
        ]

    def unharmed(self) -> None:
        """Nothing was logged, and nothing was asked of another host."""
        assert self.console == []
        assert self.foreign == []


@contextmanager
def held(tab: Tab, pattern: str = "**/runtime/**") -> Iterator[Callable[[], None]]:
    """The files of this pattern, by default the evaluator's, do not come until one lets them."""
    waiting: list[Route] = []
    open_ = threading.Event()

    def hold(route: Route) -> None:
        if open_.is_set():
            route.continue_()
        else:
            waiting.append(route)

    def let() -> None:
        open_.set()
        for route in waiting:
            route.continue_()
        waiting.clear()

    tab.context.route(pattern, hold)
    yield let
    tab.context.unroute(pattern)
