"""Tabs for the tests of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.tab import DESKTOP, Tab


@pytest.fixture
def new_tab(chromium: Browser, site: str) -> Iterator[Callable[..., Tab]]:
    """Opens tabs: each in a browser profile of its own, or in the one that is given."""
    contexts: list[BrowserContext] = []

    def make(viewport: dict[str, int] = DESKTOP, context: BrowserContext | None = None, **options: object) -> Tab:
        if context is None:
            context = chromium.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
            contexts.append(context)
        return Tab(context.new_page(), site)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shared_tab(chromium: Browser, site: str) -> Iterator[Tab]:
    """One started page for the tests that leave it as they like; each begins with `example`."""
    context = chromium.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
    tab = Tab(context.new_page(), site)
    tab.open()
    yield tab
    context.close()
    tab.unharmed()
