"""Loaded contracts by integer. A handle is never given twice, so a freed one cannot come to mean another contract."""

from __future__ import annotations

from tenor_wasm.errors import Json, TenorError, shown
from tenor_wasm.interchange.constructs import Contract


class Handles:
    """A table of live contracts."""

    __slots__ = ("_contracts", "_next")

    def __init__(self) -> None:
        self._contracts: dict[int, Contract] = {}
        self._next = 0

    def add(self, contract: Contract) -> int:
        """Keep a contract and return its handle."""
        handle = self._next
        self._next += 1
        self._contracts[handle] = contract
        return handle

    def get(self, handle: Json) -> Contract:
        """The contract of a handle; raises ``unknown_handle`` for one that was never given or was freed."""
        contract = self._contracts.get(handle) if type(handle) is int else None
        if contract is None:
            raise TenorError(
                "unknown_handle", f"there is no loaded contract with the handle {shown(handle)}; load it (again) first"
            )
        return contract

    def free(self, handle: Json) -> None:
        """Forget a contract; an unknown handle is no error."""
        if type(handle) is int:
            self._contracts.pop(handle, None)


HANDLES = Handles()
"""The table behind ``wire`` and ``compat``: one per process, or per browser tab."""
