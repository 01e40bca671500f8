"""Every case of the elaborator at the JSON edge and inside Pyodide, under Node and in Chromium, with one expectation.

A case is a root file below ``cases/``: ``positive/x.tenor`` with the bundle in ``x.expected.json``,
``negative/x.tenor`` with the errors in ``x.errors.json``; what cases import lies in folders beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import engines
from tests.engines import Call, Case

CASES = Path(__file__).resolve().parent / "cases"


def read_case(folder: Path, expectation: Path, ending: str) -> Case | None:
    """One call of ``elaborate``; ``None`` where a file is no UTF-8, and so cannot be sent as JSON."""
    root = expectation.name.removesuffix(ending) + ".tenor"
    paths = [folder / root, *sorted(path for path in folder.rglob("*.tenor") if path.parent != folder)]
    try:
        files = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in paths}
    except UnicodeDecodeError:
        return None
    expected = json.loads(expectation.read_text(encoding="utf-8"))
    answer = (
        {"ok": {"bundle": expected}} if ending == ".expected.json" else {"error": {"details": {"errors": expected}}}
    )
    call = Call("elaborate", json.dumps({"files": files, "root": root}), answer)
    return Case(f"{folder.name}/{root.removesuffix('.tenor')}", None, (call,))


def read_cases() -> list[Case]:
    found = [
        read_case(CASES / folder, path, ending)
        for folder, ending in (("positive", ".expected.json"), ("negative", ".errors.json"))
        for path in sorted((CASES / folder).glob(f"*{ending}"))
    ]
    return [case for case in found if case is not None]


ALL = read_cases()
EVERY_CASE = pytest.mark.parametrize("case", ALL, ids=[case.id for case in ALL])


def check(case: Case, answer: str) -> None:
    """A bundle is equal to the letter and in its order; an error has at least what the case tells of it."""
    assert answer.isascii()
    expected, actual = case.calls[0].expected, json.loads(answer)
    if "ok" in expected:
        assert actual == expected
        assert json.dumps(actual) == json.dumps(expected), "the keys are in another order"
        return
    assert actual["error"]["code"] == "invalid_source"
    assert engines.difference(expected, actual) is None, told(actual["error"]["details"]["errors"])


def told(errors: list[Mapping[str, Any]]) -> str:
    return "\n".join(json.dumps(error) for error in errors)


@pytest.fixture(scope="module")
def node_elaborated(wheel: Path) -> dict[str, list[str]]:
    return engines.answer_in_node(ALL, wheel)


@pytest.fixture(scope="module")
def browser_elaborated(wheel: Path, chromium: Browser, site: str) -> dict[str, list[str]]:
    page = chromium.new_page()
    page.set_default_timeout(0)
    answers = engines.answer_in_browser(ALL, wheel, page, site)
    page.close()
    return answers


@EVERY_CASE
def test_wire(case: Case) -> None:
    check(case, engines.answer_by_wire(case)[0])


@pytest.mark.node
@pytest.mark.xdist_group("node")
@EVERY_CASE
def test_node(case: Case, node_elaborated: dict[str, list[str]]) -> None:
    check(case, node_elaborated[case.id][0])


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@EVERY_CASE
def test_browser(case: Case, browser_elaborated: dict[str, list[str]]) -> None:
    check(case, browser_elaborated[case.id][0])
