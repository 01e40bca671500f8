"""Every error code of the executor's and the agents' rooms is expected by one of their tests."""

from __future__ import annotations

from pathlib import Path

import pytest

import tenor_wasm
from tests.test_codes import CODE, REPORTERS, calls_in

ROOMS = ("executor", "agent")
PACKAGE, HERE = Path(tenor_wasm.__file__).parent, Path(__file__).parent
TESTS = "".join(
    path.read_text("utf-8")
    for room in ROOMS
    for path in (HERE.parent / room).glob("test_*.py")
    if path.name != Path(__file__).name
)
CODES = sorted(
    {
        code
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
        for name, code in calls_in(path)
        if name in {*REPORTERS, "_fault"} and CODE.match(code)
    }
)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_expected_by_a_test(code: str) -> None:
    assert f'"{code}"' in TESTS


def test_the_codes_were_found() -> None:
    assert {
        "conflict",
        "instance_exists",
        "not_initial_state",
        "trigger_settled",
        "trigger_cycle",
        "invalid_choice",
    } <= {*CODES}
