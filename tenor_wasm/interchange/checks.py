"""The checks that need the whole contract (§10.4, §11.5, §15.1): references, graphs, outcomes, parallel overlap.

Each check is one function over a ``Draft``; ``CHECKS`` lists them all. They report every fault they find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenor_wasm.errors import Findings, Place, listed
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange import graph
from tenor_wasm.values.cycles import cycles, shown_cycle


@dataclass(frozen=True, slots=True)
class Draft:
    """A contract before its cross-checks.

    The ``declared`` ids per kind include constructs that could not be read, so that one fault does not make a
    second one at every reference.
    """

    declared: Mapping[str, Mapping[str, Any]]
    entities: Mapping[str, c.Entity]
    operations: Mapping[str, c.Operation]
    flows: Mapping[str, c.Flow]
    findings: Findings

    def place(self, thing: object, *steps: str | int) -> Place:
        """Where a construct or one of its members stands."""
        place = self.findings.place_of(thing)
        for step in steps:
            place = (place, step)
        return place

    def refer(self, kind: str, name: str, thing: object, *steps: str | int) -> bool:
        """Whether a reference resolves; reports ``unknown_<kind>`` at the member when it does not."""
        known = self.declared[kind]
        if name in known:
            return True
        self.findings.fault(
            f"unknown_{kind.lower()}",
            f"no {kind.lower()} '{name}' is declared; declared are {listed(known)}",
            self.place(thing, *steps),
        )
        return False

    def graphs(self) -> Iterator[tuple[c.Flow | c.Branch, str]]:
        """Every step graph: the flows and the branches of their parallel steps, with the flow's id."""
        for flow in self.flows.values():
            yield flow, flow.id
            for step in graph.all_steps(flow.steps):
                if isinstance(step, c.ParallelStep):
                    yield from ((branch, flow.id) for branch in step.branches)


def check_parents(draft: Draft) -> None:
    """Parents are declared and the hierarchy has no cycle (§6.2)."""
    edges: dict[str, tuple[str, ...]] = {}
    for entity in draft.entities.values():
        edges[entity.id] = () if entity.parent is None else (entity.parent,)
        if entity.parent is not None:
            draft.refer("Entity", entity.parent, entity, "parent")
    cycle = next(cycles(edges), None)
    if cycle is not None:
        draft.findings.fault(
            "entity_cycle",
            f"the parents form a cycle: {shown_cycle(cycle)}",
            draft.place(draft.entities[cycle[0]], "parent"),
        )


def check_effects(draft: Draft) -> None:
    """Every effect is a declared transition of a declared entity (§9.4)."""
    for operation in draft.operations.values():
        for effect in operation.effects:
            if not draft.refer("Entity", effect.entity_id, effect, "entity_id"):
                continue
            entity = draft.entities.get(effect.entity_id)
            if entity is not None and effect.target not in entity.transitions.get(effect.source, ()):
                draft.findings.fault(
                    "undeclared_transition",
                    f"'{effect.entity_id}' declares no transition from '{effect.source}' to '{effect.target}'",
                    draft.place(effect),
                )


def check_ambiguous_effects(draft: Draft) -> None:
    """Two effects of one outcome that leave the same state: the first declared applies, with a warning (§9.2)."""
    for operation in draft.operations.values():
        first: dict[tuple[str, str, str], c.Effect] = {}
        for effect in operation.effects:
            other = first.setdefault((effect.outcome, effect.entity_id, effect.source), effect)
            if other.target != effect.target:
                draft.findings.warn(
                    "ambiguous_effects",
                    f"two effects of '{operation.id}' leave '{effect.entity_id}' in '{effect.source}' under the outcome"
                    f" '{effect.outcome}'; the first applies: to '{other.target}'",
                    draft.place(effect),
                )


def check_personas(draft: Draft) -> None:
    """Every persona reference resolves (§8.3). A bundle that declares no persona is not checked."""
    if not draft.declared["Persona"]:
        if draft.operations or draft.flows:
            draft.findings.warn(
                "no_personas",
                "the bundle declares no persona; persona references are not checked",
                (None, "constructs"),
            )
        return
    for operation in draft.operations.values():
        for index, persona in enumerate(operation.allowed_personas):
            draft.refer("Persona", persona, operation, "allowed_personas", index)
    for flow in draft.flows.values():
        for step in graph.all_steps(flow.steps):
            for key in ("persona", "from_persona", "to_persona"):
                if hasattr(step, key):
                    draft.refer("Persona", getattr(step, key), step, key)
            for handler in graph.handlers(step):
                if isinstance(handler, c.Escalate):
                    draft.refer("Persona", handler.to_persona, handler, "to_persona")
            for compensation in graph.compensations(step):
                draft.refer("Persona", compensation.persona, compensation, "persona")


def check_step_references(draft: Draft) -> None:
    """Entries, targets, operations and sub-flows exist (§11.5)."""
    for owner, flow_id in draft.graphs():
        if owner.entry not in owner.steps:
            draft.findings.fault(
                "unknown_step",
                f"the entry '{owner.entry}' is no step here; steps are {listed(owner.steps)}",
                draft.place(owner, "entry"),
            )
        for step in owner.steps.values():
            for path, target in graph.links(step):
                if target not in owner.steps:
                    draft.findings.fault(
                        "unknown_step",
                        f"the step '{step.id}' of '{flow_id}' leads to '{target}', which is no step here;"
                        f" steps are {listed(owner.steps)}",
                        draft.place(step, *path),
                    )
            if isinstance(step, c.OperationStep):
                draft.refer("Operation", step.operation_id, step, "op")
            if isinstance(step, c.SubFlowStep):
                draft.refer("Flow", step.flow_id, step, "flow")
            for compensation in graph.compensations(step):
                draft.refer("Operation", compensation.operation_id, compensation, "op")


def check_outcomes(draft: Draft) -> None:
    """A step routes exactly the outcomes of its operation (§11.5)."""
    for owner, _ in draft.graphs():
        for step in owner.steps.values():
            operation = draft.operations.get(step.operation_id) if isinstance(step, c.OperationStep) else None
            if operation is None or not isinstance(step, c.OperationStep):
                continue
            for label in step.outcomes:
                if label not in operation.outcomes:
                    draft.findings.fault(
                        "unknown_outcome",
                        f"'{label}' is no outcome of '{operation.id}'; it has {listed(operation.outcomes)}",
                        draft.place(step, "outcomes", label),
                    )
            missing = [label for label in operation.outcomes if label not in step.outcomes]
            if missing:
                draft.findings.fault(
                    "outcome_not_handled",
                    f"the step '{step.id}' does not route {listed(missing)} of '{operation.id}'",
                    draft.place(step, "outcomes"),
                )


def check_step_cycles(draft: Draft) -> None:
    """Each step graph is acyclic, through handlers too (§11.5)."""
    for owner, flow_id in draft.graphs():
        edges = {step.id: tuple(graph.next_steps(step)) for step in owner.steps.values()}
        cycle = next(cycles(edges), None)
        if cycle is not None:
            draft.findings.fault(
                "step_cycle",
                f"the steps of '{flow_id}' form a cycle: {shown_cycle(cycle)}",
                draft.place(owner, "steps"),
            )


def check_flow_cycles(draft: Draft) -> None:
    """Flows do not run each other in a circle (§11.5)."""
    edges = {
        flow.id: tuple(step.flow_id for step in graph.all_steps(flow.steps) if isinstance(step, c.SubFlowStep))
        for flow in draft.flows.values()
    }
    cycle = next(cycles(edges), None)
    if cycle is not None:
        draft.findings.fault(
            "flow_cycle",
            f"the sub-flows form a cycle: {shown_cycle(cycle)}",
            draft.place(draft.flows[cycle[0]], "steps"),
        )


def check_parallel_overlap(draft: Draft) -> None:
    """No two branches of a parallel step touch the same entity, through sub-flows and compensations too (§11.5)."""
    for owner, _ in draft.graphs():
        for step in owner.steps.values():
            if not isinstance(step, c.ParallelStep):
                continue
            first_branch: dict[str, str] = {}
            for branch in step.branches:
                for entity_id in graph.touched_entities(branch.steps, draft.operations, draft.flows):
                    other = first_branch.setdefault(entity_id, branch.id)
                    if other != branch.id:
                        draft.findings.fault(
                            "overlapping_effects",
                            f"the branches '{other}' and '{branch.id}' both change '{entity_id}'",
                            draft.place(branch),
                        )


CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_parents,
    check_effects,
    check_ambiguous_effects,
    check_personas,
    check_step_references,
    check_outcomes,
    check_step_cycles,
    check_flow_cycles,
    check_parallel_overlap,
)
