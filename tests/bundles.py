"""Small constructors for interchange bundles, so that a test shows only what it is about.

Effects are written as ``"Order: draft -> sent"``, with ``" => label"`` behind it where the outcome is not the only one.
A step's target is the id of a step, or what ``done`` returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pytest

from tenor_wasm import api

Json = Any
Object = dict[str, Any]

# --- types -----------------------------------------------------------------------------------------------------

BOOL: Object = {"base": "Bool"}
DATE: Object = {"base": "Date"}
DATE_TIME: Object = {"base": "DateTime"}


def integer(low: int | None = None, high: int | None = None) -> Object:
    return {"base": "Int"} | _given(min=low, max=high)


def decimal(precision: int = 10, scale: int = 2) -> Object:
    return {"base": "Decimal", "precision": precision, "scale": scale}


def text(longest: int | None = None) -> Object:
    return {"base": "Text"} | _given(max_length=longest)


def enum(*values: str) -> Object:
    return {"base": "Enum", "values": list(values)}


def money(currency: str = "EUR") -> Object:
    return {"base": "Money", "currency": currency}


def duration(unit: str = "hours", low: int | None = None, high: int | None = None) -> Object:
    return {"base": "Duration", "unit": unit} | _given(min=low, max=high)


def record(**fields: Object) -> Object:
    return {"base": "Record", "fields": fields}


def union(**variants: Object) -> Object:
    return {"base": "TaggedUnion", "variants": variants}


def list_of(element: Object, longest: int | None = None) -> Object:
    return {"base": "List", "element_type": element} | _given(max=longest)


def _given(**bounds: int | None) -> Object:
    return {name: value for name, value in bounds.items() if value is not None}


# --- expressions -----------------------------------------------------------------------------------------------


def ref(name: str) -> Object:
    return {"fact_ref": name}


def field(variable: str, path: str) -> Object:
    return {"field_ref": {"var": variable, "field": path}}


def literal(value: Json, base_type: Object | None = None) -> Object:
    return {"literal": value} if base_type is None else {"literal": value, "type": base_type}


def compare(left: Object, operator: str, right: Object) -> Object:
    return {"left": left, "op": operator, "right": right}


def both(left: Object, right: Object) -> Object:
    return compare(left, "and", right)


def either(left: Object, right: Object) -> Object:
    return compare(left, "or", right)


def negate(operand: Object) -> Object:
    return {"op": "not", "operand": operand}


def present(verdict: str) -> Object:
    return {"verdict_present": verdict}


def quantified(quantifier: str, variable: str, domain: Object, body: Object) -> Object:
    return {"quantifier": quantifier, "variable": variable, "domain": domain, "body": body}


def length(items: Object) -> Object:
    return {"op": "len", "operand": items}


def element(items: Object, index: Json) -> Object:
    return {"op": "index", "operand": items, "index": index}


TRUE = literal(True, BOOL)
FALSE = literal(False, BOOL)

# --- constructs ------------------------------------------------------------------------------------------------


def bundle(*constructs: Object, version: str = "1.0.0") -> Object:
    return {
        "id": "test",
        "kind": "Bundle",
        "tenor": "1.0",
        "tenor_version": version,
        "constructs": list(constructs),
    }


def fact(name: str, base_type: Object, **more: Json) -> Object:
    return {"id": name, "kind": "Fact", "source": "test", "type": base_type, **more}


def persona(name: str = "clerk") -> Object:
    return {"id": name, "kind": "Persona"}


def entity(name: str, *states: str, transitions: Sequence[tuple[str, str]] | None = None, **more: Json) -> Object:
    """An entity that starts in its first state; without ``transitions`` each state leads to the next."""
    pairs = pairwise(states) if transitions is None else transitions
    arrows = [{"from": source, "to": target} for source, target in pairs]
    return {
        "id": name,
        "kind": "Entity",
        "states": list(states),
        "initial": states[0],
        "transitions": arrows,
        **more,
    }


def rule(name: str, when: Object, value: Json = True, base_type: Object = BOOL, stratum: int = 0) -> Object:
    """A rule that produces a verdict of its own name."""
    produce = {"verdict_type": name, "payload": {"type": base_type, "value": value}}
    return {"id": f"{name}_rule", "kind": "Rule", "stratum": stratum, "body": {"when": when, "produce": produce}}


def effect(line: str) -> Object:
    arrow, _, outcome = line.partition(" => ")
    entity_id, _, states = arrow.partition(": ")
    source, _, target = states.partition(" -> ")
    return {"entity_id": entity_id, "from": source, "to": target} | ({"outcome": outcome} if outcome else {})


def operation(
    name: str,
    *effects: str,
    personas: Sequence[str] = ("clerk",),
    when: Object = TRUE,
    outcomes: Sequence[str] = ("success",),
    errors: Sequence[str] = (),
) -> Object:
    return {
        "id": name,
        "kind": "Operation",
        "allowed_personas": list(personas),
        "precondition": when,
        "effects": [effect(line) for line in effects],
        "outcomes": list(outcomes),
        "error_contract": list(errors),
    }


def flow(name: str, *steps: Object, entry: str | None = None) -> Object:
    """A flow that begins with its first step."""
    return {
        "id": name,
        "kind": "Flow",
        "snapshot": "at_initiation",
        "entry": steps[0]["id"] if entry is None else entry,
        "steps": list(steps),
    }


# --- steps -----------------------------------------------------------------------------------------------------

Target = Json


def done(outcome: str = "success") -> Object:
    return {"kind": "Terminal", "outcome": outcome}


def terminate(outcome: str = "failure") -> Object:
    return {"kind": "Terminate", "outcome": outcome}


def compensate(*operations: str, then: str = "failure", otherwise: str = "escalation") -> Object:
    steps = [{"op": name, "persona": "clerk", "on_failure": done(otherwise)} for name in operations]
    return {"kind": "Compensate", "steps": steps, "then": done(then)}


def escalate(following: str, to_persona: str = "chief") -> Object:
    return {"kind": "Escalate", "to_persona": to_persona, "next": following}


def act(
    operation_id: str,
    then: Target = None,
    *,
    outcomes: Mapping[str, Target] | None = None,
    on_failure: Object | None = None,
    by: str = "clerk",
    step: str | None = None,
) -> Object:
    """An operation step, named ``do_<operation>`` unless ``step`` says otherwise."""
    return {
        "id": step or f"do_{operation_id}",
        "kind": "OperationStep",
        "op": operation_id,
        "persona": by,
        "outcomes": dict(outcomes) if outcomes is not None else {"success": done() if then is None else then},
        "on_failure": on_failure or terminate(),
    }


def decide(step: str, condition: Object, if_true: Target, if_false: Target) -> Object:
    return {
        "id": step,
        "kind": "BranchStep",
        "persona": "clerk",
        "condition": condition,
        "if_true": if_true,
        "if_false": if_false,
    }


def hand_off(step: str, following: str, to: str = "chief") -> Object:
    return {"id": step, "kind": "HandoffStep", "from_persona": "clerk", "to_persona": to, "next": following}


def run_flow(step: str, flow_id: str, then: Target = None, on_failure: Object | None = None) -> Object:
    return {
        "id": step,
        "kind": "SubFlowStep",
        "flow": flow_id,
        "persona": "clerk",
        "on_success": done() if then is None else then,
        "on_failure": on_failure or terminate(),
    }


def parallel(
    step: str,
    branches: Mapping[str, Sequence[Object]],
    then: Target = None,
    on_any_failure: Object | None = None,
    **join: Json,
) -> Object:
    """A parallel step; each branch begins with its first step."""
    return {
        "id": step,
        "kind": "ParallelStep",
        "branches": [{"id": name, "entry": steps[0]["id"], "steps": list(steps)} for name, steps in branches.items()],
        "join": {
            "on_all_success": done() if then is None else then,
            "on_any_failure": on_any_failure or terminate(),
            **join,
        },
    }


# --- shortcuts -------------------------------------------------------------------------------------------------


def load(*constructs: Object) -> api.Contract:
    return api.load(bundle(*constructs))


def findings(error: api.TenorError) -> list[tuple[str, str]]:
    """What an aggregate error found: code and path of each."""
    found = error.details["findings"]
    assert isinstance(found, list)
    return [(finding["code"], finding["path"]) for finding in found]


Found = list[tuple[str, str]]
"""Codes and JSON Pointers, in the order of an error's findings."""


def refusal(bundle: Json) -> api.TenorError:
    """The error with which a bundle is refused."""
    with pytest.raises(api.TenorError) as caught:
        api.load(bundle)
    assert caught.value.code == "invalid_contract"
    return caught.value


def found(*constructs: Object) -> Found:
    """What is found when a contract of these constructs is refused."""
    return findings(refusal(bundle(*constructs)))


def without(construct: Object, key: str) -> Object:
    """The construct with one member taken away."""
    return {name: value for name, value in construct.items() if name != key}
