"""Tabs for the tests of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import all_types
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


@pytest.fixture(scope="module")
def all_types_tab(chromium: Browser, site: str) -> Iterator[Tab]:
    """One started page with the contract of all types."""
    context = chromium.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
    tab = Tab(context.new_page(), site)
    tab.leave(all_types.workspace())
    tab.open()
    yield tab
    context.close()
    tab.unharmed()


@pytest.fixture
def opened(all_types_tab: Tab) -> Callable[..., Tab]:
    """Shows the inputs panel with these inputs, as if nothing had been done in it before."""
    return partial(all_types.begin, all_types_tab)


@pytest.fixture
def fresh(new_tab: Callable[..., Tab]) -> Callable[..., Tab]:
    """Opens a tab of its own with these inputs."""

    def make(facts: str | None = None, **options: object) -> Tab:
        tab = new_tab(**options)
        tab.leave(all_types.workspace(facts))
        tab.open()
        tab.panel("inputs")
        return tab

    return make
