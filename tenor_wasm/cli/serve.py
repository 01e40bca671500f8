"""``tenor serve``: contracts and systems over HTTP."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from tenor_wasm.cli.command import Command, Stream, read_bundle
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import open_storage

if TYPE_CHECKING:
    from tenor_wasm.server import Subject


def run(namespace: argparse.Namespace) -> Stream:
    """Open the store and the socket, say the address, and answer until the process is told to stop."""
    try:
        from tenor_wasm import server
        from tenor_wasm.server.logs import log_to
    except ImportError as error:
        raise TenorError("missing_driver", "serving needs more: install 'tenor-wasm[server]'") from error
    settings = server.Settings(
        organisation=namespace.org,
        origins=tuple(namespace.origin),
        public_manifest=namespace.public_manifest,
        rate=namespace.rate,
        burst=namespace.rate * 2,
        threads=namespace.threads,
    )
    keys = None if namespace.keys is None else server.KeyFile(Path(namespace.keys))
    subjects = [_subject(argument) for argument in namespace.contracts]
    hosts = server.host(
        subjects, open_storage(namespace.db), organisation=namespace.org, authorize_initiator=keys is not None
    )
    app = server.create_app(hosts, settings, keys)
    listening = server.listen(app, settings, namespace.host, namespace.port, keys=keys is not None)
    log_to()

    def lines() -> Generator[str, None, bool]:
        yield f"serving {', '.join(hosts.contracts)} on {listening.address}\n"
        listening.run()
        return False

    return Stream(lines())


def _subject(argument: str) -> Subject:
    from tenor_wasm.server import read_subject

    folder = Path(argument).parent
    return read_subject(read_bundle(argument), lambda path: read_bundle(str(folder / path)))


def _options(parser: argparse.ArgumentParser) -> object:
    parser.add_argument(
        "contracts", metavar="CONTRACT", nargs="+", help="a bundle or .tenor source, of a contract or a system"
    )
    parser.add_argument(
        "--db",
        default="memory:",
        metavar="ADDRESS",
        help="the store: memory: (default), sqlite:///FILE or postgresql://…",
    )
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default 127.0.0.1)")
    parser.add_argument(
        "--port", default=8000, type=int, metavar="NUMBER", help="the port (default 8000; 0 takes a free one)"
    )
    parser.add_argument("--org", metavar="NAME", help="serve below /NAME too, and keep its instances apart")
    parser.add_argument("--keys", metavar="FILE", help="ask for the keys of this file ('tenor key' writes it)")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin ask (CORS); may be repeated",
    )
    parser.add_argument("--public-manifest", action="store_true", help="give the manifest without a key")
    parser.add_argument(
        "--rate",
        type=float,
        default=200.0,
        metavar="NUMBER",
        help="requests a second for each key or address (default 200; 0: no bound)",
    )
    return parser.add_argument(
        "--threads", type=int, default=10, metavar="NUMBER", help="requests worked on at once (default 10)"
    )


COMMAND = Command("serve", "serve contracts and systems over HTTP", run, (_options,), about_contract=False)
