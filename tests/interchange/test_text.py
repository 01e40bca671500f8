"""Expressions as text: in the notation of the language, as somebody would have written them."""

from __future__ import annotations

from typing import Any

import pytest

from tenor_wasm.interchange.text import expression_text
from tests import bundles as b

Json = Any

TRUE_ALONE = b.compare(b.TRUE, "=", b.TRUE)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (b.TRUE, "true"),
        (TRUE_ALONE, "true"),
        (b.compare(b.FALSE, "=", b.TRUE), "false"),
        (b.compare(b.TRUE, "=", b.FALSE), "true = false"),
        (b.compare(b.ref("yes"), "=", b.TRUE), "yes = true"),
        (b.both(b.either(b.ref("yes"), b.negate(b.ref("yes"))), TRUE_ALONE), "(yes or not yes) and true"),
        (b.compare(b.compare(b.ref("n"), "+", b.literal(1)), ">", b.literal(2)), "n + 1 > 2"),
    ],
)
def test_a_condition_reads_as_it_is_written(when: Json, text: str) -> None:
    contract = b.load(b.fact("yes", b.BOOL), b.fact("n", b.integer(0, 9)), b.rule("v", when))
    assert expression_text(contract.rules[0].when) == text
