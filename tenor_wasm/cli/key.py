"""``tenor key``: make a bearer key for ``tenor serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tenor_wasm.cli.command import Command, Output
from tenor_wasm.cli.serve import server_room


def run(namespace: argparse.Namespace) -> Output:
    """Write the key's hash into the file, and show the key: once."""
    server_room()
    from tenor_wasm.server.keys import add_key

    key, secret = add_key(Path(namespace.file), namespace.persona, namespace.contract or (), namespace.read_only)
    about = f"for {', '.join(key.personas)} on {', '.join(key.contracts) or 'every contract'}"
    hint = f"{'may only look and try, ' if key.read_only else ''}is shown this once; '{namespace.file}' has its hash"
    shown = {"id": key.id, "key": secret, "personas": [*key.personas], "contracts": [*key.contracts]}
    return Output({**shown, "read_only": key.read_only}, f"{secret}\n{about}, {hint}")


def _options(parser: argparse.ArgumentParser) -> object:
    parser.add_argument("file", metavar="FILE", help="the key file; made where there is none")
    parser.add_argument("--persona", action="append", required=True, metavar="ID", help="who it may act as; repeatable")
    parser.add_argument("--contract", action="append", metavar="ID", help="what it is for (default: all); repeatable")
    return parser.add_argument("--read-only", action="store_true", help="it may look and simulate, but change nothing")


COMMAND = Command("key", "make a bearer key for 'tenor serve'", run, (_options,), about_contract=False)
