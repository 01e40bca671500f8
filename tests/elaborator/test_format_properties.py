"""Whatever is written, formatting it loses nothing, changes no meaning, and once is enough."""

from __future__ import annotations

import os
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor_wasm.elaborator.diagnostics import ElaborationError, Position, Report
from tenor_wasm.elaborator.format import format_source
from tenor_wasm.elaborator.parse import parse
from tenor_wasm.elaborator.tokens import lexemes

repeatable = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "100")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)

# --- well-formed text, and anything that may stand between its tokens ---

GLUE = ""
"""Between its neighbours stands nothing: a dot is part of a path, a bracket of a free source."""
COMMA = ", or not"

Tokens: TypeAlias = list[str]

NAMES = st.sampled_from(
    ["a", "b", "item", "held", "a_name_that_is_much_longer_than_the_others", "steps", "present_", "ε"]
)
TEXTS = st.sampled_from(['""', '"x"', '"// no comment"', '"a, b"', '"\\"{"', f'"{"long " * 21}"'])
NUMBERS = st.sampled_from([["0"], ["1"], ["10.50"], ["-", "3"]])
NOTHING: Tokens = []


def several(items: st.SearchStrategy[Tokens], least: int = 0, most: int = 4) -> st.SearchStrategy[Tokens]:
    return st.lists(items, min_size=least, max_size=most).map(
        lambda found: [t for item in found for t in (*item, COMMA)]
    )


def sequence(*parts: Any) -> st.SearchStrategy[Tokens]:
    """Tokens, lists of tokens and strategies for both, one after the other."""
    strategies = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*strategies).map(
        lambda found: [token for part in found for token in ([part] if isinstance(part, str) else part)]
    )


def block(*fields: st.SearchStrategy[Tokens]) -> st.SearchStrategy[Tokens]:
    """Some of the fields, in any order."""
    chosen = st.lists(st.sampled_from(range(len(fields))), unique=True)
    return chosen.flatmap(lambda places: sequence("{", *(part for p in places for part in (fields[p], [COMMA])), "}"))


def one_of(*parts: Any) -> st.SearchStrategy[Tokens]:
    return st.one_of(*(sequence(part) for part in parts))


def listed(items: st.SearchStrategy[Tokens]) -> st.SearchStrategy[Tokens]:
    return sequence("[", several(items), "]")


WORDS = listed(sequence(NAMES))
PATH = one_of(NAMES, sequence(NAMES, GLUE, ".", GLUE, NAMES))
CONSTANTS = st.recursive(
    one_of(TEXTS, NUMBERS, "true", NAMES),
    lambda inner: one_of(
        listed(inner),
        sequence("{", several(sequence(st.sampled_from("abcd"), ":", inner), most=1), "}"),
        sequence("Money", "{", "amount", ":", TEXTS, COMMA, "currency", ":", TEXTS, "}"),
        sequence(NAMES, "(", inner, ")"),
    ),
    max_leaves=5,
)
TYPES = st.recursive(
    one_of(
        "Bool",
        NAMES,
        sequence("Text", "(", NUMBERS, ")"),
        sequence("Enum", "(", "values", ":", listed(one_of(TEXTS)), ")"),
    ),
    lambda inner: one_of(
        sequence("List", "(", "element_type", ":", inner, COMMA, "max", ":", "9", COMMA, ")"),
        sequence("Record", "{", several(sequence(NAMES, ":", inner)), "}"),
        sequence("Record", "(", "fields", ":", "{", several(sequence(NAMES, ":", inner)), "}", ")"),
        sequence("Odd", "(", inner, COMMA, "{", several(sequence(NAMES, ":", inner)), "}", COMMA, ")"),
    ),
    max_leaves=5,
)
AND = st.sampled_from(["∧", "and", "AND"])
OR = st.sampled_from(["∨", "or"])
COMPARISON = st.sampled_from(["=", "≠", "!=", "<", "≤", ">="])
TERMS = st.recursive(
    one_of(PATH, NUMBERS, TEXTS),
    lambda inner: one_of(
        sequence(inner, st.sampled_from("+-*×"), inner),
        sequence("(", inner, ")"),
        sequence(NAMES, "[", inner, "]"),
        sequence("len", "(", inner, ")"),
    ),
    max_leaves=5,
)
EXPRESSIONS = st.recursive(
    one_of(
        sequence("verdict_present", "(", NAMES, ")"),
        sequence(NAMES, "present"),
        sequence(TERMS, COMPARISON, TERMS),
    ),
    lambda inner: one_of(
        sequence(inner, AND, inner),
        sequence(inner, OR, inner),
        sequence("(", inner, ")"),
        sequence(st.sampled_from(["¬", "not"]), "(", inner, ")"),
        sequence(
            st.sampled_from(["∀", "exists"]),
            NAMES,
            one_of(NOTHING, sequence(":", TYPES)),
            "∈",
            PATH,
            st.sampled_from([" . ", ":"]),
            inner,
        ),
    ),
    max_leaves=8,
)
TARGETS = one_of(NAMES, sequence("Terminal", "(", one_of(NOTHING, sequence("outcome", ":")), NAMES, COMMA, ")"))
COMPENSATION = block(
    sequence("op", ":", NAMES),
    sequence("persona", ":", NAMES),
    sequence("on_failure", ":", "Terminal", "(", NAMES, ")"),
)
HANDLERS = one_of(
    sequence("Terminate", "(", "outcome", ":", NAMES, ")"),
    sequence(
        "Compensate",
        "(",
        "steps",
        ":",
        listed(COMPENSATION),
        COMMA,
        "then",
        ":",
        "Terminal",
        "(",
        NAMES,
        ")",
        COMMA,
        ")",
    ),
    sequence("Escalate", "{", "to", ":", NAMES, COMMA, "next", ":", NAMES, "}"),
)


def steps(inner: st.SearchStrategy[Tokens]) -> st.SearchStrategy[Tokens]:
    return sequence("{", several(sequence(NAMES, ":", inner), most=2), "}")


STEPS = st.recursive(
    one_of(
        sequence(
            "OperationStep",
            block(
                sequence("op", ":", NAMES),
                sequence("persona", ":", NAMES),
                sequence("outcomes", ":", "{", several(sequence(NAMES, ":", TARGETS)), "}"),
                sequence("on_failure", ":", HANDLERS),
            ),
        ),
        sequence("BranchStep", block(sequence("condition", ":", EXPRESSIONS), sequence("if_true", ":", TARGETS))),
    ),
    lambda inner: sequence(
        "ParallelStep",
        block(
            sequence(
                "branches",
                ":",
                listed(sequence("Branch", block(sequence("id", ":", NAMES), sequence("steps", ":", steps(inner))))),
            ),
            sequence(
                "join", ":", block(sequence("on_all_success", ":", TARGETS), sequence("on_any_failure", ":", HANDLERS))
            ),
        ),
    ),
    max_leaves=2,
)
TRANSITIONS = one_of(
    sequence(NAMES, st.sampled_from(["->", "→"]), NAMES), sequence("(", NAMES, st.sampled_from([",", "->"]), NAMES, ")")
)
EFFECTS = one_of(
    sequence(NAMES, ":", NAMES, "→", NAMES, one_of(NOTHING, sequence("->", NAMES))),
    sequence("(", NAMES, ",", NAMES, ",", NAMES, ")"),
)
SOURCES = one_of(
    TEXTS,
    sequence(NAMES, "{", "path", ":", TEXTS, COMMA, "}"),
    sequence(NAMES, GLUE, ".", NAMES, GLUE, "(", NAMES, COMMA, ")"),
)
CONSTRUCTS = one_of(
    sequence("import", '"a.tenor"'),
    sequence("persona", NAMES, st.sampled_from([NOTHING, ["{", "}"]])),
    sequence("type", NAMES, "{", several(sequence(NAMES, ":", TYPES)), "}"),
    sequence("source", NAMES, block(sequence("protocol", ":", NAMES), sequence("a", ":", TEXTS))),
    sequence(
        "fact",
        NAMES,
        block(sequence("type", ":", TYPES), sequence("source", ":", SOURCES), sequence("default", ":", CONSTANTS)),
    ),
    sequence(
        "entity",
        NAMES,
        block(
            sequence("states", ":", WORDS),
            sequence("initial", ":", NAMES),
            sequence("transitions", ":", listed(TRANSITIONS)),
            sequence("parent", ":", NAMES),
        ),
    ),
    sequence(
        "rule",
        NAMES,
        block(
            sequence("stratum", ":", NUMBERS.filter(lambda number: "." not in "".join(number))),
            sequence("when", ":", EXPRESSIONS),
            sequence(
                "produce",
                ":",
                one_of(
                    sequence(NAMES, "(", TERMS, ")"),
                    sequence("verdict", NAMES, "{", "payload", ":", TYPES, "=", EXPRESSIONS, COMMA, "}"),
                ),
            ),
        ),
    ),
    sequence(
        "operation",
        NAMES,
        block(
            sequence("personas", ":", WORDS),
            sequence("require", ":", EXPRESSIONS),
            sequence("effects", ":", listed(EFFECTS)),
            sequence("outcomes", ":", WORDS),
            sequence("error_contract", ":", one_of(WORDS, sequence("{", several(sequence(NAMES, ":", TEXTS)), "}"))),
        ),
    ),
    sequence("flow", NAMES, block(sequence("entry", ":", NAMES), sequence("steps", ":", steps(STEPS)))),
    sequence(
        "system",
        NAMES,
        block(
            sequence("members", ":", listed(sequence(NAMES, ":", TEXTS))),
            sequence(
                "triggers", ":", listed(block(sequence("source", ":", NAMES, ".", NAMES), sequence("on", ":", NAMES)))
            ),
        ),
    ),
)

BETWEEN = st.one_of(
    st.sampled_from([" ", " ", " ", "\n", "\n\n", "\r\n", "\r", "\n\n\n\t"]),
    st.sampled_from(["/*0*/", " /*1*/ ", "//2\n", "\n// 3  \n", "\n\n/* 4\n 4 */\n", " /*5*/ //6\n"]),
    st.sampled_from(["\n/* 7 */ ", "\n/*8\n8*/ ", "/*9*/\n\n//9\n"]),
)  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> str:
    tokens = [token for item in draw(st.lists(CONSTRUCTS, max_size=4)) for token in item]
    calm = draw(st.booleans())
    blanks = st.sampled_from([" ", " ", "\n"]) if calm else st.one_of(st.just(" "), BETWEEN)
    pieces: list[str] = [draw(BETWEEN)]
    for token in tokens:
        if token == GLUE:
            pieces.pop()
        else:
            pieces += (draw(st.sampled_from([",", ""])) if token == COMMA else token, draw(blanks))
    return "".join((*pieces, draw(BETWEEN)))


# --- what must hold ---


def shape(node: Any) -> Any:
    """A parse tree without places."""
    if isinstance(node, Position):
        return None
    if is_dataclass(node):
        return type(node).__name__, *(shape(getattr(node, part.name)) for part in fields(node))
    if isinstance(node, dict):
        return {key: shape(value) for key, value in node.items()}
    return tuple(map(shape, node)) if isinstance(node, (tuple, list)) else node


def tree_of(source: str) -> Any:
    report = Report(0)
    tree = parse("file", source, report)
    assert [
        d.message for d in report.diagnostics if d.code not in ("multiple_systems", "system_file_not_exclusive")
    ] == []
    return shape(tree)


def spelled(source: str) -> list[str]:
    return [text for kind, text in lexemes(source) if kind not in ("space", "comment") and text != ","]


def comments(source: str) -> list[str]:
    # Sorted: one that stands where no line can break waits for the end of its line.
    return sorted(text.rstrip() for kind, text in lexemes(source) if kind == "comment")


@repeatable
@given(contracts())
def test_formatting_keeps_everything_and_is_done_at_once(source: str) -> None:
    try:
        formatted = format_source(source)
    except ElaborationError:  # the same field or member twice
        assert parse_errors(source)
        return
    assert format_source(formatted) == formatted
    assert spelled(formatted) == spelled(source)
    assert comments(formatted) == comments(source)
    assert tree_of(formatted) == tree_of(source)
    lines = formatted.split("\n")
    assert formatted in ("",) or (lines[0] and lines[-1] == "" and lines[-2])
    assert not any(line != line.rstrip() for line in lines)
    assert "\n\n\n" not in formatted


def parse_errors(source: str) -> bool:
    report = Report(0)
    parse("file", source, report)
    return bool(report.diagnostics)


SOUP = st.lists(
    st.one_of(
        CONSTRUCTS.map(" ".join),
        st.sampled_from(
            [*"{}[]():,.=<>+-*×¬∀∈", "->", "fact", "rule", "and", "forall", "/*", "*/", "//", '"', "\n", "\ufeff"]
        ),
        st.text(max_size=3),
    ),
    max_size=12,
).map(" ".join)


@repeatable
@given(SOUP)
def test_any_text_is_formatted_or_refused_with_places(source: str) -> None:
    try:
        formatted = format_source(source)
    except ElaborationError as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.pass_number == 0
            assert 1 <= diagnostic.at.line <= source.count("\n") + 1
        return
    assert format_source(formatted) == formatted
    assert spelled(formatted) == spelled(source)
    assert comments(formatted) == comments(source)


@pytest.mark.parametrize(
    "part", ["(", "[", "{", "not ", "∀ x ∈ l . ", "a + ", "/*", '"', "a.", "verdict_present(", "\x00"]
)
def test_deep_and_endless_text_is_refused_or_formatted(part: str) -> None:
    source = f"rule r {{ when: {part * 20_000}"
    with pytest.raises(ElaborationError):
        format_source(source)
