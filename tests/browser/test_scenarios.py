"""Scenarios: pinned, run with every change, measured, saved for the command line and read back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import PHONE, ROOT, Tab, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

EXAMPLES = ROOT / "playground" / "examples"


def scenarios(tab: Tab) -> Locator:
    panel = tab.panel("scenarios")
    tab.settled()
    return panel


def pin(tab: Tab, title: str) -> None:
    """Pin the present situation under a title."""
    scenarios(tab).get_by_role("button", name="Pin the present situation").click()
    box = tab.page.get_by_role("textbox", name="Title")
    expect(box).to_be_focused()
    box.fill(title)
    tab.page.get_by_role("button", name="Keep").click()
    tab.settled()


def card(tab: Tab, title: str) -> Locator:
    return scenarios(tab).locator(".scenarios-card").filter(has=tab.page.get_by_role("heading", name=title, exact=True))


def renamed(source: str) -> str:
    """The contract with another name for one of its verdicts."""
    return source.replace("verdict affordable", "verdict payable").replace("(affordable)", "(payable)")


def saved(tab: Tab, item: str, folder: Path) -> Path:
    scenarios(tab).get_by_role("button", name="Files").click()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("menuitem", name=item).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def tenor_test(path: Path) -> dict[str, Any]:
    """What `tenor test` says to a file; it must not fail."""
    command = [sys.executable, "-m", "tenor_wasm", "test", str(path), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_example_goes_as_expected(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    panel = scenarios(shared_tab)
    expect(panel.get_by_role("status")).to_contain_text("3 of 3 go as expected")
    expect(panel.locator('.scenarios-card[data-passed="true"]')).to_have_count(3)


def test_what_is_pinned_states_every_answer(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    pin(shared_tab, "As it stands")
    expect(card(shared_tab, "As it stands")).to_contain_text("as expected")
    scenario = shared_tab.workspace()["scenarios"][-1]
    assert scenario["title"] == "As it stands"
    expected = scenario["expect"]
    assert expected["actions"]["submit"] == {"Order": ["ord-001"]}
    assert expected["outcome"] == "success"
    change = {"entity_id": "Order", "instance_id": "ord-001", "from_state": "draft", "to_state": "submitted"}
    assert expected["transitions"] == [change]
    assert "payload" in expected["verdicts"]["affordable"]
    assert expected["path"] != []


def test_an_error_is_pinned_as_well(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    before = shared_tab.workspace()
    before["inputs"]["facts"] = "{}"
    text = json.dumps(before)
    shared_tab.page.get_by_label("Open a file").set_input_files(
        {"name": "broken.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    shared_tab.settled()
    pin(shared_tab, "Without facts")
    expect(card(shared_tab, "Without facts")).to_contain_text("as expected")
    assert list(shared_tab.workspace()["scenarios"][-1]["expect"]) == ["error"]


def test_facts_that_are_no_json_are_not_pinned(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    broken = shared_tab.workspace()
    broken["inputs"]["facts"] = "{"
    shared_tab.page.get_by_label("Open a file").set_input_files(
        {"name": "broken.json", "mimeType": "application/json", "buffer": json.dumps(broken).encode()}
    )
    shared_tab.settled()
    scenarios(shared_tab).get_by_role("button", name="Pin the present situation").click()
    expect(shared_tab.page.locator(".toast.bad")).to_contain_text("the text of the facts is not valid JSON")


def test_a_change_of_the_contract_shows_what_differs_and_can_be_accepted(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    pin(shared_tab, "As it stands")
    source = shared_tab.text()
    shared_tab.write(renamed(source))
    differing = card(shared_tab, "As it stands")
    expect(differing).to_contain_text("differs")
    row = differing.get_by_role("row").filter(has_text="Verdict affordable")
    expect(row).to_contain_text("no rule produces it")
    differing.get_by_role("button", name="Expect this").click()
    shared_tab.settled()
    expect(card(shared_tab, "As it stands")).to_contain_text("as expected")
    assert "affordable" not in shared_tab.workspace()["scenarios"][-1]["expect"]["verdicts"]
    shared_tab.page.get_by_role("button", name="Undo").last.click()
    expect(card(shared_tab, "As it stands")).to_contain_text("differs")


def test_a_scenario_is_opened_edited_removed_and_had_back(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    scenarios(shared_tab)
    card(shared_tab, "Above the budget").get_by_role("button", name="Open").click()
    expect(shared_tab.page.locator("#panel-flow")).to_be_visible()
    assert shared_tab.workspace()["inputs"]["persona"] == "approver"
    card(shared_tab, "Above the budget").get_by_role("button", name="Edit title").click()
    shared_tab.page.get_by_role("textbox", name="Title").fill("Too dear")
    shared_tab.page.get_by_role("textbox", name="What it is about").fill("It escalates.")
    shared_tab.page.keyboard.press("Tab")
    shared_tab.page.get_by_role("button", name="Keep").click()
    expect(card(shared_tab, "Too dear")).to_contain_text("It escalates.")
    card(shared_tab, "Too dear").get_by_role("button", name="Remove").click()
    expect(card(shared_tab, "Too dear")).to_have_count(0)
    shared_tab.page.get_by_role("button", name="Undo").last.click()
    expect(card(shared_tab, "Too dear")).to_have_count(1)
    titles = [one["title"] for one in shared_tab.workspace()["scenarios"]]
    assert titles == ["A draft is submitted", "Too dear", "One order, no instance ids"]


def test_what_is_written_of_a_scenario_outlives_the_panel_and_another_title(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    scenarios(shared_tab)
    page = shared_tab.page
    card(shared_tab, "Above the budget").get_by_role("button", name="Edit title").click()
    page.get_by_role("textbox", name="Title").fill("Too dear")
    page.get_by_role("textbox", name="What it is about").fill("It escalates.")
    card(shared_tab, "A draft is submitted").get_by_role("button", name="Edit title").click()
    expect(page.get_by_role("textbox", name="Title").first).to_be_focused()
    shared_tab.panel("results")
    scenarios(shared_tab)
    page.get_by_role("textbox", name="Title").first.press("Escape")
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Too dear")
    page.get_by_role("button", name="Keep").click()
    expect(card(shared_tab, "Too dear")).to_contain_text("It escalates.")


def test_while_the_contract_has_errors_all_say_so_and_nothing_is_made_of_old_answers(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    page = shared_tab.page
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    shared_tab.write(shared_tab.text().replace("persona approver", "persona", 1))
    for panel in ("scenarios", "flow", "diagrams", "results"):
        expect(shared_tab.panel(panel)).to_contain_text("The contract has errors")
    expect(shared_tab.panel("flow").get_by_role("button", name="Apply to the instances")).to_be_disabled()
    expect(scenarios(shared_tab).get_by_role("button", name="Pin the present situation")).to_be_disabled()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("menuitem", name="Copy as Markdown").click()
    expect(page.get_by_text("The Markdown is on the clipboard.").first).to_be_visible()
    text = page.evaluate("copied")
    assert "The contract has errors: what it answers is not known." in text
    assert "`order_approval.tenor:" in text
    assert "## Verdicts" not in text
    assert "## Run" not in text


def test_saved_scenarios_pass_on_the_command_line_and_come_back(shared_tab: Tab, tmp_path: Path) -> None:
    shared_tab.example("Escrow release")
    pin(shared_tab, "As it stands")
    kept = shared_tab.workspace()["scenarios"]
    whole = saved(shared_tab, "Save with the contract in it", tmp_path)
    assert whole.name == "escrow_release.scenarios.json"
    answer = tenor_test(whole)
    assert [one["title"] for one in answer["files"][0]["results"]] == [one["title"] for one in kept]
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "contract.json").write_text((EXAMPLES / "escrow-release" / "contract.json").read_text("utf-8"), "utf-8")
    assert tenor_test(saved(shared_tab, "Save the scenarios only", beside))["passed"]
    # Another contract's are not there any more: the file brings them back.
    shared_tab.example("Order approval")
    scenarios(shared_tab)
    shared_tab.page.get_by_label("Open scenarios").set_input_files(whole)
    expect(shared_tab.page.locator(".scenarios-card")).to_have_count(len(kept))
    assert shared_tab.workspace()["scenarios"] == kept
    shared_tab.page.get_by_role("button", name="Undo").last.click()
    expect(shared_tab.page.locator(".scenarios-card")).to_have_count(3)


def test_coverage_names_what_is_missed_and_is_painted_as_the_scenarios_change(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    panel = scenarios(shared_tab)
    table = panel.get_by_role("table", name="What the scenarios exercise of the contract")
    states = table.get_by_role("row").filter(has_text="State changes")
    states.locator("summary").click()
    expect(states).to_contain_text("Order: ")
    panel.get_by_role("button", name="Paint it on the pictures").click()
    pictures = shared_tab.page.locator("#panel-diagrams")
    expect(pictures.get_by_label("What the scenarios cover")).to_be_checked()
    expect(pictures.locator("svg").first).to_contain_text("not covered")
    expect(pictures.get_by_text("3 of 3 go as expected")).to_be_visible()
    pictures.get_by_label("What the scenarios cover").uncheck()
    expect(pictures.locator("svg").first).not_to_contain_text("covered")


NUMBERS = """fact n { type: Int source: "x.n" }
fact share { type: Decimal(precision: 4, scale: 2) source: "x.share" default: "0.50" }
rule twice {
  stratum: 0
  when: n > 0
  produce: verdict large { payload: Int = n }
}
"""
LARGE = 12345678901234567890123


def test_integers_of_any_size_are_pinned_opened_and_saved_as_they_are(
    new_tab: Callable[..., Tab], tmp_path: Path
) -> None:
    tab = new_tab()
    tab.leave(workspace_of(NUMBERS, f'{{"n": {LARGE}}}'))
    tab.open()
    pin(tab, "Large")
    expect(card(tab, "Large")).to_contain_text("as expected")
    scenario = tab.workspace()["scenarios"][0]
    assert scenario["facts"] == {"n": LARGE}
    assert scenario["expect"] == {"verdicts": {"large": {"payload": LARGE}}}
    # After it was kept and read back, and through a file.
    tab.page.reload()
    tab.ready()
    expect(card(tab, "Large")).to_contain_text("as expected")
    path = saved(tab, "Save with the contract in it", tmp_path)
    assert tenor_test(path)["passed"]
    changed = json.loads(path.read_text("utf-8"))
    changed["scenarios"][0]["expect"]["verdicts"]["large"]["payload"] = LARGE + 1
    path.write_text(json.dumps(changed), "utf-8")
    tab.page.get_by_label("Open scenarios").set_input_files(path)
    row = card(tab, "Large").get_by_role("row").filter(has_text="Verdict large")
    expect(row).to_contain_text(f"payload: {LARGE + 1}payload: {LARGE}")
    card(tab, "Large").get_by_role("button", name="Expect this").click()
    expect(card(tab, "Large")).to_contain_text("as expected")
    card(tab, "Large").get_by_role("button", name="Open").click()
    assert json.loads(tab.workspace()["inputs"]["facts"]) == {"n": LARGE}
    expect(tab.panel("results")).to_contain_text("large")
    tab.unharmed()


def test_a_number_that_is_an_error_in_the_inputs_is_one_in_a_scenario(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of(NUMBERS, '{"n": 1, "share": 1.50}'))
    tab.open()
    pin(tab, "A fraction")
    expect(card(tab, "A fraction")).to_contain_text("as expected")
    assert tab.workspace()["scenarios"][0]["expect"] == {"error": "invalid_facts"}
    card(tab, "A fraction").get_by_role("button", name="Open").click()
    assert '"share": 1.50' in tab.workspace()["inputs"]["facts"]


def test_scenarios_that_are_none_are_told_with_their_place(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    scenarios(shared_tab)
    text = json.dumps({"scenarios": [{"title": "No persona", "facts": {}, "flow": "submit", "expected": {}}]})
    shared_tab.page.get_by_label("Open scenarios").set_input_files(
        {"name": "bad.scenarios.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    problems = shared_tab.page.locator("#panel-scenarios .problems")
    expect(problems).to_contain_text("'persona' is missing")
    expect(problems).to_contain_text("'expected' is unknown here")
    expect(problems).to_contain_text("/scenarios/0")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scenarios_are_for_everyone(new_tab: Callable[..., Tab], theme: str) -> None:
    tab = new_tab(PHONE)
    tab.open()
    tab.theme(theme)
    tab.page.get_by_role("button", name="Examples").click()
    tab.page.get_by_role("menuitemradio", name="Order approval").click()
    tab.settled()
    pin(tab, "As it stands")
    tab.write(renamed(tab.text()))
    expect(card(tab, "As it stands")).to_contain_text("differs")
    card(tab, "As it stands").get_by_role("button", name="Edit title").click()
    assert tab.violations() == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.unharmed()
