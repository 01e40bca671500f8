"""Every error code of the server and of its client is expected by a test, and has the status that the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

import tenor_wasm
from tenor_wasm.errors import TenorError
from tenor_wasm.server.statuses import STATUSES, WRONG, error_json, status_of
from tests.test_codes import CODE, REPORTERS, calls_in

PACKAGE = Path(tenor_wasm.__file__).parent
TESTS = "".join(
    path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name
)


def codes_in(*paths: Path) -> set[str]:
    return {
        code for path in paths for name, code in calls_in(path) if name in {*REPORTERS, "fault"} and CODE.match(code)
    }


OWN = codes_in(*(PACKAGE / "server").rglob("*.py"), PACKAGE / "client.py")
EVERYWHERE = codes_in(*PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("code", sorted(OWN))
def test_every_code_is_expected_by_a_test(code: str) -> None:
    assert f'"{code}"' in TESTS


def test_the_codes_were_found() -> None:
    assert {"unauthenticated", "rate_limited", "body_too_large", "timed_out", "unreachable"} <= OWN


@pytest.mark.parametrize("code", sorted(STATUSES))
def test_the_table_names_codes_that_exist_with_what_helps(code: str) -> None:
    # What the wire calls a fault of the evaluator itself is made by a function of its own.
    assert code in EVERYWHERE
    assert 400 <= STATUSES[code].status < 600
    assert STATUSES[code].help


def test_what_is_not_listed_is_a_fault_of_the_request() -> None:
    assert status_of("invalid_facts") == WRONG
    error = error_json(TenorError("invalid_facts", "m", "/facts/a"))["error"]
    assert error == {"code": "invalid_facts", "message": "m", "path": "/facts/a", "details": {}, "help": WRONG.help}
