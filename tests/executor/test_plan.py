"""The integration tests that the plan for many instances asks for, by name, and where each of them is.

Every one runs on SQLite and PostgreSQL, those without a server in memory too: they take the fixtures of the stores.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.executor.storage import Storage
from tests.engines import ROOT
from tests.executor.shops import CONTRACT, FACTS, executor_on, states, verified

Json = Any

PLAN: dict[str, tuple[str, ...]] = {
    "multi-instance flow execution": (
        "executor/test_executor.py::test_multi_instance_flow_execution",
        "server/test_instances.py::test_multi_instance_flow_execution",
    ),
    "per-instance action space from HTTP": (
        "executor/test_executor.py::test_per_instance_action_space",
        "server/test_instances.py::test_per_instance_action_space_from_http",
    ),
    "instance binding in flow execution HTTP": (
        "server/test_instances.py::test_instance_binding_in_flow_execution_http",
        "server/test_instances.py::test_a_simulation_takes_bindings_and_stores_nothing",
        "executor/test_executor.py::test_bindings_are_strict_and_checked_before_anything_runs",
        "agent/test_commands.py::test_execute_records_what_simulate_only_tells",
    ),
    "backward compat – no instance bindings": (
        "executor/test_executor.py::test_without_bindings_the_default_instances_are_meant",
        "executor/test_plan.py::test_backward_compat_no_instance_bindings",
        "server/test_instances.py::test_backward_compat_no_instance_bindings",
        "agent/test_commands.py::test_without_bindings_the_default_instances_are_meant",
    ),
    "E15 – instance creation in initial state": (
        "executor/test_obligations.py::test_e15_instance_creation",
        "server/test_instances.py::test_e15_instance_creation_in_initial_state",
    ),
    "E17 – instance enumeration complete": (
        "executor/test_obligations.py::test_e17_instance_enumeration",
        "server/test_instances.py::test_e17_instance_enumeration_complete",
    ),
    "agent: observes all instances, acts on the chosen one": (
        "agent/test_agent.py::test_an_agent_moves_the_chosen_instances_and_no_other",
        "agent/test_policies.py::test_the_pages_together_give_every_action_once",
    ),
}
"""What the plan asks for → the tests that hold it."""


@pytest.mark.parametrize("name", PLAN)
def test_everything_in_the_plan_has_its_tests(name: str) -> None:
    for place in PLAN[name]:
        path, _, function = place.partition("::")
        body = ast.parse((Path(ROOT) / "tests" / path).read_text("utf-8")).body
        assert function in {node.name for node in body if isinstance(node, ast.FunctionDef)}, place


@pytest.mark.parametrize("flow", [*CONTRACT.flows])
def test_backward_compat_no_instance_bindings(storage: Storage, flow: str) -> None:
    """Without bindings a flow runs on ``_default`` as it does on flat states, whatever lives beside it."""
    flat = {"Order": "draft", "Parcel": "packed"}
    executor = executor_on(storage)
    for entity in flat:
        executor.create_instance(entity, "_default")
        executor.create_instance(entity, "another")
    before = states(executor)
    execution = executor.execute_flow(flow, "clerk", FACTS)
    alone: Json = api.to_json(api.simulate_flow(CONTRACT, flow, "clerk", FACTS, flat))
    recorded: Json = api.to_json(execution)
    same = ("flow_id", "persona", "outcome", "path", "verdicts", "instance_bindings", "warnings")
    assert {name: recorded.get(name) for name in same} == {name: alone.get(name) for name in same}
    moved = [(c.key.entity_id, c.key.instance_id, c.from_state, c.to_state) for c in execution.transitions]
    assert moved == [tuple(change.values()) for change in alone["would_transition"]]
    after = before | {(entity, name): state for entity, name, _, state in moved}
    assert states(executor) == after
    assert {name for _, name, _, _ in moved} <= {"_default"}
    assert verified(executor, execution.record.chain_id)
