"""The results: verdicts by stratum; for each instance what may be done, what blocks it, what would open it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import PHONE, Tab, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

ACCOUNTS = {"esc-001": "held", "esc-002": "released", "esc-003": "frozen"}

NOTICE = """persona guest
persona host
fact late { type: Bool source: "clock.late" default: false }
entity Door { states: [shut, open] initial: shut transitions: [shut -> open] }
rule late_rule { stratum: 0 when: late = true produce: verdict is_late { payload: Bool = true } }
operation unlock {
  allowed_personas: [guest]
  precondition: verdict_present(is_late)
  effects: [Door: shut -> open]
  error_contract: []
}
flow enter {
  entry: asked
  steps: {
    asked: BranchStep {
      condition: verdict_present(is_late)
      persona: guest
      if_true: go
      if_false: Terminal(not_asked)
    }
    go: OperationStep {
      op: unlock
      persona: guest
      outcomes: { success: Terminal(success) }
      on_failure: Terminate(outcome: failure)
    }
  }
}
flow greet {
  entry: hand
  steps: {
    hand: HandoffStep { from_persona: guest to_persona: host next: asked }
    asked: BranchStep {
      condition: verdict_present(is_late)
      persona: host
      if_true: Terminal(late)
      if_false: Terminal(early)
    }
  }
}
"""


def results(tab: Tab, example: str = "Escrow release") -> Locator:
    """The panel with the first situation of an example, nothing filtered and one persona."""
    tab.example(example)
    panel = tab.panel("results")
    tab.page.get_by_label("All personas side by side").uncheck()
    tab.page.get_by_label("Filter instances by name").fill("")
    tab.page.get_by_label("Filter instances by state").select_option("any state")
    tab.page.get_by_label("Only available").uncheck()
    tab.settled()
    return panel


def cell(tab: Tab, flow: str, instance: str, persona: str | None = None) -> Locator:
    by = "" if persona is None else f'[data-persona="{persona}"]'
    return tab.page.locator(f'[role=gridcell][data-flow="{flow}"][data-instance="{instance}"]{by}')


def details(tab: Tab) -> Locator:
    return tab.page.get_by_role("region", name="The chosen action")


def act_as(tab: Tab, persona: str) -> None:
    tab.page.locator("#panel-results").get_by_label("Persona", exact=True).select_option(persona)
    tab.settled()


def inputs_of(tab: Tab, part: str) -> Any:
    return json.loads(tab.workspace()["inputs"][part])


def undo(tab: Tab) -> None:
    tab.page.get_by_role("button", name="Undo").last.click()


# --- verdicts --------------------------------------------------------------------------------------------------


def test_verdicts_stand_by_stratum_with_payload_rule_and_the_way_to_why(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    section = panel.get_by_role("region", name="Verdicts")
    expect(section.get_by_role("heading", level=2)).to_contain_text("4 of 7 present")
    strata = section.locator(".results-stratum")
    expect(strata).to_have_count(2)
    expect(strata.nth(0)).to_contain_text("Stratum 0")
    due = strata.nth(1).locator('[data-verdict="payout_due"]')
    expect(due).to_contain_text("present")
    expect(due).to_contain_text("“pay the seller”")
    absent = strata.nth(1).locator('[data-verdict="payback_due"]')
    expect(absent).to_contain_text("absent")
    absent.get_by_role("button", name="payback_due").click()
    expect(shared_tab.page.locator("#panel-why")).to_contain_text("may_pay_back")
    assert shared_tab.workspace()["selection"] == {"kind": "verdict", "verdict": "payback_due"}
    due.get_by_role("button", name="may_pay_seller").click()
    expect(shared_tab.page.locator("#panel-contract")).to_be_visible()


# --- the grid --------------------------------------------------------------------------------------------------


def test_every_cell_says_in_words_what_holds_and_why(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    expect(panel.get_by_role("gridcell")).to_have_count(12)
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_have_attribute("data-status", "open")
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_contain_text("Available")
    blocked = cell(shared_tab, "release_escrow", "esc-002")
    expect(blocked).to_contain_text("Blocked")
    expect(blocked).to_contain_text("is released")
    expect(blocked).to_contain_text("EscrowAccount esc-002 is released; release_escrow needs it to be held.")
    expect(cell(shared_tab, "refund_escrow", "esc-001")).to_contain_text("needs payback_due")
    # A reason that is none of the instance's own: the flow is closed to all of them.
    freeze = cell(shared_tab, "freeze_escrow", "esc-001")
    expect(freeze).to_contain_text("The precondition of freeze_account does not hold")
    act_as(shared_tab, "buyer")
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_contain_text("not for buyer")
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_contain_text(
        "buyer may not carry out release_money; escrow_officer may."
    )


def test_results_follow_the_inputs_and_tell_it(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    summary = panel.get_by_role("status")
    expect(summary).to_have_text("escrow_officer can start 2 of 4 flows.")
    shared_tab.panel("inputs")
    shared_tab.page.get_by_label("delivery", exact=True).select_option("lost")
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_have_attribute("data-status", "blocked")
    expect(summary).to_have_text("escrow_officer can start 1 of 4 flows.")
    shared_tab.page.get_by_label("State of esc-002").select_option("frozen")
    expect(cell(shared_tab, "settle_dispute", "esc-002")).to_have_attribute("data-status", "open")


def test_all_personas_stand_side_by_side(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    shared_tab.page.get_by_label("All personas side by side").check()
    shared_tab.settled()
    grid = panel.get_by_role("grid")
    expect(grid).to_have_attribute("aria-colcount", "13")
    heads = grid.locator("[role=columnheader][aria-colspan]")
    assert heads.all_inner_texts() == ["buyer", "escrow_officer", "seller"]
    expect(cell(shared_tab, "release_escrow", "esc-001", "escrow_officer")).to_have_attribute("data-status", "open")
    for persona in ("buyer", "seller"):
        expect(cell(shared_tab, "release_escrow", "esc-001", persona)).to_contain_text(f"not for {persona}")
    # Its cell runs as the persona that it stands for.
    act_as(shared_tab, "buyer")
    cell(shared_tab, "release_escrow", "esc-001", "escrow_officer").click()
    kept = shared_tab.workspace()
    assert kept["inputs"]["persona"] == "escrow_officer"
    assert kept["run"]["flow"] == "release_escrow"


def test_the_reason_shows_under_the_pointer_and_leaves_with_it(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    hint = panel.locator(".results-hint")
    expect(hint).to_have_count(0)
    cell(shared_tab, "refund_escrow", "esc-002").hover()
    expect(hint).to_contain_text("payback_due is absent.")
    expect(hint).to_contain_text("EscrowAccount esc-002 is released; refund_escrow needs it to be held.")
    shared_tab.page.get_by_role("status").first.hover()
    expect(hint).to_have_count(0)


def test_an_available_cell_sets_its_flow_up_and_shows_the_run(shared_tab: Tab) -> None:
    results(shared_tab)
    cell(shared_tab, "settle_dispute", "esc-003").click()
    expect(shared_tab.page.locator("#panel-flow")).to_be_visible()
    kept = shared_tab.workspace()
    assert kept["run"] | {"outcomes": {}} == {
        "flow": "settle_dispute",
        "bindings": {"EscrowAccount": "esc-003"},
        "outcomes": {},
        "step": None,
    }
    assert kept["selection"]["flow"] == "settle_dispute"


# --- several entities ------------------------------------------------------------------------------------------


def test_a_flow_over_two_entities_stands_in_both_grids_and_takes_one_that_fits(shared_tab: Tab) -> None:
    panel = results(shared_tab, "Lab samples")
    expect(panel.get_by_role("grid")).to_have_count(2)
    expect(cell(shared_tab, "analyse", "s-1003")).to_have_attribute("data-status", "open")
    expect(cell(shared_tab, "analyse", "analyser-a")).to_have_attribute("data-status", "open")
    expect(cell(shared_tab, "analyse", "analyser-b")).to_contain_text("is running")
    cell(shared_tab, "analyse", "s-1003").press("e")
    expect(details(shared_tab)).to_contain_text("The run also takes Instrument analyser-a")
    details(shared_tab).get_by_role("button", name="Run it").click()
    assert shared_tab.workspace()["run"]["bindings"] == {"Sample": "s-1003", "Instrument": "analyser-a"}


def test_an_instance_that_a_later_step_may_change_is_not_said_to_matter(shared_tab: Tab) -> None:
    results(shared_tab, "Tool lending")
    shared_tab.panel("inputs")
    shared_tab.page.get_by_role("group", name="Entity states: show as").get_by_role("button", name="JSON").click()
    box = shared_tab.page.get_by_role("textbox", name="Entity states as JSON")
    box.press("ControlOrMeta+a")
    shared_tab.page.keyboard.insert_text('{"Tool": {"drill": "lent"}, "Deposit": {"dep-1": "held"}}')
    shared_tab.page.get_by_role("group", name="Entity states: show as").get_by_role("button", name="Form").click()
    act_as(shared_tab, "workshop_keeper")
    expect(cell(shared_tab, "return_tool", "drill")).to_have_attribute("data-status", "open")
    later = cell(shared_tab, "return_tool", "dep-1")
    expect(later).to_have_attribute("data-status", "later")
    expect(later).to_contain_text("needs no instance of this kind to begin")
    # The head and the filter say the same as the cells.
    deposits = shared_tab.page.get_by_role("grid", name="Deposit: instances and actions")
    heads = deposits.get_by_role("columnheader").filter(has_text="return_tool")
    expect(heads.locator(".results-count")).to_have_text("any of 1")
    shared_tab.page.get_by_label("Only available").check()
    expect(later).to_be_visible()
    shared_tab.page.get_by_label("Only available").uncheck()
    later.click()
    assert shared_tab.workspace()["run"]["bindings"] == {"Tool": "drill", "Deposit": "dep-1"}


# --- what would open it --------------------------------------------------------------------------------------


def test_a_blocked_cell_explains_itself_and_what_is_tried_enables_it_and_can_be_undone(shared_tab: Tab) -> None:
    results(shared_tab)
    before = inputs_of(shared_tab, "facts")
    cell(shared_tab, "refund_escrow", "esc-001").click()
    chosen = details(shared_tab)
    expect(chosen).to_contain_text("refund_escrow on EscrowAccount esc-001 as escrow_officer")
    expect(chosen).to_contain_text("payback_due is absent.")
    expect(shared_tab.page.locator("#panel-why")).to_contain_text("payback_due")
    expect(cell(shared_tab, "refund_escrow", "esc-001")).to_have_attribute("aria-selected", "true")
    chosen.get_by_role("button", name="Try it").click()
    expect(cell(shared_tab, "refund_escrow", "esc-001")).to_have_attribute("data-status", "open")
    expect(chosen).to_contain_text("Available")
    changed = inputs_of(shared_tab, "facts")
    assert changed == before | {"delivery": "lost", "refund_asked": True}
    undo(shared_tab)
    expect(cell(shared_tab, "refund_escrow", "esc-001")).to_have_attribute("data-status", "blocked")
    assert inputs_of(shared_tab, "facts") == before


def test_another_instance_and_another_persona_are_suggestions_too(shared_tab: Tab) -> None:
    results(shared_tab)
    act_as(shared_tab, "seller")
    cell(shared_tab, "release_escrow", "esc-002").click()
    details(shared_tab).get_by_role("button", name="Try it").first.click()
    expect(details(shared_tab)).to_contain_text("release_escrow on EscrowAccount esc-001 as escrow_officer")
    expect(details(shared_tab)).to_contain_text("Available")
    kept = shared_tab.workspace()
    assert kept["inputs"]["persona"] == "escrow_officer"
    assert kept["selection"]["bindings"] == {"EscrowAccount": "esc-001"}
    undo(shared_tab)
    assert shared_tab.workspace()["inputs"]["persona"] == "seller"


def test_what_has_to_run_first_is_run_and_joins_the_history(shared_tab: Tab) -> None:
    results(shared_tab, "Lab samples")
    states = shared_tab.workspace()["inputs"]["states"]
    cell(shared_tab, "analyse", "s-1002").click()
    details(shared_tab).get_by_role("button", name="Try it: first run receive").click()
    expect(cell(shared_tab, "analyse", "s-1002")).to_have_attribute("data-status", "open")
    kept = shared_tab.workspace()
    assert json.loads(kept["inputs"]["states"])["Sample"]["s-1002"] == "received"
    assert [run["flow"] for run in kept["history"]["runs"]] == ["receive"]
    undo(shared_tab)
    kept = shared_tab.workspace()
    assert kept["inputs"]["states"] == states
    assert kept["history"]["runs"] == []


def test_an_undo_takes_nothing_back_that_was_changed_since(shared_tab: Tab) -> None:
    results(shared_tab)
    cell(shared_tab, "refund_escrow", "esc-001").click()
    details(shared_tab).get_by_role("button", name="Try it").click()
    shared_tab.settled()
    shared_tab.panel("inputs")
    shared_tab.page.get_by_label("price, amount in EUR").fill("77.00")
    undo(shared_tab)
    expect(shared_tab.page.locator(".toast").last).to_contain_text("except for what was changed once more")
    assert inputs_of(shared_tab, "facts")["price"]["amount"] == "77.00"


def test_the_chosen_action_follows_the_persona_and_is_closed(shared_tab: Tab) -> None:
    results(shared_tab)
    cell(shared_tab, "refund_escrow", "esc-002").click()
    act_as(shared_tab, "buyer")
    expect(details(shared_tab)).to_contain_text("refund_escrow on EscrowAccount esc-002 as buyer")
    details(shared_tab).get_by_role("button", name="Run it anyway").click()
    assert shared_tab.workspace()["run"]["bindings"] == {"EscrowAccount": "esc-002"}
    shared_tab.panel("results")
    details(shared_tab).get_by_role("button", name="Close the chosen action").click()
    expect(details(shared_tab)).to_have_count(0)


# --- filters, many instances -----------------------------------------------------------------------------------


def test_instances_are_filtered_by_name_state_and_what_is_available(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    names = panel.locator("[role=rowheader] .results-id")
    counts = panel.locator(".results-counts")
    expect(counts).to_have_text("3 instances")
    shared_tab.page.get_by_label("Only available").check()
    expect(names).to_have_text(["esc-001", "esc-003"])
    expect(counts).to_have_text("2 of 3 instances")
    shared_tab.page.get_by_label("Filter instances by state").select_option("frozen")
    expect(names).to_have_text(["esc-003"])
    shared_tab.page.get_by_label("Filter instances by name").fill("001")
    expect(panel).to_contain_text("No EscrowAccount matches the filter.")
    expect(panel.get_by_role("grid")).to_have_count(0)


def test_five_thousand_instances_are_drawn_in_part_scrolled_and_filtered(shared_tab: Tab) -> None:
    results(shared_tab)
    page = shared_tab.page
    shared_tab.panel("inputs")
    page.get_by_role("button", name="Generate …").click()
    page.get_by_label("How many").fill("5000")
    page.get_by_label("State", exact=True).select_option("spread over all states")
    page.get_by_role("button", name="Generate", exact=True).click()
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "5004")
    shared_tab.settled()
    expect(grid.locator(".results-count").nth(2)).to_have_text("1251 of 5003")
    assert grid.get_by_role("row").count() < 40
    grid.evaluate("e => e.scrollTop = e.scrollHeight")
    last = cell(shared_tab, "settle_dispute", "escrow-account-5000")
    expect(last).to_have_attribute("data-status", "open")
    expect(last.locator("xpath=..")).to_have_attribute("aria-rowindex", "5004")
    page.get_by_label("Filter instances by name").fill("account-00")
    expect(page.locator(".results-counts")).to_have_text("99 of 5,003 instances")
    expect(cell(shared_tab, "release_escrow", "escrow-account-0001")).to_be_visible()


# --- keyboard --------------------------------------------------------------------------------------------------


def focused(tab: Tab) -> tuple[str | None, str | None]:
    found = tab.page.evaluate("[document.activeElement.dataset.flow, document.activeElement.dataset.instance]")
    return found[0], found[1]


def test_the_grid_is_walked_run_and_explained_with_the_keyboard(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    page = shared_tab.page
    expect(panel.locator("[role=grid] [tabindex='0']")).to_have_count(1)
    page.get_by_label("Only available").focus()
    page.keyboard.press("Tab")
    assert focused(shared_tab) == ("freeze_escrow", "esc-001")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert focused(shared_tab) == ("refund_escrow", "esc-002")
    page.keyboard.press("e")
    expect(details(shared_tab)).to_contain_text("refund_escrow on EscrowAccount esc-002")
    assert focused(shared_tab) == ("refund_escrow", "esc-002")
    page.keyboard.press("End")
    assert focused(shared_tab) == ("settle_dispute", "esc-002")
    page.keyboard.press("Space")
    expect(details(shared_tab)).to_contain_text("settle_dispute on EscrowAccount esc-002")
    page.keyboard.press("ControlOrMeta+End")
    assert focused(shared_tab) == ("settle_dispute", "esc-003")
    page.keyboard.press("Home")
    expect(panel.get_by_role("rowheader", name="esc-003")).to_be_focused()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("ArrowUp")
    expect(panel.get_by_role("rowheader", name="esc-001")).to_be_focused()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#panel-flow")).to_be_visible()
    assert shared_tab.workspace()["run"]["flow"] == "release_escrow"


def test_the_focus_outlives_scrolling_and_leads_back(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    kept = workspace_of(NOTICE, '{"late": true}', {"Door": {f"d-{n:03}": "shut" for n in range(400)}}, "guest")
    tab.leave(kept)
    tab.open()
    tab.panel("results")
    page = tab.page
    cell(tab, "enter", "d-000").focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    flow, instance = focused(tab)
    assert flow == "enter"
    assert instance is not None
    assert instance > "d-015"
    grid = page.get_by_role("grid")
    grid.evaluate("e => e.scrollTop = e.scrollHeight")
    expect(cell(tab, "enter", "d-399")).to_be_visible()
    assert focused(tab) == ("enter", instance)
    page.keyboard.press("ArrowDown")
    assert focused(tab) == ("enter", f"d-{int(instance[2:]) + 1:03}")
    assert grid.evaluate("e => e.scrollTop < e.scrollHeight / 2")
    # Not hidden under the heads, nor below the edge.
    assert page.evaluate(
        """() => {
            const cell = document.activeElement.getBoundingClientRect();
            const grid = document.querySelector(".results-grid").getBoundingClientRect();
            const head = document.querySelector(".results-head").getBoundingClientRect();
            return cell.top >= head.bottom - 1 && cell.bottom <= grid.bottom + 1;
        }"""
    )


# --- what is missing, broken or narrow -------------------------------------------------------------------------


def test_without_instances_the_grid_says_so_and_leads_to_the_inputs(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of(NOTICE, "{}", {}, "guest"))
    tab.open()
    panel = tab.panel("results")
    expect(panel.get_by_role("rowheader")).to_have_text("no Door")
    # The branch ends the flow before any operation: that is what it says, and not that a door is missing.
    expect(cell(tab, "enter", "")).to_contain_text("ends with not_asked")
    plain = panel.get_by_role("region", name="Flows that change no instance")
    expect(plain).to_contain_text("greet as guest")
    expect(plain).to_contain_text("Blocked")
    panel.get_by_role("button", name="Add one in the inputs").click()
    tab.page.get_by_label("late", exact=True).get_by_label("true").check()
    expect(cell(tab, "enter", "")).to_contain_text("no instance")
    tab.page.get_by_role("button", name="Add instance").click()
    expect(cell(tab, "enter", "door-1")).to_have_attribute("data-status", "open")
    tab.unharmed()


def test_while_the_inputs_have_errors_the_last_results_stay_and_say_so(shared_tab: Tab) -> None:
    panel = results(shared_tab)
    shared_tab.panel("inputs")
    shared_tab.page.get_by_label("price, amount in EUR").fill("much")
    notice = panel.locator(".older")
    expect(notice).to_contain_text("The inputs have errors: these results are older.")
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_have_attribute("data-status", "open")
    shared_tab.panel("contract")
    notice.get_by_role("button", name="Go to the inputs").click()
    expect(shared_tab.page.locator("#panel-inputs")).to_be_visible()
    shared_tab.page.get_by_label("price, amount in EUR").fill("9000.00")
    expect(notice).to_have_count(0)
    expect(cell(shared_tab, "release_escrow", "esc-001")).to_have_attribute("data-status", "blocked")


def test_inputs_that_never_fitted_have_no_older_results(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of(NOTICE, '{"late": 3}', {"Door": {"door-1": "ajar"}}, "guest"))
    tab.open()
    panel = tab.panel("results")
    expect(panel.locator(".older")).to_contain_text("what follows from them is not known yet.")
    expect(panel.locator(".results-summary")).to_have_text("")
    tab.unharmed()


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_in_the_grid_with_a_chosen_cell(shared_tab: Tab, theme: str) -> None:
    results(shared_tab, "Lab samples")
    shared_tab.theme(theme)
    shared_tab.page.get_by_label("All personas side by side").check()
    cell(shared_tab, "analyse", "s-1002", "technician").click()
    expect(details(shared_tab).get_by_role("button", name="Try it").first).to_be_visible()
    shared_tab.settled()
    found = shared_tab.violations()
    shared_tab.theme("light")
    assert found == []


def test_a_narrow_screen_has_a_card_for_each_instance(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(PHONE)
    tab.open()
    tab.panel("results")
    tab.settled()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    release = cell(tab, "release_escrow", "esc-001")
    # The name of the flow stands in the line: there is no head above it.
    expect(release.get_by_text("release_escrow", exact=True)).to_be_visible()
    boxes = [cell(tab, flow, "esc-001").bounding_box() for flow in ("freeze_escrow", "release_escrow")]
    assert all(box is not None for box in boxes)
    assert len({box["x"] for box in boxes if box}) == 1
    assert len({box["y"] for box in boxes if box}) == 2
    # What is blocked is told here; the way on to the whole explanation is another press.
    cell(tab, "refund_escrow", "esc-001").click()
    expect(details(tab)).to_contain_text("payback_due is absent.")
    expect(details(tab).get_by_role("button", name="Try it")).to_be_visible()
    assert tab.violations() == []
    details(tab).get_by_role("button", name="Why, in full").click()
    expect(tab.page.locator("#panel-why")).to_be_visible()
    tab.panel("results")
    release.click()
    expect(tab.page.locator("#panel-flow")).to_be_visible()
    tab.unharmed()
