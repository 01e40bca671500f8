"""The contract as text in the page: source and bundles are typed, errors are told at their line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.tab import DESKTOP, PATIENCE_MS, PHONE, Tab, choose
from tests.engines import CONTRACTS, EXAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DOOR = """\
persona guest

fact key_shown { type: Bool, source: "door.key_shown" }

entity Door {
  states: [shut, open]
  initial: shut
  transitions: [shut → open]
}

rule may_enter {
  stratum: 0
  when: key_shown = true
  produce: verdict admitted { payload: Bool = true }
}

operation unlock {
  allowed_personas: [guest]
  precondition: verdict_present(admitted)
  effects: [Door: shut → open]
  outcomes: [success]
  error_contract: []
}

flow enter {
  snapshot: at_initiation
  entry: turn_key
  steps: {
    turn_key: OperationStep {
      op: unlock
      persona: guest
      outcomes: { success: Terminal(success) }
      on_failure: Terminate(outcome: failure)
    }
  }
}
"""


def begin(tab: Tab, example: str = "Escrow release", scenario: str = "The goods were accepted") -> str:
    """Choose an example, without what an earlier test did to its text; give the text."""
    choose(tab, example, scenario)
    undo = tab.page.get_by_role("button", name="Undo all edits")
    if undo.is_visible():
        undo.click()
        choose(tab, example, scenario)
    return text(tab).input_value()


def text(tab: Tab) -> Locator:
    return tab.page.get_by_label("Contract text")


def write(tab: Tab, contract: str) -> None:
    text(tab).fill(contract)
    tab.settled()


def errors(tab: Tab) -> Locator:
    return tab.page.locator("#contract-errors li")


def selection(page: Page) -> str:
    selected: str = page.evaluate(
        """() => {
            const box = document.activeElement;
            return box.id === "contract-text" ? box.value.slice(box.selectionStart, box.selectionEnd) : box.outerHTML;
        }"""
    )
    return selected


def test_a_contract_typed_as_source_is_answered(shared_tab: Tab) -> None:
    begin(shared_tab)
    page = shared_tab.page
    write(shared_tab, DOOR)
    expect(page.locator("#contract-status")).to_have_text("No errors.")
    # The inputs are still those of the example: what does not fit the new contract is told there.
    expect(page.locator("#facts-error")).to_contain_text("/facts/key_shown")
    page.get_by_label("Facts").fill('{"key_shown": true}')
    page.get_by_label("Entity states").fill('{"Door": {"front": "shut", "back": "open"}}')
    shared_tab.settled()
    enter = shared_tab.row("enter")
    expect(enter.locator("td").nth(1)).to_contain_text("front")
    expect(enter.locator("td").nth(2)).to_contain_text("back")
    expect(page.locator("#persona option")).to_have_text(["guest"])
    page.get_by_role("button", name="Run the flow").click()
    expect(page.locator("#transitions")).to_contain_text("shut → open")


def test_every_key_counts(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, DOOR)
    box = text(shared_tab)
    box.press("Control+End")
    box.press_sequentially("\npersona neighbour\n")
    expect(shared_tab.page.locator("#persona option")).to_have_text(["guest", "neighbour"])
    box.press_sequentially("persona")
    expect(errors(shared_tab)).to_have_count(1)
    box.press_sequentially(" postman")
    expect(shared_tab.page.locator("#persona option")).to_have_text(["guest", "neighbour", "postman"])
    expect(errors(shared_tab)).to_have_count(0)


def test_an_error_is_told_at_its_line_and_a_click_selects_its_token(shared_tab: Tab) -> None:
    source = begin(shared_tab)
    page = shared_tab.page
    wrong = source.replace("price ≤ release_limit", "price ≤ release_limits")
    line = next(number for number, text in enumerate(wrong.split("\n"), 1) if "release_limits" in text)
    write(shared_tab, wrong)

    expect(errors(shared_tab)).to_have_count(1)
    expect(errors(shared_tab)).to_contain_text(f"Line {line}:20")
    expect(errors(shared_tab)).to_contain_text("unknown_fact")
    expect(errors(shared_tab)).to_contain_text("did you mean 'release_limit'?")
    expect(page.locator("#contract-status")).to_contain_text("1 error")
    expect(text(shared_tab)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#contract-gutter .marked")).to_contain_text(str(line))
    # The answers of the last good contract stay, and say that they are.
    expect(page.locator("#stale")).to_be_visible()
    expect(shared_tab.row("release_escrow").locator("td").nth(1)).to_contain_text("esc-001")

    errors(shared_tab).get_by_role("button").click()
    assert selection(page) == "release_limits"
    in_sight = page.evaluate(
        """line => {
            const box = document.getElementById("contract-text");
            const top = (line - 1) * parseFloat(getComputedStyle(box).lineHeight) - box.scrollTop;
            return top >= 0 && top < box.clientHeight;
        }""",
        line,
    )
    assert in_sight, "the selected token is not in sight"

    page.keyboard.type("release_limit")
    expect(errors(shared_tab)).to_have_count(0)
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#contract-gutter .marked")).to_have_count(0)
    assert text(shared_tab).get_attribute("aria-invalid") is None
    assert text(shared_tab).input_value() == source


def test_the_keyboard_leads_from_the_text_to_each_error(shared_tab: Tab) -> None:
    source = begin(shared_tab)
    page = shared_tab.page
    write(shared_tab, source.replace("price ≤ release_limit", "prices ≤ release_limits"))
    expect(errors(shared_tab)).to_have_count(2)
    text(shared_tab).focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo all edits")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert selection(page) == "release_limits"
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert selection(page) == "prices"


def test_columns_are_those_of_the_signs_that_one_sees(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, DOOR.replace("when: key_shown", "when: /* 🔑🔑 */ key_showed"))
    errors(shared_tab).get_by_role("button").first.click()
    assert selection(shared_tab.page) == "key_showed"


def test_a_token_far_to_the_right_comes_into_sight(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, DOOR.replace("when: key_shown", f"when: /* {'far ' * 100}*/ key_showed"))
    errors(shared_tab).get_by_role("button").first.click()
    assert selection(shared_tab.page) == "key_showed"
    assert shared_tab.page.evaluate("document.activeElement.scrollLeft") > 1000


def test_the_bundle_that_the_source_stands_for_can_be_seen_and_edited(shared_tab: Tab) -> None:
    source = begin(shared_tab)
    page = shared_tab.page
    page.get_by_label("Bundle (JSON)").check()
    shared_tab.settled()
    bundle = text(shared_tab).input_value()
    assert json.loads(bundle) == json.loads((EXAMPLES / "escrow-release" / "contract.json").read_text(encoding="utf-8"))
    expect(shared_tab.row("release_escrow").locator("td").nth(1)).to_contain_text("esc-001")

    write(shared_tab, bundle.replace('"id": "release_escrow"', '"id": "pay_seller"'))
    expect(shared_tab.row("pay_seller").locator("td").nth(1)).to_contain_text("esc-001")
    page.get_by_label("Source", exact=True).check()
    shared_tab.settled()
    assert text(shared_tab).input_value() == source
    expect(shared_tab.row("pay_seller")).to_have_count(0)
    page.get_by_label("Bundle (JSON)").check()
    shared_tab.settled()
    expect(shared_tab.row("pay_seller")).to_have_count(1)


def test_the_bundle_follows_the_source_and_keeps_every_digit(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, DOOR + '\nfact seconds { type: Int(min: 0, max: 9223372036854775807), source: "clock.né" }\n')
    shared_tab.page.get_by_label("Bundle (JSON)").check()
    shared_tab.settled()
    bundle = text(shared_tab).input_value()
    assert '"max": 9223372036854775807' in bundle
    assert '"field": "né"' in bundle
    expect(errors(shared_tab)).to_have_count(0)


def test_a_bundle_put_in_place_of_source_is_known_as_one(shared_tab: Tab) -> None:
    source = begin(shared_tab, "Order approval", "A draft is submitted")
    page = shared_tab.page
    bundle = (CONTRACTS / "orders.json").read_text(encoding="utf-8")
    write(shared_tab, bundle)
    expect(page.get_by_label("Bundle (JSON)")).to_be_checked()
    expect(page.locator("#about-contract")).to_contain_text(json.loads(bundle)["id"])
    write(shared_tab, DOOR)
    expect(page.get_by_label("Source", exact=True)).to_be_checked()
    expect(page.locator("#persona option")).to_have_text(["guest"])
    page.get_by_role("button", name="Undo all edits").click()
    shared_tab.settled()
    assert text(shared_tab).input_value() == source


def test_a_bundle_that_is_no_json_is_told_at_its_line(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, '{\n  "kind": "Bundle",\n  "🔑": "id": "x"\n}')
    expect(errors(shared_tab)).to_contain_text("Line 3:12")
    expect(errors(shared_tab)).to_contain_text("invalid_json")
    errors(shared_tab).get_by_role("button").click()
    assert selection(shared_tab.page) == ":"
    expect(shared_tab.page.locator("#contract-gutter .marked")).to_contain_text("3")


def test_a_bundle_that_is_refused_names_the_construct(shared_tab: Tab) -> None:
    begin(shared_tab)
    shared_tab.page.get_by_label("Bundle (JSON)").check()
    shared_tab.settled()
    bundle = json.loads(text(shared_tab).input_value())
    bundle["constructs"][3]["type"] = {"base": "Enumeration"}
    write(shared_tab, json.dumps(bundle))
    expect(errors(shared_tab).first).to_contain_text("/bundle/constructs/3")
    expect(shared_tab.page.locator("#stale")).to_be_visible()


def test_with_errors_in_the_source_there_is_no_bundle_to_show(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, "persona")
    expect(shared_tab.page.get_by_label("Bundle (JSON)")).to_be_disabled()
    write(shared_tab, DOOR)
    expect(shared_tab.page.get_by_label("Bundle (JSON)")).to_be_enabled()


def test_the_newest_text_wins(shared_tab: Tab) -> None:
    begin(shared_tab)
    box = text(shared_tab)
    for number in range(20):
        broken = "" if number % 2 else "}"
        box.fill(f"{DOOR}{broken}\npersona guest_{number:02}\n")
        shared_tab.page.wait_for_timeout(40)
    expect(shared_tab.page.locator("#persona option")).to_have_text(["guest", "guest_19"])
    expect(errors(shared_tab)).to_have_count(0)


def test_another_example_leaves_the_edits_of_the_first_alone(shared_tab: Tab) -> None:
    source = begin(shared_tab)
    page = shared_tab.page
    write(shared_tab, source + "\npersona }\n")
    choose(shared_tab, "Tool lending", "A valuable tool")
    expect(errors(shared_tab)).to_have_count(0)
    expect(page.locator("#stale")).to_be_hidden()
    choose(shared_tab, "Escrow release", "The goods were accepted")
    assert text(shared_tab).input_value() == source + "\npersona }\n"
    # Nothing of another contract is shown as this one's answer.
    expect(errors(shared_tab)).not_to_have_count(0)
    expect(page.locator("#actions tr")).to_have_count(0)
    expect(page.locator("#actions-summary")).to_contain_text("until the contract is right")
    write(shared_tab, source)
    expect(shared_tab.row("release_escrow").locator("td").nth(1)).to_contain_text("esc-001")
    expect(page.get_by_role("button", name="Undo all edits")).to_be_hidden()


def test_a_long_list_of_errors_is_cut_and_counted(shared_tab: Tab) -> None:
    begin(shared_tab)
    write(shared_tab, "\n".join(f"fact f{number} {{}}" for number in range(80)))
    expect(errors(shared_tab)).to_have_count(50)
    expect(shared_tab.page.locator("#contract-status")).to_contain_text("80 errors")
    expect(shared_tab.page.locator("#contract-gutter .marked")).to_have_count(80)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_errors_fit_the_screen(new_tab: Callable[..., Tab], viewport: dict[str, int]) -> None:
    tab = new_tab(viewport)
    tab.open()
    write(tab, DOOR.replace("unlock", "un" + "lo" * 60 + "ck", 1) + 'fact "' + "x" * 300)
    expect(errors(tab).first).to_be_visible(timeout=PATIENCE_MS)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    errors(tab).get_by_role("button").first.click()
    expect(text(tab)).to_be_in_viewport()
    assert tab.console == []
    assert tab.foreign == []
