"""``tenor check``: every error of ``.tenor`` source, with the line and a caret."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tenor_wasm.api import calls
from tenor_wasm.api.source import source_lines
from tenor_wasm.cli.command import Command, Output, disk, elaborate_file, source_option
from tenor_wasm.errors import TenorError


def run(namespace: argparse.Namespace) -> Output:
    """Elaborate and load the source; errors are the answer here, not a failure of the command."""
    try:
        contract = calls.load(elaborate_file(namespace.file))
    except TenorError as error:
        errors = error.details.get("errors")
        if not isinstance(errors, list):
            raise
        read = disk(Path(namespace.file).parent)
        return Output({"errors": errors}, report(errors, read), negative=True)
    return Output({"errors": []}, f"{namespace.file} is a valid contract\n{contract.hash}")


def report(errors: Iterable[Any], read: Callable[[str], str | None]) -> str:
    """Each error as ``file:line:column: code message`` with its source line and a caret, then the count."""
    lines: dict[str, list[str]] = {}
    parts: list[str] = []
    for error in errors:
        name = error["file"]
        if name not in lines:
            lines[name] = source_lines(read(name) or "")
        parts.append(_one(error, lines[name]))
    count = len(parts)
    return "\n".join([*parts, f"{count} error{'s' if count != 1 else ''}"])


def _one(error: Any, lines: list[str]) -> str:
    text = [f"{error['file']}:{error['line']}:{error['column']}: {error['code']} {error['message']}"]
    if error["line"] <= len(lines):
        source = lines[error["line"] - 1]
        # Tabs stay tabs in the margin, so that the caret stands under its token.
        margin = "".join("\t" if sign == "\t" else " " for sign in source[: error["column"] - 1])
        width = max(1, min(error["end_column"], len(source) + 1) - error["column"])
        text += [f"    {source}", f"    {margin}{'^' * width}"]
    if "help" in error:
        text.append(f"    help: {error['help']}")
    return "\n".join(text)


COMMAND = Command(
    "check", "check .tenor source and show every error at its place", run, (source_option,), about_contract=False
)
