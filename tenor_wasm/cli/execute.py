"""``tenor execute``: run a flow on instances that live, and record it."""

from __future__ import annotations

import argparse

from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import (
    Command,
    Output,
    check_standard_input,
    facts_option,
    persona_option,
    read_contract,
    read_json_option,
)
from tenor_wasm.cli.simulate import bindings_option, chosen_outcomes, flow_option, outcome_option, run_text
from tenor_wasm.cli.store import STORE_OPTIONS, executor_over
from tenor_wasm.cli.tables import table
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.executor import Execution, Executor


def _simulate_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--simulate", action="store_true", help="only say what would happen; nothing is stored")


def _request_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--request-id", metavar="ID", help="a name for this request: the same one again runs nothing and answers alike"
    )


def _authorize_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--authorize",
        action="store_true",
        help="refuse a persona that the flow's first operations do not admit, instead of recording it (§11.4)",
    )


def run(namespace: argparse.Namespace) -> Output:
    """Run the flow; negative when it fails."""
    check_standard_input(namespace, ("facts", "bindings"))
    if namespace.simulate and namespace.request_id is not None:
        raise TenorError("usage", "a simulation has no --request-id: nothing is stored under it")
    contract = read_contract(namespace)
    facts, bindings = read_json_option(namespace, "facts"), read_json_option(namespace, "bindings")
    outcomes: Json = chosen_outcomes(namespace)
    call = namespace.flow, namespace.persona, facts, bindings, outcomes
    with executor_over(namespace, contract, authorize_initiator=namespace.authorize) as executor:
        return _simulated(executor, call) if namespace.simulate else _executed(executor, call, namespace.request_id)


Call = tuple[str, str, Json, Json, Json]


def _simulated(executor: Executor, call: Call) -> Output:
    result = executor.simulate_flow(*call)
    return Output(to_json(result), run_text(result), result.warnings, result.flow.failed)


def _executed(executor: Executor, call: Call, request_id: str | None) -> Output:
    result = executor.execute_flow(*call, request_id=request_id)
    record = result.record
    recorded = "was recorded before" if result.repeated else "is recorded"
    how = f"for {record.persona}; it {recorded} as {record.execution_id}, chain {record.chain_id}"
    if result.simulation is None:
        return Output(to_json(result), _changes(result, how), (), record.failed)
    run = result.simulation._replace(provenance=None)  # 'tenor history --chain' shows it
    return Output(to_json(result), run_text(run, how), run.warnings, record.failed)


def _changes(result: Execution, how: str) -> str:
    """An execution of another version of the contract: its records are all that can be told."""
    rows = [
        (f"{one.key.entity_id}/{one.key.instance_id}", one.from_state or "-", one.to_state)
        for one in result.transitions
    ]
    changes = table(("instance", "from", "to"), rows) if rows else "none"
    return f"{result.record.flow_id} ends with {result.outcome} ({how})\n\nState changes\n\n{changes}"


COMMAND = Command(
    "execute",
    "run a flow on instances of a store and record it (exit status 1 when the flow fails)",
    run,
    (
        flow_option,
        persona_option,
        facts_option,
        bindings_option,
        outcome_option,
        _request_option,
        _authorize_option,
        _simulate_option,
        *STORE_OPTIONS,
    ),
)
