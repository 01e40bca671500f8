"""The instances: a table in which they are made, named, set, filtered; what is pasted and handed out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.all_types import FACTS, STATES, described, facts_of, paste, states_of
from tests.browser.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

# --- instances -------------------------------------------------------------------------------------------------


def test_instances_are_added_renamed_duplicated_removed_and_set(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    page.get_by_role("button", name="Add instance").click()
    expect(page.get_by_label("Name of ord-3")).to_be_focused()
    page.keyboard.type("special")
    page.keyboard.press("Enter")
    expect(page.locator(".toast", has_text="ord-3 is special now.")).to_have_count(1)
    page.get_by_label("State of special").select_option("closed")
    page.get_by_role("button", name="Duplicate ord-1").click()
    expect(page.get_by_label("Name of ord-3")).to_be_focused()
    page.get_by_role("button", name="Remove ord-2").click()
    assert states_of(tab) == STATES | {"Order": {"ord-1": "draft", "ord-3": "draft", "special": "closed"}}
    assert list(states_of(tab)["Order"]) == ["ord-1", "ord-3", "special"]
    page.get_by_role("button", name="Undo").last.click()
    assert "ord-2" in states_of(tab)["Order"]


def test_a_name_that_cannot_be_is_kept_while_it_is_mended(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    name = page.get_by_label("Name of ord-1")
    name.fill("ord-2")
    name.blur()
    expect(name).to_have_value("ord-2")
    expect(name).to_have_attribute("aria-invalid", "true")
    assert "There is a ord-2 already" in described(name)
    assert states_of(tab) == STATES
    name.fill("ord-9")
    name.press("Enter")
    assert list(states_of(tab)["Order"]) == ["ord-9", "ord-2"]
    page.get_by_label("Name of ord-9").fill("gone")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name of ord-9")).to_have_value("ord-9")


def test_an_instance_without_a_name_is_called_so(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": {"": "draft"}})
    tab.page.get_by_role("button", name="Remove the instance without a name").click()
    expect(tab.page.locator(".toast").last).to_contain_text("The instance without a name was removed.")


def test_a_rename_takes_the_run_and_the_selection_along(shared_tab: Tab) -> None:
    tab = shared_tab
    tab.example("Escrow release")
    tab.panel("results").locator('[data-flow="refund_escrow"][data-instance="esc-001"]').click()
    tab.panel("inputs")
    tab.page.get_by_label("Name of esc-001").fill("first")
    tab.page.keyboard.press("Enter")
    kept = tab.workspace()
    assert kept["run"]["bindings"] == {"EscrowAccount": "first"}
    assert kept["selection"]["bindings"] == {"EscrowAccount": "first"}


def test_an_error_stands_at_its_instance(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": {"ord-1": "lost", "": "draft", "ord-3": 5}, "Ghost": "x"})
    page = tab.page
    state = page.get_by_label("State of ord-1")
    expect(state).to_have_attribute("aria-invalid", "true")
    expect(state.locator("option:checked")).to_have_text('"lost" (no state)')
    assert "no state of 'Order'" in described(state)
    assert "empty id" in described(page.get_by_label("Name of the instance without a name"))
    assert "as text" in described(page.get_by_label("State of ord-3"))
    expect(page.get_by_role("tab", name="Order")).to_contain_text("3 with errors")
    ghost = page.get_by_role("region", name="Entities that the contract does not declare")
    expect(ghost).to_contain_text("no entity 'Ghost' is declared")
    assert tab.violations() == []
    state.select_option("sent")
    page.get_by_label("Name of the instance without a name").fill("ord-2")
    page.keyboard.press("Enter")
    page.get_by_label("State of ord-3").select_option("draft")
    ghost.get_by_role("button", name="Remove Ghost").click()
    tab.settled()
    expect(page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    assert states_of(tab) == {"Order": {"ord-1": "sent", "ord-2": "draft", "ord-3": "draft"}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("sent", ["sent"] * 4), ("spread over all states", ["draft", "sent", "closed", "draft"])],
)
def test_many_are_generated_by_a_pattern(opened: Callable[..., Tab], state: str, expected: list[str]) -> None:
    tab = opened(states={"Order": {"box-2": "closed"}})
    page = tab.page
    page.get_by_role("button", name="Generate …").click()
    page.get_by_label("How many").fill("none")
    expect(page.get_by_label("How many")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Generate", exact=True)).to_be_disabled()
    page.get_by_label("How many").fill("4")
    page.get_by_label("Names").fill("box-{n}")
    page.get_by_label("State", exact=True).select_option(state)
    page.get_by_role("button", name="Generate", exact=True).click()
    # A name that is taken is passed over, never written over.
    made = dict(zip(["box-1", "box-3", "box-4", "box-5"], expected, strict=True))
    assert states_of(tab)["Order"] == {"box-2": "closed"} | made
    page.get_by_role("button", name="Undo").click()
    assert states_of(tab)["Order"] == {"box-2": "closed"}


def test_what_the_filter_shows_is_set_and_removed_together(opened: Callable[..., Tab]) -> None:
    many = {f"ord-{number}": "draft" if number % 2 else "sent" for number in range(10)}
    tab = opened(states={"Order": many})
    page = tab.page
    page.get_by_label("Filter Order by state").select_option("draft")
    expect(page.locator("#panel-inputs")).to_contain_text("5 of 10")
    page.get_by_role("button", name="The 5 shown").click()
    page.get_by_role("menuitem", name="Set the 5 shown to closed").click()
    assert sorted(states_of(tab)["Order"].values()) == ["closed"] * 5 + ["sent"] * 5
    page.get_by_label("Filter Order by state").select_option("any state")
    page.get_by_label("Filter Order by name").fill("ORD-7")
    page.get_by_role("button", name="The 1 shown").click()
    page.get_by_role("menuitem", name="Remove the 1 shown").click()
    assert "ord-7" not in states_of(tab)["Order"]
    assert len(states_of(tab)["Order"]) == 9


def test_five_thousand_instances_are_drawn_in_part_and_found(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": {f"ord-{number:04}": "draft" for number in range(5000)}})
    page = tab.page
    table = page.get_by_role("region", name="Instances of Order")
    expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", "5001")
    assert table.locator("tbody tr").count() < 60
    table.evaluate("e => e.scrollTop = e.scrollHeight")
    expect(page.get_by_label("Name of ord-4999")).to_be_visible()
    page.get_by_label("Filter Order by name").fill("ord-25")
    expect(page.locator("#panel-inputs")).to_contain_text("100 of 5000")
    page.get_by_label("State of ord-2500").select_option("closed")
    assert states_of(tab)["Order"]["ord-2500"] == "closed"
    # A new one is brought into view wherever it stands.
    page.get_by_role("button", name="Add instance").click()
    expect(page.get_by_label("Name of ord-5000")).to_be_focused()


def test_the_flat_form_becomes_nested_only_when_it_must(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": "draft", "Parcel": "packed"})
    page = tab.page
    page.get_by_label("State of _default").select_option("sent")
    assert states_of(tab) == {"Order": {"_default": "sent"}, "Parcel": "packed"}


# --- paste and export ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("states", [{"Order": "sent"}, {"Order": {"a": "sent", "b": "draft"}}], ids=["flat", "nested"])
def test_pasted_states_are_taken_anywhere_in_the_panel(opened: Callable[..., Tab], states: Any) -> None:
    tab = opened()
    paste(tab, json.dumps(states))
    assert states_of(tab) == states
    assert facts_of(tab) == FACTS
    tab.settled()
    expect(tab.page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    tab.page.get_by_role("button", name="Undo").click()
    assert states_of(tab) == STATES


def test_pasted_facts_and_whole_situations_are_taken(opened: Callable[..., Tab]) -> None:
    tab = opened()
    # Into a text field, too, where it names facts: as text it would mean nothing.
    paste(tab, json.dumps(FACTS | {"count": 77}), 'input[aria-label="note"]')
    assert facts_of(tab)["count"] == 77
    situation = {"facts": FACTS | {"count": 78}, "entity_states": {"Order": "closed"}, "persona": "clerk"}
    paste(tab, json.dumps(situation))
    assert facts_of(tab)["count"] == 78
    assert states_of(tab) == {"Order": "closed"}


@pytest.mark.parametrize("text", ["not JSON", '{"nothing": "known"}', "[1]"])
def test_what_cannot_be_taken_changes_nothing_and_is_told(opened: Callable[..., Tab], text: str) -> None:
    tab = opened()
    paste(tab, text)
    expect(tab.page.locator(".toast")).to_contain_text("past")
    assert (facts_of(tab), states_of(tab)) == (FACTS, STATES)


def test_the_export_is_what_a_paste_takes(opened: Callable[..., Tab], tmp_path: Path) -> None:
    tab = opened()
    page = tab.page
    page.get_by_label("count", exact=True).fill("123456789012345678901")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as a file").click()
    file = tmp_path / "inputs.json"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    written = {"facts": FACTS | {"count": 123456789012345678901}, "entity_states": STATES, "persona": "clerk"}
    assert json.loads(text) == written
    paste(tab, json.dumps({"Order": "closed"}))
    paste(tab, text)
    assert (facts_of(tab), states_of(tab)) == (written["facts"], STATES)
