"""What every command is made of: its arguments, how they are read, and what it gives back."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tenor_wasm.api import calls
from tenor_wasm.api.json_text import read_json
from tenor_wasm.api.source import elaborate_from
from tenor_wasm.errors import Finding, Json, TenorError
from tenor_wasm.interchange.constructs import Contract

Option: TypeAlias = Callable[[argparse.ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Output:
    """What a command answers: a JSON value for machines, text for people, warnings for standard error."""

    json: Json
    text: str
    warnings: tuple[Finding, ...] = ()
    negative: bool = False
    """Whether the answer is no: the exit status is 1 then."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a command answers line by line, so that a long answer is never held whole.

    ``lines`` are for standard output, each a text of whole lines; returned at their end is whether the answer is no.
    """

    lines: Generator[str, None, bool]


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line."""

    name: str
    help: str
    run: Callable[[argparse.Namespace], Output | Stream]
    options: tuple[Option, ...] = ()
    about_contract: bool = True
    """Whether it takes CONTRACT and ``--contract-hash``."""


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


def source_option(parser: argparse.ArgumentParser) -> object:
    """``FILE``."""
    return parser.add_argument("file", metavar="FILE", help="a .tenor file; its imports are read from its folder")


# --- reading ---------------------------------------------------------------------------------------------------

_FILE_NAME = re.compile(r"[^\s{}\[\]\"]+\.jsonl?")
"""What is a name rather than JSON, even where there is no such file."""

_HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")


def read_contract(namespace: argparse.Namespace) -> Contract:
    """Load the contract, and refuse it when ``--contract-hash`` names another one."""
    return loaded(read_bundle(namespace.contract), namespace)


def loaded(bundle: Json, namespace: argparse.Namespace) -> Contract:
    """The contract of a bundle that was read; ``--contract-hash`` as ``read_contract``."""
    expected = _expected_hash(namespace.contract_hash)
    contract = calls.load(bundle)
    if expected is not None and contract.hash != expected:
        raise TenorError(
            "contract_hash_mismatch",
            f"the contract has the hash {contract.hash}, not {expected}: it is another contract or another version",
            "",
            {"expected": expected, "found": contract.hash},
        )
    return contract


def read_bundle(argument: str) -> Json:
    """The bundle of a CONTRACT argument: a JSON file, a ``.tenor`` file with its imports, or either from ``-``."""
    if argument.endswith(".tenor"):
        return elaborate_file(argument)
    text = read_standard_input("CONTRACT") if argument == "-" else read_file(argument)
    if argument != "-" or text.lstrip().startswith("{"):
        return read_json(text, "the contract")
    return elaborate_from({"stdin.tenor": text}.get, "stdin.tenor")


def elaborate_file(path: str) -> dict[str, Json]:
    """Elaborate a ``.tenor`` file; its imports are read from its folder."""
    root = Path(path)
    read_file(path)  # a root file that cannot be read is bad input, not an error in the source
    return elaborate_from(disk(root.parent), root.name)


def disk(folder: Path) -> Callable[[str], str | None]:
    """A file provider that reads from a folder."""

    def read(name: str) -> str | None:
        path = folder / name
        try:
            there = path.is_file()
        except (OSError, ValueError):  # a name that no disk can hold, such as one that is too long
            there = False
        return read_file(str(path)) if there else None

    return read


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
    option = "--" + name.replace("_", "-")
    if text == "-":
        text = read_standard_input(option)
    elif text.startswith("@"):
        text = read_file(text[1:], f"{option}: ")
    elif os.path.isfile(text) or _FILE_NAME.fullmatch(text):
        raise TenorError("invalid_json", f"{option} takes JSON; of a file it is read with {option} @{text}")
    return read_json(text, option)


def check_standard_input(namespace: argparse.Namespace, names: Iterable[str]) -> None:
    """Standard input can be read once: refuse a second ``-``."""
    readers = ["--" + name.replace("_", "-") for name in names if getattr(namespace, name) == "-"]
    if namespace.contract == "-":
        readers.insert(0, "CONTRACT")
    if len(readers) > 1:
        raise TenorError("usage", f"standard input can be read once, but {' and '.join(readers)} ask for it")


def read_standard_input(option: str) -> str:
    """The text of standard input; ``option`` is who asks for it."""
    return _decoded(sys.stdin.buffer.read(), f"{option}: ", "standard input")


def read_file(path: str, asked: str = "") -> str:
    """The text of a file; raises ``unreadable_file``, ``asked`` opens its message."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise TenorError("unreadable_file", f"{asked}cannot read '{path}': {error.strerror}") from None
    except ValueError:
        raise TenorError("unreadable_file", f"{asked}'{path!r}' is no file name") from None
    return _decoded(data, asked, f"'{path}'")


def _decoded(data: bytes, asked: str, what: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TenorError("unreadable_file", f"{asked}{what} is not UTF-8 text (byte {error.start})") from None


# --- reporting -------------------------------------------------------------------------------------------------


def error_text(error: TenorError) -> str:
    """The error for people; one that holds several findings lists them all instead of the first."""
    findings = error.details.get("findings")
    sources = error.details.get("errors")
    if isinstance(sources, list):
        places = [f"  {one['file']}:{one['line']}:{one['column']}: {one['code']} {one['message']}" for one in sources]
        return "\n".join([f"error[{error.code}]: {_count(sources)} ('tenor check' shows them in the source)", *places])
    if not isinstance(findings, list):
        return f"error[{error.code}]{_at(error.path)}: {error.message}"
    lines = [f"  {finding['path'] or '/'}: {finding['message']} [{finding['code']}]" for finding in findings]
    return "\n".join([f"error[{error.code}]: {_count(findings)}", *lines])


def _count(faults: Sequence[object]) -> str:
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"


def _at(path: str) -> str:
    return f" at {path}" if path else ""


def warning_text(warning: Finding) -> str:
    """A warning for people."""
    return f"warning[{warning.code}]{_at(warning.path)}: {warning.message}"
