"""Compare: a pinned result beside the present one, what is different, and why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import Tab, rows_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def pinned(tab: Tab, example: str = "Escrow release") -> Locator:
    tab.example(example)
    panel = tab.panel("compare")
    panel.get_by_role("button", name="Pin this result").click()
    tab.settled()
    return panel


def set_price(tab: Tab, amount: str) -> None:
    tab.panel("inputs").get_by_label("price, amount in EUR").fill(amount)
    tab.settled()


def rows(panel: Locator, caption: str) -> list[list[str]]:
    table = panel.get_by_role("table", name=caption)
    expect(table).to_be_visible()
    return rows_of(table)


def test_what_is_pinned_and_not_changed_is_the_same(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    expect(panel.locator(".compare-sum")).to_have_text("Nothing is different.")
    set_price(shared_tab, "1251.00")
    expect(panel.locator(".compare-sum")).to_have_text("The inputs are different, what follows from them is the same.")
    expect(panel).to_contain_text("fact price 1250.00 EUR → 1251.00 EUR")


def test_a_changed_fact_is_followed_to_verdicts_actions_instances_and_the_run(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    set_price(shared_tab, "9000.00")
    assert rows(panel, "Verdicts that are different") == [
        ["small_amount", "− lost", "fact price 1250.00 EUR → 9000.00 EUR"],
        ["payout_due", "− lost", "verdict small_amount present → absent"],
    ]
    because = 'verdict payout_due "pay the seller" → absent'
    assert rows(panel, "Actions that are different") == [["release_escrow", "− blocked", because]]
    assert rows(panel, "Instances that are different") == [
        ["EscrowAccount esc-001 for release_escrow", "− available → blocked", because]
    ]
    path = panel.get_by_role("table", name="How the two runs part")
    step = path.get_by_role("row", name="Step")
    expect(step).to_contain_text("pay_out: success")
    expect(step).to_contain_text("the precondition of operation 'release_money' is false")
    expect(path.get_by_role("row", name="End")).to_contain_text("failure")


def test_a_cause_leads_to_its_explanation(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    set_price(shared_tab, "9000.00")
    verdicts = panel.get_by_role("table", name="Verdicts that are different")
    verdicts.get_by_role("button", name="small_amount").last.click()
    expect(shared_tab.page.locator("#panel-why h2")).to_have_text("Verdict small_amount")


def test_instances_that_were_moved_are_told(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    shared_tab.panel("flow").get_by_role("button", name="Apply to the instances").click()
    shared_tab.panel("compare")
    shared_tab.settled()
    expect(panel).to_contain_text("the state of EscrowAccount esc-001 held → released")
    assert rows(panel, "Instances that are different")[0][1] == "− available → blocked"


def test_another_contract_is_compared_with_the_pinned_one(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    source = shared_tab.text()
    changed = source.replace("when:    price ≤ release_limit", 'when:    price < release_limit ∧ delivery = "lost"')
    assert changed != source
    shared_tab.write(changed)
    shared_tab.settled()
    cause = "rule price_within_limit is written otherwise"
    expect(panel).to_contain_text(cause)
    assert rows(panel, "Verdicts that are different")[0] == ["small_amount", "− lost", cause]


def test_while_the_contract_has_errors_nothing_is_claimed(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    shared_tab.write(shared_tab.text().replace("entity EscrowAccount {", "entity EscrowAccount"))
    expect(panel).to_contain_text("The contract has errors")
    expect(panel.locator(".compare-sum")).to_have_count(0)


def test_swap_turns_the_difference_around(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    set_price(shared_tab, "9000.00")
    panel.get_by_role("button", name="Swap").click()
    shared_tab.settled()
    assert json.loads(shared_tab.workspace()["inputs"]["facts"])["price"]["amount"] == "1250.00"
    assert [row[1] for row in rows(panel, "Verdicts that are different")] == ["+ gained", "+ gained"]


def test_the_pinned_is_put_back_and_that_is_undone(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    before = shared_tab.workspace()
    set_price(shared_tab, "9000.00")
    panel.get_by_role("button", name="Back to the pinned").click()
    shared_tab.settled()
    assert shared_tab.workspace()["inputs"] == before["inputs"]
    expect(panel.locator(".compare-sum")).to_have_text("Nothing is different.")
    toast = shared_tab.page.locator(".toast", has_text="as it was when it was pinned")
    toast.get_by_role("button", name="Undo").click()
    shared_tab.settled()
    assert json.loads(shared_tab.workspace()["inputs"]["facts"])["price"]["amount"] == "9000.00"


def test_unpinning_can_be_undone(shared_tab: Tab) -> None:
    panel = pinned(shared_tab)
    expect(shared_tab.page.locator("#tab-compare")).to_contain_text("a result is pinned")
    panel.get_by_role("button", name="Unpin").click()
    expect(panel.get_by_role("button", name="Pin this result")).to_be_visible()
    shared_tab.page.locator(".toast", has_text="Nothing is pinned").get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("Pinned:")).to_be_visible()


def test_what_is_pinned_survives_a_reload(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    pinned(tab)
    set_price(tab, "9000.00")
    tab.workspace()
    tab.page.reload()
    tab.ready()
    panel = tab.panel("compare")
    tab.settled()
    assert rows(panel, "Verdicts that are different")[0][1] == "− lost"


def test_runs_of_two_flows_are_not_compared_and_that_is_said(shared_tab: Tab) -> None:
    pinned(shared_tab)
    shared_tab.panel("flow").get_by_label("Flow", exact=True).select_option("freeze_escrow")
    panel = shared_tab.panel("compare")
    shared_tab.settled()
    expect(panel).to_contain_text("The runs are of two flows, release_escrow and freeze_escrow")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_comparison_has_no_barriers(shared_tab: Tab, theme: str) -> None:
    pinned(shared_tab)
    set_price(shared_tab, "9000.00")
    shared_tab.theme(theme)
    assert shared_tab.violations() == []
    shared_tab.theme("system")
