"""Which document is at fault in parameters that cannot be read, for the error's path and message.

Asked only after a fault: until then the parameters are read as one text.
"""

from __future__ import annotations

from collections.abc import Iterator

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json
from tenor_wasm.errors import TenorError, pointer
from tenor_wasm.values.patterns import pattern

_SIGNS = pattern(r'"(?:[^"\\]|\\.)*"|[][{},]')
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def blamed(error: TenorError, params: str) -> TenorError:
    """An error of ``read_json`` about the parameters, told of the one that it is in. Never raises."""
    # What is no JSON has a line and a column, and no members to be told apart.
    return error if error.code == "invalid_json" else _of_member(error.code, params, "", 1) or error


def _of_member(code: str, text: str, around: str, depth: int) -> TenorError | None:
    for name, value in _members(text):
        path = around + pointer((None, name))
        within = None
        if not around and name in calls.SIDES:  # of a comparison: its documents are a level deeper
            within = _of_member(code, value, path, depth + 1)
        try:
            # As deep as it stands: the limit counts from the whole.
            read_json("[" * depth + value + "]" * depth, f"'{path[1:]}'")
        except TenorError as fault:
            if fault.code == code:
                return within or TenorError(code, fault.message, path, fault.details)
    return None


def _members(text: str) -> Iterator[tuple[str, str]]:
    """The names and the texts of an object's members, found without recursion: it may be too deep to be parsed."""
    depth, name, begin = 0, "", 0
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if depth == 1 and not name and sign[0] == '"':
            name, begin = sign[1:-1], text.find(":", found.end()) + 1
        elif depth == 1 and name and sign in ",}":
            yield name, text[begin : found.start()]
            name = ""
        depth += _STEPS.get(sign, 0)
