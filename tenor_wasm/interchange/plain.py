"""Reads a plain bundle: one in which every construct is as it should be.

Most bundles are that. For them no place has to be known and no message made, and what a construct refers to is looked
up while it is read, in one pass instead of one for each check. A construct with something unusual in it goes to the
reader that knows every case (``read_constructs``), which warns where it has to; the checks of the whole contract
(``checks``) run where it is not settled already. A fault ends this way of reading: the bundle is then read with care,
so that everything at fault is told, each at its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from tenor_wasm.errors import Findings
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.checks import CHECKS, Draft
from tenor_wasm.interchange.members import Members
from tenor_wasm.interchange.plain_expressions import UNUSUAL, PlainExpressions, UnusualError, made, type_of
from tenor_wasm.interchange.read_constructs import (
    STANDARD_TERMINALS,
    positions_of,
    read_entity,
    read_fact,
    read_flow,
    read_operation,
    read_outcomes,
    read_rule,
)

KINDS = ("Fact", "Entity", "Rule", "Persona", "Operation", "Flow", "Source", "System")

Construct = TypeVar("Construct")
Groups = Mapping[str, Mapping[str, Any]]
"""The objects of the constructs by kind and id."""

IMPLICIT = (c.DEFAULT_OUTCOME,)
"""The outcomes of an operation that declares none."""

_TERMINALS = {outcome: c.Terminal(outcome) for outcome in STANDARD_TERMINALS}
_TERMINATES = {outcome: c.Terminate(outcome) for outcome in STANDARD_TERMINALS}


def read_plainly(contract_id: str, bundle: Mapping[str, Any], hash_text: str) -> c.Contract | None:
    """The contract of a bundle without faults; ``None`` for any other, which has to be read with care."""
    try:
        reader = _Reader(bundle["constructs"])
        contract = reader.contract(contract_id, hash_text)
    except UNUSUAL:
        return None
    # What was reported without a place is told by the careful readers.
    told = reader.findings.faults or reader.unplaced.faults or reader.unplaced.warnings
    return None if told else contract


def _by_kind(constructs: Any) -> Groups:
    groups: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for json in _list(constructs):
        groups[json["kind"]][json["id"]] = json
    if sum(map(len, groups.values())) != len(constructs):
        raise UnusualError
    _check_names([json["id"] for json in constructs])
    return groups


def _check_names(values: Collection[Any]) -> None:
    if "" in values:
        raise UnusualError
    "".join(values)  # a value that is no text is a TypeError


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise UnusualError
    return value


def _names(values: Any) -> tuple[str, ...]:
    if type(values) is not list:
        raise UnusualError
    if values:
        _check_names(values)
    return tuple(values)


class _Reader:
    """Reads the constructs of one bundle; ``is_settled`` while every reference was looked up and no step leads back."""

    __slots__ = (
        "constructs",
        "entities",
        "expressions",
        "findings",
        "groups",
        "indices",
        "is_settled",
        "operations",
        "personas",
        "unplaced",
    )

    def __init__(self, constructs: Any) -> None:
        self.constructs = constructs
        self.indices: dict[int, int] = {}
        self.groups = _by_kind(constructs)
        self.personas = self.groups["Persona"]
        self.is_settled = bool(self.personas)
        self.findings = Findings()
        self.unplaced = Findings()
        self.entities: dict[str, c.Entity] = {}
        self.operations: dict[str, c.Operation] = {}

    def contract(self, contract_id: str, hash_text: str) -> c.Contract:
        groups, sources = self.groups, self.groups["Source"]
        facts = self.each("Fact", self.fact, lambda members, name: read_fact(members, name, sources))
        fact_types = {name: fact.type for name, fact in facts.items()}
        self.expressions = PlainExpressions(fact_types, _strata(groups["Rule"]), self.unplaced)
        scope = self.expressions.scope
        self.entities = self.each("Entity", self.entity, read_entity)
        rules = self.each("Rule", self.rule, lambda members, name: read_rule(members, name, scope))
        self.operations = self.each(
            "Operation", self.operation, lambda members, name: read_operation(members, name, scope)
        )
        flows = self.each("Flow", self.flow, lambda members, name: read_flow(members, name, scope))
        if not self.is_settled:
            draft = Draft(groups, self.entities, self.operations, flows, self.findings)
            for check in CHECKS:
                check(draft)
        return c.Contract(
            id=contract_id,
            hash=hash_text,
            facts=facts,
            entities=self.entities,
            rules=tuple(rules.values()),
            personas=tuple(self.personas),
            operations=self.operations,
            flows=flows,
            sources=sources,
            systems=groups["System"],
            warnings=tuple(self.findings.warnings),
            positions=positions_of(groups),
        )

    def each(
        self,
        kind: str,
        plain: Callable[[str, Any], Construct],
        careful: Callable[[Members, str], Construct | None],
    ) -> dict[str, Construct]:
        """The constructs of a kind, each read by the careful reader where it is not plain."""
        constructs: dict[str, Construct] = {}
        for name, json in self.groups[kind].items():
            try:
                constructs[name] = plain(name, json)
            except UNUSUAL:
                read = careful(self.members(json), name)
                if read is None:
                    raise
                constructs[name] = read
                self.is_settled = False
        return constructs

    def members(self, json: Any) -> Members:
        """A construct for the careful readers, with its place."""
        if not self.indices:
            self.indices = {id(construct): index for index, construct in enumerate(self.constructs)}
        return Members(json, ((None, "constructs"), self.indices[id(json)]), self.findings)

    def fact(self, name: str, json: Any) -> c.Fact:
        source = json["source"]
        if json.get("default") is not None or type(source) is not str or not source:
            raise UnusualError
        return made(c.Fact, (name, type_of(json["type"], self.unplaced), source, False, None))

    def entity(self, name: str, json: Any) -> c.Entity:
        states, parent = _names(json["states"]), json.get("parent")
        targets: dict[str, list[str]] = {state: [] for state in states}
        if len(targets) != len(states) or json["initial"] not in targets:
            raise UnusualError
        for transition in _list(json["transitions"]):
            source, target = transition["from"], transition["to"]
            if target not in targets:
                raise UnusualError
            if target not in targets[source]:
                targets[source].append(target)
        if parent is not None:
            _check_names((parent,))
            self.is_settled = False
        ends = {state: tuple(following) for state, following in targets.items()}
        return made(c.Entity, (name, states, json["initial"], ends, parent))

    def rule(self, name: str, json: Any) -> c.Rule:
        body, stratum = json["body"], json["stratum"]
        produce = body["produce"]
        payload = produce["payload"]
        when = self.expressions.predicate(body["when"], stratum)
        base_type = type_of(payload["type"], self.unplaced)
        value = self.expressions.payload(payload["value"], base_type, stratum)
        return made(c.Rule, (name, stratum, when, produce["verdict_type"], base_type, value))

    def operation(self, name: str, json: Any) -> c.Operation:
        personas, errors = _names(json["allowed_personas"]), _names(json["error_contract"])
        outcomes = IMPLICIT if json.get("outcomes") is None else _names(json["outcomes"])
        if not personas or (self.personas and not self.personas.keys() >= set(personas)):
            raise UnusualError
        if not outcomes or (len(outcomes) > 1 and len(set(outcomes)) != len(outcomes)):
            raise UnusualError
        if errors and not set(errors).isdisjoint(outcomes):
            raise UnusualError
        precondition = self.expressions.predicate(json["precondition"])
        effects = tuple([self.effect(effect, outcomes) for effect in _list(json["effects"])])
        if len(effects) > 1 and len({(at.outcome, at.entity_id, at.source) for at in effects}) != len(effects):
            raise UnusualError
        if outcomes is IMPLICIT:
            read_outcomes(self.members(json), name)  # it warns
        return made(c.Operation, (name, personas, precondition, effects, outcomes, errors))

    def effect(self, json: Any, outcomes: Sequence[str]) -> c.Effect:
        entity_id, source, target, outcome = json["entity_id"], json["from"], json["to"], json.get("outcome")
        if target not in self.entities[entity_id].transitions[source]:
            raise UnusualError
        if outcome is None and len(outcomes) == 1:
            outcome = outcomes[0]
        elif outcome not in outcomes:
            raise UnusualError
        return made(c.Effect, (entity_id, source, target, outcome))

    # --- flows --------------------------------------------------------------------------------------------------

    def flow(self, name: str, json: Any) -> c.Flow:
        if json.get("snapshot") not in (None, "at_initiation"):
            raise UnusualError
        graph = _Graph(self, json["steps"])
        if json["entry"] not in graph.numbers:
            raise UnusualError
        return made(c.Flow, (name, json["entry"], graph.steps))


class _Graph:
    """The steps of a flow, each read once the number of every step is known."""

    __slots__ = ("last", "numbers", "reader", "steps")

    def __init__(self, reader: _Reader, steps: Any) -> None:
        self.reader = reader
        self.numbers = {step["id"]: number for number, step in enumerate(_list(steps))}
        if len(self.numbers) != len(steps):
            raise UnusualError
        _check_names(self.numbers)
        self.steps: dict[str, c.Step] = {}
        for self.last, step in enumerate(steps):
            self.steps[step["id"]] = _STEPS[step["kind"]](self, step["id"], step)

    def leads_to(self, step_id: Any) -> Any:
        """A reference to a step. Where each leads to a later one there is no cycle."""
        if self.numbers[step_id] <= self.last:
            self.reader.is_settled = False
        return step_id

    def persona(self, name: Any) -> Any:
        personas = self.reader.personas
        if name not in personas:
            if personas:
                raise UnusualError
            _check_names((name,))  # a bundle that declares no persona is not checked for them
        return name

    def target(self, json: Any) -> c.Target:
        return made(c.StepRef, (self.leads_to(json),)) if type(json) is str else _terminal(json)

    def handler(self, json: Any) -> c.FailureHandler:
        kind = json["kind"]
        if kind == "Terminate":
            return _TERMINATES[json["outcome"]]
        if kind == "Escalate":
            return made(c.Escalate, (self.persona(json["to_persona"]), self.leads_to(json["next"])))
        steps = tuple([self.compensation(step) for step in _list(json["steps"])])
        if kind != "Compensate" or not steps:
            raise UnusualError
        return made(c.Compensate, (steps, _terminal(json["then"])))

    def compensation(self, json: Any) -> c.CompensationStep:
        operation = self.reader.operations[json["op"]]
        return made(c.CompensationStep, (operation.id, self.persona(json["persona"]), _terminal(json["on_failure"])))

    def operation_step(self, step_id: str, json: Any) -> c.Step:
        operation = self.reader.operations[json["op"]]
        targets = {label: self.target(target) for label, target in json["outcomes"].items()}
        if len(targets) != len(operation.outcomes) or any(label not in targets for label in operation.outcomes):
            raise UnusualError
        handler = self.handler(json["on_failure"])
        return made(c.OperationStep, (step_id, operation.id, self.persona(json["persona"]), targets, handler))

    def branch_step(self, step_id: str, json: Any) -> c.Step:
        condition = self.reader.expressions.predicate(json["condition"])
        ends = self.target(json["if_true"]), self.target(json["if_false"])
        return made(c.BranchStep, (step_id, condition, self.persona(json["persona"]), *ends))

    def handoff_step(self, step_id: str, json: Any) -> c.Step:
        giver, taker = self.persona(json["from_persona"]), self.persona(json["to_persona"])
        return made(c.HandoffStep, (step_id, giver, taker, self.leads_to(json["next"])))


_STEPS: Mapping[str, Callable[[_Graph, str, Any], c.Step]] = {
    "OperationStep": _Graph.operation_step,
    "BranchStep": _Graph.branch_step,
    "HandoffStep": _Graph.handoff_step,
}


def _terminal(json: Any) -> c.Terminal:
    if json["kind"] != "Terminal":
        raise UnusualError
    return _TERMINALS[json["outcome"]]


def _strata(rules: Mapping[str, Any]) -> dict[str, int]:
    """Each verdict's stratum."""
    strata: dict[str, int] = {}
    for rule in rules.values():
        stratum = rule["stratum"]
        if type(stratum) is not int or stratum < 0:
            raise UnusualError
        strata[rule["body"]["produce"]["verdict_type"]] = stratum
    if len(strata) != len(rules):
        raise UnusualError
    _check_names(strata)
    return strata
