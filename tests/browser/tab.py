"""A tab with the page in it, and what a person does there."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

PATIENCE_MS = 60_000
"""How long the page may take: starting Python is slow on a busy machine."""

DESKTOP = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}


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
        page.set_default_timeout(PATIENCE_MS)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.site + "/", "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self) -> None:
        """Load the page and wait until it answers."""
        self.page.goto(self.site + "/")
        expect(self.page.get_by_role("heading", name="What may happen next")).to_be_visible(timeout=PATIENCE_MS)
        self.settled()

    def settled(self) -> None:
        """Wait until what the page shows belongs to its inputs."""
        expect(self.page.locator("#workbench")).to_have_attribute("aria-busy", "false", timeout=PATIENCE_MS)

    def field(self, label: str) -> Locator:
        """The field with this label."""
        return self.page.get_by_label(label)

    def row(self, flow: str) -> Locator:
        """The row of a flow in the table of what may happen next."""
        return self.page.locator(f'#actions tbody tr:has(.name:text-is("{flow}"))')


def choose(tab: Tab, example: str, scenario: str) -> None:
    """Choose an example and one of its situations, by their titles."""
    page = tab.page
    label = page.locator("#example option").filter(has_text=example).first.text_content()
    assert label is not None
    page.select_option("#example", label=label)
    tab.settled()
    expect(page.locator("#scenario option").filter(has_text=scenario)).to_have_count(1)
    page.select_option("#scenario", label=scenario)
    tab.settled()
