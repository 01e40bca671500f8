"""The frozen ground of an evaluation (§11.4, §15.2): a contract, its facts, and the verdicts that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.facts import FactSet, assemble_facts, assertion_sources
from tenor_wasm.evaluator.predicates import Reading, in_construct
from tenor_wasm.evaluator.rules import VerdictSet, evaluate_rules
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.nodes import Predicate


class Decision(NamedTuple):
    """The truth of a predicate and what deciding it touched, in the order of first touch.

    ``missing`` are those of ``verdicts_used`` that are absent.
    """

    truth: bool
    facts_used: tuple[str, ...]
    verdicts_used: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Facts and verdicts as they were when an evaluation began; nothing that follows changes them.

    What was decided on it once stays decided, however many flows and steps ask.
    """

    contract: Contract
    facts: FactSet
    verdicts: VerdictSet
    _decisions: dict[int, Decision] = field(default_factory=dict, repr=False, compare=False)

    def decide(self, predicate: Predicate, kind: str, name: str) -> Decision:
        """Evaluate a precondition or condition on this snapshot (§10.3).

        ``kind`` and ``name`` say whose predicate it is, for the error when a value cannot be computed.
        """
        decision = self._decisions.get(id(predicate))
        if decision is None:
            reading = Reading(self.facts.values, self.verdicts.by_type)
            try:
                truth = compiled(self.contract).predicate(predicate)(reading)
            except TenorError as error:
                raise in_construct(error, kind, name) from None
            used = tuple(reading.verdicts_used)
            missing = tuple([name for name in used if name not in reading.verdicts])
            decision = Decision(truth, tuple(reading.facts_used), used, missing)
            # By identity: the contract keeps its predicates alive as long as this snapshot lives.
            self._decisions[id(predicate)] = decision
            if not decision.facts_used and self.verdicts.produced is not None:
                compiled(self.contract).settled(self.verdicts.produced)[id(predicate)] = decision
        return decision


def take_snapshot(contract: Contract, facts: Json) -> Snapshot:
    """Assemble the facts and evaluate every rule. Raises as ``assemble_facts`` and ``evaluate_rules`` do."""
    counted = counted_snapshot(contract, facts) if compiled(contract).generated.is_worth_asking() else None
    return general_snapshot(contract, facts) if counted is None else counted[0]


def general_snapshot(contract: Contract, facts: Json) -> Snapshot:
    """What ``take_snapshot`` does, step by step."""
    fact_set = assemble_facts(contract, facts)
    return Snapshot(contract, fact_set, evaluate_rules(contract, fact_set))


def counted_snapshot(contract: Contract, facts: Json) -> tuple[Snapshot, int] | None:
    """The same by the function that was made for the contract, and how many members all objects of the facts have.

    ``None`` where only the general way can tell.
    """
    form = compiled(contract)
    found = form.generated.evaluate(facts)
    if found is None:
        return None
    values, absent, verdicts, produced, members = found
    fact_set = FactSet(values, assertion_sources(form.all_external, absent))
    settled = {} if produced is None else form.settled(produced).copy()
    return Snapshot(contract, fact_set, VerdictSet(verdicts, produced), settled), members
