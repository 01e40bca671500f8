"""The facts: a field for every type, in step with the JSON text; nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.all_types import FACTS, code, described, facts_of, field, show
from tests.browser.tab import PHONE, Tab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]

# --- fields ----------------------------------------------------------------------------------------------------


def test_every_type_has_a_field_that_shows_and_takes_its_value(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    field(tab, "flag").get_by_label("false").check()
    page.get_by_label("count", exact=True).fill("123456789012345678901234567890")
    page.get_by_label("level", exact=True).fill("2.10")
    page.get_by_label("note", exact=True).fill("other")
    page.get_by_label("grade", exact=True).select_option("high")
    page.get_by_label("price, amount in EUR").fill("7.00")
    page.get_by_label("age, value in hours").fill("12")
    page.get_by_label("day", exact=True).fill("2026-10-02")
    page.get_by_label("moment", exact=True).fill("2026-10-02T08:00:00Z")
    page.get_by_label("vial, label").fill("Z")
    page.get_by_label("choice, kind").select_option("word")
    page.get_by_label("choice, word").fill("hi")
    page.get_by_label("vials 2, sealed").select_option("true")
    page.get_by_label("marks 1", exact=True).fill("9")
    page.get_by_label("nested 2, box, size", exact=True).fill("8")
    tab.settled()
    expect(page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    text = tab.workspace()["inputs"]["facts"]
    assert '"count": 123456789012345678901234567890' in text
    assert json.loads(text) == FACTS | {
        "flag": False,
        "count": 123456789012345678901234567890,
        "level": "2.10",
        "note": "other",
        "grade": "high",
        "price": {"amount": "7.00", "currency": "EUR"},
        "age": {"value": 12, "unit": "hours"},
        "day": "2026-10-02",
        "moment": "2026-10-02T08:00:00Z",
        "vial": {"label": "Z", "sealed": True},
        "choice": {"tag": "word", "payload": "hi"},
        "vials": [{"label": "A", "sealed": True}, {"label": "B", "sealed": True}],
        "marks": [9, 2],
        "nested": [{"box": {"size": 1}}, {"box": {"size": 8}}],
    }


def test_a_picked_date_is_written_and_a_picked_time_keeps_its_offset(opened: Callable[..., Tab]) -> None:
    tab = opened()
    pick = "(e, value) => { e.value = value; e.dispatchEvent(new Event('change', { bubbles: true })); }"
    field(tab, "day").locator(".inputs-picker").evaluate(pick, "2027-01-31")
    field(tab, "moment").locator(".inputs-picker").evaluate(pick, "2027-01-31T09:30")
    assert facts_of(tab)["day"] == "2027-01-31"
    assert facts_of(tab)["moment"] == "2027-01-31T09:30:00+02:00"


def test_what_does_not_fit_stays_and_its_error_stands_at_the_field(fresh: Callable[..., Tab]) -> None:
    tab = fresh()
    page = tab.page
    typed = {
        "count": "12x",
        "level": "1.2345",
        "note": "too long",
        "day": "2026-02-30",
        "moment": "noon",
        "price, amount in EUR": "ten",
        "age, value in hours": "241",
        "vial, label": "too long",
        "vials 2, label": "too long",
        "marks 2": "x",
    }
    for label, text in typed.items():
        page.get_by_label(label, exact=True).fill(text)
    tab.settled()
    for label, text in typed.items():
        control = page.get_by_label(label, exact=True)
        expect(control).to_have_value(text)
        expect(control).to_have_attribute("aria-invalid", "true")
        assert described(control).strip(), label
    assert "at most 5" in described(page.get_by_label("vials 2, label", exact=True))
    expect(page.get_by_label("vials 1, label", exact=True)).to_have_attribute("aria-invalid", "false")
    # The same after a reload: what is broken is kept like anything else.
    page.wait_for_timeout(600)
    page.reload()
    tab.ready()
    tab.settled()
    for label, text in typed.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    assert tab.violations() == []


def test_values_of_another_shape_are_shown_and_replaced_only_when_asked(opened: Callable[..., Tab]) -> None:
    broken = FACTS | {
        "flag": "yes",
        "grade": "middle",
        "price": {"amount": "1.00", "currency": "USD"},
        "vials": "none",
        "vial": {"label": "A"},
    }
    tab = opened(json.dumps(broken))
    page = tab.page
    expect(field(tab, "flag")).to_contain_text('"yes"')
    expect(page.get_by_label("grade", exact=True).locator("option:checked")).to_have_text("middle (not a choice)")
    expect(field(tab, "price")).to_contain_text("USD")
    expect(field(tab, "vials")).to_contain_text('"none"')
    assert "'sealed' is missing" in described(page.get_by_role("radiogroup", name="vial, sealed"))
    assert facts_of(tab) == broken
    page.get_by_role("button", name="Replace the value of flag").click()
    page.get_by_role("button", name="Replace the value of vials").click()
    page.get_by_role("button", name="Use EUR").click()
    page.get_by_label("grade", exact=True).select_option("low")
    field(tab, "vial").get_by_label("true").check()
    tab.settled()
    expect(page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    assert facts_of(tab)["price"] == {"amount": "1.00", "currency": "EUR"}


def test_what_the_form_does_not_touch_keeps_every_digit(opened: Callable[..., Tab]) -> None:
    facts = json.dumps(FACTS | {"extra": 0}).replace('"extra": 0', '"extra": 1.50e2, "far": 98765432109876543210')
    tab = opened(facts)
    tab.page.get_by_label("note", exact=True).fill("new")
    text = tab.workspace()["inputs"]["facts"]
    assert '"note": "new"' in text
    assert '"extra": 1.50e2' in text
    assert '"far": 98765432109876543210' in text


def test_a_default_is_seen_overridden_and_returned_to(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    limit = page.get_by_label("limit, amount in EUR")
    expect(limit).to_have_value("")
    expect(limit).to_have_attribute("placeholder", "99.00")
    expect(field(tab, "limit")).to_contain_text("default")
    limit.fill("5.00")
    assert facts_of(tab)["limit"] == {"amount": "5.00", "currency": "EUR"}
    page.get_by_role("button", name="Use the default of limit: 99.00 EUR").click()
    assert "limit" not in facts_of(tab)
    page.get_by_role("button", name="Undo").click()
    assert facts_of(tab)["limit"] == {"amount": "5.00", "currency": "EUR"}
    # Emptied, it has its default; a fact without one is missing.
    limit.fill("")
    assert "limit" not in facts_of(tab)
    page.get_by_label("count", exact=True).fill("")
    tab.settled()
    assert "missing" in described(page.get_by_label("count", exact=True))


def test_facts_that_the_contract_does_not_declare_are_listed(opened: Callable[..., Tab]) -> None:
    tab = opened(json.dumps(FACTS | {"stray": "here"}))
    others = tab.page.get_by_role("region", name="Facts that the contract does not declare")
    expect(others).to_contain_text('stray"here"')
    others.get_by_role("button", name="Remove stray").click()
    expect(others).to_have_count(0)
    tab.page.get_by_role("button", name="Undo").click()
    assert facts_of(tab)["stray"] == "here"


def test_rows_are_added_duplicated_and_removed_with_the_keyboard(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    page.get_by_role("button", name="Add to vials").press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_label("vials 3, label")).to_be_visible()
    page.get_by_label("vials 3, label").fill("C")
    page.get_by_role("button", name="Duplicate vials 1").press("Enter")
    page.get_by_role("button", name="Remove vials 3").press("Enter")
    # The keyboard stays in the table.
    assert page.evaluate("document.activeElement.closest('.inputs-list') !== null")
    assert [vial["label"] for vial in facts_of(tab)["vials"]] == ["A", "A", "C"]
    page.locator(".toast", has_text="vials 3 was removed").get_by_role("button", name="Undo").click()
    assert [vial["label"] for vial in facts_of(tab)["vials"]] == ["A", "A", "B", "C"]


def test_a_long_list_is_drawn_in_part_and_its_errors_have_their_rows(opened: Callable[..., Tab]) -> None:
    vials = [{"label": f"v{number}", "sealed": True} for number in range(70)]
    vials[64]["label"] = "too long"
    tab = opened(json.dumps(FACTS | {"vials": vials}))
    table = tab.page.get_by_role("region", name="vials", exact=True)
    assert table.locator("tbody tr:not(.space)").count() < 60
    expect(field(tab, "vials")).to_contain_text("Row 65, label:")
    table.evaluate("e => e.scrollTop = e.scrollHeight")
    assert "at most 5" in described(tab.page.get_by_label("vials 65, label", exact=True))


# --- form and text ---------------------------------------------------------------------------------------------


def test_form_and_text_are_in_step(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    show(tab, "Facts", "Both")
    page.get_by_label("count", exact=True).fill("41")
    expect(code(tab, "Facts")).to_contain_text('"count": 41')
    code(tab, "Facts").get_by_text("41").click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("7")
    expect(page.get_by_label("count", exact=True)).to_have_value("417")
    show(tab, "Entity states", "Both")
    page.get_by_label("State of ord-1").select_option("closed")
    expect(code(tab, "Entity states")).to_contain_text('"ord-1": "closed"')


def test_a_broken_text_is_kept_and_the_form_comes_back_with_it(fresh: Callable[..., Tab]) -> None:
    text = json.dumps(FACTS, indent=2)[:-1] + ","
    tab = fresh(text)
    page = tab.page
    expect(page.locator("#panel-inputs")).to_contain_text("mend it below")
    expect(code(tab, "Facts")).to_be_visible()
    expect(page.locator("#panel-inputs .problems")).to_contain_text("invalid_json")
    # Other inputs can be changed meanwhile, and the broken text stays letter for letter.
    page.get_by_label("State of ord-1").select_option("closed")
    assert tab.workspace()["inputs"]["facts"] == text
    code(tab, "Facts").press("ControlOrMeta+End")
    page.keyboard.type('"limit": {"amount": "1.00", "currency": "EUR"}}')
    expect(page.get_by_label("limit, amount in EUR")).to_have_value("1.00")


# --- everyone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_in_forms_of_all_types(opened: Callable[..., Tab], theme: str) -> None:
    tab = opened()
    tab.theme(theme)
    show(tab, "Entity states", "Both")
    assert tab.violations() == []
    tab.page.get_by_role("button", name="Generate …").click()
    assert tab.violations() == []
    tab.page.keyboard.press("Escape")
    tab.theme("light")


def test_a_narrow_screen_is_not_left_sideways(fresh: Callable[..., Tab]) -> None:
    tab = fresh(viewport=PHONE)
    tab.settled()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for place in ("#panel-inputs", ".inputs-instances .table-box", '[data-fact="vials"] .table-box'):
        assert tab.page.locator(place).evaluate("e => e.scrollWidth - e.clientWidth") <= 0, place
    assert tab.violations() == []
