"""The flow run: set up in place, stepped through, applied to the instances, taken back, branched."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import PHONE, Tab, workspace_of_scenario

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def lab(tab: Tab) -> Locator:
    """The lab example with its analysis set up: two branches, a handoff, a signature."""
    tab.example("Lab samples")
    panel = tab.panel("flow")
    tab.settled()
    return panel


def steps(panel: Locator) -> list[str]:
    """The names of the steps in the list, in their order."""
    return panel.locator(".flow-step .flow-go strong").all_inner_texts()


def states(panel: Locator) -> dict[str, tuple[str, str]]:
    """Instance → its state before the run, and at the point that is looked at."""
    rows = panel.get_by_role("region", name="Instances at this point of the run").locator("tbody tr").all()
    return {row.locator("th").inner_text(): tuple(row.locator("td").all_inner_texts()[:2]) for row in rows}  # type: ignore[misc]


def choose(panel: Locator, label: str, value: str) -> None:
    panel.get_by_label(label, exact=True).select_option(value)


def test_only_instances_that_exist_can_be_bound_and_their_states_are_shown(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    options = panel.get_by_label("Instrument", exact=True).locator("option").all_inner_texts()
    assert options == ["analyser-a: idle", "analyser-b: running", "analyser-c: in_service"]


def test_another_flow_is_set_up_on_an_instance_that_it_is_open_for(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    choose(panel, "Flow", "receive")
    # The sample that was bound is received already: only the collected one will do.
    expect(panel.get_by_label("Sample", exact=True)).to_have_value("s-1002")
    expect(panel.get_by_label("Instrument", exact=True)).to_have_count(0)
    shared_tab.settled()
    assert steps(panel) == ["take_in"]


def test_the_run_is_walked_forward_back_and_to_any_point(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    assert steps(panel) == ["prepare", "load", "start", "to_pathologist", "sign"]
    expect(panel.locator(".flow-where")).to_contain_text("it ends with success")
    assert states(panel)["Sample s-1001"] == ("received", "analysed")
    panel.get_by_role("button", name="Back", exact=False).first.click()
    assert states(panel)["Sample s-1001"] == ("received", "in_analysis")
    panel.get_by_role("button", name="Start", exact=True).first.click()
    expect(panel.locator(".flow-where")).to_contain_text("frozen")
    assert states(panel) == {"Sample s-1001": ("received", "received"), "Instrument analyser-a": ("idle", "idle")}
    panel.get_by_role("button", name="Forward").click()
    panel.get_by_role("button", name="Forward").click()
    assert states(panel) == {"Sample s-1001": ("received", "in_analysis"), "Instrument analyser-a": ("idle", "idle")}
    panel.locator(".flow-go").nth(3).click()
    assert states(panel)["Instrument analyser-a"] == ("idle", "running")
    expect(panel.locator(".flow-go").nth(3)).to_have_attribute("aria-current", "step")


def test_the_run_is_walked_by_keys_alone(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    page = shared_tab.page
    slider = panel.get_by_label("Step of the run")
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0 of 5: Before the first step: facts and verdicts are frozen.")
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".flow-at")).to_have_text("1 of 5")
    page.locator("#tab-flow").focus()
    page.keyboard.press("]")
    expect(panel.locator(".flow-at")).to_have_text("2 of 5")
    page.keyboard.press("[")
    expect(panel.locator(".flow-at")).to_have_text("1 of 5")


def test_the_picture_shows_the_path_as_far_as_it_was_walked(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    figure = panel.locator("figure.diagram")

    def marked(tone: str) -> set[str]:
        return {str(node.get_attribute("data-node")) for node in figure.locator(f".diagram-node.{tone}").all()}

    expect(figure.locator('[data-node="terminal:success"]')).to_have_class("diagram-node terminal path")
    assert marked("failed") == set()
    panel.locator(".flow-go").nth(2).click()
    expect(figure.locator(".diagram-node.current")).to_have_attribute("data-node", "prepare/sample_side/load")
    # The branch that was walked has reached its own end, the other branch has not begun.
    assert marked("path") == {"prepare", "prepare/sample_side/terminal:success"}


def test_a_failure_is_shown_where_it_happens_with_its_compensation(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    choose(panel, "Instrument", "analyser-b")
    shared_tab.settled()
    assert steps(panel) == ["prepare", "load", "start", "comp:unload_sample"]
    expect(panel.locator(".flow-where")).to_contain_text("✗ failure")
    failed = panel.locator(".flow-step.failed", has_text="start_instrument")
    expect(failed).to_contain_text("'analyser-b' is in state 'running', expected 'idle'")
    nodes = panel.locator("figure.diagram .diagram-node.failed").all()
    assert {node.get_attribute("data-node") for node in nodes} == {
        "prepare",
        "prepare/instrument_side/start",
        "prepare/instrument_side/terminal:failure",
        "terminal:failure",
    }
    # What the other branch did is taken back by the compensation.
    assert states(panel)["Sample s-1001"] == ("received", "received")


def test_a_sub_flow_is_walked_in_its_own_picture(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of_scenario("tool-lending", "A valuable tool"))
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    assert steps(panel) == ["reserve", "needs_deposit", "deposit", "cash", "to_workshop", "hand_out"]
    panel.locator(".flow-go", has_text="cash").click()
    expect(panel.locator(".diagram-title")).to_have_text("Flow take_deposit, as a sub-flow of lend_tool")
    expect(panel.locator(".diagram-node.current")).to_have_attribute("data-node", "cash")
    panel.locator(".flow-go", has_text="to_workshop").click()
    expect(panel.locator(".diagram-title")).to_have_text("Flow lend_tool")
    handoff = panel.locator(".flow-step", has_text="to_workshop")
    expect(handoff).to_contain_text("desk_clerk hands over to workshop_keeper")
    tab.unharmed()


def test_the_outcome_of_a_step_is_chosen_in_place(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of_scenario("tool-lending", "A tool comes back"))
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    assert steps(panel) == ["inspect", "pay_back"]
    inspection = panel.locator(".flow-step", has_text="inspect_tool")
    expect(inspection).to_contain_text("Several outcomes apply (sound, damaged)")
    choose(panel, "Outcome of inspect", "damaged")
    tab.settled()
    assert steps(panel) == ["inspect", "keep_deposit"]
    assert states(panel)["Tool saw-02"] == ("lent", "in_repair")
    choose(panel, "Outcome of inspect", "")
    tab.settled()
    assert steps(panel) == ["inspect", "pay_back"]


def test_an_escalation_is_told_and_drawn(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of_scenario("order-approval", "Above the budget"))
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    assert steps(panel) == ["sign", "sign", "sign_above_budget"]
    escalation = panel.locator(".flow-step").nth(2)
    expect(escalation).to_contain_text("escalated to director, who goes on with sign_above_budget")
    expect(panel.locator('[data-node="sign"]')).to_have_class("diagram-node step failed can")
    expect(panel.locator('[data-node="sign_above_budget"]')).to_have_class("diagram-node step path can")


def test_the_frozen_snapshot_is_shown_and_its_parts_are_explained(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    panel.locator(".flow-snapshot summary").click()
    facts = panel.get_by_role("table", name="Facts")
    expect(facts.get_by_role("row", name="volume_ml")).to_contain_text("3.20")
    expect(facts.get_by_role("row", name="volume_needed_ml")).to_contain_text("2.50 (default)")
    verdicts = panel.get_by_role("table", name="Verdicts")
    expect(verdicts.get_by_role("row", name="vial_open")).to_contain_text("absent")
    verdicts.get_by_role("button", name="usable", exact=True).click()
    expect(shared_tab.page.locator("#panel-why h2")).to_have_text("Verdict usable")


def test_a_run_is_applied_and_undone_letter_for_letter(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    before = shared_tab.workspace()
    panel.get_by_role("button", name="Apply to the instances").click()
    shared_tab.settled()
    applied = shared_tab.workspace()
    assert json.loads(applied["inputs"]["states"])["Sample"]["s-1001"] == "analysed"
    assert json.loads(applied["inputs"]["states"])["Instrument"] == {
        "analyser-a": "idle",
        "analyser-b": "running",
        "analyser-c": "in_service",
    }
    assert [run["flow"] for run in applied["history"]["runs"]] == ["analyse"]
    expect(panel.locator(".flow-applied")).to_be_visible()
    toast = shared_tab.page.locator(".toast", has_text="analyse was applied")
    toast.get_by_role("button", name="Undo").click()
    undone = shared_tab.workspace()
    assert undone["inputs"] == before["inputs"]
    assert undone["history"]["runs"] == []


def test_applied_runs_are_gone_back_to_and_branched(shared_tab: Tab) -> None:
    panel = lab(shared_tab)
    start = shared_tab.workspace()["inputs"]["states"]
    apply = panel.get_by_role("button", name="Apply to the instances")
    apply.click()
    shared_tab.settled()
    after_first = shared_tab.workspace()["inputs"]["states"]
    choose(panel, "Flow", "receive")
    shared_tab.settled()
    apply.click()
    shared_tab.settled()
    after_second = shared_tab.workspace()["inputs"]["states"]
    history = panel.get_by_role("region", name="Applied runs")
    history.get_by_role("button", name="Go here: Before all runs").click()
    assert shared_tab.workspace()["inputs"]["states"] == start
    history.get_by_role("button", name="Go here: receive as technician, run 2").click()
    assert shared_tab.workspace()["inputs"]["states"] == after_second
    history.get_by_role("button", name="Go here: analyse as technician, run 1").click()
    assert shared_tab.workspace()["inputs"]["states"] == after_first
    # Another run from here begins a branch: the one before stays.
    choose(panel, "Persona", "courier")
    shared_tab.settled()
    apply.click()
    shared_tab.settled()
    runs = shared_tab.workspace()["history"]["runs"]
    assert [(run["flow"], run["parent"]) for run in runs] == [("analyse", None), ("receive", 1), ("receive", 1)]
    expect(history.get_by_text("Branch 2")).to_be_visible()
    shared_tab.page.reload()
    shared_tab.ready()
    history = shared_tab.panel("flow").get_by_role("region", name="Applied runs")
    history.get_by_role("button", name="Go here: receive as technician, run 2").click()
    assert shared_tab.workspace()["inputs"]["states"] == after_second


def test_what_a_hand_wrote_between_two_runs_comes_back_too(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    workspace = workspace_of_scenario("lab-samples", "A usable sample on an idle analyser")
    # Laid out by a person, not by a program: going back must not tidy it up.
    written = workspace["inputs"]["states"]
    workspace["inputs"]["states"] = written.replace('"s-1002": "collected"', '"s-1002":   "collected"')
    tab.leave(workspace)
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    panel.get_by_role("button", name="Apply to the instances").click()
    tab.settled()
    history = panel.get_by_role("region", name="Applied runs")
    history.get_by_role("button", name="Go here: Before all runs").click()
    assert tab.workspace()["inputs"]["states"] == workspace["inputs"]["states"]


def test_the_flat_form_stays_flat(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of_scenario("order-approval", "One order, no instance ids"))
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    expect(panel.get_by_label("Order", exact=True)).to_have_value("_default")
    panel.get_by_role("button", name="Apply to the instances").click()
    tab.settled()
    assert json.loads(tab.workspace()["inputs"]["states"]) == {"Order": "approved"}


def test_thousands_of_instances_are_found_by_what_is_typed(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    workspace = workspace_of_scenario("escrow-release", "The goods were accepted")
    accounts = {f"esc-{number:05}": "held" if number % 2 else "frozen" for number in range(5000)}
    workspace["inputs"]["states"] = json.dumps({"EscrowAccount": accounts}, indent=2)
    workspace["run"]["bindings"] = {"EscrowAccount": "esc-00001"}
    tab.leave(workspace)
    tab.open()
    panel = tab.panel("flow")
    tab.settled()
    picker = panel.get_by_label("EscrowAccount", exact=True)
    assert picker.locator("option").count() == 200
    panel.get_by_label("Find an instance of EscrowAccount").fill("04321")
    expect(panel.get_by_text("1 of 5000 in the list")).to_be_visible()
    picker.select_option("esc-04321")
    tab.settled()
    assert states(panel) == {"EscrowAccount esc-04321": ("held", "released")}
    panel.get_by_role("button", name="Apply to the instances").click()
    tab.settled()
    kept = tab.workspace()
    assert json.loads(kept["inputs"]["states"])["EscrowAccount"]["esc-04321"] == "released"
    # The history does not hold the long text once more for each run.
    assert len(json.dumps(kept["history"]["runs"])) < 1000


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_run_that_failed_and_its_history_have_no_barriers(shared_tab: Tab, theme: str) -> None:
    panel = lab(shared_tab)
    shared_tab.theme(theme)
    panel.get_by_role("button", name="Apply to the instances").click()
    shared_tab.settled()
    panel.locator(".flow-snapshot summary").click()
    panel.locator(".flow-go").nth(2).click()
    assert shared_tab.violations() == []
    shared_tab.theme("system")


def test_on_a_phone_nothing_hangs_over_the_edge(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(PHONE)
    tab.open()
    panel = lab(tab)
    panel.get_by_role("button", name="Apply to the instances").click()
    for name in ("flow", "diagrams"):
        tab.panel(name)
        tab.settled()
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.page.evaluate(f"(p => p.scrollWidth <= p.clientWidth)(document.querySelector('#panel-{name}'))")
