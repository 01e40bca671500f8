"""Pass 5: constructs (§14.2, §11.5): references, states, outcomes, step graphs, parallel overlap. One function a kind.

Errors stand at the word that is at fault, or at the step or construct around it where the public suite has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.cycles import cycles, shown_cycle
from tenor_wasm.elaborator.diagnostics import Help, Position, Report, did_you_mean
from tenor_wasm.elaborator.index import Index
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.elaborator.typecheck import all_steps
from tenor_wasm.errors import listed

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Fact": ("type",),
    "Source": ("protocol",),
    "Entity": ("states", "initial", "transitions"),
    "Rule": ("stratum", "when", "produce"),
    "Operation": ("allowed_personas", "precondition", "effects", "error_contract"),
    "Flow": ("entry", "steps"),
    "OperationStep": ("op", "persona", "outcomes"),
    "BranchStep": ("condition", "persona", "if_true", "if_false"),
    "HandoffStep": ("from_persona", "to_persona", "next"),
    "SubFlowStep": ("flow", "persona", "on_success"),
    "ParallelStep": ("branches", "join"),
    "Branch": ("id", "entry", "steps"),
    "JoinPolicy": ("on_all_success",),
    "Compensate": ("steps", "then"),
    "Escalate": ("to_persona", "next"),
    "compensation step": ("op", "persona"),
}
"""Fields that a block cannot do without. Missing failure handlers have a check of their own."""

PROTOCOL_FIELDS: Mapping[str, tuple[str, ...]] = {
    "http": ("base_url",),
    "database": ("dialect",),
    "graphql": ("endpoint",),
    "grpc": ("endpoint",),
    "static": (),
    "manual": (),
}
"""Core protocol tags and the fields that each needs (§5A.2)."""

_EXTENSION_TAG = re.compile(r"x_[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")


def validate(index: Index, report: Report) -> None:
    """Check every construct against the others."""
    checks = _Checks(index, report)
    for kind, check in (
        ("Source", checks.source),
        ("Fact", checks.fact),
        ("Entity", checks.entity),
        ("Rule", checks.rule),
        ("Operation", checks.operation),
        ("Flow", checks.flow),
    ):
        for block in index[kind].values():
            if checks.complete(block, block.construct, ""):
                check(block)
    checks.entity_cycles()
    checks.verdict_uniqueness()
    checks.flow_cycles()


class _Checks:
    def __init__(self, index: Index, report: Report) -> None:
        self.index, self.report = index, report
        self.producers = {
            block.get("produce")[0].text: block
            for block in reversed(list(index["Rule"].values()))
            if block.get("produce")
        }

    # --- helpers ------------------------------------------------------------------------------------------------

    def complete(self, block: Block, construct: tuple[str, str], prefix: str) -> bool:
        """Report the required fields that a block lacks."""
        missing = [name for name in REQUIRED_FIELDS.get(block.kind, ()) if name not in block.fields]
        for name in missing:
            place = f"{prefix}.{name}" if prefix else name
            self.report.add("missing_field", f"the {block.kind} lacks '{name}'", block.at, construct, place)
        return not missing

    def refer(self, kind: str, name: Word, construct: tuple[str, str], field: str, at: Position | None = None) -> bool:
        """Whether a reference resolves; reports it when not, at the name or at another place.

        Without any persona, personas are not checked.
        """
        known = self.index[kind]
        if name.text in known or (kind == "Persona" and not known):
            return True
        word = kind.lower()
        message = f"the {word} '{name.text}' is not declared"
        self.report.add(f"unknown_{word}", message, at or name.at, construct, field, did_you_mean(name.text, known))
        return False

    # --- sources and facts --------------------------------------------------------------------------------------

    def source(self, block: Block) -> None:
        """Protocol tag, its required fields, and text values (§5A.6)."""
        protocol: Word = block.get("protocol")
        tag = protocol.text

        def fault(code: str, message: str, help: Help = None) -> None:
            # The public suite places these at the source itself.
            self.report.add(code, message, block.at, block.construct, "protocol", help)

        if tag in PROTOCOL_FIELDS:
            for name in PROTOCOL_FIELDS[tag]:
                if name not in block.fields:
                    fault("missing_source_field", f"a source with protocol '{tag}' needs the field '{name}'")
        elif tag.startswith("x_"):
            if not _EXTENSION_TAG.match(tag):
                help = "write x_ and a name, such as x_kafka"
                fault("invalid_protocol", f"'{tag}' is no extension protocol tag", help)
        else:
            fault("unknown_protocol", f"unknown protocol tag '{tag}'", did_you_mean(tag, PROTOCOL_FIELDS))
        for name, field in block.fields.items():
            if isinstance(field.value, tree.Literal):
                message = f"the source field '{name}' must be a text"
                self.report.add("invalid_source_field", message, field.value.at, block.construct, name)

    def fact(self, block: Block) -> None:
        """A structured source refers to a declared Source (C-SRC-06)."""
        source = block.get("source")
        if isinstance(source, Word) and not source.text:
            message = "the source is empty; name where the value comes from"
            self.report.add("empty_source", message, source.at, block.construct, "source")
        if isinstance(source, tuple) and source[0].text not in self.index["Source"]:
            message = f"the source '{source[0].text}' is not declared"
            help = did_you_mean(source[0].text, self.index["Source"])
            # The public suite places it at the fact itself.
            self.report.add("unknown_source", message, block.at, block.construct, "source", help)

    # --- entities -----------------------------------------------------------------------------------------------

    def entity(self, block: Block) -> None:
        """States are distinct; initial state, transition ends and parent are declared (§6.2)."""
        states: tuple[Word, ...] = block.get("states")
        names = [state.text for state in states]
        if not states:
            message = "an entity needs at least one state"
            self.report.add("no_states", message, block.at_field("states"), block.construct, "states")
        for position, state in enumerate(states):
            if state.text in names[:position]:
                message = f"the state '{state.text}' is declared twice"
                self.report.add("duplicate_state", message, state.at, block.construct, "states")
        initial: Word = block.get("initial")
        if initial.text not in names:
            self._unknown_state(initial, names, block, "initial")
        for ends in block.get("transitions"):
            for end in ends:
                if end.text not in names:
                    self._unknown_state(end, names, block, "transitions")
        parent = block.get("parent")
        if parent is not None:
            self.refer("Entity", parent, block.construct, "parent")

    def _unknown_state(self, state: Word, names: list[str], block: Block, field: str) -> None:
        message = f"'{state.text}' is not a declared state; declared are {listed(names)}"
        self.report.add("unknown_state", message, state.at, block.construct, field, did_you_mean(state.text, names))

    def entity_cycles(self) -> None:
        """The parent relation is acyclic (§6.2); the last declared entity of a cycle is reported."""
        parents = {name: block.get("parent") for name, block in self.index["Entity"].items()}
        edges = {name: (parent.text,) if parent else () for name, parent in parents.items()}
        rank = {name: position for position, name in enumerate(parents)}
        for cycle in cycles(edges):
            last = max(cycle, key=rank.__getitem__)
            turned = [*cycle[cycle.index(last) :], *cycle[: cycle.index(last)]]
            block = self.index["Entity"][last]
            message = f"the parents form a cycle: {shown_cycle(turned)}"
            self.report.add("entity_cycle", message, block.at_field("parent"), block.construct, "parent")

    # --- rules --------------------------------------------------------------------------------------------------

    def rule(self, block: Block) -> None:
        """Strata: not negative, and every verdict that is asked for comes from below (§7.3)."""
        stratum = block.get("stratum").value
        if stratum < 0:
            message = f"a stratum is zero or more, not {stratum}"
            self.report.add("negative_stratum", message, block.get("stratum").at, block.construct, "stratum")
        self.verdicts(block.get("when"), block.construct, "body.when")
        for asked in tree.presents(block.get("when")):
            producer = self.producers.get(asked.name.text)
            if producer is None or producer.get("stratum") is None:
                continue
            other = producer.get("stratum").value
            if other >= stratum:
                message = (
                    f"'{asked.name.text}' is produced at stratum {other} by '{producer.name.text}';"
                    f" a rule of stratum {stratum} sees only strata below it"
                )
                help = f"raise the stratum of '{block.name.text}' above {other}"
                self.report.add("stratum_violation", message, asked.at, block.construct, "body.when", help)

    def verdicts(self, expression: tree.Expression, construct: tuple[str, str], field: str) -> None:
        """Every verdict that an expression asks for is produced by a rule."""
        for asked in tree.presents(expression):
            known_fact = not asked.strict and asked.name.text in self.index["Fact"]
            if asked.name.text not in self.producers and not known_fact:
                message = f"no rule produces the verdict '{asked.name.text}'"
                help = did_you_mean(asked.name.text, self.producers)
                self.report.add("unknown_verdict", message, asked.at, construct, field, help)

    def verdict_uniqueness(self) -> None:
        """Each verdict is produced by one rule (S8)."""
        first: dict[str, Block] = {}
        for block in self.index["Rule"].values():
            produced = block.get("produce")
            if produced is None:
                continue
            other = first.setdefault(produced[0].text, block)
            if other is not block:
                message = f"the verdict '{produced[0].text}' is already produced by the rule '{other.name.text}'"
                self.report.add(
                    "duplicate_verdict", message, block.at_field("produce"), block.construct, "produce",
                    "join the two conditions with 'or', or name another verdict",
                )  # fmt: skip

    # --- operations ---------------------------------------------------------------------------------------------

    def operation(self, block: Block) -> None:
        """Personas, outcomes and effects (§9.4)."""
        personas: tuple[Word, ...] = block.get("allowed_personas")
        if not personas:
            message = "allowed_personas is empty: nobody could ever execute the operation"
            at = block.at_field("allowed_personas")
            self.report.add("empty_personas", message, at, block.construct, "allowed_personas")
        for persona in personas:
            self.refer("Persona", persona, block.construct, "allowed_personas")
        self.verdicts(block.get("precondition"), block.construct, "precondition")
        self._outcomes(block)
        for effect in block.get("effects"):
            self._effect(block, effect)

    def _outcomes(self, block: Block) -> None:
        outcomes: tuple[Word, ...] | None = block.get("outcomes")
        if outcomes is None:
            return
        if not outcomes:
            message = "outcomes is empty: leave it out for the one outcome 'success'"
            self.report.add("no_outcomes", message, block.at_field("outcomes"), block.construct, "outcomes")
        errors = {name.text for name in block.get("error_contract")}
        seen: set[str] = set()
        for outcome in outcomes:
            if outcome.text in seen:
                message = f"the outcome '{outcome.text}' is declared twice"
                self.report.add("duplicate_outcome", message, block.at, block.construct, "outcomes")
            seen.add(outcome.text)
            if outcome.text in errors:
                message = f"'{outcome.text}' is both an outcome and an error"
                self.report.add("outcome_in_error_contract", message, block.at, block.construct, "outcomes")

    def _effect(self, block: Block, effect: tuple[Word, ...]) -> None:
        entity, source, target = effect[:3]
        outcomes = _outcome_names(block)
        if len(effect) == 3 and len(outcomes) > 1:
            message = "the effect does not say which outcome it belongs to"
            choice = f"add one of {listed(outcomes)}"
            self.report.add("effect_without_outcome", message, entity.at, block.construct, "effects", choice)
        if len(effect) == 4 and effect[3].text not in outcomes:
            message = f"'{effect[3].text}' is not a declared outcome; declared are {listed(outcomes)}"
            help = did_you_mean(effect[3].text, outcomes)
            self.report.add("unknown_outcome", message, effect[3].at, block.construct, "effects", help)
        if not self.refer("Entity", entity, block.construct, "effects"):
            return
        declared = {(a.text, b.text) for a, b in self.index["Entity"][entity.text].get("transitions") or ()}
        if (source.text, target.text) not in declared:
            message = f"'{entity.text}' declares no transition from '{source.text}' to '{target.text}'"
            self.report.add("undeclared_transition", message, entity.at, block.construct, "effects")

    # --- flows --------------------------------------------------------------------------------------------------

    def flow(self, block: Block) -> None:
        """Snapshot policy, and the step graph with everything that it mentions (§11.5)."""
        snapshot = block.get("snapshot")
        if snapshot is not None and snapshot.text != "at_initiation":
            message = f"the snapshot policy is at_initiation, not '{snapshot.text}'"
            self.report.add("invalid_snapshot", message, snapshot.at, block.construct, "snapshot")
        _Graph(self, block).check(block, "", "steps")

    def flow_cycles(self) -> None:
        """Flows do not run each other in a circle (§11.5)."""
        calls: dict[str, dict[str, tuple[Word, str]]] = {}
        for name, block in self.index["Flow"].items():
            calls[name] = {}
            for step, path in all_steps(block.get("steps") or (), "steps"):
                called = step.get("flow")
                if step.kind == "SubFlowStep" and called is not None:
                    calls[name].setdefault(called.text, (called, path))
        for cycle in cycles({name: tuple(called) for name, called in calls.items()}):
            word, path = calls[cycle[-1]][cycle[0]]
            message = f"the sub-flows form a cycle: {shown_cycle(cycle)}"
            self.report.add("flow_cycle", message, word.at, ("Flow", cycle[-1]), f"{path}.flow")

    def touched(self, steps: Iterable[Block]) -> dict[str, None]:
        """The entities that steps can change, through sub-flows and compensations too; an ordered set."""
        touched: dict[str, None] = {}
        seen: set[str] = set()
        pending = [tuple(steps)]
        while pending:
            for step, _ in all_steps(pending.pop(0), ""):
                for name in _operations_of(step):
                    operation = self.index["Operation"].get(name.text)
                    effects = operation.get("effects") if operation is not None else None
                    touched.update(dict.fromkeys(effect[0].text for effect in effects or ()))
                called = step.get("flow")
                if step.kind == "SubFlowStep" and called is not None and called.text not in seen:
                    seen.add(called.text)
                    flow = self.index["Flow"].get(called.text)
                    if flow is not None:
                        pending.append(flow.get("steps") or ())
        return touched


def _outcome_names(operation: Block) -> tuple[str, ...]:
    declared = operation.get("outcomes")
    return ("success",) if declared is None else tuple(dict.fromkeys(word.text for word in declared))


def _operations_of(step: Block) -> Iterator[Word]:
    if step.kind == "OperationStep" and step.get("op") is not None:
        yield step.get("op")
    join = step.get("join")
    for handler in (step.get("on_failure"), join.get("on_any_failure") if join is not None else None):
        if handler is not None and handler.kind == "Compensate":
            yield from (one.get("op") for one in handler.get("steps") or () if one.get("op") is not None)


class _Graph:
    """Checks one step graph: a flow's, or that of a parallel branch."""

    def __init__(self, checks: _Checks, flow: Block) -> None:
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
            if not self.checks.complete(step, self.construct, where):
                continue
            self._mentions(step, where)
            for target, field in self._targets(step):
                if target.text in names:
                    edges[step.name.text].append(target.text)
                else:
                    message = f"the step '{target.text}' is not declared"
                    help = did_you_mean(target.text, names)
                    self.report.add("unknown_step", message, target.at, self.construct, f"{where}.{field}", help)
            if step.kind == "ParallelStep":
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
            self.report.add("missing_handler", message, join.at, self.construct, f"{where}.join.on_any_failure")

    def _mentions(self, step: Block, where: str) -> None:
        """Operations, flows, personas and verdicts that a step mentions."""
        for name in ("persona", "from_persona", "to_persona"):
            if step.get(name) is not None:
                self.checks.refer("Persona", step.get(name), self.construct, f"{where}.{name}", step.at)
        if step.kind == "BranchStep":
            self.checks.verdicts(step.get("condition"), self.construct, f"{where}.condition")
        if step.kind == "SubFlowStep":
            self.checks.refer("Flow", step.get("flow"), self.construct, f"{where}.flow")
        if step.kind == "OperationStep":
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
        if not self.checks.complete(handler, self.construct, where):
            return
        if handler.kind == "Escalate":
            self.checks.refer("Persona", handler.get("to_persona"), self.construct, f"{where}.to_persona")
        if handler.kind != "Compensate":
            return
        for position, step in enumerate(handler.get("steps")):
            place = f"{where}.steps.{position}"
            if step.get("on_failure") is None:
                message = "a compensation step needs on_failure: Terminal(…)"
                self.report.add("missing_handler", message, step.at, self.construct, f"{place}.on_failure")
            if self.checks.complete(step, self.construct, place):
                self.checks.refer("Operation", step.get("op"), self.construct, f"{place}.op")
                self.checks.refer("Persona", step.get("persona"), self.construct, f"{place}.persona")
                self._authorized(step, place)

    def _operation_step(self, step: Block, where: str) -> None:
        if not self.checks.refer("Operation", step.get("op"), self.construct, f"{where}.op"):
            return
        self._authorized(step, where)
        operation = self.checks.index["Operation"][step.get("op").text]
        declared = _outcome_names(operation)
        routed = {label.text: label for label, _ in step.get("outcomes")}
        for name in routed:
            if name not in declared:
                message = f"'{name}' is no outcome of '{operation.name.text}'; it has {listed(declared)}"
                help = did_you_mean(name, declared)
                self.report.add("unknown_outcome", message, step.at, self.construct, f"{where}.outcomes", help)
        missing = [name for name in declared if name not in routed]
        if missing:
            message = f"the outcomes {listed(missing)} of '{operation.name.text}' are not routed"
            self.report.add("outcome_not_handled", message, step.at, self.construct, f"{where}.outcomes")

    def _authorized(self, step: Block, where: str) -> None:
        """The persona of a step is one that its operation allows."""
        operation = self.checks.index["Operation"].get(step.get("op").text)
        persona: Word = step.get("persona")
        known = self.checks.index["Persona"]
        if operation is None or (known and persona.text not in known):
            return
        allowed = [word.text for word in operation.get("allowed_personas") or ()]
        if allowed and persona.text not in allowed:
            name = operation.name.text
            message = f"the persona '{persona.text}' may not execute '{name}'; allowed are {listed(allowed)}"
            self.report.add("persona_not_allowed", message, step.at, self.construct, f"{where}.persona")

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
