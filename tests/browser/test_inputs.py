"""The inputs: a field for every type, a table of instances, in step with their JSON text; nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.tab import DESKTOP, PHONE, Tab, workspace_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RECORD = {"base": "Record", "fields": {"label": {"base": "Text", "max_length": 5}, "sealed": {"base": "Bool"}}}
SIZED = {"base": "Record", "fields": {"size": {"base": "Int"}}}
TYPES: dict[str, Any] = {
    "flag": {"base": "Bool"},
    "count": {"base": "Int", "min": 0},
    "level": {"base": "Decimal", "precision": 6, "scale": 2},
    "note": {"base": "Text", "max_length": 5},
    "grade": {"base": "Enum", "values": ["low", "high"]},
    "price": {"base": "Money", "currency": "EUR"},
    "age": {"base": "Duration", "unit": "hours", "min": 0, "max": 240},
    "day": {"base": "Date"},
    "moment": {"base": "DateTime"},
    "vial": RECORD,
    "choice": {
        "base": "TaggedUnion",
        "variants": {"whole": {"base": "Int"}, "word": {"base": "Text", "max_length": 5}},
    },
    "vials": {"base": "List", "element_type": RECORD, "max": 80},
    "marks": {"base": "List", "element_type": {"base": "Int"}, "max": 5},
    "nested": {"base": "List", "element_type": {"base": "Record", "fields": {"box": SIZED}}, "max": 5},
}
FACTS: dict[str, Any] = {
    "flag": True,
    "count": 3,
    "level": "1.50",
    "note": "short",
    "grade": "low",
    "price": {"amount": "10.50", "currency": "EUR"},
    "age": {"value": 6, "unit": "hours"},
    "day": "2026-09-01",
    "moment": "2026-09-01T10:00:00+02:00",
    "vial": {"label": "A", "sealed": True},
    "choice": {"tag": "whole", "payload": 1},
    "vials": [{"label": "A", "sealed": True}, {"label": "B", "sealed": False}],
    "marks": [1, 2],
    "nested": [{"box": {"size": 1}}, {"box": {"size": 2}}],
}
STATES = {"Order": {"ord-1": "draft", "ord-2": "sent"}, "Parcel": {"par-1": "packed"}}


def bundle() -> dict[str, Any]:
    """A contract with a fact of every type, one with a default, and two entities."""
    facts = [{"id": name, "kind": "Fact", "source": "test", "type": one} for name, one in TYPES.items()]
    limit = {
        "id": "limit",
        "kind": "Fact",
        "source": "test",
        "type": TYPES["price"],
        "default": {
            "kind": "money_value",
            "amount": {"kind": "decimal_value", "value": "99.00", "precision": 10, "scale": 2},
            "currency": "EUR",
        },
    }
    entities = [
        {
            "id": name,
            "kind": "Entity",
            "states": states,
            "initial": states[0],
            "transitions": [{"from": states[0], "to": states[1]}],
        }
        for name, states in (("Order", ["draft", "sent", "closed"]), ("Parcel", ["packed", "gone"]))
    ]
    constructs = [*facts, limit, *entities, {"id": "clerk", "kind": "Persona"}]
    return {"id": "all_types", "kind": "Bundle", "tenor": "1.0", "tenor_version": "1.0.0", "constructs": constructs}


def workspace(facts: str | None = None) -> dict[str, Any]:
    """The workspace of that contract."""
    text = json.dumps(FACTS, indent=2) if facts is None else facts
    made = workspace_of("", text, STATES, "clerk")
    made["contract"] |= {"form": "bundle", "bundle": json.dumps(bundle())}
    return made


@pytest.fixture(scope="module")
def kept_tab(chromium: Browser, site: str) -> Iterator[Tab]:
    """One started page with the contract of all types."""
    context = chromium.new_context(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
    tab = Tab(context.new_page(), site)
    tab.leave(workspace())
    tab.open()
    yield tab
    context.close()
    tab.unharmed()


@pytest.fixture
def opened(kept_tab: Tab) -> Callable[..., Tab]:
    """Shows the panel with these inputs, as if nothing had been done in it before."""

    def make(facts: str | None = None, states: Any = None) -> Tab:
        tab = kept_tab
        tab.panel("inputs")
        for title in ("Facts", "Entity states"):
            show(tab, title, "Form")
        given = json.dumps(FACTS, indent=2) if facts is None else facts
        situation = f'{{"facts": {given}, "entity_states": {json.dumps(STATES if states is None else states)}}}'
        paste(tab, situation)
        for toast in tab.page.get_by_role("button", name="Dismiss").all()[::-1]:
            toast.click()
        # Filters belong to the table: they go with it.
        tab.panel("contract")
        tab.panel("inputs")
        if tab.page.locator("#entity-tab-Order").count():
            tab.page.locator("#entity-tab-Order").click()
        tab.settled()
        return tab

    return make


@pytest.fixture
def fresh(new_tab: Callable[..., Tab]) -> Callable[..., Tab]:
    """Opens a tab of its own with these inputs."""

    def make(facts: str | None = None, **options: Any) -> Tab:
        tab = new_tab(**options)
        tab.leave(workspace(facts))
        tab.open()
        tab.panel("inputs")
        return tab

    return make


def facts_of(tab: Tab) -> Any:
    return json.loads(tab.workspace()["inputs"]["facts"])


def states_of(tab: Tab) -> Any:
    return json.loads(tab.workspace()["inputs"]["states"])


def field(tab: Tab, fact: str) -> Locator:
    return tab.page.locator(f'.inputs-fact[data-fact="{fact}"]')


def described(control: Locator) -> str:
    """What a control names as its description."""
    return str(
        control.evaluate(
            "e => (e.getAttribute('aria-describedby') ?? '').split(' ')"
            ".map(id => document.getElementById(id)?.textContent ?? '').join(' ')"
        )
    )


def paste(tab: Tab, text: str, where: str = "#panel-inputs h2") -> None:
    """Paste a text with the focus or the selection there."""
    tab.page.locator(where).first.evaluate(
        """(element, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const init = { clipboardData: data, bubbles: true, cancelable: true };
            element.dispatchEvent(new ClipboardEvent("paste", init));
        }""",
        text,
    )


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


def code(tab: Tab, title: str) -> Locator:
    return tab.page.get_by_role("textbox", name=f"{title} as JSON")


def show(tab: Tab, title: str, way: str) -> None:
    tab.page.get_by_role("group", name=f"{title}: show as").get_by_role("button", name=way).click()


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


# --- instances -------------------------------------------------------------------------------------------------


def test_instances_are_added_renamed_duplicated_removed_and_set(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    page.get_by_role("button", name="Add instance").click()
    expect(page.get_by_label("Name of ord-3")).to_be_focused()
    page.keyboard.type("special")
    page.keyboard.press("Enter")
    page.get_by_label("State of special").select_option("closed")
    page.get_by_role("button", name="Duplicate ord-1").click()
    expect(page.get_by_label("Name of ord-3")).to_be_focused()
    page.get_by_role("button", name="Remove ord-2").click()
    assert states_of(tab) == STATES | {"Order": {"ord-1": "draft", "ord-3": "draft", "special": "closed"}}
    assert list(states_of(tab)["Order"]) == ["ord-1", "ord-3", "special"]
    page.get_by_role("button", name="Undo").last.click()
    assert "ord-2" in states_of(tab)["Order"]


def test_a_name_that_cannot_be_is_kept_while_it_is_mended(opened: Callable[..., Tab]) -> None:
    tab = opened()
    page = tab.page
    name = page.get_by_label("Name of ord-1")
    name.fill("ord-2")
    name.blur()
    expect(name).to_have_value("ord-2")
    expect(name).to_have_attribute("aria-invalid", "true")
    assert "There is a ord-2 already" in described(name)
    assert states_of(tab) == STATES
    name.fill("ord-9")
    name.press("Enter")
    assert list(states_of(tab)["Order"]) == ["ord-9", "ord-2"]
    page.get_by_label("Name of ord-9").fill("gone")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Name of ord-9")).to_have_value("ord-9")


def test_a_rename_takes_the_run_and_the_selection_along(shared_tab: Tab) -> None:
    tab = shared_tab
    tab.example("Escrow release")
    tab.panel("results").locator('[data-flow="refund_escrow"][data-instance="esc-001"]').click()
    tab.panel("inputs")
    tab.page.get_by_label("Name of esc-001").fill("first")
    tab.page.keyboard.press("Enter")
    kept = tab.workspace()
    assert kept["run"]["bindings"] == {"EscrowAccount": "first"}
    assert kept["selection"]["bindings"] == {"EscrowAccount": "first"}


def test_an_error_stands_at_its_instance(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": {"ord-1": "lost", "": "draft", "ord-3": 5}, "Ghost": "x"})
    page = tab.page
    state = page.get_by_label("State of ord-1")
    expect(state).to_have_attribute("aria-invalid", "true")
    expect(state.locator("option:checked")).to_have_text('"lost" (no state)')
    assert "no state of 'Order'" in described(state)
    assert "empty id" in described(page.get_by_label("Name of the instance without a name"))
    assert "as text" in described(page.get_by_label("State of ord-3"))
    expect(page.get_by_role("tab", name="Order")).to_contain_text("3 with errors")
    ghost = page.get_by_role("region", name="Entities that the contract does not declare")
    expect(ghost).to_contain_text("no entity 'Ghost' is declared")
    assert tab.violations() == []
    state.select_option("sent")
    page.get_by_label("Name of the instance without a name").fill("ord-2")
    page.keyboard.press("Enter")
    page.get_by_label("State of ord-3").select_option("draft")
    ghost.get_by_role("button", name="Remove Ghost").click()
    tab.settled()
    expect(page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    assert states_of(tab) == {"Order": {"ord-1": "sent", "ord-2": "draft", "ord-3": "draft"}}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("sent", ["sent"] * 4), ("spread over all states", ["draft", "sent", "closed", "draft"])],
)
def test_many_are_generated_by_a_pattern(opened: Callable[..., Tab], state: str, expected: list[str]) -> None:
    tab = opened(states={"Order": {"box-2": "closed"}})
    page = tab.page
    page.get_by_role("button", name="Generate …").click()
    page.get_by_label("How many").fill("none")
    expect(page.get_by_label("How many")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Generate", exact=True)).to_be_disabled()
    page.get_by_label("How many").fill("4")
    page.get_by_label("Names").fill("box-{n}")
    page.get_by_label("State", exact=True).select_option(state)
    page.get_by_role("button", name="Generate", exact=True).click()
    # A name that is taken is passed over, never written over.
    made = dict(zip(["box-1", "box-3", "box-4", "box-5"], expected, strict=True))
    assert states_of(tab)["Order"] == {"box-2": "closed"} | made
    page.get_by_role("button", name="Undo").click()
    assert states_of(tab)["Order"] == {"box-2": "closed"}


def test_what_the_filter_shows_is_set_and_removed_together(opened: Callable[..., Tab]) -> None:
    many = {f"ord-{number}": "draft" if number % 2 else "sent" for number in range(10)}
    tab = opened(states={"Order": many})
    page = tab.page
    page.get_by_label("Filter Order by state").select_option("draft")
    expect(page.locator("#panel-inputs")).to_contain_text("5 of 10")
    page.get_by_role("button", name="The 5 shown").click()
    page.get_by_role("menuitem", name="Set the 5 shown to closed").click()
    assert sorted(states_of(tab)["Order"].values()) == ["closed"] * 5 + ["sent"] * 5
    page.get_by_label("Filter Order by state").select_option("any state")
    page.get_by_label("Filter Order by name").fill("ORD-7")
    page.get_by_role("button", name="The 1 shown").click()
    page.get_by_role("menuitem", name="Remove the 1 shown").click()
    assert "ord-7" not in states_of(tab)["Order"]
    assert len(states_of(tab)["Order"]) == 9


def test_five_thousand_instances_are_drawn_in_part_and_found(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": {f"ord-{number:04}": "draft" for number in range(5000)}})
    page = tab.page
    table = page.get_by_role("region", name="Instances of Order")
    expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", "5001")
    assert table.locator("tbody tr").count() < 60
    table.evaluate("e => e.scrollTop = e.scrollHeight")
    expect(page.get_by_label("Name of ord-4999")).to_be_visible()
    page.get_by_label("Filter Order by name").fill("ord-25")
    expect(page.locator("#panel-inputs")).to_contain_text("100 of 5000")
    page.get_by_label("State of ord-2500").select_option("closed")
    assert states_of(tab)["Order"]["ord-2500"] == "closed"
    # A new one is brought into view wherever it stands.
    page.get_by_role("button", name="Add instance").click()
    expect(page.get_by_label("Name of ord-5000")).to_be_focused()


def test_the_flat_form_becomes_nested_only_when_it_must(opened: Callable[..., Tab]) -> None:
    tab = opened(states={"Order": "draft", "Parcel": "packed"})
    page = tab.page
    page.get_by_label("State of _default").select_option("sent")
    assert states_of(tab) == {"Order": {"_default": "sent"}, "Parcel": "packed"}


# --- paste and export ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("states", [{"Order": "sent"}, {"Order": {"a": "sent", "b": "draft"}}], ids=["flat", "nested"])
def test_pasted_states_are_taken_anywhere_in_the_panel(opened: Callable[..., Tab], states: Any) -> None:
    tab = opened()
    paste(tab, json.dumps(states))
    assert states_of(tab) == states
    assert facts_of(tab) == FACTS
    tab.settled()
    expect(tab.page.locator("#panel-inputs [aria-invalid=true]")).to_have_count(0)
    tab.page.get_by_role("button", name="Undo").click()
    assert states_of(tab) == STATES


def test_pasted_facts_and_whole_situations_are_taken(opened: Callable[..., Tab]) -> None:
    tab = opened()
    # Into a text field, too, where it names facts: as text it would mean nothing.
    paste(tab, json.dumps(FACTS | {"count": 77}), 'input[aria-label="note"]')
    assert facts_of(tab)["count"] == 77
    situation = {"facts": FACTS | {"count": 78}, "entity_states": {"Order": "closed"}, "persona": "clerk"}
    paste(tab, json.dumps(situation))
    assert facts_of(tab)["count"] == 78
    assert states_of(tab) == {"Order": "closed"}


@pytest.mark.parametrize("text", ["not JSON", '{"nothing": "known"}', "[1]"])
def test_what_cannot_be_taken_changes_nothing_and_is_told(opened: Callable[..., Tab], text: str) -> None:
    tab = opened()
    paste(tab, text)
    expect(tab.page.locator(".toast")).to_contain_text("past")
    assert (facts_of(tab), states_of(tab)) == (FACTS, STATES)


def test_the_export_is_what_a_paste_takes(opened: Callable[..., Tab], tmp_path: Path) -> None:
    tab = opened()
    page = tab.page
    page.get_by_label("count", exact=True).fill("123456789012345678901")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Save as a file").click()
    file = tmp_path / "inputs.json"
    download.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    written = {"facts": FACTS | {"count": 123456789012345678901}, "entity_states": STATES, "persona": "clerk"}
    assert json.loads(text) == written
    paste(tab, json.dumps({"Order": "closed"}))
    paste(tab, text)
    assert (facts_of(tab), states_of(tab)) == (written["facts"], STATES)


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
    assert tab.page.locator("#panel-inputs").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert tab.violations() == []
