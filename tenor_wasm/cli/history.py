"""``tenor history``: what happened to an instance, what was executed, and the provenance chain of an execution."""

from __future__ import annotations

import argparse
from typing import Any

from tenor_wasm.agent.host import answered
from tenor_wasm.cli.command import Command, Output, read_contract
from tenor_wasm.cli.reading import why
from tenor_wasm.cli.store import (
    STORE_OPTIONS,
    Place,
    cursor_option,
    instances_of,
    limit_option,
    more_text,
    named_instance,
)
from tenor_wasm.cli.tables import joined, table
from tenor_wasm.errors import TenorError


def _instance_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "instance", nargs="?", metavar="ENTITY/ID", help="the instance (default: every execution of the contract)"
    )


def _chain_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--chain", metavar="ID", help="one provenance chain instead; with --json 'tenor verify' takes it as it is"
    )


def run(namespace: argparse.Namespace) -> Output:
    """Show the history of an instance, the executions, or one chain."""
    if namespace.chain is not None and namespace.instance is not None:
        raise TenorError("usage", "name an instance or --chain, not both")
    with instances_of(namespace, read_contract(namespace)) as place:
        if namespace.chain is not None:
            chain: Any = answered(place.chain(namespace.chain))["chain"]
            return Output(chain, why(chain))
        if namespace.instance is None:
            return _executions(place, namespace)
        return _history(place, namespace)


def _history(place: Place, namespace: argparse.Namespace) -> Output:
    entity, instance = named_instance(namespace.instance)
    history = answered(place.history(entity, instance, namespace.cursor, namespace.limit))
    rows = [
        (
            str(one["version"]),
            one["timestamp"],
            one["operation"] or "created",
            one["to_state"],
            one["persona"] or "-",
            one["provenance_chain_id"] or "-",
        )
        for one in history["history"]
    ]
    text = f"{entity}/{instance} is {history['current_state']}\n\n"
    text += table(("version", "at", "operation", "state", "persona", "chain"), rows)
    return Output(history, text + more_text(history["next_cursor"]))


def _executions(place: Place, namespace: argparse.Namespace) -> Output:
    page = answered(place.chains(cursor=namespace.cursor, limit=namespace.limit))
    rows = [
        (
            one["started_at"],
            one["flow_id"],
            joined(f"{entity}/{name}" for entity, name in one["instance_bindings"].items()),
            one["persona"],
            one["outcome"],
            one["provenance_chain_id"],
        )
        for one in page["items"]
    ]
    text = table(("at", "flow", "instances", "persona", "outcome", "chain"), rows) if rows else "none"
    return Output(page, text + more_text(page["next_cursor"]))


COMMAND = Command(
    "history",
    "show what happened to an instance, every execution, or a provenance chain",
    run,
    (_instance_option, _chain_option, limit_option, cursor_option, *STORE_OPTIONS),
)
