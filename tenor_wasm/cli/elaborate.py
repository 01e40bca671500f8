"""``tenor elaborate``: ``.tenor`` source → interchange bundle, or its manifest."""

from __future__ import annotations

import argparse
import json

from tenor_wasm.cli.command import Command, Output, elaborate_file, source_option
from tenor_wasm.interchange.canonical import manifest


def _manifest_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("--manifest", action="store_true", help="print the contract manifest (§19.1)")


def run(namespace: argparse.Namespace) -> Output:
    """Print the bundle or manifest: indented for people, compact with ``--json``."""
    bundle = elaborate_file(namespace.file)
    result = manifest(bundle) if namespace.manifest else bundle
    return Output(result, json.dumps(result, indent=2, ensure_ascii=False))


COMMAND = Command(
    "elaborate",
    "turn .tenor source into an interchange bundle",
    run,
    (source_option, _manifest_option),
    about_contract=False,
)
