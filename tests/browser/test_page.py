"""The page in Chromium, as a person uses it: read, choose, type, run; and what it says when a download fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.tab import DESKTOP, PATIENCE_MS, PHONE, Tab, choose

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_answers_the_escrow_case_with_three_instances(
    new_tab: Callable[..., Tab], viewport: dict[str, int]
) -> None:
    tab = new_tab(viewport)
    tab.open()
    choose(tab, "Escrow release", "The goods were accepted")
    release = tab.row("release_escrow")
    expect(release.locator("td").nth(1)).to_contain_text("esc-001")
    expect(release.locator("td").nth(2)).to_contain_text("esc-002")
    expect(release.locator("td").nth(2)).to_contain_text("released")
    expect(release.locator("td").nth(2)).to_contain_text("esc-003")
    expect(release.locator("td").nth(2)).to_contain_text("frozen")
    expect(tab.page.locator("#verdicts")).to_contain_text("payout_due")

    tab.page.get_by_role("button", name="Run the flow").click()
    expect(tab.page.locator("#outcome")).to_have_text("success")
    expect(tab.page.locator("#path li")).to_have_count(1)
    expect(tab.page.locator("#path")).to_contain_text("pay_out")
    expect(tab.page.locator("#transitions tbody tr")).to_have_count(1)
    expect(tab.page.locator("#transitions")).to_contain_text("esc-001")
    expect(tab.page.locator("#transitions")).to_contain_text("held → released")

    wide = tab.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= viewport["width"], "the page scrolls sideways"
    assert tab.console == []
    assert tab.foreign == []


def test_another_instance_is_a_click_away(shared_tab: Tab) -> None:
    choose(shared_tab, "Lab samples", "A usable sample on an idle analyser")
    page = shared_tab.page
    expect(page.get_by_label("Sample", exact=True)).to_have_value("s-1001")
    shared_tab.row("analyse").get_by_role("button", name="s-1003").click()
    expect(page.get_by_label("Sample", exact=True)).to_have_value("s-1003")
    page.get_by_role("button", name="Run the flow").click()
    expect(page.locator("#outcome")).to_have_text("success")
    expect(page.locator("#transitions")).to_contain_text("s-1003")
    expect(page.locator("#transitions")).not_to_contain_text("s-1001")


def test_an_instance_in_the_wrong_state_fails_and_says_so(shared_tab: Tab) -> None:
    choose(shared_tab, "Escrow release", "The goods were accepted")
    page = shared_tab.page
    page.get_by_label("EscrowAccount", exact=True).select_option("esc-002")
    page.get_by_role("button", name="Run the flow").click()
    expect(page.locator("#outcome")).to_have_text("failure")
    expect(page.locator("#path")).to_contain_text("error: ")
    expect(page.locator("#transitions")).to_contain_text("No state would change")


def test_a_flow_shows_branch_sub_flow_handoff_and_compensation(shared_tab: Tab) -> None:
    choose(shared_tab, "Tool lending", "A valuable tool")
    page = shared_tab.page
    page.get_by_role("button", name="Run the flow").click()
    for kind in ("operation", "branch", "sub-flow", "handoff"):
        expect(page.locator("#path")).to_contain_text(kind)
    expect(page.locator("#transitions")).to_contain_text("drill-07")
    expect(page.locator("#transitions")).to_contain_text("dep-114")
    choose(shared_tab, "Tool lending", "The deposit does not arrive")
    page.get_by_role("button", name="Run the flow").click()
    expect(page.locator("#path")).to_contain_text("compensation")
    expect(page.locator("#outcome")).to_have_text("failure")


def test_an_edit_changes_the_answer_and_drops_the_old_result(shared_tab: Tab) -> None:
    choose(shared_tab, "Order approval", "A draft is submitted")
    page = shared_tab.page
    page.get_by_role("button", name="Run the flow").click()
    expect(page.locator("#outcome")).to_have_text("success")
    page.get_by_label("Entity states").fill('{"Order": {"ord-001": "approved", "ord-009": "draft"}}')
    expect(page.locator("#outcome")).to_have_count(0)
    submit = shared_tab.row("submit")
    expect(submit.locator("td").nth(1)).to_contain_text("ord-009")
    expect(submit.locator("td").nth(2)).to_contain_text("ord-001")
    expect(page.locator("#binding-Order option")).to_have_text(["ord-001 (approved)", "ord-009 (draft)"])


def test_json_that_cannot_be_read_is_told_at_its_field_with_the_place(shared_tab: Tab) -> None:
    choose(shared_tab, "Escrow release", "The goods were accepted")
    page = shared_tab.page
    page.get_by_label("Facts").fill('{\n  "delivery": "arrived",\n  "goods": [,]\n}')
    error = page.locator("#facts-error")
    expect(error).to_contain_text("invalid_json")
    expect(error).to_contain_text("line 3")
    expect(page.get_by_label("Facts")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#entity-states-error")).to_be_hidden()


def test_every_wrong_fact_is_told_with_its_place(shared_tab: Tab) -> None:
    choose(shared_tab, "Escrow release", "The goods were accepted")
    page = shared_tab.page
    page.get_by_label("Facts").fill('{"delivery": "eaten", "goods": [{"item": "lamp", "accepted": 1}]}')
    error = page.locator("#facts-error")
    for place in ("/facts/delivery", "/facts/goods/0/accepted", "/facts/price"):
        expect(error).to_contain_text(place)


def test_a_wrong_state_is_told_at_the_states(shared_tab: Tab) -> None:
    choose(shared_tab, "Escrow release", "The goods were accepted")
    page = shared_tab.page
    page.get_by_label("Entity states").fill('{"EscrowAccount": {"esc-001": "melted"}}')
    expect(page.locator("#entity-states-error")).to_contain_text("/entity_states/EscrowAccount/esc-001")
    page.get_by_label("Entity states").fill('{"EscrowAccount": {"esc-001": "held"}}')
    expect(page.locator("#entity-states-error")).to_be_hidden()


def test_the_keyboard_alone_is_enough(shared_tab: Tab) -> None:
    choose(shared_tab, "Order approval", "A draft is submitted")
    page = shared_tab.page
    page.get_by_label("Persona").focus()
    page.keyboard.press("Tab")
    # The first open instance of the table comes next; choosing it leads to the button that runs the flow.
    assert page.evaluate("document.activeElement.textContent").startswith("ord-001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Run the flow")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_have_text("success")


def test_the_newest_edit_wins(shared_tab: Tab) -> None:
    choose(shared_tab, "Order approval", "A draft is submitted")
    box = shared_tab.page.get_by_label("Entity states")
    for number in range(20):
        box.fill(f'{{"Order": {{"ord-{number:03}": "draft"}}}}')
    submit = shared_tab.row("submit")
    expect(submit.locator("td").nth(1)).to_contain_text("ord-019")
    expect(shared_tab.page.locator("#actions")).not_to_contain_text("ord-018")


def _not_found(route: Route) -> None:
    route.fulfill(status=404, content_type="text/plain", body="there is no such file")


def _html(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Please log in</title>")


def _cut_short(route: Route) -> None:
    route.fulfill(status=200, content_type="application/wasm", body=b"\0asm\1\0\0\0")


def _no_connection(route: Route) -> None:
    route.abort("connectionrefused")


@pytest.mark.parametrize(
    ("file", "spoil"),
    [
        ("pyodide.asm.wasm", _not_found),
        ("pyodide.asm.wasm", _html),
        ("pyodide.asm.wasm", _cut_short),
        ("pyodide.asm.wasm", _no_connection),
        ("python_start.bin", _not_found),
        ("pyodide.asm.mjs", _not_found),
        ("tenor_wasm.bin", _html),
        ("tenor-runtime.json", _not_found),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_a_failed_download_says_so_and_can_be_tried_again(
    new_tab: Callable[..., Tab], file: str, spoil: Callable[[Route], None]
) -> None:
    tab = new_tab()
    pattern = f"**/runtime/{file}*"
    # At the context: the worker's requests are not the page's.
    tab.page.context.route(pattern, spoil)
    tab.page.goto(tab.site + "/")
    error = tab.page.locator("#startup-error")
    expect(error).to_be_visible(timeout=PATIENCE_MS)
    expect(error).to_contain_text("runtime_download_failed")
    expect(error).to_contain_text(file)
    expect(error).to_contain_text("try again")
    tab.page.context.unroute(pattern)
    tab.page.get_by_role("button", name="Try again").click()
    expect(tab.page.get_by_role("heading", name="What may happen next")).to_be_visible(timeout=PATIENCE_MS)
