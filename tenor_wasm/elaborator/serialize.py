"""Pass 6: checked constructs → canonical interchange JSON (§14.2): construct order, key order, provenance.

Where the prose and the public suite differ, the suite counts, because bundles are interchanged with other tools:
free-text sources are split at the first dot, steps come breadth first from the entry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tenor_wasm.elaborator.index import Index
from tenor_wasm.elaborator.references import DEFAULT_ERRORS
from tenor_wasm.elaborator.systems import shared_by
from tenor_wasm.elaborator.tree import Block, Word
from tenor_wasm.elaborator.typecheck import Typed
from tenor_wasm.errors import Json
from tenor_wasm.values.types import type_to_json

TENOR = "1.0"
TENOR_VERSION = "1.0.0"

JsonObject = dict[str, Json]


def serialize(bundle_id: str, index: Index, typed: Typed) -> JsonObject:
    """The bundle: Personas, Sources, Facts, Entities by id; Rules by stratum, then id; the others by id."""
    constructs: list[Json] = []
    for kind, write in _WRITERS.items():
        blocks = index[kind].values()
        for block in sorted(blocks, key=_rule_order if kind == "Rule" else _by_id):
            provenance: JsonObject = {"file": block.at.file, "line": block.at.line}
            constructs.append(
                _sorted(
                    {
                        "id": block.name.text,
                        "kind": kind,
                        "provenance": provenance,
                        "tenor": TENOR,
                        **write(block, typed),
                    }
                )
            )
    return {
        "constructs": constructs,
        "id": bundle_id,
        "kind": "Bundle",
        "tenor": TENOR,
        "tenor_version": TENOR_VERSION,
    }


def _by_id(block: Block) -> bytes:
    return block.name.text.encode()


def _rule_order(block: Block) -> tuple[int, bytes]:
    return block.get("stratum").value, _by_id(block)


def _sorted(json: Any) -> Any:
    """The value with the keys of every object sorted as their UTF-8 bytes are; arrays keep their order."""
    kind = type(json)
    if kind is dict:
        # The order of code points is that of UTF-8 bytes. Most members nest nothing.
        return {key: json[key] if type(json[key]) is str else _sorted(json[key]) for key in sorted(json)}
    return [_sorted(item) for item in json] if kind is list else json


def _words(words: tuple[Word, ...]) -> list[Json]:
    return [word.text for word in words]


def _persona(_: Block, __: Typed) -> JsonObject:
    return {}


def _source(block: Block, _: Typed) -> JsonObject:
    values = {name: field.value.text for name, field in block.fields.items()}
    result: JsonObject = {"protocol": values.pop("protocol")}
    if "description" in values:
        result["description"] = values.pop("description")
    return {**result, "fields": dict(values)}


def _fact(block: Block, typed: Typed) -> JsonObject:
    base_type = typed.fact_types[block.name.text]
    result: JsonObject = {"source": _fact_source(block.get("source")), "type": type_to_json(base_type)}
    if block.name.text in typed.defaults:
        result["default"] = typed.defaults[block.name.text]
    return result


def _fact_source(source: Any) -> JsonObject:
    """A structured source, or the free text split at its first dot; without a source the value is API input."""
    if isinstance(source, tuple):
        return {"path": source[1].text, "source_id": source[0].text}
    system, _, field = (source.text if source is not None else "api_input").partition(".")
    return {"field": field, "system": system}


def _entity(block: Block, _: Typed) -> JsonObject:
    result: JsonObject = {
        "initial": block.get("initial").text,
        "states": _words(block.get("states")),
        "transitions": [{"from": source.text, "to": target.text} for source, target in block.get("transitions")],
    }
    if block.get("parent") is not None:
        result["parent"] = block.get("parent").text
    return result


def _rule(block: Block, typed: Typed) -> JsonObject:
    name = block.name.text
    produce = {"payload": typed.payloads[name], "verdict_type": block.get("produce")[0].text}
    return {"stratum": block.get("stratum").value, "body": {"produce": produce, "when": typed.whens[name]}}


def _operation(block: Block, typed: Typed) -> JsonObject:
    errors = block.get("error_contract")
    result: JsonObject = {
        "allowed_personas": _words(block.get("allowed_personas")),
        "effects": [_effect(effect) for effect in block.get("effects")],
        "error_contract": list(DEFAULT_ERRORS) if errors is None else _words(errors),
        "precondition": typed.preconditions[block.name.text],
    }
    if block.get("outcomes") is not None:
        result["outcomes"] = _words(block.get("outcomes"))
    return result


def _effect(effect: tuple[Word, ...]) -> JsonObject:
    result: JsonObject = {"entity_id": effect[0].text, "from": effect[1].text, "to": effect[2].text}
    return {**result, "outcome": effect[3].text} if len(effect) == 4 else result


# --- flows -----------------------------------------------------------------------------------------------------


def _flow(block: Block, typed: Typed) -> JsonObject:
    return {"entry": block.get("entry").text, "snapshot": "at_initiation", "steps": _steps(block, typed)}


def _steps(owner: Block, typed: Typed) -> list[Json]:
    """Steps breadth first from the entry; those that nothing leads to follow in declared order."""
    by_name = {step.name.text: step for step in owner.get("steps")}
    order: dict[str, None] = {owner.get("entry").text: None}
    queue = deque(order)
    while queue:
        for target in _following(by_name[queue.popleft()]):
            if target not in order:
                order[target] = None
                queue.append(target)
    order.update(dict.fromkeys(by_name))
    return [_step(by_name[name], typed) for name in order]


def _following(step: Block) -> list[str]:
    targets: list[Any] = [target for _, target in step.get("outcomes") or ()]
    targets += [step.get(name) for name in ("if_true", "if_false", "next", "on_success")]
    join = step.get("join")
    handlers = [step.get("on_failure")]
    if join is not None:
        targets += [join.get("on_all_success"), join.get("on_all_complete")]
        handlers.append(join.get("on_any_failure"))
    targets += [handler.get("next") for handler in handlers if handler is not None and handler.kind == "Escalate"]
    return [target.text for target in targets if isinstance(target, Word)]


def _step(step: Block, typed: Typed) -> JsonObject:
    fields = _STEP_WRITERS[step.kind](step, typed)
    return {"id": step.name.text, "kind": step.kind, **fields}


def _target(target: Any) -> Json:
    if target is None:
        return None
    return target.text if isinstance(target, Word) else _terminal(target)


def _terminal(block: Block) -> JsonObject:
    return {"kind": "Terminal", "outcome": block.get("outcome").text}


def _handler(handler: Block) -> JsonObject:
    if handler.kind == "Terminate":
        return {"kind": "Terminate", "outcome": handler.get("outcome").text}
    if handler.kind == "Escalate":
        return {"kind": "Escalate", "next": handler.get("next").text, "to_persona": handler.get("to_persona").text}
    steps: list[Json] = [
        {
            "on_failure": _terminal(step.get("on_failure")),
            "op": step.get("op").text,
            "persona": step.get("persona").text,
        }
        for step in handler.get("steps")
    ]
    return {"kind": "Compensate", "steps": steps, "then": _terminal(handler.get("then"))}


def _operation_step(step: Block, _: Typed) -> JsonObject:
    return {
        "on_failure": _handler(step.get("on_failure")),
        "op": step.get("op").text,
        "outcomes": {label.text: _target(target) for label, target in step.get("outcomes")},
        "persona": step.get("persona").text,
    }


def _branch_step(step: Block, typed: Typed) -> JsonObject:
    return {
        "condition": typed.conditions[id(step)],
        "if_false": _target(step.get("if_false")),
        "if_true": _target(step.get("if_true")),
        "persona": step.get("persona").text,
    }


def _handoff_step(step: Block, _: Typed) -> JsonObject:
    return {name: step.get(name).text for name in ("from_persona", "next", "to_persona")}


def _sub_flow_step(step: Block, _: Typed) -> JsonObject:
    return {
        "flow": step.get("flow").text,
        "on_failure": _handler(step.get("on_failure")),
        "on_success": _target(step.get("on_success")),
        "persona": step.get("persona").text,
    }


def _parallel_step(step: Block, typed: Typed) -> JsonObject:
    join = step.get("join")
    policy: JsonObject = {
        "on_all_success": _target(join.get("on_all_success")),
        "on_any_failure": _handler(join.get("on_any_failure")),
    }
    if join.get("on_all_complete") is not None:
        policy["on_all_complete"] = _target(join.get("on_all_complete"))
    branches: list[Json] = [
        {"entry": branch.get("entry").text, "id": branch.get("id").text, "steps": _steps(branch, typed)}
        for branch in step.get("branches")
    ]
    return {"branches": branches, "join": policy}


_STEP_WRITERS: Mapping[str, Callable[[Block, Typed], JsonObject]] = {
    "OperationStep": _operation_step,
    "BranchStep": _branch_step,
    "HandoffStep": _handoff_step,
    "SubFlowStep": _sub_flow_step,
    "ParallelStep": _parallel_step,
}


# --- systems ---------------------------------------------------------------------------------------------------


def _system(block: Block, _: Typed) -> JsonObject:
    members = [{"id": name.text, "path": path.text} for name, path in block.get("members") or ()]
    triggers = [
        {
            "on": trigger.get("on").text,
            "persona": trigger.get("persona").text,
            "source_contract": trigger.get("source")[0].text,
            "source_flow": trigger.get("source")[1].text,
            "target_contract": trigger.get("target")[0].text,
            "target_flow": trigger.get("target")[1].text,
        }
        for trigger in block.get("triggers") or ()
    ]
    return {
        "members": sorted(members, key=lambda member: member["id"]),
        "shared_entities": _shared(block, "shared_entities", "entity"),
        "shared_personas": _shared(block, "shared_personas", "persona"),
        "triggers": sorted(triggers, key=_trigger_order),
    }


def _shared(system: Block, field: str, kind: str) -> list[Json]:
    blocks: tuple[Block, ...] = system.get(field) or ()
    ordered = sorted(blocks, key=lambda block: str(block.get(kind).text).encode())
    return [
        {"contracts": sorted(shared_by(system, block), key=str.encode), kind: block.get(kind).text} for block in ordered
    ]


def _trigger_order(trigger: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(trigger[name] for name in ("source_contract", "source_flow", "target_contract", "target_flow"))


_WRITERS: Mapping[str, Callable[[Block, Typed], JsonObject]] = {
    "Persona": _persona,
    "Source": _source,
    "Fact": _fact,
    "Entity": _entity,
    "Rule": _rule,
    "Operation": _operation,
    "Flow": _flow,
    "System": _system,
}
"""Construct kinds in canonical order."""
