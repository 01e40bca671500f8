"""The pictures: what they show, that a table says the same, that they are moved and saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, expect

from tests.browser.tab import PHONE, Tab, rows_of, workspace_of_scenario

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

SAMPLES = {"collected": 1, "received": 2, "in_analysis": 0, "analysed": 1, "rejected": 0}
KINDS = ("States", "Flows", "Rules", "Personas")


def pictures(tab: Tab, kind: str, example: str = "Lab samples") -> Locator:
    tab.example(example)
    panel = tab.panel("diagrams")
    panel.get_by_role("tab", name=kind).click()
    tab.settled()
    return panel


def figure(panel: Locator, title: str) -> Locator:
    found = panel.locator("figure.diagram", has=panel.page.locator(".diagram-title", has_text=title))
    expect(found).to_be_visible()
    return found


def test_the_layout_library_comes_only_when_somebody_looks(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.open()
    tab.panel("results")
    before = len([url for url in asked if "/assets/" in url and url.endswith(".js")])
    panel = tab.panel("diagrams")
    expect(panel.locator("figure.diagram").first).to_be_visible()
    assert len([url for url in asked if "/assets/" in url and url.endswith(".js")]) > before
    tab.unharmed()


def test_each_state_tells_how_many_instances_stand_in_it(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "States")
    sample = figure(panel, "States of Sample")
    for state, count in SAMPLES.items():
        many = "1 instance" if count == 1 else f"{count} instances"
        expect(sample.locator(f'[data-node="{state}"]')).to_contain_text(many)


def test_a_state_lists_its_instances_and_an_instance_marks_its_state(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "States")
    node = figure(panel, "States of Sample").locator('[data-node="received"]')
    node.focus()
    shared_tab.page.keyboard.press("Enter")
    expect(node).to_have_attribute("aria-pressed", "true")
    listed = panel.get_by_role("region", name="Sample in the state received")
    assert listed.locator("tbody th").all_inner_texts() == ["s-1001", "s-1003"]
    listed.get_by_role("button", name="s-1003").click()
    expect(shared_tab.page.locator("#panel-why h2")).to_have_text("Sample s-1003")
    expect(node).to_have_attribute("aria-label", re.compile("where the selected instance stands"))
    node.click()
    expect(listed).to_have_count(0)


def test_the_flow_that_is_set_up_shows_its_way_and_a_step_is_explained(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "Flows")
    flow = figure(panel, "Flow analyse")
    expect(flow.locator(".diagram-node.path")).to_have_count(8)
    flow.locator('[data-node="sign"]').click()
    expect(shared_tab.page.locator("#panel-why h2")).to_have_text("Step sign of analyse")
    panel.get_by_label("Flow", exact=True).select_option("receive")
    expect(figure(panel, "Flow receive").locator(".diagram-node.path")).to_have_count(0)
    expect(panel.get_by_text("No run of it is set up.")).to_be_visible()


def test_rules_stand_in_their_strata_and_those_that_fired_are_marked(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "Rules", "Escrow release")
    rules = figure(panel, "Rules: 4 of 7 fired")
    fired = {str(node.get_attribute("data-node")) for node in rules.locator(".diagram-node.good").all()}
    lower_fired = {"rule every_item_accepted", "rule parcel_has_arrived", "rule price_within_limit"}
    assert fired == lower_fired | {"rule may_pay_seller"}

    def lefts(nodes: Locator) -> set[int]:
        boxes = [node.locator(".diagram-shape").bounding_box() for node in nodes.all()]
        return {round(box["x"] + box["width"] / 2) for box in boxes if box is not None}

    facts = lefts(rules.locator(".diagram-node.plain"))
    lower = lefts(rules.locator(".diagram-node", has_text="stratum 0"))
    upper = lefts(rules.locator(".diagram-node", has_text="stratum 1"))
    assert max(facts) < min(lower)
    assert max(lower) < min(upper)


def test_who_may_carry_out_what(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "Personas", "Escrow release")
    matrix = figure(panel, "Who may carry out what")
    assert rows_of(matrix) == [
        ["freeze_account", "✓ may", "✓ may", "– may not"],
        ["refund_money", "– may not", "✓ may", "– may not"],
        ["release_money", "– may not", "✓ may", "– may not"],
        ["unfreeze_account", "– may not", "✓ may", "– may not"],
    ]
    assert matrix.locator("svg .diagram-may").count() == 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_has_a_table_that_is_there_unseen_and_can_be_shown(shared_tab: Tab, kind: str) -> None:
    panel = pictures(shared_tab, kind)
    first = panel.locator("figure.diagram").first
    described = first.locator("svg").get_attribute("aria-describedby")
    assert described is not None
    unseen = panel.page.locator(f"[id='{described}']")
    said = rows_of(unseen)
    assert said
    # Out of sight there is nothing to come to by the keyboard.
    assert unseen.locator("button, [tabindex]").count() == 0
    first.get_by_role("button", name="Table").click()
    expect(first.locator("svg")).to_have_count(0)
    expect(first.locator("table")).to_be_visible()
    assert rows_of(first) == said
    assert shared_tab.violations() == []
    first.get_by_role("button", name="Table").click()
    expect(first.locator("svg")).to_be_visible()


def test_the_table_of_a_state_machine_says_where_each_state_leads(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "States")
    received = ["received", "2", "in_analysis by load_sample; rejected by reject_sample"]
    assert received in rows_of(figure(panel, "States of Sample"))


def saved(tab: Tab, found: Locator, how: str) -> Download:
    found.get_by_role("button", name="Save").click()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("menuitem", name=how).click()
    return download.value


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_is_saved_as_svg_with_the_colours_of_the_theme(shared_tab: Tab, theme: str) -> None:
    shared_tab.theme(theme)
    panel = pictures(shared_tab, "Flows")
    flow = figure(panel, "Flow analyse")
    drawn = flow.locator('[data-node="sign"] .diagram-shape').evaluate("shape => getComputedStyle(shape).fill")
    download = saved(shared_tab, flow, "As SVG")
    assert download.suggested_filename == "flow-analyse.svg"
    text = Path(download.path()).read_text(encoding="utf-8")
    assert f'fill="{drawn}"' in text
    # It stands by itself: no names of a style sheet that is not there.
    assert "class=" not in text
    assert "var(" not in text
    # Another page draws it as it is: an image that cannot be read would have no size.
    size = shared_tab.page.evaluate(
        "async text => { const image = new Image(); image.src = 'data:image/svg+xml,' + encodeURIComponent(text);"
        " await image.decode(); return [image.naturalWidth, image.naturalHeight] }",
        text,
    )
    assert min(size) > 100
    shared_tab.theme("system")


def test_a_picture_is_saved_as_png(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "States")
    download = saved(shared_tab, figure(panel, "States of Sample"), "As PNG")
    assert download.suggested_filename == "states-of-sample.png"
    content = Path(download.path()).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 5000


def test_a_picture_is_made_larger_smaller_and_fitted(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "Flows")
    flow = figure(panel, "Flow analyse")
    svg = flow.locator("svg")

    def width() -> float:
        return float(svg.get_attribute("width") or 0)

    at_first = width()
    flow.get_by_role("button", name="Larger").click()
    larger = width()
    assert larger > at_first
    region = flow.get_by_role("region")
    region.focus()
    shared_tab.page.keyboard.press("-")
    shared_tab.page.keyboard.press("-")
    assert width() < at_first
    shared_tab.page.keyboard.press("+")
    shared_tab.page.keyboard.press("0")
    # Fitted: nothing is left to be moved to.
    assert region.evaluate("view => view.scrollWidth <= view.clientWidth && view.scrollHeight <= view.clientHeight")


def test_a_picture_is_moved_by_mouse_and_by_arrow_keys(shared_tab: Tab) -> None:
    panel = pictures(shared_tab, "Flows")
    flow = figure(panel, "Flow analyse")
    for _ in range(4):
        flow.get_by_role("button", name="Larger").click()
    region = flow.get_by_role("region")
    region.evaluate("view => view.scrollTo({ left: 200, top: 100, behavior: 'instant' })")
    box = region.bounding_box()
    assert box is not None
    mouse = shared_tab.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + 90, box["y"] + 60)
    mouse.up()
    assert region.evaluate("view => [view.scrollLeft, view.scrollTop]") == pytest.approx([130, 60], abs=3)
    region.focus()
    shared_tab.page.keyboard.press("ArrowRight")
    shared_tab.page.wait_for_timeout(400)
    assert region.evaluate("view => view.scrollLeft") > 140


def test_thousands_of_instances_are_counted_and_listed_without_drawing_all(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    workspace = workspace_of_scenario("escrow-release", "The goods were accepted")
    accounts = {f"esc-{number:05}": "held" if number % 2 else "frozen" for number in range(5000)}
    workspace["inputs"]["states"] = json.dumps({"EscrowAccount": accounts}, indent=2)
    tab.leave(workspace)
    tab.open()
    panel = tab.panel("diagrams")
    node = panel.locator('[data-node="frozen"]')
    expect(node).to_contain_text("2500 instances")
    node.click()
    listed = panel.get_by_role("region", name="EscrowAccount in the state frozen")
    expect(listed.locator("table")).to_have_attribute("aria-rowcount", "2501")
    assert listed.locator("tbody tr").count() < 100


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_have_no_barriers(shared_tab: Tab, kind: str, theme: str) -> None:
    pictures(shared_tab, kind)
    shared_tab.theme(theme)
    assert shared_tab.violations() == []
    shared_tab.theme("system")


def test_on_a_phone_pictures_stay_inside_the_screen(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(PHONE)
    tab.open()
    for kind in KINDS:
        panel = pictures(tab, kind)
        expect(panel.locator("figure.diagram").first).to_be_visible()
        assert tab.page.evaluate("(p => p.scrollWidth <= p.clientWidth)(document.querySelector('#panel-diagrams'))")
    assert tab.violations() == []
