"""Writes a picture of every panel, wide and narrow, light and dark, for people to look at: `make screenshots`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.tab import DESKTOP, PANELS, PHONE, ROOT, Tab

FOLDER = ROOT / "screenshots"


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
        for panel in panels:
            tab.panel(panel)
            tab.settled()
            tab.page.screenshot(path=FOLDER / f"{panel}-{name}-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
