"""Keys and claims (§17.4): what is signed, by whom, and what is refused. E18 to E20 are in ``test_obligations``."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from tenor_wasm.errors import TenorError
from tenor_wasm.executor.signing import FORMAT, Ed25519Signer, public_key_from_pem, verify_bundle

BUNDLE = {"id": "x", "kind": "Bundle"}
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()
SIGNER = Ed25519Signer.generate()
PRIVATE = SIGNER._private_key.private_bytes(PEM, PKCS8, PLAIN)
PUBLIC = SIGNER.public_key.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
OTHER_KIND = generate_private_key(SECP256R1())


def test_keys_are_read_from_pem_and_give_the_same_claims() -> None:
    again = Ed25519Signer.from_pem(PRIVATE)
    assert again.key_id == SIGNER.key_id
    assert again.sign_bundle(BUNDLE) == SIGNER.sign_bundle(BUNDLE)
    verify_bundle(BUNDLE, again.sign_bundle(BUNDLE), [public_key_from_pem(PUBLIC)])
    assert SIGNER.attestation_format == FORMAT


CLAIM = SIGNER.sign_bundle(BUNDLE)


@pytest.mark.parametrize(
    "claim",
    [None, 7, "", f"{CLAIM}\n", f" {CLAIM}", f"{CLAIM}=", f"{CLAIM}!", f"{CLAIM[:-1]}{chr(ord(CLAIM[-1]) ^ 1)}",
     f"{CLAIM[:60]}.{CLAIM[60:]}", f"{CLAIM}A", f"{CLAIM[:-5]}é", CLAIM.upper()],
)  # fmt: skip
def test_a_claim_has_one_form(claim: Any) -> None:
    """Whoever keeps claims can compare them as texts: nothing can be added to one that still holds."""
    verify_bundle(BUNDLE, CLAIM, [SIGNER.public_key])
    with pytest.raises(TenorError) as caught:
        verify_bundle(BUNDLE, claim, [SIGNER.public_key])
    assert caught.value.code == "attestation_rejected"


def test_an_encrypted_key_needs_its_password() -> None:
    locked = SIGNER._private_key.private_bytes(PEM, PKCS8, serialization.BestAvailableEncryption(b"open"))
    assert Ed25519Signer.from_pem(locked, b"open").key_id == SIGNER.key_id
    for password in (None, b"wrong"):
        with pytest.raises(TenorError) as caught:
            Ed25519Signer.from_pem(locked, password)
        assert caught.value.code == "invalid_key"


@pytest.mark.parametrize(
    "text", [b"", b"no key", PUBLIC, OTHER_KIND.private_bytes(PEM, PKCS8, PLAIN)], ids=["empty", "text", "public", "ec"]
)
def test_another_private_key_is_refused(text: bytes) -> None:
    with pytest.raises(TenorError) as caught:
        Ed25519Signer.from_pem(text)
    assert caught.value.code == "invalid_key"


@pytest.mark.parametrize(
    "text",
    [
        b"no key",
        PRIVATE,
        OTHER_KIND.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["text", "private", "ec"],
)
def test_another_public_key_is_refused(text: bytes) -> None:
    with pytest.raises(TenorError) as caught:
        public_key_from_pem(text)
    assert caught.value.code == "invalid_key"


def test_a_claim_is_about_one_kind_of_thing() -> None:
    """The claim for a chain is none for a bundle, though both should have one hash."""
    from tenor_wasm.interchange.canonical import etag

    claim = SIGNER.sign("chain", etag(BUNDLE))
    with pytest.raises(TenorError) as caught:
        verify_bundle(BUNDLE, claim, [SIGNER.public_key])
    assert caught.value.code == "attestation_rejected"
