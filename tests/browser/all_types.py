"""A contract with a fact of every type and two entities, and what a person does with its inputs."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator

from tests.browser.tab import Tab, workspace_of

WORD = {"base": "Text", "max_length": 5}
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
    "choice": {"base": "TaggedUnion", "variants": {"whole": {"base": "Int"}, "word": WORD}},
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


def code(tab: Tab, title: str) -> Locator:
    return tab.page.get_by_role("textbox", name=f"{title} as JSON")


def show(tab: Tab, title: str, way: str) -> None:
    tab.page.get_by_role("group", name=f"{title}: show as").get_by_role("button", name=way).click()


def begin(tab: Tab, facts: str | None = None, states: Any = None) -> Tab:
    """Show the panel with these inputs, as if nothing had been done in it before."""
    tab.panel("inputs")
    for title in ("Facts", "Entity states"):
        show(tab, title, "Form")
    given = json.dumps(FACTS, indent=2) if facts is None else facts
    situation = f'{{"facts": {given}, "entity_states": {json.dumps(STATES if states is None else states)}}}'
    paste(tab, situation)
    # All at one moment: a message may go by itself between being found and being clicked.
    every = "document.querySelectorAll('.toasts [aria-label=\"Dismiss\"]')"
    tab.page.evaluate(f"() => {every}.forEach((one) => one.click())")
    # Filters belong to the table: they go with it.
    tab.panel("contract")
    tab.panel("inputs")
    if tab.page.locator("#entity-tab-Order").count():
        tab.page.locator("#entity-tab-Order").click()
    tab.settled()
    return tab
