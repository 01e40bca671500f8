"""How the page starts, what it says when it cannot, what it keeps, and how an evaluation without an end is ended."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.tab import PATIENCE_MS, Tab, held, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]


def test_the_page_can_be_used_before_the_evaluator_runs(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    with held(tab) as let:
        tab.page.goto(tab.site + "/")
        expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
        expect(tab.page.locator(".engine")).to_contain_text("Downloading Python (1 of 3)")
        tab.page.get_by_role("button", name="Examples").click()
        tab.page.get_by_role("menuitemradio", name="Tool lending").click()
        expect(tab.page.locator(".top .title")).to_have_text("Tool lending")
        tab.source().focus()
        tab.page.keyboard.press("ControlOrMeta+End")
        tab.page.keyboard.type("\npersona neighbour")
        assert tab.text().endswith("\npersona neighbour")
        assert tab.page.locator('.engine[data-phase="starting"]').count() == 1
        let()
        tab.ready()
        tab.settled()
    expect(tab.page.locator(".engine")).to_contain_text(re.compile(r"Evaluator \d+\.\d+\.\d+"))
    expect(tab.panel("results")).to_contain_text("may_borrow")
    assert tab.text().endswith("\npersona neighbour")
    tab.unharmed()


def test_what_is_done_before_the_first_example_comes_stays(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    with held(tab, "**/examples/**") as let:
        tab.page.goto(tab.site + "/")
        tab.source().focus()
        tab.page.keyboard.type("persona early")
        with tab.page.expect_response("**/scenarios.json"):
            let()
        tab.ready()
        tab.settled()
    assert tab.text() == "persona early"
    expect(tab.page.locator(".top .title")).to_have_text("Untitled")
    tab.unharmed()


def test_the_example_that_was_chosen_last_is_open(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    with held(tab, "**/examples/tool-lending/*") as let:
        tab.page.get_by_role("button", name="Examples").click()
        tab.page.get_by_role("menuitemradio", name="Tool lending").click()
        tab.example("Order approval")
        tab.source().focus()
        tab.page.keyboard.type("// mine ")
        with tab.page.expect_response("**/tool-lending/scenarios.json"):
            let()
        tab.settled()
    expect(tab.page.locator(".top .title")).to_have_text("Order approval")
    assert tab.text().startswith("// mine ")
    tab.unharmed()


def test_what_is_written_while_an_example_comes_can_be_had_back(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    with held(tab, "**/examples/tool-lending/*") as let:
        tab.page.get_by_role("button", name="Examples").click()
        tab.page.get_by_role("menuitemradio", name="Tool lending").click()
        tab.source().focus()
        tab.page.keyboard.type("// mine ")
        let()
        expect(tab.page.locator(".top .title")).to_have_text("Tool lending")
    tab.page.get_by_role("button", name="Undo").click()
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
    assert tab.text().startswith("// mine ")


def test_an_example_that_does_not_come_is_told_once(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.context.route("**/examples/index.json", _not_found)
    tab.page.goto(tab.site + "/")
    message = tab.page.get_by_text("examples/index.json could not be downloaded: the server answered 404. Try again.")
    expect(message.and_(tab.page.locator(".toast *"))).to_have_count(1)
    tab.ready()
    expect(tab.page.locator(".top .title")).to_have_text("Untitled")
    assert not [line for line in tab.console if line.startswith("uncaught")]


def test_progress_is_told_in_bytes(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    with held(tab, "**/runtime/pyodide.asm.wasm*") as let:
        tab.page.goto(tab.site + "/")
        expect(tab.page.locator(".engine .bytes")).to_have_text(re.compile(r"^\d+\.\d of \d+\.\d MB$"))
        expect(tab.page.get_by_role("progressbar", name="Download")).to_be_visible()
        let()
        tab.ready()


def test_the_last_result_is_shown_until_there_is_a_new_one(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    expect(tab.panel("results")).to_contain_text("payout_due")
    tab.workspace()
    with held(tab) as let:
        tab.page.reload()
        expect(tab.panel("results")).to_contain_text("payout_due")
        assert tab.page.locator('.engine[data-phase="starting"]').count() == 1
        let()
        tab.ready()
        tab.settled()
    expect(tab.panel("results")).to_contain_text("payout_due")
    tab.unharmed()


def test_what_was_done_survives_a_reload(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.example("Order approval")
    text = tab.text() + "\n// mine"
    tab.write(text)
    tab.panel("scenarios")
    tab.theme("dark")
    kept = tab.workspace()
    tab.page.reload()
    tab.ready()
    tab.settled()
    assert tab.text() == text
    assert tab.workspace() == kept
    expect(tab.page.locator(".top .title")).to_have_text("Order approval")
    expect(tab.page.locator("#tab-scenarios")).to_have_attribute("aria-selected", "true")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_even_what_was_typed_in_the_last_moment_survives(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.source().focus()
    tab.page.keyboard.press("ControlOrMeta+End")
    tab.page.keyboard.type("// late")
    tab.page.reload()
    assert tab.text().endswith("// late")


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ("{broken", "not valid JSON"),
        ('{"version": 99}', "newer page"),
        ('{"version": 1, "example": null, "title": 7}', "/title must be a text"),
    ],
    ids=["no-json", "newer", "damaged"],
)
def test_what_was_kept_and_cannot_be_read_is_told(new_tab: Callable[..., Tab], kept: str, says: str) -> None:
    tab = new_tab()
    tab.leave(kept)
    tab.open()
    notice = tab.page.get_by_role("alert")
    expect(notice).to_contain_text(says)
    with tab.page.expect_download() as download:
        notice.get_by_role("button", name="Save it to a file").click()
    assert download.value.path().read_text(encoding="utf-8") == kept
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")


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
    tab.context.route(pattern, spoil)
    tab.page.goto(tab.site + "/")
    error = tab.page.locator(".engine-failed")
    expect(error).to_be_visible(timeout=PATIENCE_MS)
    expect(error).to_contain_text("runtime_download_failed")
    expect(error).to_contain_text(file)
    # Editing goes on meanwhile. The failure may have overtaken the first example.
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
    tab.source().focus()
    tab.page.keyboard.type("// here ")
    assert tab.text().startswith("// here ")
    tab.context.unroute(pattern)
    tab.page.get_by_role("button", name="Try again").click()
    tab.ready()
    tab.settled()
    expect(tab.panel("results")).to_contain_text("payout_due")


ENDLESS = """fact numbers { type: List(element_type: Int, max: 2000) source: "x.numbers" }
rule never_done {
  stratum: 0
  when: ∀ a ∈ numbers . ∀ b ∈ numbers . ∀ c ∈ numbers . a + b + c ≥ 0
  produce: verdict all_positive { payload: Bool = true }
}
"""


def test_an_evaluation_without_an_end_can_be_stopped(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of(ENDLESS, json.dumps({"numbers": list(range(2000))})))
    tab.page.goto(tab.site + "/")
    stop = tab.page.get_by_role("button", name="Stop")
    expect(stop).to_be_visible(timeout=PATIENCE_MS)
    stop.click()
    expect(tab.page.get_by_role("button", name="Evaluate again")).to_be_visible(timeout=PATIENCE_MS)
    tab.settled()
    # The editor was never blocked, and what comes next is answered.
    tab.write(ENDLESS.replace("∀ c ∈ numbers . a + b + c ≥ 0", "a ≥ 0").replace("∀ b ∈ numbers . ", ""))
    expect(tab.panel("results")).to_contain_text("all_positive", timeout=PATIENCE_MS)
    expect(tab.page.get_by_role("button", name="Evaluate again")).to_have_count(0)


def test_an_evaluation_without_an_end_gives_way_to_the_next_edit(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.leave(workspace_of(ENDLESS, json.dumps({"numbers": list(range(2000))})))
    tab.page.goto(tab.site + "/")
    expect(tab.page.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE_MS)
    tab.panel("inputs").get_by_role("region", name="Facts").get_by_role("button", name="JSON").click()
    tab.page.get_by_role("textbox", name="Facts as JSON").focus()
    tab.page.keyboard.press("ControlOrMeta+a")
    tab.page.keyboard.type('{"numbers": [1, 2]')
    expect(tab.panel("results")).to_contain_text("all_positive", timeout=PATIENCE_MS)
    expect(tab.page.locator('.results-card[data-present="true"]')).to_contain_text("all_positive", timeout=PATIENCE_MS)
    tab.settled()
    tab.unharmed()
