"""``tenor simulate``: how would a flow run on chosen instances?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tenor_wasm.api import calls
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
from tenor_wasm.cli.reading import why
from tenor_wasm.cli.tables import joined, section, table
from tenor_wasm.errors import TenorError


def flow_option(parser: argparse.ArgumentParser) -> object:
    """``--flow``."""
    return parser.add_argument("--flow", required=True, metavar="ID", help="the flow to run")


def bindings_option(parser: argparse.ArgumentParser) -> object:
    """``--bindings``."""
    return parser.add_argument(
        "--bindings",
        default="{}",
        metavar="JSON",
        help="instance by entity, as JSON, @FILE, or - (default: _default for every entity)",
    )


def outcome_option(parser: argparse.ArgumentParser) -> object:
    """``--outcome``."""
    return parser.add_argument(
        "--outcome",
        action="append",
        default=[],
        metavar="STEP=LABEL",
        help="the outcome of a step where several apply; may be repeated",
    )


def _provenance_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--provenance", action="store_true", help="give the provenance chain too ('tenor verify' checks it)"
    )


def run(namespace: argparse.Namespace) -> Output:
    """Simulate the flow and show its path and the state changes."""
    check_standard_input(namespace, ("facts", "entities", "bindings"))
    contract = read_contract(namespace)
    result = calls.simulate_flow(
        contract,
        namespace.flow,
        namespace.persona,
        read_json_option(namespace, "facts"),
        read_json_option(namespace, "entities"),
        read_json_option(namespace, "bindings"),
        chosen_outcomes(namespace),
        namespace.provenance,
    )
    answer = to_json(result)
    how = f"simulated for {result.flow.persona}; nothing is stored"
    text = run_text(answer, how, result.provenance)
    return Output(answer, text, result.warnings)


def chosen_outcomes(namespace: argparse.Namespace) -> dict[str, str]:
    """The outcomes of ``--outcome`` by step. Raises ``usage``."""
    return dict(_outcome(choice) for choice in namespace.outcome)


def _outcome(choice: str) -> tuple[str, str]:
    step_id, separator, label = choice.rpartition("=")
    if not separator or not step_id or not label:
        raise TenorError("usage", f"--outcome takes STEP=LABEL, not '{choice}'")
    return step_id, label


def run_text(run: Mapping[str, Any], how: str, chain: Mapping[str, Any] | None = None) -> str:
    """A run: its path, the state changes, its provenance where there is a chain. ``how`` says what became of it."""
    moves = run["transitions"] if "transitions" in run else run["would_transition"]
    changes = [(f"{one['entity_id']}/{one['instance_id']}", one["from_state"], one["to_state"]) for one in moves]
    parts = [f"{run['flow_id']} ends with {run['outcome']} ({how})\n"]
    if "path" in run:  # an execution of another version of the contract is told by its records alone
        parts.append(section("Path", table(("step", "kind", "result", "instances"), _step_rows(run["path"], ""))))
    parts.append(section("State changes", table(("instance", "from", "to"), changes) if changes else "none"))
    if chain is not None:
        parts.append(section("Provenance", why(chain)))
    return "\n".join(parts).rstrip()


def _step_rows(steps: Iterable[Mapping[str, Any]], indent: str) -> Iterator[tuple[str, str, str, str]]:
    for step in steps:
        inner = indent + "  " if "branch_id" in step else indent
        instances = joined(f"{entity_id}/{name}" for entity_id, name in step.get("instance_bindings", {}).items())
        yield inner + step["step_id"], step["step_type"], step["result"], instances
        yield from _step_rows(step.get("steps", ()), inner + "  ")


COMMAND = Command(
    "simulate",
    "run a flow on chosen instances without storing anything (exit status 0 whatever the outcome)",
    run,
    (
        flow_option,
        persona_option,
        facts_option,
        entities_option,
        bindings_option,
        outcome_option,
        _provenance_option,
    ),
)
