"""``tenor hash``: the contract's content hash (§19.2)."""

from __future__ import annotations

import argparse

from tenor_wasm.cli.command import Command, Output, read_contract


def run(namespace: argparse.Namespace) -> Output:
    """Print ``sha256:`` and the etag of the loaded contract."""
    contract = read_contract(namespace)
    etag = contract.hash.removeprefix("sha256:")
    return Output({"contract_id": contract.id, "contract_hash": contract.hash, "etag": etag}, contract.hash)


COMMAND = Command("hash", "print the contract hash", run)
