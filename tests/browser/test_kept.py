"""What is kept in the browser, and what comes from a file: read whole or refused, and never lost to another tab."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.tab import Tab, held, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

PERSONA = "persona clerk"
KEPT = "localStorage.getItem('tenor-playground/workspace')"

DAMAGED = [
    ({"facts": {}, "expect": None}, "expect must be an object, not null"),
    ({"facts": {}, "instance_bindings": None}, "instance_bindings must be an object, not null"),
    ({"facts": {}, "outcomes": {"step": 1}}, "outcomes/step must be a text, not 1"),
    ({}, "facts must be an object, not nothing"),
    ({"facts": [1.5]}, "facts must be an object, not [1.5]"),
    ({"facts": {}, "persona": 7}, "persona must be a text that is not empty, not 7"),
    ({"facts": {}, "flow": [1]}, "flow must be a text that is not empty, not [1]"),
    ({"facts": {}, "entity_states": 1.50}, "entity_states must be an object, not 1.5"),
    ({"facts": {}, "expect": {"path": "a"}}, 'expect/path must be a list, not "a"'),
]
"""Scenarios beside their title, and what is said of them."""


def scenario_of(members: dict[str, Any]) -> dict[str, Any]:
    return {"title": "x", **members}


@pytest.mark.parametrize(("members", "says"), DAMAGED, ids=[says.split(" ")[0] for _, says in DAMAGED])
def test_a_damaged_scenario_is_refused_with_its_place(shared_tab: Tab, members: dict[str, Any], says: str) -> None:
    shared_tab.example("Order approval")
    panel = shared_tab.panel("scenarios")
    before = shared_tab.workspace()
    shared_tab.page.get_by_label("Open a file").set_input_files(
        {
            "name": "bad.json",
            "mimeType": "application/json",
            "buffer": json.dumps({"scenarios": [scenario_of(members)]}).encode(),
        }
    )
    expect(shared_tab.page.locator(".toast.bad").last).to_contain_text(f"/scenarios/0/{says}")
    expect(panel.locator(".scenarios-card")).to_have_count(3)
    assert shared_tab.workspace() == before


@pytest.mark.parametrize(
    ("members", "says"), [DAMAGED[0], DAMAGED[1], DAMAGED[5]], ids=["expect", "instance_bindings", "persona"]
)
def test_a_damaged_scenario_in_the_storage_is_told_and_stays(
    new_tab: Callable[..., Tab], members: dict[str, Any], says: str
) -> None:
    tab = new_tab()
    kept = json.dumps(workspace_of(PERSONA) | {"scenarios": [scenario_of(members)]})
    tab.leave(kept)
    tab.open()
    expect(tab.page.get_by_role("alert")).to_contain_text(f"/scenarios/0/{says}")
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
    tab.panel("scenarios")
    tab.theme("dark")
    tab.workspace_text_is(kept)
    tab.page.reload()
    tab.ready()
    expect(tab.page.get_by_role("alert")).to_contain_text(f"/scenarios/0/{says}")
    # What is done from here on is kept in its place.
    tab.write(PERSONA)
    assert tab.text() == PERSONA
    tab.unharmed()


def test_a_step_before_the_first_one_is_refused(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    left = workspace_of(PERSONA)
    left["run"]["step"] = -3
    tab.leave(left)
    tab.open()
    expect(tab.page.get_by_role("alert")).to_contain_text("/run/step must be a whole number from 0 on, not -3")


def test_two_tabs_keep_what_each_of_them_has(new_tab: Callable[..., Tab]) -> None:
    one = new_tab()
    one.open()
    other = new_tab(context=one.context)
    other.open()
    other.write(PERSONA)
    assert other.text() == PERSONA
    kept = other.page.evaluate(KEPT)
    # The settings of one are written without its contract.
    one.theme("dark")
    other.workspace_text_is(kept)
    # What both of them change is kept for a new tab as it was written last, and for each of them as its own.
    one.example("Tool lending")
    one.workspace()
    for tab, says in ((other, "clerk"), (one, "borrow")):
        tab.page.reload()
        tab.ready()
        expect(tab.source()).to_contain_text(says)
    third = new_tab(context=one.context)
    third.open()
    expect(third.page.locator(".top .title")).to_have_text("Tool lending")


def test_settings_of_one_tab_do_not_undo_those_of_another(new_tab: Callable[..., Tab]) -> None:
    one = new_tab()
    one.open()
    other = new_tab(context=one.context)
    other.open()
    one.theme("dark")
    one.workspace()
    other.panel("scenarios")
    other.workspace()
    for tab in (one, other):
        tab.page.reload()
        expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.page.locator("#tab-scenarios")).to_have_attribute("aria-selected", "true")


FULL = """
const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, text) {
    if (globalThis.isFull && key.endsWith("/workspace")) throw new DOMException("full", "QuotaExceededError");
    set.call(this, key, text);
};
"""


def test_a_full_storage_is_told_until_there_is_room(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.page.add_init_script(FULL)
    tab.open()
    tab.write("persona early")
    tab.workspace()
    tab.page.evaluate("globalThis.isFull = true")
    tab.write(PERSONA)
    notice = tab.page.get_by_role("alert")
    expect(notice).to_contain_text("storage for this page is full")
    # That there is room for the settings says nothing of the workspace.
    tab.theme("dark")
    tab.workspace()
    expect(notice).to_contain_text("storage for this page is full")
    # An older text of this tab would come back as if it were the newest.
    assert tab.page.evaluate("sessionStorage.getItem('tenor-playground/workspace')") is None
    tab.page.evaluate("globalThis.isFull = false")
    tab.write("persona late")
    expect(notice).to_have_count(0)
    assert tab.text() == "persona late"


DENIED = """
for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(globalThis, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}
"""


def test_a_browser_that_keeps_nothing_is_told_so(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.page.add_init_script(DENIED)
    tab.open()
    tab.write(PERSONA)
    tab.theme("dark")
    tab.page.wait_for_timeout(600)
    expect(tab.page.get_by_role("alert")).to_contain_text("lets the page keep nothing")
    tab.unharmed()


def test_source_that_is_not_written_in_utf_8_is_told(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    before = shared_tab.workspace()
    shared_tab.page.get_by_label("Open a file").set_input_files(
        {"name": "old.tenor", "mimeType": "text/plain", "buffer": "// für alle\npersona clerk\n".encode("latin-1")}
    )
    expect(shared_tab.page.locator(".toast.bad").last).to_contain_text("old.tenor is not written in UTF-8")
    assert shared_tab.workspace() == before


def test_a_fault_in_one_panel_leaves_the_others_usable(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.workspace()
    # An answer of another shape, as another version of the page could have left it.
    tab.page.evaluate(
        """() => {
            const key = "tenor-playground/painted/verdicts";
            const kept = JSON.parse(localStorage.getItem(key));
            localStorage.setItem(key, JSON.stringify({ ...kept, value: { ...kept.value, verdicts: null } }));
        }"""
    )
    with held(tab) as let:
        tab.page.reload()
        fault = tab.page.locator("#panel-results").get_by_role("alert")
        expect(fault).to_contain_text("The panel Results cannot be shown")
        tab.panel("scenarios")
        expect(tab.page.locator(".scenarios-card").first).to_be_visible()
        tab.panel("results")
        expect(fault).to_be_visible()
        tab.source().focus()
        tab.page.keyboard.press("ControlOrMeta+End")
        tab.page.keyboard.type("// here")
        let()
        tab.ready()
        tab.settled()
    assert tab.text().endswith("// here")
    tab.page.get_by_role("button", name="Show it again").click()
    expect(tab.panel("results")).to_contain_text("payout_due")
