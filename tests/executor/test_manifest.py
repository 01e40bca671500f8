"""The manifest (§19.1, §19.2): whole, valid against the public schema, its etag a function of the bundle alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tenor_wasm import api
from tenor_wasm.executor import contract_manifest
from tests.engines import EXAMPLES
from tests.executor.shops import BUNDLE

Json = Any


def validator(shared: Path) -> Draft202012Validator:
    schemas = {
        name: json.loads((shared / "conformance" / name).read_text("utf-8"))
        for name in ("manifest-schema.json", "interchange-schema.json")
    }
    manifest = schemas["manifest-schema.json"]
    interchange = Resource.from_contents(schemas["interchange-schema.json"])
    # The manifest's schema names the other one by its file, beside itself.
    base = manifest["$id"].rsplit("/", 1)[0]
    registry: Registry[Any] = Registry().with_resource(f"{base}/interchange-schema.json", interchange)
    return Draft202012Validator(manifest, registry=registry)


def test_the_manifest_has_its_members_in_order_and_no_others() -> None:
    manifest = contract_manifest(BUNDLE)
    assert list(manifest) == ["bundle", "capabilities", "etag", "tenor"]
    assert manifest["bundle"] == BUNDLE
    assert f"sha256:{manifest['etag']}" == api.load(BUNDLE).hash


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_the_manifest_is_valid_against_the_public_schema(shared: Path, example: str) -> None:
    bundle = json.loads((EXAMPLES / example / "contract.json").read_text("utf-8"))
    errors = [error.message for error in validator(shared).iter_errors(contract_manifest(bundle))]
    assert errors == []


def test_the_schema_can_refuse(shared: Path) -> None:
    assert list(validator(shared).iter_errors(contract_manifest({"kind": "Bundle"})))


def test_the_etag_is_that_of_the_public_example(shared: Path) -> None:
    example = json.loads((shared / "conformance" / "manifest_basic.json").read_text("utf-8"))
    assert contract_manifest(example["bundle"])["etag"] == example["etag"]


def test_the_etag_follows_from_the_bundle_alone() -> None:
    manifest: Json = contract_manifest(BUNDLE)
    again = contract_manifest(json.loads(json.dumps(dict(reversed(BUNDLE.items())))), "acme.test", "claim", "scheme")
    assert again["etag"] == manifest["etag"]
    assert contract_manifest({**BUNDLE, "id": "other"})["etag"] != manifest["etag"]


def test_trust_is_told_where_there_is_something_to_tell() -> None:
    assert contract_manifest(BUNDLE, "acme.test")["trust"] == {"trust_domain": "acme.test"}
    assert contract_manifest(BUNDLE, None, "claim", "scheme")["trust"] == {
        "attestation_format": "scheme",
        "bundle_attestation": "claim",
    }


def test_a_manifest_is_not_shared_between_calls() -> None:
    first: Json = contract_manifest(BUNDLE)
    first["capabilities"]["multi_instance_entities"] = False
    second: Json = contract_manifest(BUNDLE)
    assert second["capabilities"]["multi_instance_entities"] is True
