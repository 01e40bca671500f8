"""axe finds nothing wrong with any panel, in any theme, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.tab import DESKTOP, PANELS, PHONE, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_panel(new_tab: Callable[..., Tab], viewport: dict[str, int], theme: str) -> None:
    tab = new_tab(viewport)
    tab.open()
    tab.theme(theme)
    found = {}
    for panel in PANELS:
        tab.panel(panel)
        tab.settled()
        violations = tab.violations()
        if violations:
            found[panel] = violations
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_above_the_panels(new_tab: Callable[..., Tab], theme: str) -> None:
    tab = new_tab()
    tab.open()
    tab.theme(theme)
    tab.write("persona }")
    assert tab.violations() == []
    for name in ("Examples", "Theme", "Share"):
        tab.page.get_by_role("button", name=name).click()
        assert tab.violations() == []
        tab.page.keyboard.press("Escape")
    tab.page.get_by_role("button", name="Help").click()
    tab.page.get_by_role("menuitem", name="Keyboard").click()
    assert tab.violations() == []
