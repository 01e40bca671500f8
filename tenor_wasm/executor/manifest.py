"""The manifest of a contract that an executor runs (§19.1): what an agent needs to begin, in one document."""

from __future__ import annotations

from tenor_wasm.errors import Json
from tenor_wasm.interchange.canonical import etag

MANIFEST_VERSION = "1.1"
"""The version of the manifest's own form: the one with capabilities."""

CAPABILITIES: dict[str, Json] = {"migration_analysis_mode": "conservative", "multi_instance_entities": True}
"""What this executor does (E14). It resolves no sources by adapters: facts come from the caller."""


def contract_manifest(
    bundle: Json,
    trust_domain: str | None = None,
    attestation: str | None = None,
    attestation_format: str | None = None,
) -> dict[str, Json]:
    """``{bundle, capabilities, etag, tenor}``, and ``trust`` where there is something to say (§17.4, §19.1).

    ``etag`` follows from the bundle alone (§19.2, E12). ``attestation`` binds the bundle to a signer (E18). Raises
    ``invalid_json``, ``invalid_text`` for what is no bundle.
    """
    trust = {
        name: value
        for name, value in {
            "attestation_format": None if attestation is None else attestation_format,
            "bundle_attestation": attestation,
            "trust_domain": trust_domain,
        }.items()
        if value is not None
    }
    frame: dict[str, Json] = {
        "bundle": bundle,
        "capabilities": dict(CAPABILITIES),
        "etag": etag(bundle),
        "tenor": MANIFEST_VERSION,
    }
    return {**frame, "trust": trust} if trust else frame
