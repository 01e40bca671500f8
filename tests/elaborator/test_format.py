"""The canonical layout: cases as files, and every source of the repository."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenor_wasm.elaborator.diagnostics import ElaborationError, Report
from tenor_wasm.elaborator.elaborate import elaborate
from tenor_wasm.elaborator.format import format_source
from tenor_wasm.elaborator.format_tree import LIMIT
from tenor_wasm.elaborator.parse import item_ends
from tenor_wasm.elaborator.tokens import tokenize
from tenor_wasm.errors import Json

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
BEFORE = sorted((HERE / "format").glob("*.before.tenor"))
SOURCES = sorted(
    path
    for folder in ("playground/examples", "tests")
    for path in (REPOSITORY / folder).rglob("*.tenor")
    if "node_modules" not in path.parts
)


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def well_formed(path: Path) -> bool:
    report = Report(0)
    item_ends(tokenize(path.name, text_of(path), report), report)
    return not report.diagnostics


WELL_FORMED = pytest.mark.parametrize("path", [path for path in SOURCES if well_formed(path)], ids=name_of)


def without_places(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: without_places(inner) for key, inner in value.items() if key != "provenance"}
    return [without_places(inner) for inner in value] if isinstance(value, list) else value


def bundle_of(path: Path, source: str) -> Json:
    """What a file elaborates to with another text in it, or the messages of what is wrong."""

    def read(name: str) -> str | None:
        file = path.parent / name
        return source if name == path.name else text_of(file) if file.is_file() else None

    try:
        return without_places(elaborate(path.name, read).bundle)
    except ElaborationError as error:
        # Some messages tell the line of another construct.
        return sorted(re.sub(r"\d+", "", f"{d.code} {d.construct_id} {d.message}") for d in error.diagnostics)


@pytest.mark.parametrize("before", BEFORE, ids=lambda path: path.name.removesuffix(".before.tenor"))
def test_a_text_becomes_its_canonical_layout(before: Path) -> None:
    after = before.with_name(before.name.replace(".before.", ".after."))
    assert format_source(text_of(before)) == text_of(after)


@WELL_FORMED
def test_formatting_twice_changes_nothing_more(path: Path) -> None:
    once = format_source(text_of(path))
    assert format_source(once) == once


@WELL_FORMED
def test_a_formatted_source_elaborates_to_the_same_bundle(path: Path) -> None:
    source = text_of(path)
    assert bundle_of(path, format_source(source)) == bundle_of(path, source)


@WELL_FORMED
def test_line_breaks_of_the_author_carry_no_meaning(path: Path) -> None:
    source = text_of(path)
    one_line = re.sub(r"\s+", " ", re.sub(r"(?m)//[^\n\"]*$", " ", source))
    assert bundle_of(path, format_source(one_line)) == bundle_of(path, source)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_become_plain_and_the_byte_order_mark_goes(end: str) -> None:
    source = "\ufeff// a\npersona a // b\n\n\n\n/* c\n d */\npersona b".replace("\n", end)
    assert format_source(source) == "// a\npersona a  // b\n\n/* c\n d */\npersona b\n"


@pytest.mark.parametrize("source", ["", " \n\t\r\n", "\ufeff"])
def test_nothing_stays_nothing(source: str) -> None:
    assert format_source(source) == ""


@pytest.mark.parametrize("comments", ["// a", "/* a */", "/* a\n b */ // c", "\n\n// a\n\n\n\n/* b */ /* c */\n\n"])
def test_a_file_of_comments_is_a_file(comments: str) -> None:
    once = format_source(comments)
    assert once == re.sub(r"\n{3,}", "\n\n", comments.strip()) + "\n"


def test_a_syntax_error_is_told_with_its_place() -> None:
    with pytest.raises(ElaborationError) as caught:
        format_source("fact a {\n  type Bool\n}\nfact b {\n  kind: Bool\n}\n", "facts.tenor")
    places = [(d.pass_number, d.at.file, d.at.line, d.at.column) for d in caught.value.diagnostics]
    assert places == [(0, "facts.tenor", 2, 8), (0, "facts.tenor", 5, 3)]


@pytest.mark.parametrize("levels", [10, 25, 40])
def test_deep_expressions_are_laid_out_level_by_level(levels: int) -> None:
    when = "a = 1"
    for _ in range(levels):
        when = f"b = 2 and\n({when}) or\nc = 3"
    once = format_source(f"rule r {{ when: {when} }}")
    assert once.count("\n") == 2 * levels + 3
    assert format_source(once) == once


@pytest.mark.parametrize("width", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_the_limit_is_a_column_that_may_be_used(width: int) -> None:
    head = '  type: Enum(values: ["'
    name = "x" * (width - len(head) - len('", "y"])'))
    line = f'{head}{name}", "y"])'
    assert len(line) == width
    source = f"fact a {{\n{line}\n}}\n"
    assert (format_source(source) == source) == (width <= LIMIT)


def test_one_long_name_does_not_push_every_value_aside() -> None:
    name = "n" * 500
    source = f"type T {{\n  {name}: Bool\n  ab: Bool\n  c: Bool\n}}\n"
    assert format_source(source) == f"type T {{\n  {name}: Bool\n  ab: Bool\n  c:  Bool\n}}\n"
