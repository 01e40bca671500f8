"""The OpenAPI 3.1 document, made from the table of routes, the table of statuses and the JSON Schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tenor_wasm import __version__
from tenor_wasm.api.schemas import schema
from tenor_wasm.errors import Json
from tenor_wasm.server.routes import PATH, QUERY, ROUTES, Route
from tenor_wasm.server.settings import Settings
from tenor_wasm.server.statuses import STATUSES, WRONG

JSON = "application/json"
ERROR = "http_error"
BEARER = "bearer"

ANY = frozenset({400, 403, 429, 500, 503, 504})
"""Statuses that every route can fail with; 401 where keys are asked for."""
ABOUT_CONTRACT = frozenset({404})
WITH_BODY = frozenset({408, 413, 415})
CHANGING = frozenset({409, 422})

IDEMPOTENCY_KEY: Mapping[str, Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same as request_id in the body: under one id a request is carried out once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
IF_NONE_MATCH: Mapping[str, Json] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags that the caller has: 304 when one of them is still right.",
    "schema": {"type": "string", "pattern": "^[!-~ ]*$"},
}


def document(settings: Settings, keys: bool) -> dict[str, Json]:
    """The document of a server; ``keys`` says whether it asks for keys."""
    servers = [{"url": "/"}]
    if settings.organisation is not None:
        servers.append({"url": f"/{settings.organisation}"})
    paths: dict[str, dict[str, Json]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, settings, keys)
    components: dict[str, Json] = {"schemas": dict(sorted(_schemas().items()))}
    if keys:
        components["securitySchemes"] = {BEARER: {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tenor contracts over HTTP",
            "version": __version__,
            "description": "Instances that live: what may be done to which of them, doing it, and why it was done.",
        },
        "servers": servers,
        "paths": paths,
        "components": components,
    }


# --- operations ----------------------------------------------------------------------------------------------------


def _operation(route: Route, settings: Settings, keys: bool) -> dict[str, Json]:
    operation: dict[str, Json] = {
        "operationId": route.name,
        "summary": str(route.handler.__doc__).partition("\n")[0],
        "parameters": [*_parameters(route)],
        "responses": _responses(route, keys),
    }
    if route.takes is not None:
        content = {JSON: {"schema": _reference(f"requests.{route.takes}")}}
        operation["requestBody"] = {"required": True, "content": content}
    if keys:
        operation["security"] = [{}, {BEARER: []}] if route.is_public(settings) else [{BEARER: []}]
    return operation


def _parameters(route: Route) -> Iterable[Json]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "description": PATH[name], "schema": {"type": "string"}}
    for name in route.query:
        schema: Json = {"type": "integer", "minimum": 1, "maximum": 1000} if name == "limit" else {"type": "string"}
        yield {
            "name": name,
            "in": "query",
            "required": name in route.required,
            "description": QUERY[name],
            "schema": schema,
        }
    if route.changes:
        yield IDEMPOTENCY_KEY
    if route.tagged:
        yield IF_NONE_MATCH


def _responses(route: Route, keys: bool) -> dict[str, Json]:
    good: dict[str, Json] = {
        "description": str(schema(route.answer)["title"]),
        "content": {JSON: {"schema": _reference(route.answer)}},
    }
    if route.tagged:
        good["headers"] = {"ETag": {"description": "It follows from the content.", "schema": {"type": "string"}}}
    responses: dict[str, Json] = {str(status): good for status in route.statuses}
    if route.tagged:
        responses["304"] = {"description": "The caller has it already."}
    for status in sorted(_failures(route, keys)):
        responses[str(status)] = {
            "description": "Codes: " + ", ".join(_codes(status)) + ".",
            "content": {JSON: {"schema": _reference(ERROR)}},
        }
    return responses


def _failures(route: Route, keys: bool) -> set[int]:
    failures = set(ANY)
    if keys:
        failures.add(401)
    if route.about_contract or route.tagged:
        failures |= ABOUT_CONTRACT
    if route.takes is not None:
        failures |= WITH_BODY
    if route.changes:
        failures |= CHANGING
    return failures


def _codes(status: int) -> list[str]:
    named = [code for code, known in STATUSES.items() if known.status == status]
    return named if status != WRONG.status else ["what is wrong in the request"]


# --- schemas -------------------------------------------------------------------------------------------------------


def _schemas() -> dict[str, Json]:
    """Every schema that the routes lead to, by component name; a part of one is named ``schema.part``."""
    found: dict[str, Json] = {}
    pending = [ERROR, *(route.answer for route in ROUTES)]
    pending += [f"requests.{route.takes}" for route in ROUTES if route.takes is not None]
    while pending:
        name = pending.pop()
        if name not in found:
            references: list[str] = []
            found[name] = _component(name, references)
            pending += references
    return found


def _component(name: str, references: list[str]) -> Json:
    file, _, part = name.partition(".")
    whole = schema(file)
    chosen = whole["$defs"][part] if part else whole
    kept = {key: value for key, value in chosen.items() if key not in ("$schema", "$id", "$defs")}
    return _local(kept, file, references)


def _local(value: Any, file: str, references: list[str]) -> Any:
    """A copy whose references lead to components; those are added to ``references``."""
    if isinstance(value, list):
        return [_local(item, file, references) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: _local(item, file, references) for key, item in value.items()}
    target = copy.get("$ref")
    if isinstance(target, str):
        document, _, part = target.partition("#/$defs/")
        named = document.removesuffix(".json") or file
        name = f"{named}.{part}" if part else named
        references.append(name)
        copy |= _reference(name)
    return copy


def _reference(name: str) -> dict[str, Json]:
    return {"$ref": f"#/components/schemas/{name}"}
