"""Canonical JSON and the contract hash (§19.2)."""

from __future__ import annotations

import hashlib
import json as standard_json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from tenor_wasm.errors import Json, TenorError
from tenor_wasm.values.codec import JsonFloat

_encode_text = standard_json.JSONEncoder(ensure_ascii=False).encode


def _parsed_encoder() -> Callable[[Any, int], Iterable[str]]:
    """The C encoder, made once, which looks for no cycles: what was read from text has none."""
    make = standard_json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        encoder = standard_json.JSONEncoder(
            ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
        )
        return lambda value, _: encoder.iterencode(value)
    quoted = standard_json.encoder.encode_basestring
    encode: Callable[[Any, int], Iterable[str]] = make(None, _no_json, quoted, None, ":", ",", True, False, True)
    return encode


def _no_json(value: object) -> NoReturn:
    raise TypeError(type(value).__name__)


_encode_parsed = _parsed_encoder()


def canonical_json(value: Json) -> bytes:
    """The value as compact JSON: keys sorted, no spaces, UTF-8 unescaped.

    Raises ``invalid_text`` for a text that has no UTF-8 form, ``invalid_json`` for what is no JSON value.
    """
    parts: list[str] = []
    _write(value, parts.append)
    try:
        return "".join(parts).encode()
    except UnicodeEncodeError:
        raise TenorError("invalid_text", "a text holds half of a surrogate pair; it has no UTF-8 form") from None


def canonical_json_of_plain(value: Json) -> bytes | None:
    """The same bytes for a value that was read from JSON text, where every key is known to be text; written in C.

    ``None`` for a number with a fraction, which is written as it was, and for a broken text.
    """
    try:
        return "".join(_encode_parsed(value, 0)).encode()
    except (TypeError, UnicodeEncodeError):
        return None


def _write(value: Json, emit: Any) -> None:
    if value is None or isinstance(value, (str, bool)):
        emit(_encode_text(value))
    elif isinstance(value, int):
        emit(int.__repr__(value))
    elif isinstance(value, JsonFloat):
        emit(value.text)
    elif isinstance(value, Mapping):
        _write_object(value, emit)
    elif isinstance(value, (list, tuple)):
        separator = "["
        for item in value:
            emit(separator)
            _write(item, emit)
            separator = ","
        emit("]" if value else "[]")
    else:
        raise TenorError(
            "invalid_json", f"a {type(value).__name__} is not a JSON value; numbers with a fraction are texts"
        )


def _write_object(value: Mapping[str, Json], emit: Any) -> None:
    if not all(isinstance(key, str) for key in value):
        raise TenorError("invalid_json", "an object has a key that is no text")
    separator = "{"
    for key in sorted(value):
        emit(separator)
        emit(_encode_text(key))
        emit(":")
        _write(value[key], emit)
        separator = ","
    emit("}" if value else "{}")


def etag(bundle: Json) -> str:
    """Lower-case hexadecimal SHA-256 of the bundle's canonical JSON."""
    return hashlib.sha256(canonical_json(bundle)).hexdigest()


def manifest(bundle: Json) -> dict[str, Json]:
    """The contract manifest (§19.1): the bundle inlined, its etag, and what a conforming executor does by itself."""
    return {
        "bundle": bundle,
        "capabilities": {"migration_analysis_mode": "conservative"},
        "etag": etag(bundle),
        "tenor": "1.0",
    }


def contract_hash(bundle: Json, canonical: bytes | None = None) -> str:
    """The etag as the provenance chain writes it: ``sha256:<etag>``; from the canonical JSON where it is there."""
    return "sha256:" + hashlib.sha256(canonical_json(bundle) if canonical is None else canonical).hexdigest()
