"""``tenor execute``: run a flow on instances that live, and record it."""

from __future__ import annotations

import argparse

from tenor_wasm.agent.host import answered
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
from tenor_wasm.cli.store import STORE_OPTIONS, instances_of
from tenor_wasm.errors import Finding, TenorError


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
    if namespace.server is not None and namespace.authorize:
        raise TenorError("usage", "a server decides by its keys who may start a flow: leave --authorize out")
    contract = read_contract(namespace)
    facts, bindings = read_json_option(namespace, "facts"), read_json_option(namespace, "bindings")
    call = namespace.flow, namespace.persona, facts, bindings, chosen_outcomes(namespace)
    with instances_of(namespace, contract, authorize_initiator=namespace.authorize) as place:
        if namespace.simulate:
            answer = answered(place.simulate_flow(*call))
            how = f"simulated for {namespace.persona}; nothing is stored"
        else:
            answer = answered(place.execute_flow(*call, request_id=namespace.request_id))
            recorded = "was recorded before" if answer["repeated"] else "is recorded"
            how = (
                f"for {answer['persona']}; it {recorded} as {answer['execution_id']}, chain"
                f" {answer['provenance_chain_id']}"
            )
    warnings = tuple(Finding(**warning) for warning in answer.get("warnings", ()))
    return Output(answer, run_text(answer, how), warnings, answer["failed"])


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
