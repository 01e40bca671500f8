"""Migrations: plain SQL, applied once, recorded; a store from another time is refused rather than misread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.executor import open_storage
from tenor_wasm.executor.migrate import Migration, migrations, outstanding
from tests.executor.places import Place
from tests.executor.shops import executor_on, states

DIALECTS = ("sqlite", "postgres")
KNOWN = (Migration("0001_a.sql", "-- one;\nCREATE a;\nCREATE b;\n"), Migration("0002_b.sql", "ALTER a"))


def test_statements_are_told_apart_and_comments_left_out() -> None:
    assert KNOWN[0].statements == ("CREATE a", "CREATE b")


def test_only_what_is_outstanding_is_applied() -> None:
    assert outstanding(KNOWN, {}) == KNOWN
    assert outstanding(KNOWN, {"0001_a.sql": KNOWN[0].digest}) == KNOWN[1:]
    assert outstanding(KNOWN, {migration.name: migration.digest for migration in KNOWN}) == ()


def test_a_store_of_another_time_is_refused() -> None:
    with pytest.raises(TenorError, match=r"'0009_z\.sql', which this version does not know") as caught:
        outstanding(KNOWN, {"0009_z.sql": "x"})
    assert caught.value.code == "storage_too_new"
    with pytest.raises(TenorError, match=r"'0001_a\.sql' is not the one that was applied") as caught:
        outstanding(KNOWN, {"0001_a.sql": "x"})
    assert caught.value.code == "migration_changed"


def test_both_dialects_have_the_same_migrations() -> None:
    one, other = ([migration.name for migration in migrations(dialect)] for dialect in DIALECTS)
    assert one == other == sorted(one)
    assert one


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_migration_that_was_shipped_is_never_changed(dialect: str) -> None:
    """A store that was made with it would be refused: write a new file instead."""
    assert {migration.name: migration.digest[:16] for migration in migrations(dialect)} == SHIPPED[dialect]


def test_opening_again_applies_nothing_and_keeps_everything(durable: Place) -> None:
    executor_on(durable.open()).create_instance("Order", "a")
    assert states(executor_on(durable.open())) == {("Order", "a"): "draft"}


def test_stores_that_are_opened_together_migrate_once(durable: Place) -> None:
    with ThreadPoolExecutor(4) as pool:
        for storage in pool.map(open_storage, [durable.address] * 4):
            storage.close()
    executor_on(durable.open()).create_instance("Order", "a")


SHIPPED: dict[str, dict[str, str]] = {
    "sqlite": {"0001_instances.sql": "5865a878226b5d05", "0002_creations.sql": "6abd98693d661fa2"},
    "postgres": {"0001_instances.sql": "b62c08eb820f46fe", "0002_creations.sql": "13a3ba33b8d3c455"},
}
