"""Any text gives a bundle or errors at places of the text; nothing else escapes, and work grows with the text alone."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.elaborator.cursor import Cursor
from tenor_wasm.elaborator.diagnostics import ElaborationError, Report
from tenor_wasm.elaborator.elaborate import elaborate
from tenor_wasm.elaborator.tokens import Token, tokenize
from tests.elaborator.sources import POSITIVE, bundle_of_text, errors_of_text, text_of
from tests.elaborator.test_cases import assert_inside

Json = Any

repeatable = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "150")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

WORDS = """
type source fact entity rule persona operation flow system import
Bool Int Decimal Text Enum Date DateTime Money Duration Record TaggedUnion List
states initial transitions parent stratum when produce verdict payload default protocol path
allowed_personas precondition effects error_contract outcomes personas require snapshot entry steps
op persona on_failure condition if_true if_false next branches join id members triggers on target
OperationStep BranchStep HandoffStep SubFlowStep ParallelStep Terminal Terminate Compensate Escalate
and or not forall exists in true false null present verdict_present len a b c x
{ } [ ] ( ) : , . = != < <= > >= + - * -> ∧ ∨ ¬ ∀ ∃ ∈ ≤ → ×
"""
VOCABULARY = (
    *WORDS.split(),
    *('"a"', '"', "1", "2.5", "-3", "//", "/*", "*/", "\n", "é", "§", "\\"),
)
"""The words and signs of the language, and some that are none."""


def check_any_text(text: str) -> None:
    """The property: a bundle that loads, or errors inside the text, sorted, each with a message."""
    try:
        bundle = bundle_of_text(text)
    except ElaborationError as error:
        places = [(one.at.line, one.at.column) for one in error.diagnostics]
        assert places == sorted(places)
        for one in error.diagnostics:
            assert_inside(text, one.at.line, one.at.column, one.at.end_column)
            assert one.message
            assert one.code
        json.dumps(error.to_json())
    else:
        api.load(api.parse_json(json.dumps(bundle)))


@repeatable
@given(st.text())
@example("\ufeff")
@example('fact a { type: Bool source: "\\')
@example('"\\\n"')
@example("/*/")
@example("rule r { stratum: 99999999999999999999 when: true produce: v(true) }")
@example("fact a { type: Int(٣, 9) }")
def test_any_text(text: str) -> None:
    check_any_text(text)


@repeatable
@given(st.binary())
@example(b'fact a { type: Bool source: "\xff" } // \xfe\n\xfd')
def test_any_bytes(data: bytes) -> None:
    check_any_text(data.decode("utf-8", "surrogateescape"))


@repeatable
@given(st.lists(st.sampled_from(VOCABULARY), max_size=60).map(" ".join))
def test_soups_of_the_language(text: str) -> None:
    check_any_text(text)


@repeatable
@given(st.sampled_from(VOCABULARY[:9]), st.lists(st.sampled_from(VOCABULARY), max_size=40).map(" ".join))
def test_soups_in_a_construct(kind: str, soup: str) -> None:
    check_any_text(f"{kind} a {{ {soup} }}")


def damaged(text: str, seed: int) -> str:
    """The text with a few tokens taken out, doubled, or replaced."""
    dice = random.Random(seed)
    pieces = text.split(" ")
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(pieces))
        pieces[place : place + 1] = dice.choice([[], [pieces[place]] * 2, [dice.choice(VOCABULARY)]])
        pieces = pieces or [""]
    return " ".join(pieces)


@repeatable
@given(st.sampled_from([text_of(path) for path in POSITIVE]), st.integers(0, 10**9))
def test_damaged_contracts(text: str, seed: int) -> None:
    check_any_text(damaged(text, seed))


# --- depth -----------------------------------------------------------------------------------------------------

DEEP = {
    "parentheses": "rule r { stratum: 0 when: " + "(" * 5000,
    "closed": "rule r { stratum: 0 when: " + "(" * 5000 + "true" + ")" * 5000 + " produce: v(true) }",
    "negations": "rule r { stratum: 0 when: " + "not " * 5000 + "true produce: v(true) }",
    "signs": "rule r { stratum: 0 when: " + "¬" * 5000 + "true produce: v(true) }",
    "junctions": "rule r { stratum: 0 when: true" + " and true" * 5000 + " produce: v(true) }",
    "sums": "rule r { stratum: 0 when: 1" + " + 1" * 5000 + " > 1 produce: v(true) }",
    "products": "rule r { stratum: 0 when: 1" + " * 9" * 5000 + " > 1 produce: v(true) }",
    "indexes": "rule r { stratum: 0 when: " + "a[" * 5000,
    "lengths": "rule r { stratum: 0 when: " + "len(" * 5000,
    "quantifiers": "rule r { stratum: 0 when: " + "forall x in l . " * 5000 + "x produce: v(true) }",
    "lists": "fact a { type: Bool default: " + "[" * 5000,
    "records": "fact a { type: Bool default: " + "{ a: " * 5000,
    "tags": "fact a { type: Bool default: " + "a(" * 5000,
    "types": "fact a { type: " + "List(" * 5000,
    "members": "fact a { type: " + "Record { a: " * 5000,
    "braces": "{" * 5000,
    "brackets": "[" * 5000,
    "branches": "flow f { steps: " + "{ a: ParallelStep { branches: [Branch { steps: " * 2000,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_depth_is_an_error(text: str) -> None:
    assert len(errors_of_text(text)) == 1
    check_any_text(text)


def nested_type(depth: int) -> str:
    return "Record { a: " * (depth - 1) + "Bool" + " }" * (depth - 1)


def test_what_is_nested_within_bounds_can_be_read_back() -> None:
    """All bounds at once: a bundle of them is no deeper than JSON may be."""
    condition = " and ".join(["(" * 30 + "true" + ")" * 30] * 90)
    quantified = f"exists x in l . {condition}"
    flow = "s: BranchStep { condition: " + quantified + " persona: p if_true: Terminal(x) if_false: Terminal(y) }"
    other = "Branch { id: b entry: s steps: { s: BranchStep {"
    other += " condition: true persona: p if_true: Terminal(x) if_false: Terminal(y) } } }"
    for _ in range(3):
        flow = f"s: ParallelStep {{ branches: [Branch {{ id: a entry: s steps: {{ {flow} }} }} {other}]"
        flow += " join: { on_all_success: Terminal(x) on_any_failure: Terminate(y) } }"
    text = f'persona p\nfact l {{ type: List({nested_type(15)}, 9) source: "x" }}\n'
    check_any_text(text + f"flow f {{ entry: s steps: {{ {flow} }} }}")
    assert errors_of_text(text + f"flow f {{ entry: s steps: {{ {flow} }} }}") == ()


def test_an_exhausted_stack_is_an_error() -> None:
    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
            return
        bundle_of_text("rule r { stratum: 0 when: " + "(" * 45 + "true" + ")" * 45 + " produce: v(true) }")

    with pytest.raises(api.TenorError) as caught:
        deeper(700)
    assert caught.value.code == "too_deep"


# --- size ------------------------------------------------------------------------------------------------------


def lines(pattern: str, count: int) -> str:
    return "".join(pattern.format(i=i, j=i + 1) for i in range(count))


PERSONA = "persona p\n"
BRANCH = "s{i}: BranchStep {{ condition: true persona: p if_true: s{j} if_false: s0 }}\n"
FLAT = {
    "facts": ("", 'fact f{i} {{ type: Int(0, 9) source: "a.b" }}\n', ""),
    "rules": ("", "rule r{i} {{ stratum: {j} when: v{i} present or 1 < 2 produce: v{j}(true) }}\n", ""),
    "unknown facts": ("", "rule r{i} {{ stratum: 0 when: f{i} = 1 produce: v{i}(true) }}\n", ""),
    "states": ("entity E { states: [", "s{i} ", "] initial: s0 transitions: [] }"),
    "transitions": ("entity E { states: [s0] initial: s0 transitions: [", "(s0, s{i}) ", "] }"),
    "parents": ("", "entity E{i} {{ states: [a] initial: a transitions: [] parent: E{j} }}\n", ""),
    "steps in a cycle": (PERSONA + "flow f { entry: s0 steps: {", BRANCH, "} }"),
    "types of types": ("", "type T{i} {{ a: T{j} }}\n", ""),
    "types in a cycle": ("", "type T{i} {{ a: T{j} b: T0 }}\n", ""),
    "types that double": ("type T0 { a: Bool }\n", "type T{j} {{ a: T{i} b: T{i} }}\n", ""),
    "values": ("fact f { type: Enum([", '"v{i}", ', ']) source: "a" }'),
    "strings without end": ("", 'fact "f{i}\n', ""),
    "comments without end": ("", "/* ", ""),
    "escapes": ('fact f { type: Bool source: "', "\\q", '" }'),
    "duplicates": ("", "persona p\n", ""),
    "constructs without end": ("", "fact f{i} {{\n", ""),
    "stray signs": ("", "§ ", ""),
    "colons": ("", "a: ", ""),
}


def looks_at(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many tokens the parser looks at for a text."""
    looked = 0
    plain = vars(Cursor)["token"].fget

    def counted(cursor: Cursor) -> Token:
        nonlocal looked
        looked += 1
        token: Token = plain(cursor)
        return token

    with monkeypatch.context() as patch:
        patch.setattr(Cursor, "token", property(counted))
        errors_of_text(text)
    return looked


@pytest.mark.parametrize("shape", FLAT.values(), ids=FLAT.keys())
def test_work_grows_with_the_text(shape: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    head, pattern, tail = shape
    once = head + lines(pattern, 400) + tail
    often = head + lines(pattern, 1600) + tail
    assert looks_at(often, monkeypatch) < 5 * looks_at(once, monkeypatch) + 100


@pytest.mark.parametrize("shape", FLAT.values(), ids=FLAT.keys())
def test_messages_do_not_grow_with_the_text(shape: tuple[str, str, str]) -> None:
    head, pattern, tail = shape
    for error in errors_of_text(head + lines(pattern, 1000) + tail):
        assert len(error.message) < 500


def test_a_megabyte() -> None:
    facts = lines('fact f{i} {{ type: Int(min: 0, max: 9) source: "a.b" default: 3 }}\n', 6000)
    rules = lines("rule r{i} {{ stratum: {i} when: f{i} > 3 and not (f{i} = 4) produce: v{i}(f{i}) }}\n", 6000)
    text = facts + rules
    text += "// " + "x" * (1_000_000 - len(text))
    bundle = bundle_of_text(text)
    constructs: Any = bundle["constructs"]
    assert len(constructs) == 12000


def test_long_chains_of_imports() -> None:
    files = {f"f{i}.tenor": f'import "f{i + 1}.tenor"\npersona p{i}' for i in range(3000)} | {"f3000.tenor": ""}
    constructs: Any = elaborate("f0.tenor", files.get).bundle["constructs"]
    assert len(constructs) == 3000


def tokens_of(text: str) -> Iterable[Token]:
    return tokenize("c", text, Report(0))


@repeatable
@given(st.text())
def test_tokens_stand_one_after_the_other(text: str) -> None:
    places = [(token.at.line, token.at.column) for token in tokens_of(text)]
    assert places == sorted(places)
