"""What people do from the address on, with nothing explained: they find their way by what they read on the page."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.tab import DESKTOP, PHONE, Tab, rows_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_newcomer_sees_why_an_instance_is_blocked_and_runs_the_flow_on_another(
    new_tab: Callable[..., Tab], viewport: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    tab = new_tab(viewport)
    page = tab.page
    begun = time.monotonic()
    # Nothing but the address and what can be read: no ids, no menus, no documentation.
    page.goto(tab.site + "/")
    hint = page.get_by_text("Choose a cell: what is available is run step by step, what is blocked says")
    expect(hint).to_be_in_viewport(timeout=60_000)
    frozen = page.get_by_role("row").filter(has_text="esc-003").get_by_text("is frozen", exact=True)
    expect(frozen).to_be_visible()
    frozen.click()
    reason = page.get_by_text("EscrowAccount esc-003 is frozen; release_escrow needs it to be held.").last
    expect(reason).to_be_in_viewport()
    expect(page.get_by_text("What would open it", exact=True)).to_be_in_viewport()
    why = time.monotonic() - begun

    other = page.get_by_role("row").filter(has_text="esc-001").get_by_text("Available")
    other.click()
    expect(page.get_by_text("The run is over, it ends with success.")).to_be_in_viewport()
    expect(page.get_by_text("EscrowAccount esc-001: held → released").first).to_be_visible()
    run = time.monotonic() - begun
    with capsys.disabled():
        print(
            f"\n{viewport['width']} px: why after {why:.1f} s, the run of another instance after {run:.1f} s, 2 clicks"
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    tab.unharmed()


def test_three_instances_are_run_stepped_back_applied_and_undone(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    page = shared_tab.page
    inputs = shared_tab.panel("inputs")
    for _ in range(2):
        inputs.get_by_role("button", name="Add instance").click()
    shared_tab.settled()
    results = shared_tab.panel("results")
    available = results.get_by_role("gridcell").filter(has_text="Available")
    before = shared_tab.workspace()["inputs"]["states"]
    expect(available).to_have_count(3)
    available.nth(1).click()
    flow = page.locator("#panel-flow")
    chosen = flow.get_by_role("combobox", name="Order", exact=True).input_value()
    expect(flow.get_by_text("The run is over, it ends with success.")).to_be_visible()
    states = flow.locator("table").filter(has_text="Before the run")
    assert rows_of(states)[0][1:3] == ["draft", "submitted"]
    flow.get_by_role("button", name="‹ Back").click()
    expect(flow.get_by_text("Before the first step")).to_be_visible()
    assert rows_of(states)[0][1:3] == ["draft", "draft"]
    flow.get_by_role("button", name="End", exact=True).click()
    flow.get_by_role("button", name="Apply to the instances").click()
    shared_tab.settled()
    state = inputs.get_by_label(f"State of {chosen}").locator("option:checked")
    expect(state).to_have_text("submitted")
    shared_tab.panel("results")
    expect(available).to_have_count(2)
    page.get_by_role("button", name="Undo").last.click()
    expect(available).to_have_count(3)
    assert shared_tab.workspace()["inputs"]["states"] == before


def test_the_keyboard_comes_to_everything_in_the_order_in_which_it_stands(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    place = """() => {
        const parts = { ".top": "header", "#panel-contract": "contract", "#panel-results": "results", ".dock": "why" };
        const focused = document.activeElement;
        const found = Object.entries(parts).find(([css]) => focused.closest(css));
        const isSeen = focused.getClientRects().length > 0 && focused.getClientRects()[0].right > 0;
        return focused === document.body ? "end" : !isSeen ? "unseen" : found?.[1] ?? "between";
    }"""
    passed: list[str] = []
    while passed[-1:] != ["end"] and len(passed) < 30:
        tab.page.keyboard.press("Tab")
        here = tab.page.evaluate(place)
        # Of all boxes the editor alone keeps the key to itself.
        if tab.page.evaluate("document.activeElement.shadowRoot !== null"):
            tab.page.keyboard.press("Escape")
        if passed[-1:] != [here]:
            passed.append(here)
    assert [here for here in passed if here != "between"] == ["header", "contract", "results", "why", "end"]
