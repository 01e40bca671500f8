"""The frame of the page: tabs, keys, themes, the narrow screen, and that nothing leaves the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tab import PANELS, PHONE, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def test_nothing_but_the_page_itself_may_be_asked_and_no_script_but_its_own_runs(shared_tab: Tab) -> None:
    policy = shared_tab.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy is not None
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert directives["connect-src"] == "'self'"
    assert "unsafe-inline" not in policy
    # The policy is not only written there: another host cannot be reached.
    refused = shared_tab.page.evaluate("fetch('https://example.org/').then(() => 'reached', () => 'refused')")
    assert refused == "refused"
    shared_tab.console.clear()
    shared_tab.foreign.clear()


def test_tabs_are_walked_with_the_arrow_keys(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    shared_tab.panel("results")
    page.locator("#tab-results").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-flow")).to_be_focused()
    expect(page.locator("#tab-flow")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    expect(page.locator("#tab-scenarios")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-results")).to_be_focused()


def test_every_panel_has_a_key_and_the_list_of_keys_says_it(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    shared_tab.panel("results")
    page.locator("#tab-results").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Go to Results")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.locator("#tab-results")).to_be_focused()
    for number, panel in enumerate(PANELS, 1):
        page.keyboard.press(f"Alt+{number}")
        expect(page.locator(f"#panel-{panel}")).to_be_visible()
        expect(page.locator(f"#panel-{panel}")).to_be_focused()


def test_a_question_mark_in_a_text_is_a_question_mark(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.source().focus()
    shared_tab.page.keyboard.press("ControlOrMeta+Home")
    shared_tab.page.keyboard.type("// why?")
    expect(shared_tab.page.get_by_role("dialog")).to_have_count(0)
    assert shared_tab.text().startswith("// why?")


def test_menus_are_walked_with_the_keyboard(shared_tab: Tab) -> None:
    page = shared_tab.page
    examples = page.get_by_role("button", name="Examples")
    examples.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", checked=True)).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("menuitemradio").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitemradio").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(examples).to_be_focused()


def test_opening_an_example_can_be_taken_back(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(shared_tab.text() + "\n// mine")
    shared_tab.example("Tool lending")
    shared_tab.page.locator(".toast").filter(has_text="Tool lending").get_by_role("button", name="Undo").click()
    expect(shared_tab.page.locator(".top .title")).to_have_text("Escrow release")
    assert shared_tab.text().endswith("// mine")


def test_taking_another_workspace_back_loses_nothing_of_it(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.example("Tool lending")
    shared_tab.write(shared_tab.text() + "\n// typed")
    toasts = shared_tab.page.locator(".toast")
    # It led back to what is not open any more: only the newest way back is offered.
    expect(toasts.filter(has_text="Escrow release")).to_have_count(0)
    toasts.filter(has_text="Tool lending").get_by_role("button", name="Undo").click()
    title = shared_tab.page.locator(".top .title")
    expect(title).to_have_text("Escrow release")
    toasts.filter(has_text="Taken back").get_by_role("button", name="Undo").click()
    expect(title).to_have_text("Tool lending")
    assert shared_tab.text().endswith("// typed")


def test_the_sides_are_divided_by_keys_too(shared_tab: Tab) -> None:
    page = shared_tab.page
    bar = page.get_by_role("separator", name="Width of the contract")
    before = bar.bounding_box()
    bar.focus()
    page.keyboard.press("ArrowLeft")
    after = bar.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"] - 20
    page.keyboard.press("ArrowRight")


@pytest.mark.parametrize(
    ("theme", "scheme"),
    [("light", "light"), ("dark", "dark"), ("contrast", "dark")],
)
def test_themes_are_chosen_and_kept(shared_tab: Tab, theme: str, scheme: str) -> None:
    shared_tab.theme(theme)
    expect(shared_tab.page.locator("html")).to_have_attribute("data-theme", theme)
    assert shared_tab.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme
    shared_tab.theme("system")


def test_what_stands_behind_the_header_can_be_reached_at_once(shared_tab: Tab) -> None:
    page = shared_tab.page
    page.evaluate("document.activeElement?.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    page.get_by_role("link", name="Skip to the contract").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_on_a_narrow_screen_all_panels_are_tabs_and_nothing_scrolls_sideways(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(PHONE)
    tab.open()
    for panel in PANELS:
        tab.panel(panel)
        tab.settled()
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], panel
        # Nor does the head scroll away.
        assert tab.page.evaluate("document.documentElement.scrollHeight") <= PHONE["height"], panel
    tab.unharmed()


def test_a_system_that_asks_for_less_motion_gets_none(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(reduced_motion="reduce")
    tab.open()
    moving = tab.page.evaluate(
        """[...document.querySelectorAll("*")].filter((element) => {
            const style = getComputedStyle(element);
            const times = style.transitionDuration.split(",").map(parseFloat);
            return style.animationName !== "none" || times.some((time) => time > 0);
        }).length"""
    )
    assert moving == 0
