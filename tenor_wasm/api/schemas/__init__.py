"""JSON Schemas (draft 2020-12) of every input and result, one file each; they refer to ``common.json``."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def schema_names() -> list[str]:
    """The names of all schemas, sorted."""
    names = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def schema(name: str) -> dict[str, Any]:
    """One schema by name, such as ``action_space``. Raises ``FileNotFoundError`` for an unknown name."""
    parsed: dict[str, Any] = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    return parsed
