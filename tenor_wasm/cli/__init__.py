"""The command line ``tenor``: one file a command, over the typed calls of ``api``.

Rules of this room:

- Tables for people by default. With ``--json`` a command prints exactly what its function returns, errors too, and
  nothing but JSON goes to standard output.
- Exit status 0: answered. 1: the answer is negative (the contract is refused, its hash differs), or a part of it is
  missing (a line of a batch is bad). 2: bad usage or input, or an answer that could not be written. 130: interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NoReturn

from tenor_wasm import __version__
from tenor_wasm.api.json_text import write_json
from tenor_wasm.cli import (
    actions,
    agent,
    check,
    create,
    diff,
    elaborate,
    evaluate,
    execute,
    explain,
    fmt,
    hash,
    history,
    inspect,
    instances,
    key,
    serve,
    simulate,
    streams,
    test,
    validate,
    verify,
)
from tenor_wasm.cli.command import Command, Output, Stream, error_text, warning_text
from tenor_wasm.errors import TenorError

COMMANDS: tuple[Command, ...] = (
    validate.COMMAND,
    hash.COMMAND,
    inspect.COMMAND,
    evaluate.COMMAND,
    actions.COMMAND,
    simulate.COMMAND,
    create.COMMAND,
    instances.COMMAND,
    execute.COMMAND,
    history.COMMAND,
    agent.COMMAND,
    verify.COMMAND,
    diff.COMMAND,
    explain.COMMAND,
    test.COMMAND,
    elaborate.COMMAND,
    check.COMMAND,
    fmt.COMMAND,
    serve.COMMAND,
    key.COMMAND,
)

NEGATIVE = frozenset({"invalid_contract", "invalid_source", "unsupported_version", "contract_hash_mismatch"})
"""Errors that are an answer about the contract, not about how the command was called."""

INTERRUPTED = 130
"""The exit status that shells give to what Ctrl-C ended."""


class _Parser(argparse.ArgumentParser):
    """Reports bad usage as every other error is reported."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        # What is shortened is seen by nobody but argparse: 'main' looks for '--json' too.
        super().__init__(*arguments, **{**named, "allow_abbrev": False})

    def error(self, message: str) -> NoReturn:
        raise TenorError("usage", f"{message} (see '{self.prog} --help')")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tenor", description="Evaluate behavioural contracts: who may do what, to which instance, and why."
    )
    parser.add_argument("--version", action="version", version=f"tenor {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.name, help=command.help, description=command.help)
        if command.about_contract:
            _add_contract(subparser)
        for add_option in command.options:
            add_option(subparser)
        subparser.add_argument("--json", action="store_true", help="print the result as JSON")
        subparser.set_defaults(run=command.run)
    return parser


def _add_contract(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "contract",
        metavar="CONTRACT",
        help="an interchange bundle (JSON) or .tenor source: a file, or - for standard input",
    )
    subparser.add_argument(
        "--contract-hash", metavar="sha256:HEX", help="refuse any contract but the one with this hash"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    streams.complete()
    try:
        try:
            return _answered(_parser().parse_args(arguments))
        except TenorError as error:
            return _report(error, as_json="--json" in arguments)
    except BrokenPipeError:
        streams.let_go(sys.stdout)  # the reader (head, less) has seen enough
        return 0
    except KeyboardInterrupt:
        streams.tell("interrupted")
        return INTERRUPTED
    except OSError as error:
        message = f"standard input, standard output or a file cannot be used: {streams.reason(error)}"
        return _report(TenorError("unusable_stream", message), as_json=False)


def _answered(namespace: argparse.Namespace) -> int:
    """Run the command and print its answer; the exit status."""
    result = namespace.run(namespace)
    streamed = isinstance(result, Stream)
    try:
        negative = _streamed(result) if isinstance(result, Stream) else _printed(result, namespace.json)
    except streams.UnwritableOutputError as fault:
        done = "as far as the line that is lost, and ended there" if streamed else "and its answer is lost"
        message = f"standard output cannot be written: {fault}; the command was carried out {done}"
        return _report(TenorError("unwritable_output", message), as_json=False)
    return 1 if negative else 0


def _printed(output: Output, as_json: bool) -> bool:
    """Print an answer; whether it is no."""
    streams.write((write_json(output.json) if as_json else output.text) + "\n")
    for warning in () if as_json else output.warnings:
        streams.tell(warning_text(warning))
    return output.negative


def _streamed(stream: Stream) -> bool:
    """Print an answer as it comes; whether it is no."""
    with closing(stream.lines) as lines:
        interrupt: KeyboardInterrupt | None = None
        while True:
            try:
                # Ctrl-C while an answer is written is the command's affair too: it may have a last word.
                text = next(lines) if interrupt is None else lines.throw(interrupt)
                interrupt = None
                streams.write(text)
            except StopIteration as end:
                return bool(end.value)
            except KeyboardInterrupt as interrupted:
                if interrupt is not None:
                    raise
                interrupt = interrupted


def _report(error: TenorError, as_json: bool) -> int:
    if as_json:
        told = {"error": error.message, "code": error.code, "path": error.path, "details": error.details}
        try:
            streams.write(write_json(told) + "\n")
        except streams.UnwritableOutputError:
            as_json = False
    if not as_json:
        streams.tell(error_text(error))
    return 1 if error.code in NEGATIVE else 2
