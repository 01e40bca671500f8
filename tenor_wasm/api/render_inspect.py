"""What a contract declares → JSON: for people, forms, pictures and editors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenor_wasm.api.calls import Inspection
from tenor_wasm.api.render import JsonObject
from tenor_wasm.errors import Json
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.levers import subexpressions
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange import nodes
from tenor_wasm.interchange.graph import handlers
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.printing import plain_json
from tenor_wasm.values.types import type_name, type_to_json


def inspection_json(result: Inspection) -> JsonObject:
    """What a contract declares, each with its place in the source where the bundle tells it."""
    contract = result.contract
    entities_of = compiled(contract).entities_of
    groups: dict[str, tuple[str, list[JsonObject]]] = {
        "facts": ("Fact", [_fact(fact) for fact in contract.facts.values()]),
        "entities": ("Entity", [_entity(entity) for entity in contract.entities.values()]),
        "rules": ("Rule", [_rule(rule) for rule in contract.rules]),
        "personas": ("Persona", [{"id": persona} for persona in contract.personas]),
        "operations": ("Operation", [_operation(operation) for operation in contract.operations.values()]),
        "flows": ("Flow", [_flow(flow, entities_of(flow.id)) for flow in contract.flows.values()]),
    }
    placed: JsonObject = {name: [_placed(one, kind, contract) for one in all_] for name, (kind, all_) in groups.items()}
    warnings: list[Json] = [warning.to_json() for warning in contract.warnings]
    return {"id": contract.id, "contract_hash": contract.hash, **placed, "warnings": warnings}


def _placed(declared: JsonObject, kind: str, contract: c.Contract) -> JsonObject:
    """The same with its place in the source, where the bundle tells it."""
    position = contract.positions.get((kind, str(declared["id"])))
    return declared if position is None else declared | {"position": position._asdict()}


def _fact(fact: c.Fact) -> JsonObject:
    result: JsonObject = {
        "id": fact.id,
        "type": type_name(fact.type),
        "type_spec": type_to_json(fact.type),
        "source": fact.source,
        "has_default": fact.has_default,
    }
    if fact.has_default:
        result["default"] = plain_json(fact.default, fact.type)
    return result


def _entity(entity: c.Entity) -> JsonObject:
    transitions = [{"from": source, "to": target} for source in entity.states for target in entity.transitions[source]]
    result: JsonObject = {
        "id": entity.id,
        "initial": entity.initial,
        "states": list(entity.states),
        "transitions": transitions,
    }
    if entity.parent is not None:
        result["parent"] = entity.parent
    return result


def _rule(rule: c.Rule) -> JsonObject:
    return {
        "id": rule.id,
        "stratum": rule.stratum,
        "produces": rule.verdict_type,
        "condition_summary": expression_text(rule.when),
        "payload_type": type_to_json(rule.payload_type),
        "payload_summary": expression_text(rule.payload),
        **_mentions(rule.when, rule.payload),
    }


def _operation(operation: c.Operation) -> JsonObject:
    return {
        "id": operation.id,
        "allowed_personas": list(operation.allowed_personas),
        "effects": [
            {"entity_id": effect.entity_id, "from": effect.source, "to": effect.target, "outcome": effect.outcome}
            for effect in operation.effects
        ],
        "outcomes": list(operation.outcomes),
        "error_contract": list(operation.error_contract),
        "precondition_summary": expression_text(operation.precondition),
        **_mentions(operation.precondition),
    }


def _mentions(*expressions: nodes.Predicate | nodes.Term) -> JsonObject:
    """The facts and verdicts that expressions name, each once, in the order of first mention."""
    parts = [part for expression in expressions for part in subexpressions(expression)]
    facts = dict.fromkeys(part.fact_id for part in parts if isinstance(part, nodes.FactTerm))
    verdicts = dict.fromkeys(part.verdict_type for part in parts if isinstance(part, nodes.VerdictPresent))
    return {"facts_used": list(facts), "verdicts_used": list(verdicts)}


def _flow(flow: c.Flow, affected_entities: Iterable[str]) -> JsonObject:
    graph = _Graph()
    graph.add_steps(flow.steps.values(), None)
    return {
        "id": flow.id,
        "entry": flow.entry,
        "steps": list(flow.steps),
        "affected_entities": list(affected_entities),
        "graph": {"nodes": list(graph.nodes.values()), "edges": graph.edges},
    }


class _Graph:
    """A flow as nodes and edges, to be drawn.

    A step's node has its id; inside a parallel branch ``parallel/branch/`` stands before it. Every outcome that the
    flow can end with is one node, and so is every compensation step. An edge's ``way`` is its name in coverage.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, JsonObject] = {}
        self.edges: list[Json] = []

    def add_steps(self, steps: Iterable[c.Step], branch: tuple[str, str] | None) -> None:
        """Add steps that stand in a flow itself, or in a branch ``(parallel node, branch id)``."""
        for step in steps:
            node = _inside(branch, step.id)
            kind, described = _described(step)
            self._node(node, branch, kind, step_id=step.id, **described)
            for label, kind, target in _ways(step):
                self._edge(node, self._target(target, branch), kind, label, step.id, label)
            if isinstance(step, c.ParallelStep):
                for inner in step.branches:
                    within = (node, inner.id)
                    self.add_steps(inner.steps.values(), within)
                    self._edge(node, _inside(within, inner.entry), "fork", inner.id, step.id, None)
            for handler in handlers(step):
                self._handler(handler, node, step.id, branch)

    def _handler(self, handler: c.FailureHandler, node: str, step_id: str, branch: tuple[str, str] | None) -> None:
        way = "failure handler"
        match handler:
            case c.Terminate(outcome):
                self._edge(node, self._target(c.Terminal(outcome), branch), "failure", "failure", step_id, way)
            case c.Escalate(to_persona, following):
                label = f"failure: escalate to {to_persona}"
                self._edge(node, _inside(branch, following), "failure", label, step_id, way)
            case c.Compensate(steps, then):
                before, label = node, "failure: compensate"
                for number, step in enumerate(steps):
                    after = f"{node}!{number}"
                    self._node(after, branch, "compensation", operation_id=step.operation_id, persona=step.persona)
                    self._edge(before, after, "failure", label, step_id, way if number == 0 else None)
                    self._edge(after, self._target(step.on_failure, branch), "failure", "failure", step_id, None)
                    before, label = after, "then"
                self._edge(before, self._target(then, branch), "next", label, step_id, None)

    def _target(self, target: c.Target, branch: tuple[str, str] | None) -> str:
        if isinstance(target, c.StepRef):
            return _inside(branch, target.step_id)
        node = _inside(branch, f"terminal:{target.outcome}")
        if node not in self.nodes:
            self._node(node, branch, "terminal", outcome=target.outcome)
        return node

    def _node(self, node: str, branch: tuple[str, str] | None, kind: str, **members: Json) -> None:
        within: JsonObject = {} if branch is None else {"within": branch[0], "branch_id": branch[1]}
        self.nodes[node] = {"id": node, "kind": kind, **members, **within}

    def _edge(self, source: str, target: str, kind: str, label: str, step_id: str, way: str | None) -> None:
        edge: JsonObject = {"from": source, "to": target, "kind": kind, "label": label, "step_id": step_id}
        self.edges.append(edge if way is None else edge | {"way": way})


def _inside(branch: tuple[str, str] | None, name: str) -> str:
    return name if branch is None else f"{branch[0]}/{branch[1]}/{name}"


def _described(step: c.Step) -> tuple[str, JsonObject]:
    """Kind of a step, and what it does by whom."""
    match step:
        case c.OperationStep():
            return "operation", {"operation_id": step.operation_id, "persona": step.persona}
        case c.BranchStep():
            return "branch", {"persona": step.persona, "condition_summary": expression_text(step.condition)}
        case c.HandoffStep():
            return "handoff", {"persona": step.from_persona, "to_persona": step.to_persona}
        case c.SubFlowStep():
            return "sub_flow", {"flow_id": step.flow_id, "persona": step.persona}
        case c.ParallelStep():
            return "parallel", {}


def _ways(step: c.Step) -> Iterator[tuple[str, str, c.Target]]:
    """Label, kind and target of the ways out of a step, failure handlers left out."""
    match step:
        case c.OperationStep():
            # The members of an object have no order: whichever way a bundle was written, the answer is the same.
            yield from ((label, "outcome", step.outcomes[label]) for label in sorted(step.outcomes))
        case c.BranchStep():
            yield from (("true", "true", step.if_true), ("false", "false", step.if_false))
        case c.HandoffStep():
            yield "next", "next", c.StepRef(step.next)
        case c.SubFlowStep():
            yield "success", "success", step.on_success
        case c.ParallelStep():
            yield "success", "success", step.join.on_all_success
