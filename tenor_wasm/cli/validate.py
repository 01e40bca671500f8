"""``tenor validate``: does the contract pass every check?"""

from __future__ import annotations

import argparse

from tenor_wasm.cli.command import Command, Output, read_contract


def run(namespace: argparse.Namespace) -> Output:
    """Load the contract; a refused one is reported by the error that loading raises."""
    contract = read_contract(namespace)
    result = {
        "valid": True,
        "contract_id": contract.id,
        "contract_hash": contract.hash,
        "warnings": [warning.to_json() for warning in contract.warnings],
    }
    return Output(result, f"{contract.id} is valid\n{contract.hash}", contract.warnings)


COMMAND = Command("validate", "check a contract and list everything that is wrong with it", run)
