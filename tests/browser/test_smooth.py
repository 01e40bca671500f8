"""The largest example: what is typed and chosen quickly, one after the other, is what is answered in the end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def choices(tab: Tab, fact: str) -> Locator:
    """The two choices of a fact that is true or false, and beside them the results."""
    tab.example("Pallet warehouse")
    tab.panel("results")
    return tab.panel("inputs").get_by_role("radiogroup", name=fact).get_by_role("radio")


def answers(tab: Tab) -> list[str]:
    """What the grid says of each flow, and of the instances in view."""
    tab.settled()
    results = tab.page.locator("#panel-results")
    return results.get_by_role("columnheader").all_inner_texts() + results.get_by_role("gridcell").all_inner_texts()


def test_the_latest_of_many_edits_is_answered(shared_tab: Tab) -> None:
    both = choices(shared_tab, "order_open")
    expect(both).to_have_count(2)
    found = []
    for index in (0, 1):
        both.nth(index).check()
        found.append(answers(shared_tab))
    assert found[0] != found[1]
    for last in (0, 1):
        for turn in range(8):
            both.nth((turn + last + 1) % 2).check()
        assert answers(shared_tab) == found[last]


def test_letters_typed_quickly_are_all_there_and_the_last_filter_is_shown(shared_tab: Tab) -> None:
    shared_tab.example("Pallet warehouse")
    results = shared_tab.panel("results")
    results.get_by_role("searchbox").press_sequentially("p-00zz")
    for _ in range(2):
        shared_tab.page.keyboard.press("Backspace")
    shared_tab.page.keyboard.type("17")
    expect(results.get_by_text("1 of 5,0")).to_be_visible()
    expect(results.get_by_role("rowheader")).to_contain_text(["p-0017"])
    results.get_by_role("searchbox").fill("")


def test_more_thousands_are_made_at_once_and_taken_back(shared_tab: Tab) -> None:
    shared_tab.example("Pallet warehouse")
    page = shared_tab.page
    inputs = shared_tab.panel("inputs")
    inputs.get_by_role("tab", name="Pallet").click()
    inputs.get_by_role("button", name="Generate …").click()
    page.get_by_label("How many").fill("5000")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(inputs.get_by_role("status").filter(has_text="10000 instances")).to_be_visible()
    expect(page.locator("#panel-results")).to_contain_text("10,00")
    shared_tab.settled()
    page.get_by_role("button", name="Undo").last.click()
    expect(inputs.get_by_role("status").filter(has_text="5000 instances")).to_be_visible()
    shared_tab.settled()
