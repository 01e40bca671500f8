"""Stratified rules → verdicts (§7.4, §7.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.facts import FactSet
from tenor_wasm.evaluator.predicates import Reading, in_construct
from tenor_wasm.interchange.constructs import Contract
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
    """The produced verdicts by type: stratum order, within a stratum the bundle's order."""

    __slots__ = ("by_type",)

    def __init__(self, instances: Mapping[str, VerdictInstance]) -> None:
        self.by_type = instances

    def __getitem__(self, verdict_type: str) -> VerdictInstance:
        return self.by_type[verdict_type]

    def __contains__(self, verdict_type: object) -> bool:
        return verdict_type in self.by_type

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_type)

    def __len__(self) -> int:
        return len(self.by_type)


def evaluate_rules(contract: Contract, facts: FactSet) -> VerdictSet:
    """Evaluate every rule, stratum by stratum (§7.4).

    A rule sees the verdicts of the strata below it; the load checks have made sure that it asks for no others.
    Raises ``overflow``, ``index_out_of_range`` or ``absent_variant`` when a value cannot be computed; the message
    names the rule, ``details.id`` too.
    """
    verdicts: dict[str, VerdictInstance] = {}
    reading = Reading(facts.values, verdicts)
    for rule, when, payload in compiled(contract).rules:
        if reading.facts_used:
            reading.facts_used = {}
        if reading.verdicts_used:
            reading.verdicts_used = {}
        try:
            if not when(reading):
                continue
            value = payload(reading)
        except TenorError as error:
            raise in_construct(error, "rule", rule.id) from None
        verdicts[rule.verdict_type] = VerdictInstance(
            rule.verdict_type,
            value,
            rule.payload_type,
            rule.id,
            rule.stratum,
            tuple(reading.facts_used),
            tuple(reading.verdicts_used),
        )
    return VerdictSet(verdicts)
