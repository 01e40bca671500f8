"""Canonical JSON and the contract hash (§19.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tenor_wasm.interchange.canonical import canonical_json, contract_hash, etag
from tests import bundles as b


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"ä": "é🙂", "z": {}, "a": []}, '{"a":[],"z":{},"ä":"é🙂"}'),
        ({"a": 'q"\\\n\t\u0001/'}, '{"a":"q\\"\\\\\\n\\t\\u0001/"}'),
        (2**70 + 1, str(2**70 + 1)),
        ({"B": 0, "a": 0, "A": 0, "b": 0}, '{"A":0,"B":0,"a":0,"b":0}'),
        (api.parse_json('{"x": 1.50, "y": 1e3}'), '{"x":1.50,"y":1e3}'),
    ],
)
def test_canonical_json_is_compact_sorted_and_unescaped(value: Any, written: str) -> None:
    assert canonical_json(value) == written.encode()


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    bundle = b.bundle(b.fact("x", b.integer(0, 9)), b.rule("seen", b.compare(b.ref("x"), ">", b.literal(1))))
    other = json.loads(json.dumps(bundle), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(other) != list(bundle)
    assert canonical_json(other) == canonical_json(bundle)
    assert canonical_json(json.loads(canonical_json(bundle))) == canonical_json(bundle)
    assert api.load(other).hash == api.load(bundle).hash == contract_hash(bundle) == f"sha256:{etag(bundle)}"


def test_the_hash_covers_every_member_also_those_that_evaluation_ignores() -> None:
    plain = b.bundle(b.persona())
    assert etag(plain) != etag({**plain, "note": ""})
    assert etag(plain) != etag(b.bundle({**b.persona(), "provenance": {"line": 1}}))
    assert etag(b.bundle(b.persona("a"), b.persona("b"))) != etag(b.bundle(b.persona("b"), b.persona("a")))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": "\ud800"}, "invalid_text"),
        ({"\udfff": 1}, "invalid_text"),
        ({"a": 1.5}, "invalid_json"),
        ({"a": {1: 2}}, "invalid_json"),
        ([object()], "invalid_json"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Any, code: str) -> None:
    with pytest.raises(TenorError) as caught:
        canonical_json(value)
    assert caught.value.code == code
