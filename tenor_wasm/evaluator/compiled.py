"""What calls need of a contract, compiled once per contract: decoders of facts, callables of predicates and payloads.

The compiled form lives as long as its contract. Expressions are compiled when they are first asked for, so that
loading stays cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenor_wasm.errors import Place
from tenor_wasm.evaluator.generated import Generated
from tenor_wasm.evaluator.plans import OperationPlan
from tenor_wasm.evaluator.predicates import PredicateFunction, TermFunction, compile_payload, compile_predicate
from tenor_wasm.interchange.constructs import Contract, Fact, Operation, Rule
from tenor_wasm.interchange.graph import touched_entities
from tenor_wasm.interchange.nodes import Predicate
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.codec import Decoder, decoder

EXTERNAL = "external"
"""Where a fact comes from that was asserted (§5.3)."""


MOST_SETS = 1_000
"""Sets of verdicts for which decisions are kept; beyond it they are forgotten and made again."""


class CompiledContract:
    """The callables of one contract."""

    __slots__ = (
        "_entities_of_flows",
        "_flows",
        "_operations",
        "_plans",
        "_predicates",
        "_settled",
        "_texts",
        "all_external",
        "facts",
        "generated",
        "rules",
    )

    def __init__(self, contract: Contract) -> None:
        self.facts: tuple[tuple[Fact, Decoder, Place], ...] = tuple(
            (fact, decoder(fact.type), (None, fact.id)) for fact in contract.facts.values()
        )
        self.all_external: Mapping[str, str] = dict.fromkeys(contract.facts, EXTERNAL)
        self.rules: tuple[tuple[Rule, PredicateFunction, TermFunction], ...] = tuple(
            (rule, compile_predicate(rule.when), compile_payload(rule.payload, rule.payload_type))
            for rule in sorted(contract.rules, key=lambda rule: rule.stratum)
        )
        self.generated = Generated(contract.facts.values(), self.rules)
        # By identity: the contract keeps its predicates alive as long as this object lives.
        self._predicates: dict[int, PredicateFunction] = {}
        self._settled: dict[int, dict[int, Any]] = {}
        self._texts: dict[int, str] = {}
        self._plans: dict[str, OperationPlan] = {}
        self._entities_of_flows: dict[str, tuple[str, ...]] = {}
        self._operations, self._flows = contract.operations, contract.flows

    def settled(self, produced: int) -> dict[int, Any]:
        """The decisions that touched no fact, by the identity of their predicate: they follow from the verdicts, which
        have this number (see ``VerdictSet``)."""
        settled = self._settled.get(produced)
        if settled is None:
            if len(self._settled) >= MOST_SETS:
                self._settled.clear()
            settled = self._settled[produced] = {}
        return settled

    def predicate(self, predicate: Predicate) -> PredicateFunction:
        """The callable of a precondition or branch condition."""
        function = self._predicates.get(id(predicate))
        if function is None:
            function = self._predicates[id(predicate)] = compile_predicate(predicate)
        return function

    def plan(self, operation: Operation) -> OperationPlan:
        """What the calls need of an operation of the contract."""
        plan = self._plans.get(operation.id)
        if plan is None:
            plan = self._plans[operation.id] = OperationPlan(operation)
        return plan

    def text(self, predicate: Predicate) -> str:
        """A rule's condition, a precondition or a branch condition as people read it."""
        text = self._texts.get(id(predicate))
        if text is None:
            text = self._texts[id(predicate)] = expression_text(predicate)
        return text

    def entities_of(self, flow_id: str) -> tuple[str, ...]:
        """The entities that a flow's effects can touch, transitively: those that need a binding (§11.1)."""
        entities = self._entities_of_flows.get(flow_id)
        if entities is None:
            touched = touched_entities(self._flows[flow_id].steps, self._operations, self._flows)
            entities = self._entities_of_flows[flow_id] = tuple(touched)
        return entities


def compiled(contract: Contract) -> CompiledContract:
    """The compiled form of a contract, made at the first call."""
    form: CompiledContract | None = contract.derived.get(CompiledContract)
    if form is None:
        form = contract.derived[CompiledContract] = CompiledContract(contract)
    return form
