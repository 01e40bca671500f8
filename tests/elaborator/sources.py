"""Case files of the elaborator: ``positive/NAME.tenor`` with its bundle, ``negative/NAME.tenor`` with its errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor_wasm.elaborator.bundle import FileProvider
from tenor_wasm.elaborator.diagnostics import Diagnostic, ElaborationError
from tenor_wasm.elaborator.elaborate import elaborate
from tenor_wasm.errors import Json

CASES = Path(__file__).parent / "cases"
POSITIVE = sorted(CASES.glob("positive/*.tenor"))
NEGATIVE = sorted(CASES.glob("negative/*.tenor"))
EVERY_POSITIVE = pytest.mark.parametrize("path", POSITIVE, ids=[path.stem for path in POSITIVE])
EVERY_NEGATIVE = pytest.mark.parametrize("path", NEGATIVE, ids=[path.stem for path in NEGATIVE])


def text_of(path: Path) -> str:
    """The text of a file as a host hands it over: line ends as they are, bytes that are no UTF-8 as surrogates."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def provider(folder: Path) -> FileProvider:
    """Serve the files of a folder."""

    def read(name: str) -> str | None:
        path = folder / name
        return text_of(path) if path.is_file() else None

    return read


def bundle_of(path: Path) -> dict[str, Json]:
    """The bundle of a file."""
    return elaborate(path.name, provider(path.parent)).bundle


def bundle_of_text(text: str) -> dict[str, Json]:
    """The bundle of a text."""
    return elaborate("c.tenor", {"c.tenor": text}.get).bundle


def errors_of(path: Path) -> tuple[Diagnostic, ...]:
    """The errors of a file, which must have some."""
    with pytest.raises(ElaborationError) as caught:
        bundle_of(path)
    return caught.value.diagnostics


def errors_of_text(text: str) -> tuple[Diagnostic, ...]:
    """The errors of a text, none when it elaborates."""
    try:
        bundle_of_text(text)
    except ElaborationError as error:
        return error.diagnostics
    return ()
