"""What every command is made of: its arguments, how they are read, and what it gives back."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json
from tenor_wasm.errors import Finding, Json, TenorError
from tenor_wasm.interchange.constructs import Contract

Option: TypeAlias = Callable[[argparse.ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Output:
    """What a command answers: a JSON value for machines, text for people, warnings for standard error."""

    json: Json
    text: str
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], Output]
    options: tuple[Option, ...] = ()


# --- options ---------------------------------------------------------------------------------------------------

_JSON_HELP = "as JSON, @FILE, or - for standard input"


def facts_option(parser: argparse.ArgumentParser) -> object:
    """``--facts``."""
    return parser.add_argument(
        "--facts", default="{}", metavar="JSON", help=f"facts by id, {_JSON_HELP} (default {{}})"
    )


def entities_option(parser: argparse.ArgumentParser) -> object:
    """``--entities``."""
    return parser.add_argument(
        "--entities",
        default="{}",
        metavar="JSON",
        help=f"entity states, flat or by instance, {_JSON_HELP} (default {{}})",
    )


def persona_option(parser: argparse.ArgumentParser) -> object:
    """``--persona``."""
    return parser.add_argument("--persona", required=True, metavar="ID", help="the persona that acts")


# --- reading ---------------------------------------------------------------------------------------------------

_HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")


def read_contract(namespace: argparse.Namespace) -> Contract:
    """Load the contract, and refuse it when ``--contract-hash`` names another one."""
    expected = _expected_hash(namespace.contract_hash)
    source = namespace.contract
    contract = calls.load_text(_standard_input("CONTRACT") if source == "-" else _file(source, "CONTRACT"))
    if expected is not None and contract.hash != expected:
        raise TenorError(
            "contract_hash_mismatch",
            f"the contract has the hash {contract.hash}, not {expected}: it is another contract or another version",
            "",
            {"expected": expected, "found": contract.hash},
        )
    return contract


def _expected_hash(text: str | None) -> str | None:
    if text is None:
        return None
    match = _HASH.match(text)
    if match is None:
        raise TenorError("usage", f"--contract-hash takes sha256: and 64 lower-case hexadecimal digits, not '{text}'")
    return "sha256:" + match.group(1)


def read_json_option(namespace: argparse.Namespace, name: str) -> Json:
    """Read ``--<name>``: inline JSON, ``@FILE``, or ``-`` for standard input."""
    text = getattr(namespace, name)
    option = f"--{name}"
    if text == "-":
        text = _standard_input(option)
    elif text.startswith("@"):
        text = _file(text[1:], option)
    return read_json(text, option)


def check_standard_input(namespace: argparse.Namespace, names: Iterable[str]) -> None:
    """Standard input can be read once: refuse a second ``-``."""
    readers = [f"--{name}" for name in names if getattr(namespace, name) == "-"]
    if namespace.contract == "-":
        readers.insert(0, "CONTRACT")
    if len(readers) > 1:
        raise TenorError("usage", f"standard input can be read once, but {' and '.join(readers)} ask for it")


def _standard_input(option: str) -> str:
    return _decoded(sys.stdin.buffer.read(), option, "standard input")


def _file(path: str, option: str) -> str:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise TenorError("unreadable_file", f"{option}: cannot read '{path}': {error.strerror}") from None
    except ValueError:
        raise TenorError("unreadable_file", f"{option}: '{path!r}' is no file name") from None
    return _decoded(data, option, f"'{path}'")


def _decoded(data: bytes, option: str, what: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TenorError("unreadable_file", f"{option}: {what} is not UTF-8 text (byte {error.start})") from None
