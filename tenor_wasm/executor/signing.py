"""Authenticity claims by Ed25519 (§17.4, E18 and E19; extra ``signing``).

A claim is a text ``ed25519:<key id>:<signature>``, both in unpadded base64url. It is made over what kind of thing it is
about and that thing's content hash, which covers the whole bundle (its etag), chain or trigger record. Whoever has the
public key can check it without the executor.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.ledger import digest
from tenor_wasm.executor.records import TriggerRecord
from tenor_wasm.executor.triggers import trigger_hash
from tenor_wasm.interchange.canonical import etag

FORMAT = "tenor-ed25519/1"
"""The name of the scheme, as the manifest's ``attestation_format`` gives it."""

_PREFIX = "ed25519"


class Ed25519Signer:
    """Signs with one private key."""

    attestation_format = FORMAT

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key()

    @classmethod
    def generate(cls) -> Ed25519Signer:
        """A signer with a new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, text: bytes, password: bytes | None = None) -> Ed25519Signer:
        """A signer from a PEM file's bytes (PKCS 8). Raises ``invalid_key``."""
        try:
            key = serialization.load_pem_private_key(text, password)
        except (TypeError, ValueError) as error:
            raise TenorError("invalid_key", f"this is no private key in PEM: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise TenorError("invalid_key", "the key is of another kind; an Ed25519 key is needed")
        return cls(key)

    @property
    def key_id(self) -> str:
        """What names the key: half of its SHA-256."""
        return key_id(self.public_key)

    def sign(self, subject: str, content_hash: str) -> str:
        """The claim that this signer vouches for a content hash."""
        return ":".join((_PREFIX, self.key_id, _text(self._private_key.sign(_message(subject, content_hash)))))

    def sign_bundle(self, bundle: Json) -> str:
        """The attestation of a bundle (E18)."""
        return self.sign("bundle", etag(bundle))


def key_id(key: Ed25519PublicKey) -> str:
    """What names a key in its claims."""
    return _text(hashlib.sha256(key.public_bytes_raw()).digest()[:16])


def public_key_from_pem(text: bytes) -> Ed25519PublicKey:
    """A public key from a PEM file's bytes. Raises ``invalid_key``."""
    try:
        key = serialization.load_pem_public_key(text)
    except ValueError as error:
        raise TenorError("invalid_key", f"this is no public key in PEM: {error}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise TenorError("invalid_key", "the key is of another kind; an Ed25519 key is needed")
    return key


def verify_bundle(bundle: Json, attestation: str | None, keys: Iterable[Ed25519PublicKey]) -> None:
    """Check that one of the keys vouches for this very bundle. Raises ``attestation_rejected``."""
    _verify("bundle", etag(bundle), attestation, keys)


def verify_chain(chain: Mapping[str, Json], attestation: str | None, keys: Iterable[Ed25519PublicKey]) -> None:
    """Check that one of the keys vouches for this very chain, every member of it. Raises ``attestation_rejected``.

    That the chain follows from its inputs is another question: ``api.verify`` answers it.
    """
    content = {name: value for name, value in chain.items() if name != "content_hash"}
    _verify("chain", "sha256:" + digest(content), attestation, keys)


def verify_trigger(record: TriggerRecord, keys: Iterable[Ed25519PublicKey]) -> None:
    """Check that one of the keys vouches for this trigger record. Raises ``attestation_rejected``."""
    _verify("trigger", trigger_hash(record), record.attestation, keys)


def _verify(subject: str, content_hash: str, attestation: str | None, keys: Iterable[Ed25519PublicKey]) -> None:
    by_id = {key_id(key): key for key in keys}
    scheme, _, rest = (attestation if isinstance(attestation, str) else "").partition(":")
    name, _, signature = rest.partition(":")
    if scheme != _PREFIX or name not in by_id:
        raise TenorError(
            "attestation_rejected", f"the claim is by none of the keys that are trusted for this {subject}"
        )
    try:
        signed = urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        if _text(signed) != signature:  # the decoder passes over what is none of its signs
            raise ValueError
        by_id[name].verify(signed, _message(subject, content_hash))
    except (InvalidSignature, ValueError):
        message = f"the {subject} is not the one that was signed, or the claim was changed"
        raise TenorError("attestation_rejected", message) from None


def _message(subject: str, content_hash: str) -> bytes:
    return f"{FORMAT}\n{subject}\n{content_hash}".encode()


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
