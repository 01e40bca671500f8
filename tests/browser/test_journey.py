"""What a newcomer does in the first minute, with nothing explained: why is this one blocked, and what of another?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tab import DESKTOP, PHONE, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_the_address_to_why_it_is_blocked_and_to_a_run_on_another_instance(
    new_tab: Callable[..., Tab], viewport: dict[str, int]
) -> None:
    tab = new_tab(viewport)
    tab.open()
    page = tab.page
    # The first thing in sight: a contract, and who may do what to which instance.
    results = page.locator("#panel-results")
    expect(results).to_be_in_viewport()
    blocked = results.get_by_role("gridcell").filter(has_text="EscrowAccount esc-003 is frozen; release_escrow needs")
    blocked.click()
    expect(results).to_contain_text("What would enable it")
    expect(tab.panel("why")).to_contain_text("EscrowAccount esc-003")

    available = tab.panel("results").get_by_role("gridcell").filter(has_text="Available").first
    available.click()
    flow = page.locator("#panel-flow")
    expect(flow).to_be_visible()
    expect(flow).to_contain_text("success")
    expect(flow).to_contain_text("esc-001")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    tab.unharmed()
