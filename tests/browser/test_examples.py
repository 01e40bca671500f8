"""Every example that the menu offers opens, answers, and goes as its scenarios expect."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tab import EXAMPLES, Tab, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

ENTRIES = json.loads((EXAMPLES / "index.json").read_text(encoding="utf-8"))["examples"]


def test_the_menu_offers_them_all_by_trade(shared_tab: Tab) -> None:
    assert len(ENTRIES) >= 8
    assert len({entry["trade"] for entry in ENTRIES}) == len(ENTRIES)
    shared_tab.page.get_by_role("button", name="Examples").click()
    items = shared_tab.page.get_by_role("menuitemradio")
    expect(items).to_have_count(len(ENTRIES))
    for entry, item in zip(ENTRIES, items.all(), strict=True):
        expect(item).to_contain_text(entry["title"])
        expect(item).to_contain_text(entry["about"])
    shared_tab.page.keyboard.press("Escape")


def test_a_list_that_did_not_come_is_asked_for_again(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of("persona clerk\n"))
    tab.page.route("**/examples/index.json", lambda route: route.abort())
    tab.open()
    page = tab.page
    page.get_by_role("button", name="Examples").click()
    again = page.get_by_role("menuitem", name="Try again")
    expect(again).to_contain_text("could not be downloaded")
    expect(again).to_be_focused()
    again.click()
    expect(again).to_be_visible()
    page.unroute("**/examples/index.json")
    again.click()
    expect(page.get_by_role("menuitemradio")).to_have_count(len(ENTRIES))
    expect(page.get_by_role("menuitemradio").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])
def test_it_opens_answers_and_goes_as_expected(shared_tab: Tab, entry: dict[str, str]) -> None:
    shared_tab.example(entry["title"])
    cells = shared_tab.panel("results").get_by_role("gridcell")
    expect(cells.filter(has_text="Available").first).to_be_visible()
    expect(cells.filter(has_text="Blocked").first).to_be_visible()
    expect(shared_tab.page.locator("#panel-contract")).to_contain_text("No errors")
    scenarios = json.loads((EXAMPLES / entry["name"] / "scenarios.json").read_text(encoding="utf-8"))["scenarios"]
    panel = shared_tab.panel("scenarios")
    shared_tab.settled()
    expect(panel.get_by_role("status")).to_contain_text(f"{len(scenarios)} of {len(scenarios)} go as expected")
    flow = shared_tab.panel("flow")
    shared_tab.settled()
    expect(flow.get_by_text("The run is over")).to_be_visible()
