"""Explanations and remedies → JSON values, and as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tenor_wasm.api.render import JsonObject, step_json, to_json
from tenor_wasm.api.why import ExplanationResult, explain
from tenor_wasm.errors import Json
from tenor_wasm.evaluator import remedies as r
from tenor_wasm.evaluator.explain import Explained, Explanation, cut
from tenor_wasm.evaluator.facts import CONTRACT
from tenor_wasm.evaluator.levers import FactChange, Path
from tenor_wasm.evaluator.why import BranchWhy, FactWhy, OperationWhy, StateWhy, VerdictWhy
from tenor_wasm.interchange.constructs import Position
from tenor_wasm.values.printing import plain_json, text_of
from tenor_wasm.values.types import type_to_json

__all__ = ["ExplanationResult", "explain", "explanation_json", "explanation_text"]
"""``explain`` is here too: whoever takes it from ``tenor_wasm.api`` gets the JSON form of its result with it."""

# --- trees -----------------------------------------------------------------------------------------------------


def tree_json(node: Explained) -> JsonObject:
    """One sub-expression; members that do not apply to its kind are left out."""
    result: JsonObject = {"kind": node.kind, "text": node.text}
    if node.skipped:
        return result | {"skipped": True}
    for key, value in (("name", node.name), ("operator", node.operator), ("truth", node.truth)):
        if value is not None:
            result[key] = value
    if node.absent:
        result["absent"] = True
    if node.type is not None:
        result["type"] = type_to_json(node.type)
        if not node.absent:
            result["value"] = plain_json(node.value, node.type)
    if node.operands:
        result["operands"] = [tree_json(operand) for operand in node.operands]
    if node.length is not None:
        result |= {"length": node.length, "decided_by": node.decided_by, "more_deciding": node.more_deciding}
        result["cases"] = [
            {"index": case.index, "value": plain_json(case.value, case.type), "body": tree_json(case.body)}
            for case in node.cases
        ]
    return result


def _explanation(explanation: Explanation) -> JsonObject:
    return {
        "tree": tree_json(explanation.root),
        "facts_used": list(explanation.facts_used),
        "verdicts_used": list(explanation.verdicts_used),
    }


def _placed(result: JsonObject, position: Position | None) -> JsonObject:
    return result if position is None else result | {"position": {"file": position.file, "line": position.line}}


def _fact(fact: FactWhy) -> JsonObject:
    result: JsonObject = {
        "value": plain_json(fact.value, fact.type),
        "type": type_to_json(fact.type),
        "source": fact.source,
        "assertion_source": fact.assertion_source,
    }
    return _placed(result, fact.position)


def _verdict(verdict: VerdictWhy) -> JsonObject:
    result: JsonObject = {
        "present": verdict.present,
        "rule": verdict.rule.id,
        "stratum": verdict.rule.stratum,
        "when": _explanation(verdict.when),
    }
    if verdict.payload is not None:
        result["payload"] = tree_json(verdict.payload)
    return _placed(result, verdict.position)


def _state(state: StateWhy) -> JsonObject:
    return {
        "entity_id": state.entity_id,
        "instance_id": state.instance_id,
        "state": state.state,
        "required_states": list(state.required_states),
        "suits": state.suits,
    }


def _operation(why: OperationWhy) -> JsonObject:
    result: JsonObject = {
        "operation_id": why.operation.id,
        "persona": why.persona,
        "allowed_personas": list(why.operation.allowed_personas),
        "admitted": why.admitted,
        "precondition": _explanation(why.precondition),
        "instances": [_state(state) for state in why.states],
    }
    return _placed(result, why.position)


def _branch(why: BranchWhy) -> JsonObject:
    return {"step_id": why.step_id, "condition": _explanation(why.condition)}


@to_json.register(ExplanationResult)
def explanation_json(result: ExplanationResult) -> JsonObject:
    """The whole answer for machines; ``text`` in it is the same for people."""
    why = result.why
    answer: JsonObject = {
        "target": {"kind": why.kind, "name": why.name},
        "holds": why.holds,
        "text": explanation_text(result),
        "branches": [_branch(one) for one in why.branches],
        "operations": [_operation(one) for one in why.operations],
        "verdicts": {name: _verdict(one) for name, one in why.verdicts.items()},
        "facts": {name: _fact(one) for name, one in why.facts.items()},
        "contract_hash": result.snapshot.contract.hash,
        "warnings": [warning.to_json() for warning in result.warnings],
    }
    if result.persona is not None:
        answer |= {"persona": result.persona, "instance_bindings": dict(result.instance_bindings)}
    if why.record is not None:
        answer["step"] = step_json(why.record)
    if result.remedies is not None:
        answer["remedies"] = _remedies(result.remedies, result)
    return answer


# --- remedies --------------------------------------------------------------------------------------------------


def _fact_change(change: FactChange) -> JsonObject:
    parts: list[Json] = [{"path": list(path), "value": plain_json(value, change.type)} for path, value in change.parts]
    result: JsonObject = {"kind": "fact", "fact_id": change.fact_id, "parts": parts}
    return result if change.by is None else result | {"bound": change.by}


def _run(run: r.Run) -> JsonObject:
    return {"flow_id": run.flow_id, "persona": run.persona, "instance_bindings": dict(run.instance_bindings)}


def _flows(change: r.FlowsFirst) -> JsonObject:
    return {
        "kind": "flows",
        "entity_id": change.entity_id,
        "instance_id": change.instance_id,
        "state": change.state,
        "runs": [_run(run) for run in change.runs],
    }


def _instance(change: r.InstanceChange) -> JsonObject:
    return {
        "kind": "instance",
        "entity_id": change.entity_id,
        "state": change.state,
        "instance_ids": list(change.instance_ids),
    }


_CHANGES: Mapping[type, Callable[[Any], JsonObject]] = {
    FactChange: _fact_change,
    r.PersonaChange: lambda change: {"kind": "persona", "persona": change.persona},
    r.InstanceChange: _instance,
    r.FlowsFirst: _flows,
}


def _remedies(remedies: r.Remedies, result: ExplanationResult) -> JsonObject:
    return {
        "suggestions": [
            {
                "changes": [
                    _CHANGES[type(change)](change) | {"text": change_text(change, result)} for change in remedy.changes
                ],
                "obtained_verdicts": list(remedy.obtained),
                "lost_verdicts": list(remedy.lost),
            }
            for remedy in remedies.found
        ],
        "detours": [
            _run(detour.run)
            | {"entity_id": detour.entity_id, "instance_id": detour.instance_id, "state": detour.state}
            | {"text": detour_text(detour)}
            for detour in remedies.detours
        ],
        "complete": remedies.complete,
        "checked": remedies.checked,
        "limit": remedies.limit,
        "sampled_facts": list(remedies.sampled_facts),
    }


# --- text ------------------------------------------------------------------------------------------------------


def explanation_text(result: ExplanationResult) -> str:
    """The whole answer as a person reads it."""
    why = result.why
    lines: list[str] = []
    for line in why.lines:
        if lines and not line.depth:
            lines.append("")
        lines.append(f"{'  ' * line.depth}{'- ' if line.depth else ''}{_opened(line.text, line.depth)}")
    if why.facts and why.kind != "fact":
        lines += ["", "Facts it rests on:", *(f"  - {_fact_text(fact)}" for fact in why.facts.values())]
    if result.remedies is not None:
        lines += ["", *_remedy_lines(result.remedies, result)]
    return "\n".join(lines)


def _opened(sentence: str, depth: int) -> str:
    """A sentence of its own begins with a capital; what stands below may begin with a name, which stays as it is."""
    return sentence if depth else sentence[:1].upper() + sentence[1:]


def _fact_text(fact: FactWhy) -> str:
    origin = "the contract's default" if fact.assertion_source == CONTRACT else "given"
    return f"{fact.id} = {cut(text_of(fact.value, fact.type))} ({origin})"


def _remedy_lines(remedies: r.Remedies, result: ExplanationResult) -> Iterator[str]:
    if remedies.found:
        several = len(remedies.found) > 1
        yield "What would open it (any one of these is enough):" if several else "What would open it:"
    elif remedies.complete:
        yield "Nothing that was tried would open it."
    for number, remedy in enumerate(remedies.found, 1):
        opening = f"  {number}. "
        for change in remedy.changes:
            last = change is remedy.changes[-1]
            yield f"{opening}{change_text(change, result)}{'' if last else ', and'}"
            opening = " " * len(opening)
        if remedy.obtained:
            yield f"{opening}(this brings the verdict{_plural(remedy.obtained)} {_all(list(remedy.obtained))})"
    if remedies.detours:
        yield ""
        yield "Another way to the same end, open as things are:"
    for detour in remedies.detours:
        yield f"  - {detour_text(detour)}"
    if not remedies.complete:
        yield ""
        yield f"The search stopped after {remedies.checked} combinations; there may be other ways."
    elif remedies.sampled_facts:
        yield ""
        facts = _all(list(remedies.sampled_facts))
        yield f"Not every value of {facts} was tried, only those at which a condition turns."


def _plural(names: tuple[str, ...]) -> str:
    return "" if len(names) == 1 else "s"


def change_text(change: r.Change, result: ExplanationResult) -> str:
    """One change as an instruction."""
    match change:
        case r.PersonaChange(persona):
            return f"let {persona} do it instead of {result.persona}"
        case r.InstanceChange(entity_id, state, instance_ids):
            return f"choose {entity_id} {_either(instance_ids)} instead, which {_is(instance_ids)} {state}"
        case r.FlowsFirst():
            runs = ", then ".join(f"{run.flow_id} as {run.persona}" for run in change.runs)
            return f"first run {runs}: it brings {change.entity_id} {change.instance_id} to {change.state}"
        case FactChange():
            return _fact_change_text(change)


def detour_text(detour: r.Detour) -> str:
    """Another flow that leads to the same state, as a sentence."""
    return (
        f"{detour.run.persona} can run {detour.run.flow_id} instead:"
        f" it brings {detour.entity_id} {detour.instance_id} to {detour.state}"
    )


def _fact_change_text(change: FactChange) -> str:
    places = [change.fact_id + _path(path) for path, _ in change.parts]
    bound = f", where `{change.by}` turns" if change.by is not None else ""
    values = list(dict.fromkeys(text_of(value, change.type) for _, value in change.parts))
    if len(values) == 1:
        return f"set {_all(places)} to {values[0]}{bound}"
    pairs = (f"{place} to {text_of(part[1], change.type)}" for place, part in zip(places, change.parts, strict=True))
    return f"set {_all(list(pairs))}{bound}"


def _path(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _all(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _either(names: Iterable[str], most: int = 5) -> str:
    shown = list(names)
    rest = f" or one of {len(shown) - most} more" if len(shown) > most else ""
    return " or ".join(shown[:most]) + rest


def _is(names: tuple[str, ...]) -> str:
    return "is" if len(names) == 1 else "are"
