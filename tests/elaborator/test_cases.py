"""Every case file: the exact bundle, or all errors of the pass that fails, each at its place."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenor_wasm.elaborator
from tenor_wasm.elaborator.tokens import plain_lines
from tests.elaborator.sources import (
    CASES,
    EVERY_NEGATIVE,
    EVERY_POSITIVE,
    NEGATIVE,
    bundle_of,
    errors_of,
    errors_of_text,
    provider,
)

EXACT = ("pass", "construct_kind", "construct_id", "field", "file", "line", "column", "code")


@EVERY_POSITIVE
def test_bundle(path: Path) -> None:
    written = json.dumps(bundle_of(path), indent=2, ensure_ascii=False) + "\n"
    assert written == path.with_suffix(".expected.json").read_text(encoding="utf-8")


@EVERY_NEGATIVE
def test_errors(path: Path) -> None:
    errors = [error.to_json() for error in errors_of(path)]
    expected = json.loads(path.with_suffix(".errors.json").read_text(encoding="utf-8"))
    assert [{key: error[key] for key in EXACT} for error in errors] == expected


@EVERY_NEGATIVE
def test_errors_stand_in_their_file(path: Path) -> None:
    read = provider(path.parent)
    for error in errors_of(path):
        text = read(error.at.file)
        assert text is not None
        assert_inside(text, error.at.line, error.at.column, error.at.end_column)


def assert_inside(text: str, line: int, column: int, end_column: int) -> None:
    """A place is one of the text, or just after its end."""
    lines = plain_lines(text).split("\n")
    assert 1 <= line <= len(lines)
    longest = len(lines[line - 1])
    assert 1 <= column <= longest + 1
    assert column < end_column <= longest + 2


@pytest.mark.parametrize("twin", ["signs", "capitals"])
def test_operators_have_one_meaning_in_every_spelling(twin: str) -> None:
    ascii_text = json.dumps(bundle_of(CASES / "positive/operators_ascii.tenor"))
    twin_text = json.dumps(bundle_of(CASES / f"positive/operators_{twin}.tenor"))
    assert twin_text.replace(f"operators_{twin}", "operators_ascii") == ascii_text


def test_no_case_file_stands_alone() -> None:
    for path in CASES.glob("positive/*.json"):
        assert path.with_name(path.name.split(".")[0] + ".tenor").is_file(), path.name
    for path in CASES.glob("negative/*.json"):
        assert path.with_name(path.name.split(".")[0] + ".tenor").is_file(), path.name


# --- no error without a case -----------------------------------------------------------------------------------

OF_VALUES = {
    "decimal_precision",
    "invalid_date",
    "invalid_date_time",
    "invalid_text",
    "invalid_type",
    "list_too_long",
    "missing_field",
    "not_in_enum",
    "out_of_range",
    "text_too_long",
    "type_mismatch",
    "wrong_currency",
    "wrong_unit",
}
"""Codes that ``values`` gives to literals and types, which the elaborator passes on."""
OF_REFERENCES = {f"unknown_{kind}" for kind in ("persona", "entity", "operation", "flow", "fact")}
"""Codes that are put together from the kind that is referred to."""
NOT_CODES = {"allowed_personas", "error_contract"}
_CODE = re.compile(r"[a-z]+(_[a-z]+)+\Z")


def codes_in_sources() -> Iterator[str]:
    """Every code that a source of the elaborator reports: the constants handed to ``add``, ``fault`` and ``fail``."""
    for path in Path(next(iter(tenor_wasm.elaborator.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ("add", "fault", "fail"):
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(argument, ast.Constant) and _CODE.match(str(argument.value)):
                        yield str(argument.value)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_every_code_has_a_case() -> None:
    codes = {*codes_in_sources(), "syntax_error"} - NOT_CODES
    assert len(codes) > 70  # the reading of the sources still finds them
    shown = {error.code for path in NEGATIVE for error in errors_of(path)}
    assert codes | OF_VALUES | OF_REFERENCES == shown


def test_every_pass_that_finds_errors_has_cases() -> None:
    assert {error.pass_number for path in NEGATIVE for error in errors_of(path)} == {0, 1, 2, 3, 4, 5}


def test_help_is_there_where_a_name_is_nearly_right() -> None:
    path = CASES / "negative/pass5_flows.tenor"
    helps = {error.message: error.help for error in errors_of(path)}
    assert helps["the operation 'finsh' is not declared"] == "did you mean 'finish'?"
    assert helps["the persona 'cheif' is not declared"] == "did you mean 'chief'?"
    assert helps["the persona 'nobody' is not declared"] is None


@pytest.mark.parametrize(
    ("source", "message", "help"),
    [
        ('import ""', "the import names no file", None),
        ("fact a { type: Bool default: True }", "expected Bool, found the name 'True'", "did you mean 'true'?"),
        ("fact a { type: Bool default: yes }", "expected Bool, found the name 'yes'", "write true or false"),
        ("fact a { type: Int(min: 1.5) }", "'min' must be a whole number, not 1.5", None),
        ("fact a { type: TaggedUnion(variants: {}) }", "'variants' must name at least one tag", None),
        ("fact a { type: Int default: -1e3 }", "'-1e3' is no number", "write all its digits, without letters"),
        (
            "fact a { type: Date default: 2024-01-01 }",
            "a default is not computed",
            "write the result; dates and times are texts in double quotes",
        ),
        ("fact a { type: source: b }", "the field 'type' has no value", None),
        (
            "rule r { when: b and produce: v(true) }",
            "the expression is not complete: a value is missing after 'and'",
            None,
        ),
        (
            "type Date { a: Bool }",
            "'Date' is a base type of the language and cannot be declared",
            "choose another name",
        ),
    ],
)
def test_a_common_slip_is_told_as_what_it_is(source: str, message: str, help: str | None) -> None:
    assert [(error.message, error.help) for error in errors_of_text(source)] == [(message, help)]


def test_messages_speak_of_the_source() -> None:
    """§14.3: nothing of the inside, and no JSON."""
    inside = re.compile(r"\b(None|an object|dict|tuple|TypeNode|AST|token)\b")
    for path in NEGATIVE:
        for error in errors_of(path):
            assert not inside.search(error.message), error
            assert not error.message.endswith("."), error
            assert error.message.isprintable(), error
