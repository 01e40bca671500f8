"""The document tells the truth: it is valid, and no request that follows it, or breaks it, is answered otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zlib import crc32

import hypothesis
import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tenor_wasm.executor import Executor
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.server import KeyFile, create_app, host
from tenor_wasm.server.keys import add_key
from tenor_wasm.server.openapi import document
from tenor_wasm.server.routes import ROUTES
from tenor_wasm.server.settings import Settings
from tests.executor.shops import CONTRACT, FACTS
from tests.server.running import QUICK, SHOP, ask

Json = Any

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.mark.parametrize("settings", [Settings(), Settings(organisation="acme", public_manifest=True)])
@pytest.mark.parametrize("keys", [False, True])
def test_the_document_is_valid(settings: Settings, keys: bool) -> None:
    OpenAPIV31SpecValidator(document(settings, keys)).validate()


def test_the_document_is_served_and_has_every_route(quick: str) -> None:
    served = ask(quick, "/openapi.json").json
    assert served == document(QUICK, False)
    listed = {(method, path) for path, methods in served["paths"].items() for method in methods}
    assert listed == {(route.method.lower(), route.path) for route in ROUTES}
    names = [operation["operationId"] for methods in served["paths"].values() for operation in methods.values()]
    assert len({*names}) == len(names)


def test_every_reference_leads_somewhere_and_every_part_is_used() -> None:
    whole = document(Settings(), True)
    found = {*re.findall(r"'#/components/schemas/([\w.]+)'", str(whole))}
    assert found == {*_components(whole)["schemas"]}


def _components(whole: Json) -> Json:
    return whole["components"]


# --- every kind of request -------------------------------------------------------------------------------------------

STORAGE = MemoryStorage()
EXECUTOR = Executor(CONTRACT, STORAGE, namespace="shop")
EXECUTOR.create_instance("Order", "ord-001")
EXECUTOR.create_instance("Order", "_default")
DONE = EXECUTOR.execute_flow("submit", "clerk", FACTS, {"Order": "ord-001"})

APP = create_app(host([SHOP], STORAGE), QUICK)
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP, headers={"Host": "localhost"})

NAMES: dict[str, list[str]] = {
    "contract": ["shop"],
    "flow": [*CONTRACT.flows],
    "entity": [*CONTRACT.entities],
    "instance": ["ord-001", "_default"],
    "persona": ["clerk", "boss"],
    "chain": [DONE.record.chain_id],
    "execution": [DONE.record.execution_id],
    "state": ["draft"],
}
"""What is there: without it nearly every request would ask for something that is not."""


def _pointed(given: Json, number: int) -> Json:
    """The same parameters or members, three times of four with names of things that are there."""
    if not isinstance(given, dict) or number % 4 == 0:
        return given
    named = {name: NAMES[name][number % len(NAMES[name])] for name in given if name in NAMES}
    known = {"facts": FACTS} if isinstance(given.get("facts"), dict) and number % 3 else {}
    return {**given, **named, **known}


@SCHEMA.parametrize()
@hypothesis.settings(max_examples=15, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_answer_is_as_the_document_says(case: schemathesis.Case[Any]) -> None:
    number = crc32(repr((case.path_parameters, case.query, case.body)).encode("utf-8", "surrogatepass"))
    case.path_parameters = _pointed(case.path_parameters, number)
    case.query = _pointed(case.query, number)
    case.body = _pointed(case.body, number)
    case.call_and_validate(headers={"Host": "localhost"}, checks=CHECKS)


def test_no_key_no_answer_for_any_route(tmp_path: Path) -> None:
    """Each route asks for a key where the document says so."""
    path = tmp_path / "keys.json"
    add_key(path, ["clerk"])
    app = create_app(host([SHOP], MemoryStorage()), QUICK, KeyFile(path))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr] # the document is valid
        reply = operation.Case(path_parameters=dict.fromkeys(NAMES, "x"), body={}, media_type="application/json").call()
        assert reply.status_code == (200 if operation.path == "/health" else 401), operation.path
