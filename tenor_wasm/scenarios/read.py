"""A scenario file as data: situations, and what is expected of each.

``{"contract": path or bundle, "scenarios": [{"title", "about", "facts", "entity_states", "persona", "flow",
"instance_bindings", "outcomes", "expect"}]}``. Only ``title`` and ``facts`` are needed. A scenario without ``expect``
holds when it can be evaluated at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenor_wasm.errors import Findings, Json, Place, listed, shown

NO_ENTRIES: Mapping[str, Json] = {}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected; what is ``None`` is not looked at.

    ``verdicts``: name → present or not, or ``{"payload": value}``. ``actions``: flow → open or not, or for each entity
    exactly the instances that it is open for. ``error`` is the code that evaluating gives.
    """

    verdicts: Mapping[str, Json] | None = None
    actions: Mapping[str, Json] | None = None
    outcome: str | None = None
    path: tuple[Json, ...] | None = None
    transitions: tuple[Json, ...] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One situation: inputs as the calls take them, and the expectation."""

    title: str
    facts: Json
    entity_states: Json = field(default_factory=dict)
    persona: str | None = None
    flow: str | None = None
    instance_bindings: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    expect: Expectation = field(default_factory=Expectation)


def read_scenarios(document: Json) -> tuple[Scenario, ...]:
    """Read a scenario file. Raises ``invalid_scenarios`` with every fault in ``details.findings``."""
    findings = Findings()
    scenarios: list[Scenario] = []
    listing = document.get("scenarios") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(listing, list):
        what = shown(document) if not isinstance(document, Mapping) else "an object without it"
        findings.fault("invalid_member", f'a scenario file is an object with the list "scenarios", not {what}', None)
    else:
        _check_members(document, ("contract", "scenarios"), None, findings)
        scenarios = [_scenario(json, ((None, "scenarios"), index), findings) for index, json in enumerate(listing)]
    findings.raise_if_any("invalid_scenarios", "scenarios")
    return tuple(scenarios)


def _check_members(json: Mapping[str, Json], known: tuple[str, ...], place: Place, findings: Findings) -> None:
    for name in json:
        if name not in known:
            findings.fault("unknown_member", f"'{name}' is unknown here; known are {listed(known)}", (place, name))


def _scenario(json: Json, place: Place, findings: Findings) -> Scenario:
    if not isinstance(json, Mapping):
        findings.fault("invalid_member", f"a scenario is an object, not {shown(json)}", place)
        return Scenario("", {})
    _check_members(json, (*_MEMBERS, "about", "expect"), place, findings)
    for name in ("title", "facts"):
        if name not in json:
            findings.fault("missing_member", f"'{name}' is missing", place)
    members = _taken(json, _MEMBERS, place, findings)
    expect = _expectation(json.get("expect", NO_ENTRIES), (place, "expect"), findings)
    scenario = Scenario(**{"title": "", "facts": {}, **members, "expect": expect})
    if scenario.persona is None and (scenario.flow is not None or expect.actions is not None):
        findings.fault("missing_member", "'persona' is missing: a flow and actions are about a persona", place)
    if scenario.flow is None and (expect.outcome, expect.path, expect.transitions) != (None, None, None):
        findings.fault("missing_member", "'flow' is missing: outcome, path and transitions are a flow's", place)
    return scenario


def _expectation(json: Json, place: Place, findings: Findings) -> Expectation:
    if not isinstance(json, Mapping):
        findings.fault("invalid_member", f"'expect' is an object, not {shown(json)}", place)
        return Expectation()
    _check_members(json, tuple(_EXPECTED), place, findings)
    return Expectation(**_taken(json, _EXPECTED, place, findings))


def _taken(json: Mapping[str, Json], readers: Mapping[str, Any], place: Place, findings: Findings) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for name, (reader, wanted) in readers.items():
        if name not in json:
            continue
        value = reader(json[name])
        if value is None:
            findings.fault("invalid_member", f"'{name}' is {wanted}, not {shown(json[name])}", (place, name))
        else:
            taken[name] = value
    return taken


def _text(json: Json) -> str | None:
    return json if isinstance(json, str) and json else None


def _object(json: Json) -> Mapping[str, Json] | None:
    return json if isinstance(json, Mapping) else None


def _texts(json: Json) -> Mapping[str, Json] | None:
    return json if isinstance(json, Mapping) and all(isinstance(value, str) for value in json.values()) else None


def _list(json: Json) -> tuple[Json, ...] | None:
    return tuple(json) if isinstance(json, list) else None


Reader = Callable[[Json], Any]

_MEMBERS: Mapping[str, tuple[Reader, str]] = {
    "title": (_text, "a text that is not empty"),
    "facts": (_object, "an object of fact to value"),
    "entity_states": (_object, "an object of entity to states"),
    "persona": (_text, "a text that is not empty"),
    "flow": (_text, "a text that is not empty"),
    "instance_bindings": (_texts, "an object of entity to instance"),
    "outcomes": (_texts, "an object of step to outcome"),
}

_EXPECTED: Mapping[str, tuple[Reader, str]] = {
    "verdicts": (_object, "an object of verdict to true, false or {payload}"),
    "actions": (_object, "an object of flow to true, false or instances by entity"),
    "outcome": (_text, "a text that is not empty"),
    "path": (_list, "a list of step ids"),
    "transitions": (_list, "a list of state changes"),
    "error": (_text, "an error code"),
}
