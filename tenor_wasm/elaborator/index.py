"""Pass 2: constructs by kind and id (§14.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tenor_wasm.elaborator.cursor import KINDS
from tenor_wasm.elaborator.diagnostics import Report
from tenor_wasm.elaborator.tree import Block

Index: TypeAlias = Mapping[str, Mapping[str, Block]]
"""Construct kind → id → construct, in the order of declaration."""


def build_index(constructs: Iterable[Block], report: Report) -> Index:
    """Index every construct; two of one kind may not share an id."""
    index: dict[str, dict[str, Block]] = {kind: {} for kind in KINDS.values()}
    for block in constructs:
        first = index[block.kind].setdefault(block.name.text, block)
        if first is not block:
            message = f"duplicate {block.kind} id '{block.name.text}': first declared at line {first.at.line}"
            report.add("duplicate_id", message, block.at, block.construct, "id")
    return index
