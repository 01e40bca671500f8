"""Runs the command line in the process of the tests."""

from __future__ import annotations

import io
import json
import sys
from typing import Any, NamedTuple

import pytest

from tenor_wasm.cli import main


class Ran(NamedTuple):
    """What one command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON: it must be one JSON value on one line."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


class Terminal:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ran:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status = main(arguments)
        captured = self.capsys.readouterr()
        return Ran(status, captured.out, captured.err)
