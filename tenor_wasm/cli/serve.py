"""``tenor serve``: contracts and systems over HTTP."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Mapping
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tenor_wasm.cli.command import Command, Stream, read_bundle
from tenor_wasm.cli.store import address_of, db_option
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import open_storage

if TYPE_CHECKING:
    from tenor_wasm.server import Settings, Subject


def run(namespace: argparse.Namespace) -> Stream:
    """Open the store and the socket, say the address, and answer until the process is told to stop."""
    _check_bounds(namespace)
    server = server_room()
    settings = _settings(server, namespace)
    keys = None if namespace.keys is None else server.KeyFile(Path(namespace.keys))
    subjects = [_subject(server, argument) for argument in namespace.contracts]
    hosts = server.host(
        subjects,
        open_storage(address_of(namespace), settings.threads),
        organisation=settings.organisation,
        trust_domain=namespace.trust_domain,
        signer=None if namespace.signing_key is None else _signer(namespace.signing_key),
        # Where keys bind personas, a persona is a right: a flow runs only for one that it admits.
        authorize_initiator=keys is not None,
    )
    app = server.create_app(hosts, settings, keys)
    listening = server.listen(app, settings, namespace.host, namespace.port, keys=keys is not None)

    def lines() -> Generator[str, None, bool]:
        server.log_to()
        yield f"serving {', '.join(hosts.contracts)} on {listening.address}\n"
        with closing(hosts.storage):
            listening.run()
        return False

    return Stream(lines())


def server_room() -> ModuleType:
    """The room of the server. Raises ``missing_driver`` where its extra is not installed."""
    try:
        from tenor_wasm import server
    except ImportError as error:
        raise TenorError("missing_driver", "serving needs more: install 'tenor-wasm[server]'") from error
    return server


BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (0, 65535),
    "rate": (0, 1e9),
    "body_bytes": (1, 1e12),
    "answer_seconds": (0.001, 1e6),
    "threads": (1, 1000),
}
"""Option → the least and the most that it may be."""


def _check_bounds(namespace: argparse.Namespace) -> None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(namespace, name)
        if not least <= value <= most:
            option = "--" + name.replace("_", "-")
            raise TenorError("usage", f"{option} takes a number from {least:g} to {most:g}, not {value:g}")


def _settings(server: ModuleType, namespace: argparse.Namespace) -> Settings:
    settings: Settings = server.Settings(
        organisation=namespace.org,
        origins=tuple(namespace.origin),
        public_manifest=namespace.public_manifest,
        rate=namespace.rate,
        burst=namespace.rate * 2,
        body_bytes=namespace.body_bytes,
        answer_seconds=namespace.answer_seconds,
        threads=namespace.threads,
    )
    return settings


def _subject(server: ModuleType, argument: str) -> Subject:
    """The contract or system of an argument; the files of a system's members lie beside it."""
    folder = Path(argument).parent
    subject: Subject = server.read_subject(read_bundle(argument), lambda path: read_bundle(str(folder / path)))
    return subject


def _signer(path: str) -> object:
    try:
        from tenor_wasm.executor.signing import Ed25519Signer
    except ImportError as error:
        raise TenorError("missing_driver", "signing needs more: install 'tenor-wasm[signing]'") from error
    try:
        return Ed25519Signer.from_pem(Path(path).read_bytes())
    except OSError as error:
        raise TenorError("unreadable_file", f"--signing-key: cannot read '{path}': {error.strerror}") from None


def _options(parser: argparse.ArgumentParser) -> object:
    add = parser.add_argument
    add("contracts", metavar="CONTRACT", nargs="+", help="a bundle or .tenor source, of a contract or a system")
    add("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default 127.0.0.1)")
    add("--port", default=8000, type=int, metavar="NUMBER", help="the port (default 8000; 0 takes a free one)")
    add("--org", metavar="NAME", help="serve below /NAME too, and keep its instances apart from those of others")
    add("--keys", metavar="FILE", help="ask for the keys of this file ('tenor key' writes it)")
    add("--public-manifest", action="store_true", help="give manifests without a key")
    add("--origin", action="append", default=[], metavar="ORIGIN", help="let pages of this origin ask; repeatable")
    add(
        "--rate",
        type=float,
        default=200.0,
        metavar="NUMBER",
        help="requests a second for each key or address (default 200; 0: any number)",
    )
    add("--body-bytes", type=int, default=1_000_000, metavar="NUMBER", help="size of a body (default 1000000)")
    add("--answer-seconds", type=float, default=30.0, metavar="NUMBER", help="time for an answer (default 30)")
    add("--threads", type=int, default=10, metavar="NUMBER", help="requests worked on at once (default 10)")
    add("--trust-domain", metavar="NAME", help="the trust domain that manifests and records name")
    return add("--signing-key", metavar="FILE", help="sign manifests and chains with this Ed25519 key (PEM)")


COMMAND = Command("serve", "serve contracts and systems over HTTP", run, (_options, db_option), about_contract=False)
