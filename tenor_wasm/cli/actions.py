"""``tenor actions``: what may a persona do, to which instances, and what blocks the rest?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from tenor_wasm.api import calls
from tenor_wasm.api.blocked_text import reason_text
from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import (
    Command,
    Output,
    check_standard_input,
    entities_option,
    facts_option,
    persona_option,
    read_contract,
    read_json_option,
)
from tenor_wasm.cli.tables import joined, table
from tenor_wasm.evaluator import actions as spaces

Row = tuple[str, str, str, str]


def run(namespace: argparse.Namespace) -> Output:
    """Compute the action space and list every flow by instance."""
    check_standard_input(namespace, ("facts", "entities"))
    contract = read_contract(namespace)
    facts, entities = read_json_option(namespace, "facts"), read_json_option(namespace, "entities")
    result = calls.action_space(contract, facts, entities, namespace.persona)
    answer: Any = to_json(result)
    rows = [row for action in result.actions for row in _action_rows(action)]
    rows += [row for blocked in answer["blocked_actions"] for row in _blocked_rows(blocked)]
    text = table(("flow", "instance", "status", "why"), rows) if rows else "the contract declares no flow"
    return Output(answer, text, result.warnings)


def _action_rows(action: spaces.Action) -> Iterator[Row]:
    operations = joined(action.first_operation_ids)
    if not action.instance_bindings:
        yield action.flow_id, "-", "available", f"starts with {operations}"
    for entity_id, instance_ids in action.instance_bindings.items():
        for instance_id in instance_ids:
            yield action.flow_id, f"{entity_id}/{instance_id}", "available", f"starts with {operations}"
    yield from _instance_rows(action.flow_id, action.blocked_instances)


def _blocked_rows(blocked: Mapping[str, Any]) -> Iterator[Row]:
    for reason in blocked["reasons"]:
        yield blocked["flow_id"], "-", "blocked", reason_text(reason, blocked)
    yield from _instance_rows(blocked["flow_id"], blocked["blocked_instances"])


def _instance_rows(flow_id: str, blocked: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    for entity_id, instances in blocked.items():
        for instance_id, state in instances.items():
            yield flow_id, f"{entity_id}/{instance_id}", "blocked", f"in state {state}"


COMMAND = Command(
    "actions",
    "show what a persona may do to which instances, and what blocks the rest",
    run,
    (persona_option, facts_option, entities_option),
)
