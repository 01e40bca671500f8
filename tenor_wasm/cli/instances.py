"""``tenor instances``: which instances live in a store, and in which states?"""

from __future__ import annotations

import argparse

from tenor_wasm.agent.host import answered
from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import Command, Output, read_contract
from tenor_wasm.cli.store import STORE_OPTIONS, Place, cursor_option, instances_of, limit_option, more_text
from tenor_wasm.cli.tables import table
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor
from tenor_wasm.interchange.constructs import Contract


def _entity_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--entity", metavar="ID", help="the instances of this entity (default: of each)")


def _state_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--state", metavar="ID", help="those in this state alone; needs --entity")


def _counts_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--counts", action="store_true", help="how many are in each state, instead of which")


def run(namespace: argparse.Namespace) -> Output:
    """List the instances entity by entity, or count them."""
    if namespace.entity is None and (namespace.state or namespace.cursor):
        raise TenorError("usage", "--state and --cursor are about one entity: name it with --entity")
    if namespace.counts and namespace.entity is not None:
        raise TenorError("usage", "--counts is about every entity: leave --entity out")
    if namespace.counts and namespace.server is not None:
        raise TenorError("usage", "a server lists instances and does not count them: leave --counts out")
    contract = read_contract(namespace)
    with instances_of(namespace, contract) as place:
        if namespace.counts and isinstance(place, Executor):
            return _counted(place)
        return _listed(place, contract, namespace)


def _counted(executor: Executor) -> Output:
    counts = executor.counts()
    rows = [(one.entity_id, state, str(number)) for one in counts for state, number in one.states.items()]
    return Output([to_json(one) for one in counts], table(("entity", "state", "instances"), rows))


def _listed(place: Place, contract: Contract, namespace: argparse.Namespace) -> Output:
    entities = [namespace.entity] if namespace.entity is not None else [*contract.entities]
    pages = {
        entity: answered(place.list_instances(entity, namespace.state, namespace.cursor, namespace.limit))
        for entity in entities
    }
    rows = [
        (f"{entity}/{one['instance_id']}", one["state"], str(one["version"]), one["updated_at"])
        for entity, page in pages.items()
        for one in page["items"]
    ]
    text = table(("instance", "state", "version", "since"), rows) if rows else "none"
    for entity, page in pages.items():
        text += more_text(page["next_cursor"]) + (f" --entity {entity}" if page["next_cursor"] else "")
    return Output(pages, text)


COMMAND = Command(
    "instances",
    "list the instances of a store with their states (as JSON: a page for each entity)",
    run,
    (_entity_option, _state_option, _counts_option, limit_option, cursor_option, *STORE_OPTIONS),
)
