"""Why: the explanation of whatever is selected, from there down to the facts and to the contract's lines, and back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import PHONE, Tab, workspace_of_scenario

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def why(tab: Tab) -> Locator:
    return tab.page.locator("#panel-why")


def explain_verdict(tab: Tab, verdict: str) -> Locator:
    """Select a verdict of the escrow example by its picture's table, and wait for the answer."""
    tab.example("Escrow release")
    panel = tab.panel("diagrams")
    panel.get_by_role("tab", name="Rules").click()
    panel.locator(f'.diagram-node[aria-label^="{verdict} "]').click()
    tab.settled()
    expect(why(tab).locator("h2")).to_have_text(f"Verdict {verdict}")
    return why(tab)


def explain_action(tab: Tab, flow: str, persona: str = "", price: str = "", instance: str = "esc-001") -> Locator:
    """Open the escrow example's situation with one action selected."""
    workspace = workspace_of_scenario("escrow-release", "The goods were accepted")
    facts = json.loads(workspace["inputs"]["facts"])
    if price:
        facts["price"]["amount"] = price
    workspace["inputs"]["facts"] = json.dumps(facts, indent=2)
    workspace["selection"] = {
        "kind": "action",
        "flow": flow,
        "persona": persona or "escrow_officer",
        "bindings": {"EscrowAccount": instance},
    }
    tab.leave(workspace)
    tab.open()
    tab.panel("flow")
    tab.settled()
    return why(tab)


def items(panel: Locator) -> list[str]:
    """What the tree's items say, without their buttons."""
    return [" ".join(text.split()) for text in panel.locator(".why-text").all_inner_texts()]


def test_an_absent_verdict_is_followed_to_its_rule_and_to_the_fact_that_decides(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "payback_due")
    expect(panel.locator(".why-verdict")).to_contain_text("payback_due is absent")
    said = "\n".join(items(panel))
    assert "its rule may_pay_back of stratum 1 does not hold" in said
    assert "the verdict parcel_lost is absent" in said
    # Values stand beside the code, and what was not looked at is said.
    assert 'delivery = "lost" delivery = "arrived"' in said
    assert "not looked at, since that decided it: verdict_present(refund_wanted)" in said


def test_elements_of_lists_are_explained_one_by_one(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "goods_accepted")
    said = "\n".join(items(panel))
    assert "all of the 2 elements fit" in said
    assert 'element 1 piece = {accepted: true, item: "shade"}' in said


def test_from_verdict_to_verdict_to_fact_to_the_line_and_back(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "payback_due")
    panel.get_by_role("button", name="Why parcel_lost?").click()
    expect(panel.locator("h2")).to_have_text("Verdict parcel_lost")
    shared_tab.settled()
    # The fact below its comparison is closed at first: the values are told already.
    panel.get_by_role("treeitem").last.focus()
    shared_tab.page.keyboard.press("ArrowRight")
    panel.get_by_role("button", name="Why delivery?").click()
    expect(panel.locator("h2")).to_have_text("Fact delivery")
    expect(panel.locator(".why-verdict")).to_contain_text("it was given")
    line = shared_tab.text().split("\n").index("fact delivery {") + 1
    panel.get_by_role("button", name=f"escrow_release.tenor:{line}").click()
    expect(shared_tab.page.locator("#panel-contract .cm-activeLine")).to_contain_text("fact delivery")
    back = panel.get_by_role("button", name="Back to what was looked at before")
    back.click()
    expect(panel.locator("h2")).to_have_text("Verdict parcel_lost")
    back.click()
    expect(panel.locator("h2")).to_have_text("Verdict payback_due")
    panel.get_by_role("button", name="On again").click()
    expect(panel.locator("h2")).to_have_text("Verdict parcel_lost")


def test_a_rule_is_found_in_the_contract_from_the_tree(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "payback_due")
    panel.get_by_role("button", name="rule may_pay_back: line").click()
    expect(shared_tab.page.locator("#panel-contract .cm-activeLine")).to_contain_text("rule may_pay_back")


def test_the_tree_is_walked_by_keys_alone(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "payback_due")
    page = shared_tab.page
    tree = panel.get_by_role("tree")
    first = tree.get_by_role("treeitem").first
    expect(tree.locator('[role=treeitem][tabindex="0"]')).to_have_count(1)
    first.focus()
    expect(first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    expect(tree.get_by_role("treeitem")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem").nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(tree.get_by_role("treeitem").last).to_be_focused()
    page.keyboard.press("Home")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    # Enter goes on from an item: from the verdict that stands here to that verdict.
    page.keyboard.press("Enter")
    expect(panel.locator("h2")).to_have_text("Verdict parcel_lost")


def test_a_blocked_action_says_each_thing_in_its_way(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    panel = explain_action(tab, "release_escrow", persona="buyer", price="9000.00", instance="esc-003")
    expect(panel.locator("h2")).to_have_text("release_escrow as buyer on EscrowAccount esc-003")
    said = "\n".join(items(panel))
    assert "buyer may not carry it out; only escrow_officer may" in said
    assert "its precondition does not hold" in said
    assert "EscrowAccount esc-003 is frozen, but it has to be held" in said
    assert tab.violations() == []


def test_a_remedy_is_tried_and_taken_back(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    panel = explain_action(tab, "release_escrow", price="9000.00")
    expect(panel.locator(".why-verdict")).to_contain_text("blocked")
    before = tab.workspace()
    panel.get_by_role("button", name="Try it: set price to 5000.00 EUR").click()
    tab.settled()
    expect(panel.locator(".why-verdict")).to_contain_text("can be started")
    assert json.loads(tab.workspace()["inputs"]["facts"])["price"]["amount"] == "5000.00"
    tab.page.locator(".toast").get_by_role("button", name="Undo").last.click()
    tab.settled()
    expect(panel.locator(".why-verdict")).to_contain_text("blocked")
    assert tab.workspace()["inputs"] == before["inputs"]


def test_remedies_are_not_told_twice_beside_the_results(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    panel = explain_action(tab, "release_escrow", price="9000.00")
    expect(panel.get_by_role("button", name="Try it").first).to_be_visible()
    tab.panel("results")
    expect(panel.get_by_role("button", name="Try it")).to_have_count(0)
    expect(panel.get_by_text("stands in the results")).to_be_visible()


def test_an_instance_says_where_it_may_go_and_what_may_be_run_on_it(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    flow = shared_tab.panel("flow")
    shared_tab.settled()
    flow.get_by_role("button", name="Apply to the instances").click()
    shared_tab.settled()
    flow.get_by_role("button", name="EscrowAccount esc-001").click()
    panel = why(shared_tab)
    expect(panel).to_contain_text("It is released.")
    expect(panel).to_contain_text("nowhere: no operation takes it from here")
    expect(panel).to_contain_text("run 1, release_escrow: held → released")
    flow.get_by_label("EscrowAccount", exact=True).select_option("esc-003")
    shared_tab.settled()
    flow.get_by_role("button", name="EscrowAccount esc-003").click()
    expect(panel).to_contain_text("to held by unfreeze_account, as escrow_officer")
    panel.get_by_role("button", name="Why settle_dispute?").click()
    expect(panel.locator(".why-verdict")).to_contain_text("settle_dispute can be started")
    panel.get_by_role("button", name="Show the run").click()
    expect(flow.get_by_label("Flow", exact=True)).to_have_value("settle_dispute")


def test_a_step_that_was_refused_says_why(shared_tab: Tab) -> None:
    shared_tab.example("Lab samples")
    flow = shared_tab.panel("flow")
    flow.get_by_label("Instrument", exact=True).select_option("analyser-b")
    shared_tab.settled()
    flow.get_by_role("button", name="Why start?").click()
    panel = why(shared_tab)
    expect(panel.locator(".why-verdict.no")).to_contain_text("'analyser-b' is in state 'running'")
    assert "Instrument analyser-b is running, but it has to be idle" in "\n".join(items(panel))


def test_the_whole_answer_is_copied_as_text(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(permissions=["clipboard-read", "clipboard-write"])
    panel = explain_action(tab, "release_escrow", price="9000.00")
    expect(panel.get_by_role("button", name="Try it").first).to_be_visible()
    panel.get_by_role("button", name="Copy as text").click()
    expect(tab.page.locator(".toast", has_text="on the clipboard")).to_be_visible()
    text = tab.page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("The action release_escrow is blocked for escrow_officer on EscrowAccount esc-001.")
    assert "What would open it" in text


def test_the_answer_follows_the_inputs(shared_tab: Tab) -> None:
    panel = explain_verdict(shared_tab, "small_amount")
    expect(panel.locator(".why-verdict.yes")).to_be_visible()
    shared_tab.panel("inputs").get_by_label("price, amount in EUR").fill("7000.00")
    shared_tab.settled()
    expect(panel.locator(".why-verdict.no")).to_be_visible()
    assert any("price = 7000.00 EUR" in item for item in items(panel))


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_an_explanation_has_no_barriers(shared_tab: Tab, theme: str) -> None:
    explain_verdict(shared_tab, "payback_due")
    shared_tab.theme(theme)
    assert shared_tab.violations() == []
    shared_tab.theme("system")


def test_on_a_phone_why_is_a_panel_of_its_own(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(PHONE)
    tab.open()
    tab.example("Lab samples")
    tab.panel("flow").get_by_role("button", name="Why sign?").click()
    expect(why(tab).locator("h2")).to_have_text("Step sign of analyse")
    tab.settled()
    assert tab.page.evaluate("(p => p.scrollWidth <= p.clientWidth)(document.querySelector('#panel-why'))")
    assert tab.violations() == []
