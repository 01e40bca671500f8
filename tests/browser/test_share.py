"""Taking a workspace elsewhere: links, files, Markdown; and opening what comes from there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tab import ROOT, Tab, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

EXAMPLE = ROOT / "playground" / "examples" / "order-approval"
PERSONA = "persona clerk\n"


def share(tab: Tab, item: str) -> None:
    tab.page.get_by_role("button", name="Share", exact=True).click()
    tab.page.get_by_role("menuitem", name=item).click()


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.fixture
def copying(new_tab: Callable[..., Tab]) -> Tab:
    """A tab that may use the clipboard."""
    tab = new_tab()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return tab


def test_a_link_holds_the_whole_workspace_and_opens_in_a_fresh_profile(
    copying: Tab, new_tab: Callable[..., Tab]
) -> None:
    copying.open()
    copying.example("Tool lending")
    before = copying.workspace()
    share(copying, "Copy a link")
    expect(copying.page.get_by_text("The link is on the clipboard.").first).to_be_visible()
    link = clipboard(copying.page)
    assert "#w1." in link
    other = new_tab()
    other.open(link.removeprefix(other.site))
    expect(other.page.locator(".top .title")).to_have_text("Tool lending")
    assert other.workspace() == before
    # The address does not claim to hold what is changed from now on.
    assert "#" not in other.page.url
    other.unharmed()


def test_a_link_over_an_own_workspace_can_be_taken_back(copying: Tab) -> None:
    copying.open()
    copying.example("Lab samples")
    share(copying, "Copy a link")
    expect(copying.page.get_by_text("The link is on the clipboard.").first).to_be_visible()
    link = clipboard(copying.page)
    copying.example("Order approval")
    mine = copying.workspace()
    copying.page.evaluate("link => { location.href = link }", link)
    expect(copying.page.locator(".top .title")).to_have_text("Lab samples")
    copying.page.get_by_role("button", name="Undo").last.click()
    expect(copying.page.locator(".top .title")).to_have_text("Order approval")
    assert copying.workspace() == mine


@pytest.mark.parametrize(
    ("fragment", "sentence"),
    [
        ("#w1.AAAA", "the link is damaged"),
        ("#w1.!!!", "the link is damaged"),
        ("#w2.AAAA", "a newer page"),
        ("#w1.q1ZKLEktVrJSMjIxNTO3AAA", "not valid JSON"),
    ],
)
def test_a_broken_link_is_told_and_harms_nothing(new_tab: Callable[..., Tab], fragment: str, sentence: str) -> None:
    tab = new_tab()
    tab.leave(workspace_of(PERSONA))
    tab.page.goto(f"{tab.site}/{fragment}")
    expect(tab.page.locator(".toast.bad")).to_contain_text(sentence)
    expect(tab.page.locator(".top .title")).to_have_text("Of a test")


def test_a_link_that_is_too_long_offers_a_file(copying: Tab) -> None:
    copying.open()
    # Text that cannot be made much shorter.
    noise = copying.page.evaluate("Array.from({length: 9000}, () => Math.random().toString(36).slice(2)).join(' ')")
    copying.write(f"{PERSONA}// {noise}\n")
    share(copying, "Copy a link")
    dialog = copying.page.get_by_role("dialog", name="The link is long")
    expect(dialog).to_contain_text("many programs cut a link")
    with copying.page.expect_download() as download:
        dialog.get_by_role("button", name="Save to a file").click()
    kept = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert noise in kept["contract"]["files"][kept["contract"]["root"]]
    expect(dialog).to_have_count(0)


def test_a_file_brings_everything_back(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.open()
    tab.example("Escrow release")
    before = tab.workspace()
    with tab.page.expect_download() as download:
        share(tab, "Save to a file")
    assert download.value.suggested_filename == "escrow-release.tenor-workspace.json"
    saved = Path(download.value.path()).read_text("utf-8")
    tab.example("Lab samples")
    tab.page.get_by_label("Open a file").set_input_files(
        {"name": "kept.json", "mimeType": "application/json", "buffer": saved.encode()}
    )
    expect(tab.page.locator(".top .title")).to_have_text("Escrow release")
    assert tab.workspace() == before


def test_source_bundles_and_scenarios_are_opened_by_what_they_hold(shared_tab: Tab) -> None:
    chooser = shared_tab.page.get_by_label("Open a file")
    chooser.set_input_files(EXAMPLE / "order_approval.tenor")
    expect(shared_tab.page.locator(".top .title")).to_have_text("order_approval")
    shared_tab.settled()
    chooser.set_input_files(EXAMPLE / "scenarios.json")
    shared_tab.settled()
    assert len(shared_tab.workspace()["scenarios"]) == len(
        json.loads((EXAMPLE / "scenarios.json").read_text("utf-8"))["scenarios"]
    )
    chooser.set_input_files(EXAMPLE / "contract.json")
    shared_tab.settled()
    assert shared_tab.workspace()["contract"]["form"] == "bundle"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[1]", "neither a workspace nor a bundle nor a scenario file"),
        ("a.json", '{"scenarios": [{}]}', "/scenarios/0/title must be a text"),
        ("a.json", '{"inputs": {}, "version": 7}', "version 7"),
    ],
)
def test_a_file_that_is_none_of_these_is_told_and_harms_nothing(
    shared_tab: Tab, name: str, text: str, sentence: str
) -> None:
    before = shared_tab.workspace()
    shared_tab.page.get_by_label("Open a file").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": text.encode()}
    )
    expect(shared_tab.page.locator(".toast.bad").last).to_contain_text(sentence)
    assert shared_tab.workspace() == before


def test_files_are_dropped_anywhere(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.tenor"));
            const over = new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true });
            document.body.dispatchEvent(over);
            const init = { dataTransfer: data, bubbles: true, cancelable: true };
            globalThis.dropped = () => document.body.dispatchEvent(new DragEvent("drop", init));
        }""",
        PERSONA,
    )
    expect(shared_tab.page.get_by_text("Drop to open")).to_be_visible()
    shared_tab.page.evaluate("dropped()")
    expect(shared_tab.page.locator(".top .title")).to_have_text("dropped")
    expect(shared_tab.page.get_by_text("Drop to open")).to_have_count(0)
    assert shared_tab.text() == PERSONA


def test_markdown_has_the_answers_and_the_inputs(copying: Tab) -> None:
    copying.open()
    copying.example("Order approval")
    share(copying, "Copy as Markdown")
    expect(copying.page.get_by_text("The Markdown is on the clipboard.").first).to_be_visible()
    text = clipboard(copying.page)
    for part in (
        "# Order approval",
        "- `affordable`",
        '- `approvable` = `"within budget and quote"` by rule `ready_to_buy`',
        "| `submit` | available | Order: `ord-001` |",
        "Outcome: **success**",
        "```tenor",
    ):
        assert part in text


def test_without_a_clipboard_the_text_is_shown(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    tab.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    tab.open()
    share(tab, "Copy a link")
    box = tab.page.get_by_role("dialog", name="Copy this text").get_by_role("textbox")
    expect(box).to_have_value(re.compile(r"#w1\."))
