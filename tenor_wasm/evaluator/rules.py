"""Stratified rules → verdicts (§7.4, §7.5)."""

from __future__ import annotations

from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.facts import FactSet
from tenor_wasm.evaluator.predicates import Reading, in_construct
from tenor_wasm.evaluator.verdicts import VerdictInstance as VerdictInstance
from tenor_wasm.evaluator.verdicts import VerdictSet as VerdictSet
from tenor_wasm.interchange.constructs import Contract


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
