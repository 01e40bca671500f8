"""Verdicts as an evaluation produced them (§7.2). Data only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tenor_wasm.values.types import BaseType


class VerdictInstance(NamedTuple):
    """A produced verdict and where it came from (§7.2).

    ``facts_used`` and ``verdicts_used`` list what the evaluation touched, in the order of first touch.
    """

    verdict_type: str
    payload: Any
    payload_type: BaseType
    rule_id: str
    stratum: int
    facts_used: tuple[str, ...]
    verdicts_used: tuple[str, ...]


class VerdictSet(Mapping[str, VerdictInstance]):
    """The produced verdicts by type: stratum order, within a stratum the bundle's order.

    ``produced`` is the same number for equal sets of one contract, where the contract itself says all payloads;
    ``None`` where one was computed, or nobody counted.
    """

    __slots__ = ("by_type", "produced")

    def __init__(self, instances: Mapping[str, VerdictInstance], produced: int | None = None) -> None:
        self.by_type = instances
        self.produced = produced

    def __getitem__(self, verdict_type: str) -> VerdictInstance:
        return self.by_type[verdict_type]

    def __contains__(self, verdict_type: object) -> bool:
        return verdict_type in self.by_type

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_type)

    def __len__(self) -> int:
        return len(self.by_type)
