"""Pass 5: constructs (§14.2, §11.5): references, states, outcomes, step graphs, parallel overlap. One function a kind.

Errors stand at the word that is at fault, or at the step or construct around it where the public suite has them.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Help, Report, did_you_mean, on_line
from tenor_wasm.elaborator.index import Index
from tenor_wasm.elaborator.references import DEFAULT_ERRORS, References, outcome_names
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.elaborator.typecheck import all_steps
from tenor_wasm.elaborator.validate_steps import StepGraph
from tenor_wasm.errors import listed
from tenor_wasm.values.cycles import cycles, shown_cycle
from tenor_wasm.values.patterns import pattern

PROTOCOL_FIELDS: Mapping[str, tuple[str, ...]] = {
    "http": ("base_url",),
    "database": ("dialect",),
    "graphql": ("endpoint",),
    "grpc": ("endpoint",),
    "static": (),
    "manual": (),
}
"""Core protocol tags and the fields that each needs (§5A.2)."""

_EXTENSION_TAG = pattern(r"x_[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")


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


class _Checks(References):
    # --- sources and facts --------------------------------------------------------------------------------------

    def source(self, block: Block) -> None:
        """Protocol tag, its required fields, and text values (§5A.6)."""
        protocol: Word = block.get("protocol")
        tag = protocol.text

        def fault(code: str, message: str, help: Help = None) -> None:
            # The public suite places these at the source itself.
            self.report.add(code, message, on_line(block.at, protocol.at), block.construct, "protocol", help)

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
        if isinstance(source, tuple) and not source[1].text:
            message = f"the path is empty; name where in '{source[0].text}' the value lies"
            self.report.add("empty_source", message, source[1].at, block.construct, "source")
        if isinstance(source, tuple) and source[0].text not in self.index["Source"]:
            message = f"the source '{source[0].text}' is not declared"
            help = did_you_mean(source[0].text, self.index["Source"])
            # The public suite places it at the fact itself.
            self.report.add("unknown_source", message, on_line(block.at, source[0].at), block.construct, "source", help)

    # --- entities -----------------------------------------------------------------------------------------------

    def entity(self, block: Block) -> None:
        """States are distinct; initial state, transition ends and parent are declared (§6.2)."""
        states: tuple[Word, ...] = block.get("states")
        names: dict[str, Word] = {}
        if not states:
            message = "an entity needs at least one state"
            self.report.add("no_states", message, block.at_field("states"), block.construct, "states")
            return
        for state in states:
            if names.setdefault(state.text, state) is not state:
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
        key = block.get("instance_key")
        if key is not None:
            self.refer("Fact", key, block.construct, "instance_key")

    def _unknown_state(self, state: Word, names: Mapping[str, Word], block: Block, field: str) -> None:
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
                if producer is block:
                    message, help = f"the rule asks for '{asked.name.text}', which it produces itself", "drop the test"
                self.report.add("stratum_violation", message, asked.at, block.construct, "body.when", help)

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
        outcomes = outcome_names(block)
        for effect in block.get("effects"):
            self._effect_outcome(block, effect, outcomes)
            self._effect(block, effect)

    def _outcomes(self, block: Block) -> None:
        outcomes: tuple[Word, ...] | None = block.get("outcomes")
        declared: tuple[Word, ...] | None = block.get("error_contract")
        if outcomes is None:
            for error in (error for error in declared or () if error.text in outcome_names(block)):
                message = f"'{error.text}' is an error here, but also the outcome of an operation that declares none"
                help = "declare the outcomes, or name the error otherwise"
                self.report.add("outcome_in_error_contract", message, error.at, block.construct, "error_contract", help)
            return
        if not outcomes:
            message = "outcomes is empty: leave it out for the one outcome 'success'"
            self.report.add("no_outcomes", message, block.at_field("outcomes"), block.construct, "outcomes")
        errors = set(DEFAULT_ERRORS) if declared is None else {name.text for name in declared}
        seen: set[str] = set()
        for outcome in outcomes:
            # The public suite places both at the operation itself.
            at = on_line(block.at, outcome.at)
            if outcome.text in seen:
                message = f"the outcome '{outcome.text}' is declared twice"
                self.report.add("duplicate_outcome", message, at, block.construct, "outcomes")
            elif outcome.text in errors:
                message = f"'{outcome.text}' is both an outcome and an error"
                self.report.add("outcome_in_error_contract", message, at, block.construct, "outcomes")
            seen.add(outcome.text)

    def _effect_outcome(self, block: Block, effect: tuple[Word, ...], outcomes: Mapping[str, None]) -> None:
        entity = effect[0]
        if len(effect) == 3 and len(outcomes) > 1:
            message = "the effect does not say which outcome it belongs to"
            choice = f"add one of {listed(outcomes)}"
            self.report.add("effect_without_outcome", message, entity.at, block.construct, "effects", choice)
        if len(effect) == 4 and effect[3].text not in outcomes:
            message = f"'{effect[3].text}' is not a declared outcome; declared are {listed(outcomes)}"
            help = did_you_mean(effect[3].text, outcomes)
            self.report.add("unknown_outcome", message, effect[3].at, block.construct, "effects", help)

    def _effect(self, block: Block, effect: tuple[Word, ...]) -> None:
        entity, source, target = effect[:3]
        if not self.refer("Entity", entity, block.construct, "effects"):
            return
        declared = self.transitions.get(entity.text)
        if declared is not None and (source.text, target.text) not in declared:
            message = f"'{entity.text}' declares no transition from '{source.text}' to '{target.text}'"
            states = {state.text for state in self.index["Entity"][entity.text].get("states") or ()}
            unknown = next((end.text for end in (source, target) if end.text not in states), None)
            help: Help = f"declare the transition in '{entity.text}', or name another"
            if unknown is not None:
                help = did_you_mean(unknown, states, otherwise=f"'{entity.text}' has no state '{unknown}'")
            self.report.add("undeclared_transition", message, entity.at, block.construct, "effects", help)

    # --- flows --------------------------------------------------------------------------------------------------

    def flow(self, block: Block) -> None:
        """Snapshot policy, and the step graph with everything that it mentions (§11.5)."""
        snapshot = block.get("snapshot")
        if snapshot is not None and snapshot.text != "at_initiation":
            message = f"the snapshot policy is at_initiation, not '{snapshot.text}'"
            self.report.add("invalid_snapshot", message, snapshot.at, block.construct, "snapshot")
        StepGraph(self, block).check(block, "", "steps")

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
