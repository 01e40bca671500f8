"""JSON text in and out: strict, exact, the same bytes from every codec."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tenor_wasm.api import json_text
from tenor_wasm.api.json_text import DEPTH_LIMIT, read_json, write_json
from tenor_wasm.errors import TenorError
from tenor_wasm.interchange.canonical import canonical_json
from tenor_wasm.values.codec import JsonFloat


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (' [1, true, false, null, "x"] \n', [1, True, False, None, "x"]),
        ('{"a": {"b": []}}', {"a": {"b": []}}),
        (str(2**70 + 1), 2**70 + 1),
        ("-0", 0),
        ("9" * 1000, int("9" * 1000)),
        ("1.50", JsonFloat("1.50")),
        ("-1e400", JsonFloat("-1e400")),
        ('"\\ud83d\\ude42"', "🙂"),
        ('"é\\u00e9"', "éé"),
        ('{"a": 1, "A": 2, "": 3}', {"a": 1, "A": 2, "": 3}),
    ],
)
def test_a_json_text_is_read_exactly(text: str, value: Any) -> None:
    read = read_json(text)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid_json"),
        ("{", "invalid_json"),
        ("[1,]", "invalid_json"),
        ("{'a': 1}", "invalid_json"),
        ("1 2", "invalid_json"),
        ("01", "invalid_json"),
        ("+1", "invalid_json"),
        ("tru", "invalid_json"),
        ('"a\nb"', "invalid_json"),
        ('"\\x"', "invalid_json"),
        ("\ufeff{}", "invalid_json"),
        ("NaN", "invalid_number"),
        ("[Infinity]", "invalid_number"),
        ('{"a": -Infinity}', "invalid_number"),
        ("9" * 1001, "invalid_number"),
        ('{"a": 1, "a": 1}', "duplicate_key"),
        ('[{"b": {"a": 1, "\\u0061": 2}}]', "duplicate_key"),
        ('"\\ud800"', "invalid_text"),
        ('{"\\udfff": 1}', "invalid_text"),
        ('["\\ude42\\ud83d"]', "invalid_text"),
        ('"\ud800"', "invalid_text"),
    ],
)
def test_any_other_text_is_a_clear_error(text: str, code: str) -> None:
    with pytest.raises(TenorError) as caught:
        read_json(text, "the facts")
    assert caught.value.code == code
    assert caught.value.message.startswith("the facts")


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(TenorError) as caught:
        read_json('{\n  "a": 1,\n  "b" 2\n}')
    assert caught.value.details == {"line": 3, "column": 7}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"b": 1, "a": [":", {"c:": "d"}]} \n',
        ' {"b": "\\u003a", "a": "\\u003A"}',
        '{"b": "\\n\\"\\u007f", "a": "é\\u00e9\\ud83d\\ude42"}',
        '{"b": 1.50, "a": -0}',
        '{"a": 1, "a": 1}',
        '{"a": {"b:": 1, "b:": 2}, "c": "\\u003a"}',
        '{"a:": 1, "a\\u003a": 2}',
        '{"a": NaN}',
        '["\\ud800"]',
        "[" * 201,
        "{",
        "",
    ],
)
def test_reading_with_the_canonical_json_is_reading_and_then_writing_it(text: str) -> None:
    def told(read: Callable[[], tuple[Any, bytes]]) -> Any:
        try:
            return read()
        except TenorError as error:
            return error.to_json()

    def one_after_the_other() -> tuple[Any, bytes]:
        value = read_json(text, "the contract")
        return value, canonical_json(value)

    assert told(lambda: json_text.read_with_canonical(text, "the contract")) == told(one_after_the_other)


@pytest.mark.parametrize("value", [None, 7, b"{}", ["{}"], {}])
def test_what_is_no_text_is_no_json(value: Any) -> None:
    with pytest.raises(TenorError) as caught:
        read_json(value)
    assert caught.value.code == "invalid_json"


NESTINGS = [("[", "1", "]"), ('{"a":', "1", "}"), ('[{"a":', "1", "}]"), ('["]]",', "1", "]")]


@pytest.mark.parametrize(("opening", "inside", "closing"), NESTINGS)
def test_nesting_is_accepted_up_to_the_limit_and_no_deeper(opening: str, inside: str, closing: str) -> None:
    levels = opening.count("[") + opening.count("{")
    times = DEPTH_LIMIT // levels
    assert read_json(opening * times + inside + closing * times)
    with pytest.raises(TenorError) as caught:
        read_json(f"[{opening * times}{inside}{closing * times}]")
    assert (caught.value.code, caught.value.details) == ("too_deep", {"limit": DEPTH_LIMIT})


def test_the_limit_counts_depth_not_width_and_no_brackets_in_texts() -> None:
    assert len(str(read_json("[" + ",".join(["[[]]"] * 5000) + "]"))) > 5000
    assert read_json(json.dumps("[" * 100_000)) == "[" * 100_000
    assert read_json(json.dumps(['\\"[' * 1000, "{" * 1000])) == ['\\"[' * 1000, "{" * 1000]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 200, "invalid_json"),
        ("[" * 201, "too_deep"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ('[{"a":' * 300 + "]", "too_deep"),
        ("[" * 300 + "}" * 300, "too_deep"),
        ("]" * 100_000, "invalid_json"),
        ("]" * 300 + "[" * 300, "invalid_json"),
        ("[}" * 100_000, "invalid_json"),
        ("[" + "{}," * 500 + "[" * 200, "too_deep"),
        ("[" + "{}," * 500 + "[" * 199, "invalid_json"),
        ("},{" * 300 + "[" * 201, "too_deep"),
        ('["' + "},{" * 300 + '",' + "[" * 200, "too_deep"),
        ('"' + "[" * 999, "invalid_json"),
    ],
)
def test_unbalanced_brackets_never_reach_a_parser_that_recurses(text: str, code: str) -> None:
    with pytest.raises(TenorError) as caught:
        read_json(text)
    assert caught.value.code == code


VALUES = [
    {"b": 1, "a": [True, None, "x", {}]},
    {"ä": "🙂", "control": "\u0000\u001f\u007f\u2028"},
    2**70,
    [2**63, -(2**63), 2**64 - 1, 0],
    'quote " and \\ and /',
    "\x7f",
    "\b\t\n\f\r\x00\x1f",
    {"": [""], "nested": [[[{}]]]},
    {"\U0001f642": 1, "\uffff": 2, "é": 3, "z": 4, "a": {"zz": [], "z": {"b": 1, "a": 2}}},
    -(2**63),
    -(2**63) - 1,
    [JsonFloat("1.50")],
    [],
]


@pytest.mark.parametrize("value", VALUES)
def test_written_json_is_compact_ascii_and_reads_back(value: Any) -> None:
    text = write_json(value)
    assert text.isascii()
    assert read_json(text) == (["1.50"] if value == [JsonFloat("1.50")] else value)
    assert text == json.dumps(value, separators=(",", ":"), default=str)


@pytest.mark.parametrize("encoder", ["orjson", "msgspec"])
@pytest.mark.parametrize("value", VALUES)
def test_every_encoder_writes_the_same_bytes(value: Any, encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(encoder)
    if encoder == "msgspec":
        # As where orjson is not installed: Pyodide has none.
        monkeypatch.setitem(sys.modules, "orjson", None)
    fast, sorting = json_text._fastest()
    assert fast is not None
    monkeypatch.setattr(json_text, "_encode", fast)
    monkeypatch.setattr(json_text, "_encode_canonical", sorting)
    written, canonical = write_json(value), json_text.write_canonical(value)
    monkeypatch.setattr(json_text, "_encode", None)
    monkeypatch.setattr(json_text, "_encode_canonical", None)
    assert write_json(value) == written
    assert json_text.write_canonical(value) == canonical == canonical_json(value)


def test_the_standard_library_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    monkeypatch.setitem(sys.modules, "msgspec.json", None)
    assert json_text._fastest() == (None, None)
