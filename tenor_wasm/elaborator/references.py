"""What pass 5 asks of every construct: required fields, references that resolve, what steps can change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tenor_wasm.elaborator import tree
from tenor_wasm.elaborator.diagnostics import Help, Position, Report, did_you_mean
from tenor_wasm.elaborator.index import Index
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.elaborator.typecheck import all_steps

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Fact": ("type",),
    "Source": ("protocol",),
    "Entity": ("states", "initial", "transitions"),
    "Rule": ("stratum", "when", "produce"),
    "Operation": ("allowed_personas", "precondition", "effects"),
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

DEFAULT_ERRORS = ("precondition_failed", "persona_rejected")
"""The errors of an operation that declares none: those of §9.2, as §9.6 writes the operations of §9.1."""


class References:
    """The constructs by kind and id, and a report for what does not resolve."""

    def __init__(self, index: Index, report: Report) -> None:
        self.index, self.report = index, report
        # An entity that lacks them was reported; its effects cannot be judged.
        self.transitions = {
            name: {(source.text, target.text) for source, target in block.get("transitions")}
            for name, block in index["Entity"].items()
            if block.get("transitions") is not None
        }
        self._own: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        self.producers = {
            block.get("produce")[0].text: block
            for block in reversed(list(index["Rule"].values()))
            if block.get("produce")
        }

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

    def verdicts(self, expression: tree.Expression, construct: tuple[str, str], field: str) -> None:
        """Every verdict that an expression asks for is produced by a rule."""
        for asked in tree.presents(expression):
            known_fact = not asked.strict and asked.name.text in self.index["Fact"]
            if asked.name.text not in self.producers and not known_fact:
                message = f"no rule produces the verdict '{asked.name.text}'"
                facts = self.index["Fact"] if not asked.strict else {}
                help: Help = did_you_mean(asked.name.text, self.producers, facts)
                if asked.name.text in self.index["Fact"]:
                    help = f"'{asked.name.text}' is a fact: compare its value"
                self.report.add("unknown_verdict", message, asked.at, construct, field, help)

    def touched(self, steps: Iterable[Block]) -> dict[str, None]:
        """The entities that steps can change, through sub-flows and compensations too; an ordered set."""
        touched, called = self._own_of(steps)
        pending, seen = list(called), dict(called)
        while pending:
            name = pending.pop()
            if name not in self._own:
                flow = self.index["Flow"].get(name)
                self._own[name] = self._own_of(flow.get("steps") or () if flow is not None else ())
            entities, flows = self._own[name]
            touched.update(entities)
            pending += [flow_name for flow_name in flows if flow_name not in seen]
            seen.update(flows)
        return touched

    def _own_of(self, steps: Iterable[Block]) -> tuple[dict[str, None], dict[str, None]]:
        """The entities that steps change themselves, and the flows that they run."""
        entities: dict[str, None] = {}
        flows: dict[str, None] = {}
        operations: dict[str, None] = {}
        for step, _ in all_steps(tuple(steps), ""):
            operations.update(dict.fromkeys(name.text for name in _operations_of(step)))
            if step.kind == "SubFlowStep" and step.get("flow") is not None:
                flows[step.get("flow").text] = None
        for name in operations:
            operation = self.index["Operation"].get(name)
            effects = operation.get("effects") if operation is not None else None
            entities.update(dict.fromkeys(effect[0].text for effect in effects or ()))
        return entities, flows


def outcome_names(operation: Block) -> dict[str, None]:
    """The outcomes of an operation, an ordered set; one that declares none has ``success``."""
    declared = operation.get("outcomes")
    return {"success": None} if declared is None else dict.fromkeys(word.text for word in declared)


def _operations_of(step: Block) -> Iterator[Word]:
    if step.kind == "OperationStep" and step.get("op") is not None:
        yield step.get("op")
    join = step.get("join")
    for handler in (step.get("on_failure"), join.get("on_any_failure") if join is not None else None):
        if handler is not None and handler.kind == "Compensate":
            yield from (one.get("op") for one in handler.get("steps") or () if one.get("op") is not None)
