"""Pass 5 for step graphs (§11.5): steps, targets, handlers, outcomes, cycles, parallel branches and their overlap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenor_wasm.elaborator.diagnostics import did_you_mean, on_line
from tenor_wasm.elaborator.references import References, outcome_names
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.errors import listed
from tenor_wasm.values.cycles import cycles, shown_cycle


class StepGraph:
    """Checks one step graph: a flow's, or that of a parallel branch."""

    def __init__(self, checks: References, flow: Block) -> None:
        self.checks, self.report, self.construct = checks, checks.report, flow.construct

    def check(self, owner: Block, prefix: str, path: str) -> None:
        """``owner`` has ``entry`` and ``steps``; ``path`` leads to the steps, ``prefix`` to the owner."""
        steps: tuple[Block, ...] = owner.get("steps")
        names: dict[str, Block] = {}
        for step in steps:
            if names.setdefault(step.name.text, step) is not step:
                message = f"the step '{step.name.text}' is declared twice"
                self.report.add("duplicate_step", message, step.at, self.construct, f"{path}.{step.name.text}")
        entry: Word = owner.get("entry")
        if entry.text not in names:
            message = f"the entry step '{entry.text}' is not declared"
            # The line is that of the field, as the public suite has it.
            self.report.add(
                "unknown_step", message, entry.at, self.construct, f"{prefix}entry", did_you_mean(entry.text, names)
            )
        edges: dict[str, list[str]] = {name: [] for name in names}
        for step in steps:
            where = f"{path}.{step.name.text}"
            self._handlers(step, where)
            self.checks.complete(step, self.construct, where)
            self._mentions(step, where)
            for target, field in self._targets(step):
                if target.text in names:
                    edges[step.name.text].append(target.text)
                else:
                    message = f"the step '{target.text}' is not declared"
                    help = did_you_mean(target.text, names)
                    self.report.add("unknown_step", message, target.at, self.construct, f"{where}.{field}", help)
            if step.get("branches") is not None:
                self._branches(step, where)
        for cycle in cycles({name: tuple(targets) for name, targets in edges.items()}):
            message = f"the steps form a cycle: {shown_cycle(cycle)}"
            self.report.add("step_cycle", message, names[cycle[0]].at, self.construct, path)

    def _handlers(self, step: Block, where: str) -> None:
        """Operation and sub-flow steps, and joins, say what happens on failure (§11.3)."""
        if step.kind in ("OperationStep", "SubFlowStep") and step.get("on_failure") is None:
            message = f"the {step.kind} '{step.name.text}' does not say what happens on failure"
            help = "add on_failure: Terminate(outcome: failure), Compensate(…) or Escalate(…)"
            self.report.add("missing_handler", message, step.at, self.construct, f"{where}.on_failure", help)
        join = step.get("join")
        if join is not None and join.get("on_any_failure") is None:
            message = f"the join of '{step.name.text}' does not say what happens on failure"
            help = "add on_any_failure: Terminate(outcome: failure), Compensate(…) or Escalate(…)"
            self.report.add("missing_handler", message, join.at, self.construct, f"{where}.join.on_any_failure", help)

    def _mentions(self, step: Block, where: str) -> None:
        """Operations, flows, personas and verdicts that a step mentions."""
        for name in ("persona", "from_persona", "to_persona"):
            if step.get(name) is not None:
                # The public suite places it at the step.
                at = on_line(step.at, step.get(name).at)
                self.checks.refer("Persona", step.get(name), self.construct, f"{where}.{name}", at)
        if step.get("condition") is not None:
            self.checks.verdicts(step.get("condition"), self.construct, f"{where}.condition")
        if step.get("flow") is not None:
            self.checks.refer("Flow", step.get("flow"), self.construct, f"{where}.flow")
        if step.get("op") is not None:
            self._operation_step(step, where)
        handler = step.get("on_failure")
        if handler is not None:
            self._handler(handler, f"{where}.on_failure")
        join = step.get("join")
        if join is not None:
            self.checks.complete(join, self.construct, f"{where}.join")
            if join.get("on_any_failure") is not None:
                self._handler(join.get("on_any_failure"), f"{where}.join.on_any_failure")

    def _handler(self, handler: Block, where: str) -> None:
        self.checks.complete(handler, self.construct, where)
        if handler.get("to_persona") is not None:
            self.checks.refer("Persona", handler.get("to_persona"), self.construct, f"{where}.to_persona")
        if handler.get("steps") is None:
            return
        if not handler.get("steps"):
            message = "Compensate needs at least one step: without any it is Terminate(…)"
            self.report.add("no_compensation", message, handler.at_field("steps"), self.construct, f"{where}.steps")
        for position, step in enumerate(handler.get("steps")):
            place = f"{where}.steps.{position}"
            if step.get("on_failure") is None:
                message = "a compensation step needs on_failure: Terminal(…)"
                help = "add on_failure: Terminal(failure)"
                self.report.add("missing_handler", message, step.at, self.construct, f"{place}.on_failure", help)
            if self.checks.complete(step, self.construct, place):
                self.checks.refer("Operation", step.get("op"), self.construct, f"{place}.op")
                self.checks.refer("Persona", step.get("persona"), self.construct, f"{place}.persona")
                self._authorized(step, place)

    def _operation_step(self, step: Block, where: str) -> None:
        if not self.checks.refer("Operation", step.get("op"), self.construct, f"{where}.op"):
            return
        self._authorized(step, where)
        operation = self.checks.index["Operation"][step.get("op").text]
        declared = outcome_names(operation)
        routed: dict[str, Word] = {}
        if step.get("outcomes") is None:
            return
        for label, _ in step.get("outcomes"):
            # The public suite places what is wrong with outcomes at the step.
            at = on_line(step.at, label.at)
            if routed.setdefault(label.text, label) is not label:
                message = f"the outcome '{label.text}' is routed twice"
                self.report.add("duplicate_outcome", message, label.at, self.construct, f"{where}.outcomes")
            elif label.text not in declared:
                message = f"'{label.text}' is no outcome of '{operation.name.text}'; it has {listed(declared)}"
                help = did_you_mean(label.text, declared)
                self.report.add("unknown_outcome", message, at, self.construct, f"{where}.outcomes", help)
        missing = [name for name in declared if name not in routed]
        # A label that nothing declares is most likely meant for one of these: one mistake, one error.
        if len(missing) > sum(name not in declared for name in routed):
            message = f"'{operation.name.text}' has outcomes that are not routed: {listed(missing)}"
            advice = "a step routes every outcome of its operation; failures go to on_failure"
            self.report.add("outcome_not_handled", message, step.at, self.construct, f"{where}.outcomes", advice)

    def _authorized(self, step: Block, where: str) -> None:
        """The persona of a step is one that its operation allows."""
        operation = self.checks.index["Operation"].get(step.get("op").text)
        persona: Word | None = step.get("persona")
        known = self.checks.index["Persona"]
        if operation is None or persona is None or (known and persona.text not in known):
            return
        allowed = [word.text for word in operation.get("allowed_personas") or ()]
        if allowed and persona.text not in allowed:
            name = operation.name.text
            message = f"the persona '{persona.text}' may not execute '{name}'; allowed are {listed(allowed)}"
            at = on_line(step.at, persona.at)
            self.report.add("persona_not_allowed", message, at, self.construct, f"{where}.persona")

    def _targets(self, step: Block) -> Iterator[tuple[Word, str]]:
        """The steps that a step may lead to, with the field of each."""
        for name in ("if_true", "if_false", "next", "on_success"):
            yield from _steps_of(step.get(name), name)
        for label, target in step.get("outcomes") or ():
            yield from _steps_of(target, f"outcomes.{label.text}")
        yield from _escalations(step.get("on_failure"), "on_failure")
        join = step.get("join")
        if join is not None:
            for name in ("on_all_success", "on_all_complete"):
                yield from _steps_of(join.get(name), f"join.{name}")
            yield from _escalations(join.get("on_any_failure"), "join.on_any_failure")

    def _branches(self, step: Block, where: str) -> None:
        """The branches' own graphs, and that no two touch the same entity (§11.5)."""
        first: dict[str, str] = {}
        ids: set[str] = set()
        branches: tuple[Block, ...] = step.get("branches")
        if len(branches) < 2:
            message = "a parallel step needs at least two branches"
            self.report.add("too_few_branches", message, step.at_field("branches"), self.construct, f"{where}.branches")
        for branch in branches:
            if not self.checks.complete(branch, self.construct, f"{where}.branches"):
                continue
            name = branch.get("id").text
            place = f"{where}.branches.{name}"
            if name in ids:
                message = f"the branch '{name}' is declared twice"
                self.report.add("duplicate_branch", message, branch.get("id").at, self.construct, place)
            ids.add(name)
            self.check(branch, f"{place}.", f"{place}.steps")
            for entity in self.checks.touched(branch.get("steps")):
                other = first.setdefault(entity, name)
                if other != name:
                    message = f"the branches '{other}' and '{name}' both change '{entity}'"
                    help = "branches run without seeing each other: give each entity to one branch"
                    at = step.at_field("branches")
                    self.report.add("overlapping_effects", message, at, self.construct, f"{where}.branches", help)


def _steps_of(target: Any, field: str) -> Iterator[tuple[Word, str]]:
    if isinstance(target, Word):
        yield target, field


def _escalations(handler: Block | None, field: str) -> Iterator[tuple[Word, str]]:
    if handler is not None and handler.kind == "Escalate" and handler.get("next") is not None:
        yield handler.get("next"), f"{field}.next"
