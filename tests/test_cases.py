"""Every case file through every engine, with one expectation."""

from __future__ import annotations

import pytest

from tests import engines
from tests.engines import Case

CASES = engines.read_cases()
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


@EVERY_CASE
def test_calls(case: Case) -> None:
    engines.check_answers(case, engines.answer_by_calls(case))


@EVERY_CASE
def test_wire(case: Case) -> None:
    engines.check_answers(case, engines.answer_by_wire(case))


@pytest.mark.node
@pytest.mark.xdist_group("node")
@EVERY_CASE
def test_node(case: Case, node_answers: dict[str, list[str]]) -> None:
    engines.check_answers(case, node_answers[case.id])


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@EVERY_CASE
def test_browser(case: Case, browser_answers: dict[str, list[str]]) -> None:
    engines.check_answers(case, browser_answers[case.id])
