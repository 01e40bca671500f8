"""Whatever a bundle holds, the one-pass way to read it and the careful readers say the same."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests import bundles as b
from tests.benchmarks import contracts
from tests.interchange.test_plain import loaded, with_care
from tests.properties import strategies as some

BASE = contracts.escrow()


@given(some.worlds())
def test_any_contract_is_the_same_both_ways(world: some.World) -> None:
    assert loaded(world.bundle) == with_care(world.bundle)


OTHERS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**70, "", "x", "success", "draft"),
    *([], {}, ["x"], [1], b.BOOL, b.done()),
)
PLACES = list(some.places(BASE))[1:]


@given(st.sampled_from(PLACES), st.sampled_from(OTHERS) | st.sampled_from(PLACES).map(lambda at: some.part(BASE, at)))
def test_any_change_of_a_plain_bundle_is_told_the_same_both_ways(at: tuple[str | int, ...], other: Any) -> None:
    bundle = some.replaced(BASE, at, other)
    assert loaded(bundle) == with_care(bundle)


@given(st.sampled_from(PLACES))
def test_anything_missing_is_told_the_same_both_ways(at: tuple[str | int, ...]) -> None:
    bundle = copy.deepcopy(BASE)
    del some.part(bundle, at[:-1])[at[-1]]
    assert loaded(bundle) == with_care(bundle)
