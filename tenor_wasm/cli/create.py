"""``tenor create``: instances in their entity's initial state."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Mapping
from typing import Any

from tenor_wasm.agent.host import answered
from tenor_wasm.api.json_text import write_json
from tenor_wasm.cli.command import Command, Stream, read_contract
from tenor_wasm.cli.store import STORE_OPTIONS, Place, instances_of
from tenor_wasm.errors import TenorError


def _instances_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "instances",
        nargs="+",
        metavar="ENTITY[/ID]",
        help="what to create, one after the other; without an id it gets one",
    )


def _persona_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--persona",
        metavar="ID",
        help="the persona that creates them, for the record (needed where the key of a server has several)",
    )


def run(namespace: argparse.Namespace) -> Stream:
    """Create each instance, and tell it as soon as it is recorded."""
    return Stream(_created(namespace))


def _created(namespace: argparse.Namespace) -> Generator[str, None, bool]:
    with instances_of(namespace, read_contract(namespace), creates=True) as place:
        for text in namespace.instances:
            record = _record(place, text, namespace.persona)
            if namespace.json:
                yield write_json(record) + "\n"
            else:
                yield f"{record['entity_id']}/{record['instance_id']} is {record['state']}\n"
    return False


def _record(place: Place, text: str, persona: str | None) -> Mapping[str, Any]:
    entity, separator, instance = text.partition("/")
    try:
        return answered(place.create_instance(entity, instance if separator else None, persona=persona))
    except TenorError as error:
        if (error.code, error.path) != ("missing_argument", "/persona"):
            raise
        message = f"{error.message}; here with --persona ID"
        raise TenorError(error.code, message, error.path, error.details) from None


COMMAND = Command(
    "create",
    "create instances in their initial state (with --json one line each)",
    run,
    (_instances_option, _persona_option, *STORE_OPTIONS),
)
