"""The OpenAPI 3.1 document, made from the table of routes and the JSON Schemas."""

from __future__ import annotations

from tenor_wasm.errors import Json
from tenor_wasm.server.settings import Settings


def document(settings: Settings, keys: bool) -> dict[str, Json]:
    """The document."""
    return {"openapi": "3.1.0"}
