"""The guided tour: six steps beside the real controls, by keyboard alone, left and resumed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import DESKTOP, PHONE, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def callout(tab: Tab, title: str) -> Locator:
    """The callout, at the step with this title."""
    found = tab.page.get_by_role("dialog", name=title)
    expect(found).to_be_visible()
    return found


def begin(tab: Tab) -> None:
    tab.open()
    tab.page.get_by_role("button", name="Help").click()
    tab.page.get_by_role("menuitem", name="Guided tour").click()
    callout(tab, "Choose an instance")
    tab.settled()


def press(tab: Tab, name: str) -> None:
    """A button of the callout, by keyboard: Alt+t leads to it, Tab through it."""
    if name == "Go there":
        expect(tab.page.locator(".tour-ring")).to_be_attached()
    tab.page.keyboard.press("Alt+t")
    button = tab.page.locator(".tour").get_by_role("button", name=name, exact=True)
    for _ in range(8):
        if button.evaluate("element => element === document.activeElement"):
            break
        tab.page.keyboard.press("Shift+Tab" if name == "Go there" else "Tab")
    expect(button).to_be_focused()
    tab.page.keyboard.press("Enter")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_whole_tour_by_keyboard(new_tab: Callable[..., Tab], viewport: dict[str, int]) -> None:
    tab = new_tab(viewport)
    begin(tab)
    page = tab.page
    press(tab, "Go there")
    expect(page.locator('.results-cell[data-status="blocked"]:focus')).to_have_count(1)
    page.keyboard.press("Enter")
    callout(tab, "See why it is blocked")
    tab.settled()
    press(tab, "Next")
    callout(tab, "Try what would open it")
    expect(page.locator("#panel-results .results-suggestions button").first).to_be_enabled()
    press(tab, "Go there")
    expect(page.locator(".results-suggestions button").first).to_be_focused()
    page.keyboard.press("Enter")
    callout(tab, "Run it where it is available")
    tab.settled()
    press(tab, "Go there")
    expect(page.locator('.results-cell[data-status="open"]:focus')).to_have_count(1)
    page.keyboard.press("Enter")
    callout(tab, "Apply the result")
    expect(page.get_by_role("button", name="Apply to the instances")).to_be_enabled()
    press(tab, "Go there")
    page.keyboard.press("Enter")
    callout(tab, "Compare or share")
    press(tab, "Go there")
    expect(page.get_by_role("button", name="Share", exact=True)).to_be_focused()
    press(tab, "Finish")
    expect(page.locator(".tour")).to_have_count(0)
    assert len(tab.workspace()["history"]["runs"]) >= 1
    tab.unharmed()


def test_going_there_is_seen_also_by_the_mouse_and_where_it_was_in_sight(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    begin(tab)
    ring = tab.page.locator(".tour-ring")
    expect(ring).not_to_have_class(re.compile("visited"))
    tab.page.locator(".tour").get_by_role("button", name="Go there").click()
    expect(ring).to_have_class(re.compile("visited"))
    assert ring.evaluate("ring => ring.getAnimations().length") == 1


def test_it_is_left_and_resumed_after_a_reload(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    begin(tab)
    tab.page.locator(".tour").get_by_role("button", name="Skip").click()
    callout(tab, "See why it is blocked")
    tab.page.locator(".tour").get_by_role("button", name="Leave the tour").click()
    expect(tab.page.locator(".tour")).to_have_count(0)
    tab.page.wait_for_timeout(600)
    tab.page.reload()
    tab.ready()
    expect(tab.page.locator(".tour")).to_have_count(0)
    tab.page.get_by_role("button", name="Tour: step 2").click()
    callout(tab, "See why it is blocked")


def test_what_was_open_can_be_had_back(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.example("Lab samples")
    tab.page.get_by_role("button", name="Tour").click()
    callout(tab, "Choose an instance")
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
    tab.page.get_by_role("button", name="Undo").last.click()
    expect(tab.page.locator(".top .title")).to_have_text("Lab samples")
    expect(tab.page.locator(".tour")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_callout_is_for_everyone_and_covers_not_what_it_speaks_of(
    new_tab: Callable[..., Tab], viewport: dict[str, int], theme: str
) -> None:
    tab = new_tab(viewport)
    begin(tab)
    tab.theme(theme)
    tab.page.wait_for_timeout(500)
    assert tab.violations() == []
    assert tab.page.evaluate(
        """() => {
            const rectOf = (selector) => document.querySelector(selector).getBoundingClientRect();
            const [tour, ring] = [rectOf(".tour"), rectOf(".tour-ring")];
            const beside = tour.right <= ring.left || ring.right <= tour.left;
            const above = tour.bottom <= ring.top || ring.bottom <= tour.top;
            const inSight = tour.left >= 0 && tour.top >= 0 && tour.right <= innerWidth && tour.bottom <= innerHeight;
            return (beside || above) && inSight;
        }"""
    )
    expect(tab.page.locator("#spoken")).to_have_text(re.compile("."))
