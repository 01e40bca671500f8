"""The parameters of a wire call, taken one by one; what is missing or of another type is an ``invalid_argument``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tenor_wasm.api.calls import check_text, invalid_argument
from tenor_wasm.errors import Json, TenorError, shown

Params: TypeAlias = Mapping[str, Json]


def required(params: Params, name: str) -> Json:
    """A parameter that must be there; raises ``missing_argument``."""
    if name not in params:
        raise TenorError("missing_argument", f"the parameter '{name}' is missing", "", {"argument": name})
    return params[name]


def text(params: Params, name: str) -> str:
    """A parameter that must be there and be a text."""
    value = required(params, name)
    check_text(value, name)
    return str(value)


def flag(params: Params, name: str) -> bool:
    """A parameter that is true or false; false when it is not there."""
    value = params.get(name, False)
    if not isinstance(value, bool):
        raise invalid_argument(name, f"'{name}' must be true or false, not {shown(value)}")
    return value
