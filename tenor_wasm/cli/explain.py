"""``tenor explain``: why is a verdict, an action, a step or a fact as it is, and what would change it?"""

from __future__ import annotations

import argparse

from tenor_wasm.api import why
from tenor_wasm.api.render import to_json
from tenor_wasm.api.render_why import explanation_text
from tenor_wasm.cli.command import (
    Command,
    Output,
    check_standard_input,
    entities_option,
    facts_option,
    read_contract,
    read_json_option,
)
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.remedies import CHECK_LIMIT


def _target_options(parser: argparse.ArgumentParser) -> object:
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--verdict", metavar="NAME", help="why the verdict is present or absent")
    group.add_argument("--action", metavar="FLOW", help="why the flow can be started or is blocked")
    group.add_argument("--step", metavar="FLOW/STEP", help="what a step of a simulated flow rests on")
    return group.add_argument("--fact", metavar="ID", help="what a fact's value is and where it comes from")


def _persona_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--persona", metavar="ID", help="the persona that acts (for --action and --step)")


def _bindings_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--bindings", default="{}", metavar="JSON", help="the chosen instances by entity, as JSON, @FILE, or -"
    )


def _limit_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--limit", type=int, default=CHECK_LIMIT, metavar="N", help="combinations that the search for remedies tries"
    )


def run(namespace: argparse.Namespace) -> Output:
    """Explain the target as text, or as the function's result."""
    check_standard_input(namespace, ("facts", "entities", "bindings"))
    contract = read_contract(namespace)
    result = why.explain(
        contract,
        _target(namespace),
        read_json_option(namespace, "facts"),
        read_json_option(namespace, "entities"),
        namespace.persona,
        read_json_option(namespace, "bindings"),
        None,
        namespace.limit,
    )
    return Output(to_json(result), explanation_text(result), result.warnings)


def _target(namespace: argparse.Namespace) -> Json:
    if namespace.step is not None:
        flow, separator, step = namespace.step.partition("/")
        if not separator:
            raise TenorError("usage", f"--step takes FLOW/STEP, not '{namespace.step}'")
        return {"step": step, "flow": flow}
    return {name: value for name in ("verdict", "action", "fact") if (value := getattr(namespace, name)) is not None}


COMMAND = Command(
    "explain",
    "say why a verdict, action, step or fact is as it is, and what would open a blocked action",
    run,
    (_target_options, _persona_option, facts_option, entities_option, _bindings_option, _limit_option),
)
