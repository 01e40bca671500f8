"""``tenor fmt``: lay ``.tenor`` files out canonically, in place; ``--check`` only says which would change."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from tenor_wasm.api.source import format_source
from tenor_wasm.cli.command import Command, Output, read_file, read_standard_input
from tenor_wasm.errors import TenorError


def _files_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument("files", nargs="+", metavar="FILE", help="source files, or - to format standard input")


def _check_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--check", action="store_true", help="change nothing; exit with 1 if a file would change"
    )


def run(namespace: argparse.Namespace) -> Output:
    """Format every file; nothing is written when one of them has a syntax error."""
    if namespace.files == ["-"]:
        text = format_source(read_standard_input("FILE"))
        return Output({"source": text}, text.removesuffix("\n"))
    formatted = [(path, *_formatted(path)) for path in namespace.files]
    changed = [path for path, before, after in formatted if before != after]
    if not namespace.check:
        for path, before, after in formatted:
            if before != after:
                _replace(path, after)
    result = {"files": [{"file": path, "changed": before != after} for path, before, after in formatted]}
    word = "would change" if namespace.check else "formatted"
    text = "\n".join(f"{word}: {path}" for path in changed) or "nothing to change"
    return Output(result, text, negative=namespace.check and bool(changed))


def _formatted(path: str) -> tuple[str, str]:
    before = read_file(path)
    return before, format_source(before, path)


def _replace(path: str, text: str) -> None:
    """Write beside the file, then rename: a crash leaves the old file or the new one, never half of one.

    A link stays one: what it names is written. The file keeps its permissions.
    """
    try:
        target = Path(path).resolve()
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".tenor-fmt-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            shutil.copymode(target, draft)
            os.replace(draft, target)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise TenorError("unwritable_file", f"cannot write '{path}': {error.strerror}") from None


COMMAND = Command("fmt", "lay .tenor source out canonically", run, (_files_option, _check_option), about_contract=False)
