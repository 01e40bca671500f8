"""JSON text in and out, strict, in one place.

In: one JSON value in valid Unicode; no duplicate keys, no NaN or Infinity, no nesting beyond ``DEPTH_LIMIT``.
Numbers with a fraction or exponent stay text (``JsonFloat``), integers stay exact. Out: compact and ASCII-escaped;
``orjson`` (CPython) or ``msgspec`` (Pyodide) where it is installed, else the standard library, the same bytes from all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import Any, NoReturn

from tenor_wasm.errors import Json, TenorError
from tenor_wasm.interchange.canonical import canonical_json, canonical_json_of_plain
from tenor_wasm.values.codec import JsonFloat
from tenor_wasm.values.patterns import pattern

DEPTH_LIMIT = 200
"""Levels of nested lists and objects that a text may have."""

_STRINGS = pattern(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NOT_BRACKETS = pattern(r"[^][{}]+")
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b'"[]{}')
_WHITE_SPACE = " \t\n\r"
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}
_SPACE_BEFORE_COLON = pattern(r"[ \t\n\r]:")
_SURROGATE_ESCAPE = pattern(r"\\u[dD][89a-fA-F]")


class _FaultError(Exception):
    """A fault found by a hook of the parser."""


def read_json(text: str, what: str = "the text") -> Json:
    """Parse one JSON value; ``what`` names the argument in messages.

    Raises ``invalid_json`` (with ``line`` and ``column`` in the details where known), ``duplicate_key``,
    ``invalid_number``, ``invalid_text`` for half a surrogate pair, ``too_deep``.
    """
    if not isinstance(text, str):
        raise TenorError("invalid_json", f"{what} must be given as JSON text")
    if _is_too_deep(text):
        raise _too_deep(what)
    value = _read_quickly(text)
    if value is None:
        value = _read_carefully(text, what)
    # One character is found faster than two.
    if not text.isascii() or "\\" in text:
        _check_unicode(text, value, what)
    return value


def read_with_canonical(text: str, what: str) -> tuple[Json, bytes]:
    """Parse one JSON value, and write its canonical JSON. Raises as ``read_json``.

    The writing shows what reading it again would: a key that stood twice is written once, with fewer colons, and what
    has no UTF-8 form cannot be written.
    """
    value = None
    # A colon that is written as an escape would be one more.
    if type(text) is str and ("\\" not in text or "\\u003" not in text) and not _is_too_deep(text):
        value = _scanned(text)
    canonical = None if value is None else _canonical(value)
    if canonical is not None and canonical.count(b":") == text.count(":"):
        return value, canonical
    value = read_json(text, what)
    return value, write_canonical(value)


def scan_json(text: str) -> Json:
    """The value of a text that is right and plain, in C alone; ``None`` where only ``read_json`` can tell.

    Whether a key stands twice is still to be seen: by ``has_members``, once somebody has counted.
    """
    if type(text) is not str or text.count("[") + text.count("{") > DEPTH_LIMIT:
        return None
    if "\\" in text and _SURROGATE_ESCAPE.search(text):
        return None
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return None
    return _scanned(text)


def has_members(text: str, members: int) -> bool:
    """Whether no key of a text stands twice, if the objects that were read from it have so many members in all.

    The text would have more colons then. ``False`` says nothing: a text may hold colons in its strings.
    """
    if text.count(":") == members:
        return True
    return text.count('":') == members and not _SPACE_BEFORE_COLON.search(text)


def _read_quickly(text: str) -> Json:
    """The value of a text that is right and plain; ``None`` where only the careful reader can tell."""
    value = _scanned(text)
    return value if has_members(text, _members(value)) else None


def _scanned(text: str) -> Json:
    """The value of a text without white space before it, a repeated key counted once; ``None`` where there is none."""
    try:
        value, end = _SCANNER(text, 0)
    except (StopIteration, ValueError, RecursionError, _FaultError):
        return None
    return value if end == len(text) or not text[end:].strip(_WHITE_SPACE) else None


def _members(value: Any) -> int:
    """The members of all objects in a value."""
    members = 0
    pending = [value] if type(value) in _NESTING else []
    while pending:
        item = pending.pop()
        if type(item) is dict:
            members += len(item)
            item = item.values()
        if not _NESTING.isdisjoint(map(type, item)):
            pending += [part for part in item if type(part) in _NESTING]
    return members


def _read_carefully(text: str, what: str) -> Json:
    try:
        value: Json = _DECODER.decode(text)
    except _FaultError as fault:
        code, message = fault.args
        raise TenorError(code, f"{what}: {message}") from None
    except json.JSONDecodeError as error:
        raise TenorError(
            "invalid_json",
            f"{what} cannot be read as JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            "",
            {"line": error.lineno, "column": error.colno},
        ) from None
    except RecursionError:
        raise TenorError("too_deep", f"{what} is nested too deeply; flatten it") from None
    return value


def _is_too_deep(text: str) -> bool:
    """Whether brackets nest beyond the limit anywhere, found without recursion and, for shallow texts, without a scan.

    Unbalanced texts count too: the parser recurses in C, and in Pyodide it would exhaust the host's stack for good.
    """
    opened = text.count("[") + text.count("{")
    # Of objects that follow each other in a list, one alone can be open at a time.
    if opened <= DEPTH_LIMIT or opened - text.count("},{") <= DEPTH_LIMIT or _is_surely_shallow(text):
        return False
    brackets = _NOT_BRACKETS.sub("", _STRINGS.sub("", text))
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEPTH_LIMIT


def _is_surely_shallow(text: str) -> bool:
    """Whether the brackets outside of strings pair off from the inside in few rounds, each a pass in C."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    marks = text.encode("utf-8", "surrogatepass").translate(None, _NO_MARKS).replace(b'""', b"")
    if b'"' in marks:  # a string holds a bracket, or has no end
        return False
    for rounds in range(1, 20):
        marks = marks.replace(b"{}", b"").replace(b"[]", b"")
        if marks.count(b"{") + marks.count(b"[") + 2 * rounds <= DEPTH_LIMIT:
            return True
    return False


def check_depth(value: Json, what: str) -> None:
    """Hold a value that did not come from text to the same limit; raises ``too_deep``. Cycles end there too."""
    pending = [iter((value,))]
    while pending:
        for item in pending[-1]:
            if isinstance(item, Mapping):
                pending.append(iter(item.values()))
                break
            if isinstance(item, (list, tuple)):
                pending.append(iter(item))
                break
        else:
            pending.pop()
        if len(pending) > DEPTH_LIMIT + 1:
            raise _too_deep(what)


def _too_deep(what: str) -> TenorError:
    message = f"{what} is nested deeper than {DEPTH_LIMIT} levels; flatten it"
    return TenorError("too_deep", message, "", {"limit": DEPTH_LIMIT})


def _check_unicode(text: str, value: Json, what: str) -> None:
    if text.isascii() and not _SURROGATE_ESCAPE.search(text):
        return
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise TenorError("invalid_text", f"{what} holds half of a surrogate pair; it has no UTF-8 form") from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _FaultError("duplicate_key", f"the key '{key}' stands twice in one object; keep one of them")
            seen.add(key)
    return members


def _no_constant(name: str) -> NoReturn:
    raise _FaultError("invalid_number", f"{name} is not a JSON number; leave the value out or give a number")


def _integer(digits: str) -> int:
    if len(digits) > 1000:
        raise _FaultError("invalid_number", f"a whole number of {len(digits)} digits is beyond the limit of 1000")
    return int(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_float=JsonFloat, parse_int=_integer, parse_constant=_no_constant
)
_SCANNER: Callable[[str, int], tuple[Json, int]] = json.JSONDecoder(
    parse_float=JsonFloat, parse_int=_integer, parse_constant=_no_constant
).scan_once  # type: ignore[attr-defined]
_NESTING = frozenset({dict, list})
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=str)


def _standard() -> Callable[[Any, int], Iterable[str]]:
    """The standard library's encoder, made once: ``JSONEncoder.encode`` makes its C part anew for each value."""
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return lambda value, _: _ENCODER.iterencode(value)
    quoted = json.encoder.encode_basestring_ascii
    encode: Callable[[Any, int], Iterable[str]] = make(None, str, quoted, None, ":", ",", False, False, True)
    return encode


_STANDARD = _standard()


def write_json(value: Json) -> str:
    """The value as compact ASCII JSON text; a ``JsonFloat`` that a bundle brought along is written as text."""
    if _encode is not None:
        try:
            encoded = _encode(value)
        except (TypeError, OverflowError):
            pass  # an integer beyond 64 bits: the standard library writes it exactly
        else:
            # The fast ones do not escape; a text with DEL or anything beyond ASCII is left to the standard library.
            if encoded.isascii() and b"\x7f" not in encoded:
                return encoded.decode("ascii")
    return "".join(_STANDARD(value, 0))


Encode = Callable[[Any], bytes]


def _fastest() -> tuple[Encode, Encode] | tuple[None, None]:
    """The fastest encoder that is installed and writes what the standard library writes; the second one sorts keys."""
    try:
        import orjson
    except ImportError:
        pass
    else:
        plain, canonical = orjson.OPT_PASSTHROUGH_DATACLASS, orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_SORT_KEYS
        return (
            lambda value: orjson.dumps(value, str, plain),
            lambda value: orjson.dumps(value, None, canonical),
        )
    try:
        from msgspec.json import Encoder
    except ImportError:
        return None, None
    return Encoder(enc_hook=str).encode, Encoder(order="sorted").encode


_encode, _encode_canonical = _fastest()


def write_canonical(value: Json) -> bytes:
    """The canonical JSON (§19.2) of a value that was read from text. Raises as ``canonical_json``."""
    canonical = _canonical(value)
    return canonical_json(value) if canonical is None else canonical


def _canonical(value: Json) -> bytes | None:
    """The same, or ``None`` for a number with a fraction, which is written as it was, and for a broken text."""
    if _encode_canonical is not None:
        try:
            return _encode_canonical(value)
        except (TypeError, ValueError, OverflowError):
            pass  # an integer beyond 64 bits, too: the standard library writes it exactly
    return canonical_json_of_plain(value)
