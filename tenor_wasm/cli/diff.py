"""``tenor diff``: what is different between two evaluations, and why?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator

from tenor_wasm.api import calls, records
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import (
    Command,
    Option,
    Output,
    check_standard_input,
    entities_option,
    facts_option,
    persona_option,
    read_bundle,
    read_contract,
    read_json_option,
)
from tenor_wasm.cli.tables import section, table
from tenor_wasm.errors import Json
from tenor_wasm.evaluator.changes import Change, Comparison

INPUTS = {"facts": "facts", "entities": "entity_states", "bindings": "instance_bindings"}
"""Option → the member of an evaluation's inputs that it gives."""


def _option(name: str, metavar: str, text: str) -> Option:
    def add(parser: argparse.ArgumentParser) -> object:
        return parser.add_argument(name, metavar=metavar, help=text)

    return add


def _other(name: str, metavar: str = "JSON") -> Option:
    return _option(f"--other-{name}", metavar, f"the {name} of the other evaluation (default: the same)")


def run(namespace: argparse.Namespace) -> Output:
    """Compare, and show every change with its causes. Negative when something is different."""
    names = [*INPUTS, *(f"other_{name}" for name in INPUTS)]
    check_standard_input(namespace, names)
    contract = read_contract(namespace)
    other = None if namespace.other_contract is None else calls.load(read_bundle(namespace.other_contract))
    a: dict[str, Json] = {"persona": namespace.persona}
    b: dict[str, Json] = {"persona": namespace.other_persona or namespace.persona}
    for name, member in INPUTS.items():
        if getattr(namespace, name) is not None:
            a[member] = b[member] = read_json_option(namespace, name)
        if getattr(namespace, f"other_{name}") is not None:
            b[member] = read_json_option(namespace, f"other_{name}")
    comparison = records.diff(contract, a, b, namespace.flow, other)
    return Output(to_json(comparison), _text(comparison), negative=not comparison.same)


def _text(comparison: Comparison) -> str:
    if comparison.same:
        return "nothing that follows is different"
    parts = [
        *_part("Verdicts", ("verdict", "change", "because"), _verdicts(comparison)),
        *_part("Actions", ("flow", "change", "because"), _actions(comparison)),
        *_part("Instances", ("flow", "instance", "was", "is", "because"), _instances(comparison)),
    ]
    path = comparison.path
    if path is not None:
        steps = [f"{record.step_id}: {record.result}" if record is not None else "ended" for record in (path.a, path.b)]
        rows = [(str(path.index + 1), *steps, _because(path.causes))]
        rows += [("end", path.outcome_a, path.outcome_b, "")] if path.outcome_a != path.outcome_b else []
        parts += _part("Path", ("step", "was", "is", "because"), rows)
    return "\n".join(parts).rstrip()


def _part(title: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = list(rows)
    return [section(title, table(headings, lines))] if lines else []


def _verdicts(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for change in comparison.verdicts:
        yield change.verdict_type, change.change, _because(change.causes)


def _actions(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for change in comparison.actions:
        yield change.flow_id, change.change.replace("_", " "), _because(change.causes)


def _instances(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for change in comparison.instances:
        name = f"{change.entity_id}/{change.instance_id}"
        yield change.flow_id, name, change.a, change.b, _because(change.causes)


def _because(causes: Iterable[Change]) -> str:
    return "; ".join(_cause(cause) for cause in causes) or "-"


def _cause(cause: Change) -> str:
    if cause.kind in ("rule", "operation", "flow"):
        return f"{cause.kind} {cause.name} is declared differently"
    name = cause.name if cause.kind in ("persona", "state") else f"{cause.kind} {cause.name}"
    before, after = ("none" if side is None else _brief(side) for side in (cause.a, cause.b))
    return f"{name}: {before} → {after}"


def _brief(value: Json) -> str:
    text = value if isinstance(value, str) else write_json(value)
    return text if len(text) <= 40 else text[:37] + "..."


COMMAND = Command(
    "diff",
    "compare two evaluations: what is different, and why",
    run,
    (
        persona_option,
        facts_option,
        entities_option,
        _option("--bindings", "JSON", "instance by entity, for --flow"),
        _option("--flow", "ID", "compare the paths of this flow too"),
        _other("persona", "ID"),
        _other("facts"),
        _other("entities"),
        _other("bindings"),
        _other("contract", "CONTRACT"),
    ),
)
