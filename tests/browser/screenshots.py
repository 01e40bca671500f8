"""Writes a picture of every panel, wide and narrow, light and dark, for people to look at: `make screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.tab import DESKTOP, PANELS, PHONE, ROOT, Tab

FOLDER = ROOT / "screenshots"


def _chosen(tab: Tab) -> None:
    """A blocked cell, with what would open it."""
    tab.page.locator("#panel-results").get_by_role("gridcell").filter(has_text="is frozen; release_escrow").click()


def _picture(kind: str, *, coverage: bool) -> Callable[[Tab], None]:
    def show(tab: Tab) -> None:
        panel = tab.panel("diagrams")
        panel.get_by_role("tab", name=kind).click()
        panel.get_by_label("What the scenarios cover").set_checked(coverage)

    return show


def _table(tab: Tab) -> None:
    tab.panel("diagrams").get_by_role("button", name="Table").first.click()


def _compared(tab: Tab) -> None:
    """The pinned result beside that of a changed fact."""
    tab.page.get_by_role("button", name="Pin this result").click()
    tab.panel("inputs").get_by_label("delivery", exact=True).select_option("lost")
    tab.panel("compare")


def _coverage(tab: Tab) -> None:
    tab.page.get_by_role("heading", name="What they exercise").scroll_into_view_if_needed()


def _error(tab: Tab) -> None:
    tab.write(tab.text().replace("persona seller", "persona"))


SCENES: Mapping[str, Mapping[str, Callable[[Tab], None]]] = {
    "diagrams": {
        "flows": _picture("Flows", coverage=False),
        "rules": _picture("Rules", coverage=False),
        "personas": _picture("Personas", coverage=False),
        "states-covered": _picture("States", coverage=True),
        "flows-covered": _picture("Flows", coverage=True),
        "rules-covered": _picture("Rules", coverage=True),
        "personas-covered": _picture("Personas", coverage=True),
        "table": _table,
    },
    "scenarios": {"coverage": _coverage},
    "results": {"chosen": _chosen},
    "compare": {"changed": _compared},
    "contract": {"error": _error},
}
"""What is pictured of a panel besides its first sight."""

ORDER = ("results", "flow", "diagrams", "scenarios", "why", "inputs", "compare", "contract")
"""So that each scene finds what it needs: what is chosen in the results is explained, what is changed is compared."""


def main() -> None:
    """Serve the built page and take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    command = ["node", str(ROOT / "playground" / "scripts" / "serve.mjs"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            site = "http://" + server.stdout.readline().split("http://", 1)[1].split("/", 1)[0]
            for name, viewport in (("1440", DESKTOP), ("390", PHONE)):
                for scheme in ("light", "dark"):
                    _take(site, name, viewport, scheme, sys.argv[1:] or PANELS)
        finally:
            server.terminate()
    print(f"The pictures are in {FOLDER.relative_to(Path.cwd()) if FOLDER.is_relative_to(Path.cwd()) else FOLDER}/")


def _take(site: str, name: str, viewport: dict[str, int], scheme: str, panels: tuple[str, ...] | list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["TENOR_BROWSER"], args=["--no-sandbox"])
        tab = Tab(browser.new_page(viewport={"width": viewport["width"], "height": viewport["height"]}), site)
        tab.open()
        tab.theme(scheme)
        for panel in sorted(panels, key=ORDER.index):
            tab.panel(panel)
            _picture_of(tab, f"{panel}-{name}-{scheme}")
            for scene, begin in SCENES.get(panel, {}).items():
                begin(tab)
                _picture_of(tab, f"{panel}-{scene}-{name}-{scheme}")
        browser.close()


def _picture_of(tab: Tab, file: str) -> None:
    tab.settled()
    # Colours and places go over into each other for a moment.
    tab.page.wait_for_timeout(300)
    tab.page.screenshot(path=FOLDER / f"{file}.png")


if __name__ == "__main__":
    main()
