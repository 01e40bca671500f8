"""The seven passes on one page (§14.2). Each stops the next when it found errors, and reports all that it found."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from tenor_wasm.elaborator.bundle import Bundle, FileProvider, assemble
from tenor_wasm.elaborator.diagnostics import Report
from tenor_wasm.elaborator.index import build_index
from tenor_wasm.elaborator.serialize import serialize
from tenor_wasm.elaborator.systems import validate_systems
from tenor_wasm.elaborator.typecheck import typecheck
from tenor_wasm.elaborator.types import build_types
from tenor_wasm.elaborator.validate import validate
from tenor_wasm.errors import Json, TenorError


@dataclass(frozen=True, slots=True)
class Elaborated:
    """An interchange bundle and the parse trees that it came from."""

    bundle: dict[str, Json]
    sources: Bundle


def elaborate(root: str, read: FileProvider) -> Elaborated:
    """Elaborate the file ``root`` and what it imports; ``read`` gives the text of a file by name, or ``None``.

    Raises ``ElaborationError`` with every error of the first pass that found any.
    """
    try:
        return _passes(root, read)
    except RecursionError:
        # Nesting is bounded everywhere; a host that has used up its stack already gets a clear answer too.
        raise TenorError("too_deep", f"'{root}' is nested too deeply; split its longest expression") from None


def _passes(root: str, read: FileProvider) -> Elaborated:
    syntax, imports = Report(0), Report(1)
    sources = assemble(root, read, syntax, imports)  # passes 0 and 1: a file is parsed when it is reached
    syntax.raise_if_any()
    imports.raise_if_any()

    duplicates = Report(2)
    index = build_index(sources.constructs, duplicates)
    duplicates.raise_if_any()

    type_errors = Report(3)
    types = build_types(index, sources.libraries, type_errors)
    type_errors.raise_if_any()

    expression_errors = Report(4)
    typed = typecheck(index, types, expression_errors)
    expression_errors.raise_if_any()

    construct_errors = Report(5)
    validate(index, construct_errors)
    validate_systems(index, root, read, construct_errors)
    construct_errors.raise_if_any()

    return Elaborated(serialize(bundle_id(root), index, typed), sources)


def bundle_id(root: str) -> str:
    """The id of a bundle: the name of its root file without the ending."""
    return posixpath.basename(root).removesuffix(".tenor") or root
