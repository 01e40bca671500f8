"""Coverage on the pictures: what the scenarios exercise, in signs, in words and in tables, after every change."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import DESKTOP, EXAMPLES, PHONE, ROOT, Tab, rows_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

KINDS = ("States", "Flows", "Rules", "Personas")


def painted(tab: Tab, kind: str, example: str = "Lab samples") -> Locator:
    """The pictures of an example with its coverage on them."""
    tab.example(example)
    panel = tab.panel("diagrams")
    panel.get_by_role("tab", name=kind).click()
    panel.get_by_label("What the scenarios cover").check()
    tab.settled()
    expect(panel.locator(".diagram-title").first).to_contain_text("covered")
    return panel


def words(hits: int) -> str:
    return f"✓ covered, {hits}×" if hits else "✗ not covered"


def sign(hits: int) -> str:
    return f"✓ {hits}×" if hits else "not covered"


@pytest.fixture(scope="module")
def coverage() -> Any:
    """What the command line says about the scenarios of the lab."""
    command = [sys.executable, "-m", "tenor_wasm", "test", str(EXAMPLES / "lab-samples"), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["files"][0]["coverage"]


def test_states_and_their_changes(shared_tab: Tab, coverage: Any) -> None:
    panel = painted(shared_tab, "States")
    hits = coverage["transitions"]["hits"]
    of_samples = {name.removeprefix("Sample: "): count for name, count in hits.items() if name.startswith("Sample: ")}
    covered = sum(count > 0 for count in of_samples.values())
    assert 0 < covered < len(of_samples)
    title = f"States of Sample: {covered} of {len(of_samples)} changes covered"
    sample = panel.locator("figure.diagram", has_text=title)
    labels = sample.locator(".diagram-edge-label").all_text_contents()
    table = {row[0].removesuffix(" (initial)"): row for row in rows_of(sample.locator("table"))}
    for name, count in of_samples.items():
        source, target = name.split(" -> ")
        assert f"({words(count)})" in next(way for way in table[source][2].split("; ") if way.startswith(target))
    assert sorted(label[label.rindex("(") + 1 : -1] for label in labels) == sorted(map(sign, of_samples.values()))
    for state, row in table.items():
        around = sum(count for name, count in of_samples.items() if state in name.split(" -> "))
        expect(sample.locator(f'[data-node="{state}"] .diagram-badge')).to_have_text(sign(around))
        assert row[3] == words(around)


def test_steps_and_the_ways_out_of_them(shared_tab: Tab, coverage: Any) -> None:
    panel = painted(shared_tab, "Flows")
    panel.get_by_label("Flow", exact=True).select_option("analyse")
    flow = panel.locator("figure.diagram", has_text="Flow analyse")
    # Of the run that is set up nothing is shown: it would be taken for what is covered.
    expect(flow.locator(".diagram-node.path")).to_have_count(0)
    expect(panel).not_to_contain_text("The way of the run that is set up")
    table = {row[0].split(" (branch")[0]: row for row in rows_of(flow.locator("table"))}
    for name, count in coverage["steps"]["hits"].items():
        owner, step = name.split("/")
        if owner == "analyse":
            node = flow.locator(f'[data-node="{step}"], [data-node$="/{step}"]')
            expect(node.locator(".diagram-badge")).to_have_text(sign(count))
            expect(node).to_have_class(re.compile("good" if count else "closed"))
            assert table[step][3] == words(count)
    missed = [name for name in coverage["edges"]["missed"] if name.startswith("analyse/")]
    assert missed == ["analyse/load: failure handler", "analyse/sign: failure handler"]
    for name in missed:
        assert "(✗ not covered)" in table[name.split("/")[1].split(":")[0]][2]
    shared_tab.panel("flow")
    expect(shared_tab.page.locator("#panel-flow .diagram-node.path").first).to_be_visible()
    shared_tab.panel("diagrams")


def test_rules_and_their_conditions(shared_tab: Tab, coverage: Any) -> None:
    panel = painted(shared_tab, "Rules")
    rules = panel.locator("figure.diagram")
    hits = coverage["rules"]["hits"]
    expect(rules).to_contain_text(f"Rules: {coverage['rules']['hit']} of {len(hits)} covered")
    table = {row[1]: row for row in rows_of(rules.locator("table"))}
    for rule, count in hits.items():
        expect(rules.locator(f'[data-node="rule {rule}"] .diagram-badge')).to_have_text(sign(count))
        missed = [name for name in coverage["predicates"]["missed"] if name.startswith(f"rule {rule}: ")]
        assert table[rule][4:] == [words(count), "; ".join(name.split(": ", 1)[1] for name in missed) or "none"]


def test_who_carried_out_what(shared_tab: Tab, coverage: Any) -> None:
    panel = painted(shared_tab, "Personas")
    found = coverage["personas"]
    title = f"Who may carry out what: {found['hit']} of {found['total']} covered"
    matrix = panel.locator("figure.diagram", has_text=title)
    told = matrix.locator("svg .diagram-may text").all_text_contents()
    assert sorted(told) == sorted(map(sign, found["hits"].values()))
    columns = matrix.locator("thead th").all_text_contents()
    for row in rows_of(matrix.locator("table")):
        for persona, cell in zip(columns[1:], row[1:], strict=True):
            count = found["hits"].get(f"{row[0]} as {persona}")
            if persona in ("courier", "pathologist", "technician"):
                assert cell == ("– may not" if count is None else f"✓ may ({words(count)})")


def test_it_follows_the_scenarios_and_ends_with_them(shared_tab: Tab) -> None:
    panel = painted(shared_tab, "States", "Escrow release")
    released = panel.locator('[data-node="released"] .diagram-badge')
    expect(released).to_have_text("✓ 2×")
    scenarios = shared_tab.panel("scenarios")
    for _ in range(scenarios.get_by_role("button", name="Remove").count() - 1):
        scenarios.get_by_role("button", name="Remove").last.click()
    shared_tab.panel("diagrams")
    expect(released).to_have_text("✓ 1×")
    expect(panel.get_by_text("1 of 1 go as expected")).to_be_visible()
    shared_tab.panel("scenarios").get_by_role("button", name="Remove").click()
    shared_tab.panel("diagrams")
    switch = panel.get_by_label("What the scenarios cover")
    expect(switch).to_be_disabled()
    expect(switch).not_to_be_checked()
    expect(released).to_have_count(0)
    panel.get_by_role("button", name="pin one").click()
    expect(shared_tab.page.get_by_role("button", name="Pin the present situation")).to_be_visible()


def test_while_the_contract_has_errors_that_of_the_last_right_one_stays(shared_tab: Tab) -> None:
    panel = painted(shared_tab, "States", "Escrow release")
    shared_tab.write(shared_tab.text().replace("persona seller", "persona"))
    expect(panel.locator('[data-node="released"] .diagram-badge')).to_have_text("✓ 2×")
    shared_tab.example("Escrow release")


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_is_for_everyone(new_tab: Callable[..., Tab], viewport: dict[str, int], theme: str) -> None:
    tab = new_tab(viewport)
    tab.open()
    tab.theme(theme)
    panel = tab.panel("diagrams")
    panel.get_by_label("What the scenarios cover").focus()
    tab.page.keyboard.press("Space")
    tab.settled()
    for kind in KINDS:
        panel.get_by_role("tab", name=kind).click()
        expect(panel.locator(".diagram-title").first).to_contain_text("covered")
        assert tab.violations() == []
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.unharmed()
