"""The JSON Schemas tell the truth: every parameter that is accepted and every answer that is given fits its schema."""

from __future__ import annotations

import json
import sys
from functools import cache, partial
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tenor_wasm.api import compat
from tenor_wasm.api.schemas import schema, schema_names
from tests import engines
from tests.engines import CONTRACTS, Case

CASES = engines.read_cases()
SCHEMA_OF = {
    "free_session": "free",
    **dict.fromkeys(
        ("set_facts", "set_persona", "transition", "add_instance", "remove_instance", "apply"), "session_revision"
    ),
}
"""Methods whose results are described by the schema of another name."""


@cache
def _registry() -> Any:
    named = {str(schema(name)["$id"]): Resource.from_contents(schema(name)) for name in schema_names()}
    return Registry().with_resources(named.items())


@cache
def _validator(name: str, part: str | None = None) -> Draft202012Validator:
    """The validator of a schema, or of one of its definitions."""
    document = schema(name)
    reference = document["$id"] if part is None else f"{document['$id']}#/$defs/{part}"
    return Draft202012Validator({"$ref": reference}, registry=_registry())


@pytest.mark.parametrize("name", schema_names())
def test_every_schema_is_well_formed_and_names_itself(name: str) -> None:
    document = schema(name)
    Draft202012Validator.check_schema(document)
    assert str(document["$id"]).endswith(f"/{name}.json")
    assert document["title"]
    assert document["description"]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_every_answer_fits_the_schema_of_its_method(case: Case) -> None:
    for call, text in zip(case.calls, engines.answer_by_wire(case), strict=True):
        answer = json.loads(text)
        if "error" in answer:
            _validator("error").validate(answer)
        else:
            assert answer.keys() == {"ok"}
            # Each form of an action space has a schema of its own.
            form = answer["ok"].get("form") if call.method == "action_space" else None
            name = SCHEMA_OF.get(call.method, call.method)
            _validator(name if form is None else f"{name}_{form}").validate(answer["ok"])


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_parameters_that_are_answered_fit_the_schema_of_their_method(
    case: Case, request: pytest.FixtureRequest
) -> None:
    # The validator recurses many frames per level, and a text may have two hundred levels.
    request.addfinalizer(partial(sys.setrecursionlimit, sys.getrecursionlimit()))
    sys.setrecursionlimit(20_000)
    if case.load is not None and "ok" in json.loads(engines.answer_by_wire(case)[0]):
        _validator("params", "load").validate(json.loads(case.load))
    for call, text in zip(case.calls, engines.answer_by_wire(case), strict=True):
        if "ok" in json.loads(text):
            _validator("params", call.method).validate(json.loads(call.params(0, 0)))


@pytest.mark.parametrize("path", sorted(CONTRACTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_drop_in_functions_answer_in_the_same_shapes(path: Any) -> None:
    loaded = json.loads(compat.load_contract(path.read_text("utf-8")))
    _validator("load").validate(loaded)
    handle = loaded["handle"]
    _validator("inspect").validate(json.loads(compat.inspect_contract(handle)))
    _validator("compat_error").validate(json.loads(compat.evaluate(handle, '{"no":')))
    compat.free_contract(handle)
    _validator("compat_error").validate(json.loads(compat.evaluate(handle, "{}")))


WRONG_INPUTS: dict[str, list[Any]] = {
    "facts": [[], {"amount": 1.5}, {"amount": None}],
    "entity_states": [None, [], "draft", {"Order": {"": "draft"}}, {"Order": {"ord-001": 1}}, {"Order": ["draft"]}],
    "instance_bindings": ["Order", {"Order": ""}, {"Order": 1}],
    "outcomes": ["approved", {"step": 1}],
    "page": [10, {}, {"size": 0}, {"size": "ten"}, {"size": 10, "cursor": 7}, {"size": 10, "from": "ord-001"}],
    "bundle": [{}, {"id": "x", "kind": "Bundle", "tenor_version": "one", "constructs": []}],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG_INPUTS.items() for value in values], ids=repr
)
def test_the_input_schemas_refuse_what_the_evaluator_refuses(name: str, value: Any) -> None:
    assert not _validator(name).is_valid(value)
