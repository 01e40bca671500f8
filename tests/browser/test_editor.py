"""Writing a contract in the page: errors where they are, what helps while one types, files and forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tenor_wasm.api.source import vocabulary
from tests.browser.tab import DESKTOP, PHONE, ROOT, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

EXAMPLES = ROOT / "playground" / "examples"
CONTRACTS = Path(__file__).parents[1] / "contracts"

DOOR = """persona guest
fact key_shown { type: Bool source: "door.key" }
entity Door { states: [shut, open] initial: shut transitions: [shut -> open] }
rule key_rule { stratum: 0 when: key_shown = true produce: verdict may_enter { payload: Bool = true } }
operation unlock {
  allowed_personas: [guest]
  precondition: verdict_present(may_enter)
  effects: [Door: shut -> open]
  error_contract: []
}
flow enter {
  entry: go
  steps: {
    go: OperationStep {
      op: unlock
      persona: guest
      outcomes: { success: Terminal(success) }
      on_failure: Terminate(outcome: failure)
    }
  }
}
"""


def status(tab: Tab) -> Locator:
    return tab.page.locator("#contract-status")


def errors(tab: Tab) -> Locator:
    return tab.page.get_by_role("list", name="Errors in the contract").get_by_role("listitem")


def expect_selected(tab: Tab, text: str) -> None:
    """This is selected in the editor, or will be in a moment."""
    tab.page.wait_for_function(
        """text => {
            const root = document.querySelector("#panel-contract .code-editor").shadowRoot;
            return (root.getSelection?.() ?? getSelection()).toString() === text;
        }""",
        arg=text,
    )


def offers(tab: Tab) -> Locator:
    """What completion offers."""
    return tab.page.locator(".cm-tooltip-autocomplete").get_by_role("option")


def caret_line(tab: Tab) -> str:
    return tab.page.locator("#panel-contract .cm-activeLine").inner_text()


def choose_file_command(tab: Tab, command: str) -> None:
    tab.page.get_by_role("button", name="File", exact=True).click()
    tab.page.get_by_role("menuitem", name=command).click()


def test_a_contract_with_an_error_is_written_told_and_mended(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR.replace("verdict_present(may_enter)", "verdict_present(may_entre)"))
    expect(status(shared_tab)).to_contain_text("1 error")
    expect(errors(shared_tab)).to_contain_text("7:33")
    expect(errors(shared_tab)).to_contain_text("unknown_verdict")
    expect(errors(shared_tab)).to_contain_text("did you mean 'may_enter'?")
    expect(shared_tab.page.locator("#panel-contract .cm-lintRange-error")).to_have_text("may_entre")
    expect(shared_tab.page.locator("#tab-contract")).to_contain_text("1 error")

    errors(shared_tab).get_by_role("button").click()
    expect_selected(shared_tab, "may_entre")
    shared_tab.page.keyboard.type("may_enter")
    expect(errors(shared_tab)).to_have_count(0)
    shared_tab.settled()
    expect(status(shared_tab)).to_have_text("No errors")
    assert shared_tab.text() == DOOR
    expect(shared_tab.page.locator("#panel-contract .cm-lintRange-error")).to_have_count(0)


def test_several_errors_are_told_and_many_are_cut_and_counted(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR.replace("[guest]", "[gast]").replace("shut -> open]\n", "shut -> opn]\n"))
    expect(errors(shared_tab)).to_have_count(3)
    shared_tab.write("\n".join(f"fact f{number} {{}}" for number in range(80)))
    expect(errors(shared_tab)).to_have_count(50)
    expect(status(shared_tab)).to_contain_text("80 errors, the first 50 of them")


def test_while_there_are_errors_the_last_right_version_answers(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    results = shared_tab.panel("results")
    before = results.get_by_role("gridcell").all_inner_texts()
    shared_tab.write(shared_tab.text() + "\npersona }\n")
    expect(status(shared_tab)).to_contain_text("last version without errors")
    expect(results).to_contain_text("The contract has errors")
    assert results.get_by_role("gridcell").all_inner_texts() == before


def test_another_example_shows_nothing_of_the_one_before(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    expect(shared_tab.panel("results")).to_contain_text("payout_due")
    shared_tab.example("Tool lending")
    expect(shared_tab.panel("results")).not_to_contain_text("payout_due")
    shared_tab.write("persona }")
    expect(status(shared_tab)).to_contain_text("error")


def test_quick_typing_loses_no_letter_and_the_newest_text_wins(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    shared_tab.source().focus()
    shared_tab.page.keyboard.press("ControlOrMeta+End")
    typed = "\n".join(f"persona guest_{number:02}" for number in range(12))
    shared_tab.page.keyboard.type(typed)
    shared_tab.settled()
    assert shared_tab.text() == DOOR + typed
    expect(errors(shared_tab)).to_have_count(0)


@pytest.mark.parametrize(
    ("before", "typed", "offered", "written"),
    [
        ("\nrule late {\n  stratum: 0\n  when: ", "key", "key_shown", "key_shown"),
        ("\nrule late {\n  stratum: 0\n  when: verdict_present(", "ma", "may_enter", "may_enter"),
        ("\noperation lock {\n  allowed_personas: [", "gu", "guest", "guest"),
        ("\noperation lock {\n  effects: [Door: ", "op", "open", "open"),
        ("\noperation lock {\n  ", "pre", "precondition", "precondition: "),
        ("\n", "pers", "persona", "persona "),
        ("\nfact size {\n  type: ", "Dur", "Duration", "Duration"),
    ],
    ids=["fact", "verdict", "persona", "state", "field", "construct", "type"],
)
def test_what_fits_is_offered_while_one_types(
    shared_tab: Tab, before: str, typed: str, offered: str, written: str
) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    # The names are there when the outline is.
    expect(errors(shared_tab)).to_have_count(0)
    shared_tab.write(DOOR + before)
    page = shared_tab.page
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(typed)
    option = offers(shared_tab).first
    expect(option).to_contain_text(offered)
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    assert shared_tab.text() == DOOR + before + written


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_kinds_of_words_have_colours_of_their_own(shared_tab: Tab, theme: str) -> None:
    shared_tab.example("Escrow release")
    shared_tab.theme(theme)
    # Only what is in view is drawn.
    shared_tab.source().focus()
    shared_tab.page.keyboard.press("ControlOrMeta+Home")
    colours = shared_tab.source().evaluate(
        """(box, words) => {
            const lines = box.closest(".cm-content") ?? box;
            const spans = [...lines.querySelectorAll(".cm-line span")];
            return words.map((word) => getComputedStyle(spans.find((span) => span.textContent.startsWith(word))).color);
        }""",
        ["// Who acts", "persona", "Money", '"shop'],
    )
    shared_tab.theme("system")
    assert len(set(colours)) == 4


def test_f12_goes_to_the_declaration(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    expect(errors(shared_tab)).to_have_count(0)
    shared_tab.source().focus()
    page = shared_tab.page
    page.keyboard.press("ControlOrMeta+Home")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert "precondition" in caret_line(shared_tab)
    page.keyboard.press("F12")
    expect(page.locator("#panel-contract .cm-activeLine")).to_contain_text("rule key_rule")
    expect_selected(shared_tab, "may_enter")


def test_a_name_says_what_it_is_when_one_points_at_it(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    line = shared_tab.page.locator("#panel-contract .cm-line").filter(has_text="precondition")
    # The name itself is plain text: the place is that of its letters.
    x, y = line.evaluate(
        """line => {
            const range = document.createRange();
            range.setStart(line.lastChild, 3);
            range.setEnd(line.lastChild, 4);
            const { x, y, height } = range.getBoundingClientRect();
            return [x + 1, y + height / 2];
        }"""
    )
    shared_tab.page.mouse.move(x, y)
    expect(shared_tab.page.locator(".cm-tooltip-hover")).to_contain_text("verdict: by key_rule when key_shown = true")


def test_escape_leaves_the_editor_after_it_closed_what_is_open(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    page = shared_tab.page
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("pers")
    expect(offers(shared_tab).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(offers(shared_tab)).to_have_count(0)
    expect(shared_tab.source()).to_be_focused()
    page.keyboard.press("Tab")
    expect(shared_tab.source()).to_be_focused()
    page.keyboard.press("Escape")
    expect(shared_tab.source()).not_to_be_focused()
    page.keyboard.press("Tab")
    expect(shared_tab.source()).not_to_be_focused()


def test_formatting_on_demand(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    source = shared_tab.text()
    shared_tab.write(re.sub(r"\n  +", "\n ", source))
    assert shared_tab.text() != source
    shared_tab.page.keyboard.press("Alt+Shift+F")
    shared_tab.settled()
    assert shared_tab.text() == source
    # It is one change: one step back takes it back.
    shared_tab.source().focus()
    shared_tab.page.keyboard.press("ControlOrMeta+z")
    assert shared_tab.text() != source
    shared_tab.write("persona }")
    shared_tab.page.get_by_role("button", name="Format").click()
    expect(shared_tab.page.locator(".toast").last).to_contain_text("has errors")


def test_blocks_fold_to_where_they_close(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR)
    shared_tab.page.keyboard.press("ControlOrMeta+Home")
    shared_tab.page.locator("#panel-contract .cm-foldGutter .cm-gutterElement").filter(has_text="⌄").first.click()
    lines = shared_tab.page.locator("#panel-contract .cm-line").all_inner_texts()
    assert lines[4].startswith("operation unlock {")
    assert lines[4].endswith("}")
    assert lines[5].startswith("flow enter")


def test_several_files_one_root(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    people, *rest = DOOR.split("\n")
    shared_tab.write('import "people.tenor"\n' + "\n".join(rest))
    expect(errors(shared_tab)).to_contain_text("cannot find the file 'people.tenor'")
    choose_file_command(shared_tab, "New file")
    page.get_by_label("Name", exact=True).fill("people")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert").filter(has_text="ends in .tenor")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("people.tenor")
    page.keyboard.press("Enter")
    shared_tab.write(people)
    expect(errors(shared_tab)).to_have_count(0)
    expect(page.get_by_label("Open file").locator("option")).to_have_text(
        ["escrow_release.tenor (root)", "people.tenor"]
    )
    # An error in a file that is not open is told with its name, and leads there.
    shared_tab.write("persona guest persona }")
    page.get_by_label("Open file").select_option("escrow_release.tenor")
    expect(page.locator("#panel-contract .cm-lintRange-error")).to_have_count(0)
    expect(errors(shared_tab).first).to_contain_text("people.tenor 1:")
    errors(shared_tab).first.get_by_role("button").click()
    expect(page.get_by_label("Open file")).to_have_value("people.tenor")
    shared_tab.write(people)

    choose_file_command(shared_tab, "Rename")
    page.get_by_label("Name", exact=True).fill("guests.tenor")
    page.get_by_role("button", name="Rename", exact=True).click()
    expect(errors(shared_tab)).to_contain_text("cannot find the file 'people.tenor'")
    choose_file_command(shared_tab, "Remove this file")
    assert list(shared_tab.workspace()["contract"]["files"]) == ["escrow_release.tenor"]


def test_a_definition_may_be_in_another_file(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    people, *rest = DOOR.split("\n")
    choose_file_command(shared_tab, "New file")
    page.get_by_label("Name", exact=True).fill("people.tenor")
    page.keyboard.press("Enter")
    shared_tab.write(people)
    page.get_by_label("Open file").select_option("escrow_release.tenor")
    shared_tab.write('import "people.tenor"\n' + "\n".join(rest))
    expect(errors(shared_tab)).to_have_count(0)
    page.locator("#panel-contract .cm-line").filter(has_text="allowed_personas").click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("F12")
    expect(page.get_by_label("Open file")).to_have_value("people.tenor")
    expect_selected(shared_tab, "guest")


def test_the_bundle_that_the_source_stands_for_can_be_seen_and_edited(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    source = shared_tab.text()
    page = shared_tab.page
    page.get_by_label("Bundle (JSON)").check()
    expect(page.locator("#panel-contract .cm-content")).to_contain_text('"constructs"')
    # Every line of it, from the evaluator; the editor itself draws only those in view.
    expected = json.loads((EXAMPLES / "escrow-release" / "contract.json").read_text(encoding="utf-8"))
    shared_tab.source().focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" ")
    bundle = shared_tab.text()
    assert json.loads(bundle) == expected
    shared_tab.write(bundle.replace('"id": "release_escrow"', '"id": "settle_with_seller"'))
    expect(shared_tab.panel("results")).to_contain_text("settle_with_seller")
    page.get_by_label("Source", exact=True).check()
    shared_tab.settled()
    assert shared_tab.text() == source
    expect(shared_tab.panel("results")).not_to_contain_text("settle_with_seller")
    page.get_by_label("Bundle (JSON)").check()
    expect(shared_tab.panel("results")).to_contain_text("settle_with_seller")
    page.get_by_role("button", name="Take it from the source again").click()
    expect(shared_tab.panel("results")).not_to_contain_text("settle_with_seller")


def test_the_bundle_follows_the_source_and_keeps_every_digit(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write(DOOR + '\nfact seconds { type: Int(min: 0, max: 9223372036854775807), source: "clock.né" }\n')
    expect(errors(shared_tab)).to_have_count(0)
    page = shared_tab.page
    page.get_by_label("Bundle (JSON)").check()
    expect(page.locator("#panel-contract .cm-content")).to_contain_text('"constructs"')
    shared_tab.source().focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" ")
    assert '"max": 9223372036854775807' in shared_tab.text()
    assert '"field": "né"' in shared_tab.text()
    expect(errors(shared_tab)).to_have_count(0)


def test_a_bundle_put_in_the_place_of_source_is_known_as_one(shared_tab: Tab) -> None:
    shared_tab.example("Order approval")
    page = shared_tab.page
    shared_tab.write((CONTRACTS / "orders.json").read_text(encoding="utf-8"))
    expect(page.get_by_label("Bundle (JSON)")).to_be_checked()
    expect(errors(shared_tab)).to_have_count(0)
    shared_tab.write(DOOR)
    expect(page.get_by_label("Source", exact=True)).to_be_checked()
    expect(errors(shared_tab)).to_have_count(0)


@pytest.mark.parametrize(
    ("form", "shown", "typed"),
    [("Bundle (JSON)", '"constructs"', "persona abcdef"), ("Source", "persona", '{ "a": 1')],
    ids=["in-bundle", "in-source"],
)
def test_the_form_stays_while_one_types(new_tab: Callable[..., Tab], form: str, shown: str, typed: str) -> None:
    tab = new_tab()
    tab.open()
    page = tab.page
    source = tab.text()
    page.get_by_label(form, exact=True).check()
    expect(page.locator("#panel-contract .cm-content")).to_contain_text(shown)
    expect(tab.source()).not_to_have_attribute("aria-readonly", "true")
    tab.source().focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(typed)
    expect(page.get_by_label(form, exact=True)).to_be_checked()
    expect(tab.source()).to_be_focused()
    assert tab.text().startswith(typed)
    if form == "Source":
        # One step back for the brackets, and for what was typed.
        for _ in range(4):
            page.keyboard.press("ControlOrMeta+z")
    else:
        page.get_by_label("Source", exact=True).check()
    assert tab.text() == source


def test_what_is_pasted_in_the_other_form_can_be_taken_back_and_had_again(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    source = shared_tab.text()
    bundle = (CONTRACTS / "orders.json").read_text(encoding="utf-8")

    def undo(said: str) -> None:
        page.locator(".toast", has_text=said).last.get_by_role("button", name="Undo").click()

    shared_tab.write(bundle)
    expect(page.get_by_label("Bundle (JSON)")).to_be_checked()
    expect(shared_tab.source()).to_be_focused()
    page.keyboard.type(" ")
    assert shared_tab.text() == bundle + " "
    shared_tab.write(DOOR)
    expect(page.get_by_label("Source", exact=True)).to_be_checked()
    expect(shared_tab.source()).to_be_focused()
    undo("source")
    expect(page.get_by_label("Bundle (JSON)")).to_be_checked()
    assert shared_tab.text() == bundle + " "
    undo("Taken back")
    expect(page.get_by_label("Source", exact=True)).to_be_checked()
    assert shared_tab.text() == DOOR
    shared_tab.write(source)
    assert shared_tab.text() == source


def test_an_edited_bundle_is_not_lost_to_the_source(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    source = shared_tab.text()
    page.get_by_label("Bundle (JSON)").check()
    expect(page.locator("#panel-contract .cm-content")).to_contain_text('"constructs"')
    shared_tab.source().focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("  ")
    edited = shared_tab.text()
    page.get_by_role("button", name="Take it from the source again").click()
    page.locator(".toast", has_text="edited bundle").get_by_role("button", name="Undo").click()
    assert shared_tab.text() == edited
    page.get_by_label("Source", exact=True).check()
    shared_tab.source().focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("//")
    assert shared_tab.text() == source + "//"
    page.locator(".toast", has_text="edited bundle").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Bundle (JSON)")).to_be_checked()
    assert shared_tab.text() == edited
    # What was typed in the source is there as well.
    page.get_by_label("Source", exact=True).check()
    assert shared_tab.text() == source + "//"


def test_a_removed_file_comes_back(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    page = shared_tab.page
    choose_file_command(shared_tab, "New file")
    page.get_by_label("Name", exact=True).fill("people.tenor")
    page.keyboard.press("Enter")
    shared_tab.write("persona guest")
    choose_file_command(shared_tab, "Remove this file")
    shared_tab.source().focus()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("// on")
    page.locator(".toast", has_text="people.tenor was removed").get_by_role("button", name="Undo").click()
    files = shared_tab.workspace()["contract"]["files"]
    assert files["people.tenor"] == "persona guest"
    assert files["escrow_release.tenor"].endswith("// on")


def test_a_bundle_that_is_no_json_is_told_at_its_line(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write('{\n  "kind": "Bundle",\n  "🔑": "id": "x"\n}')
    expect(errors(shared_tab)).to_contain_text("3:12")
    expect(errors(shared_tab)).to_contain_text("invalid_json")
    errors(shared_tab).get_by_role("button").click()
    expect_selected(shared_tab, ":")


def test_a_bundle_that_is_refused_names_the_construct(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    bundle = json.loads((EXAMPLES / "escrow-release" / "contract.json").read_text(encoding="utf-8"))
    bundle["constructs"][3]["type"] = {"base": "Enumeration"}
    shared_tab.write(json.dumps(bundle))
    expect(errors(shared_tab).first).to_contain_text("/bundle/constructs/3")


def test_source_with_errors_stands_for_no_bundle(shared_tab: Tab) -> None:
    shared_tab.example("Escrow release")
    shared_tab.write("persona")
    expect(shared_tab.page.get_by_label("Bundle (JSON)")).to_be_disabled()
    shared_tab.write(DOOR)
    expect(shared_tab.page.get_by_label("Bundle (JSON)")).to_be_enabled()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_errors_fit_the_screen(new_tab: Callable[..., Tab], viewport: dict[str, int]) -> None:
    tab = new_tab(viewport)
    tab.open()
    tab.write(DOOR.replace("unlock", "un" + "lo" * 60 + "ck", 1) + 'fact "' + "x" * 300)
    expect(errors(tab).first).to_be_visible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    errors(tab).get_by_role("button").first.click()
    expect(tab.source()).to_be_focused()
    tab.unharmed()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_messages_do_not_cover_the_errors(new_tab: Callable[..., Tab], viewport: dict[str, int]) -> None:
    tab = new_tab(viewport)
    tab.open()
    tab.write((CONTRACTS / "orders.json").read_text(encoding="utf-8"))
    tab.write("persona guest persona }")
    tab.page.keyboard.press("Alt+Shift+F")
    expect(tab.page.locator(".toast").last).to_contain_text("has errors")
    expect(errors(tab).first).to_be_visible()
    list_ = tab.page.locator(".editor-errors").bounding_box()
    toasts = [box for one in tab.page.locator(".toast").all() if (box := one.bounding_box()) is not None]
    assert list_ is not None
    assert len(toasts) == (1 if viewport is PHONE else 3)
    assert list_["y"] + list_["height"] <= min(box["y"] for box in toasts)


def test_the_words_of_the_language_are_those_of_the_elaborator() -> None:
    """The editor colours and completes before the evaluator runs: it has a copy."""
    copy = ROOT / "playground" / "src" / "editor" / "vocabulary.json"
    assert json.loads(copy.read_text(encoding="utf-8")) == vocabulary()
