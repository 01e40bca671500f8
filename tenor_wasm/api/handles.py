"""What lives at the edge, by integer. A handle is never given twice, so a freed one cannot come to mean another."""

from __future__ import annotations

from typing import Generic, TypeVar

from tenor_wasm.errors import Json, TenorError, shown
from tenor_wasm.interchange.constructs import Contract

Thing = TypeVar("Thing")


class Handles(Generic[Thing]):
    """A table of live things of one kind; ``code`` and ``what`` make the error for a handle that is none."""

    __slots__ = ("_code", "_next", "_things", "_what")

    def __init__(self, code: str, what: str) -> None:
        self._code = code
        self._what = what
        self._things: dict[int, Thing] = {}
        self._next = 0

    def add(self, thing: Thing) -> int:
        """Keep a thing and return its handle."""
        handle = self._next
        self._next += 1
        self._things[handle] = thing
        return handle

    def find(self, handle: Json) -> Thing | None:
        """The thing of a handle; ``None`` for one that was never given or was freed."""
        return self._things.get(handle) if type(handle) is int else None

    def get(self, handle: Json) -> Thing:
        """The thing of a handle; raises the table's error where there is none."""
        thing = self.find(handle)
        if thing is None:
            raise TenorError(self._code, f"the handle {shown(handle)} is of no {self._what}")
        return thing

    def free(self, handle: Json) -> None:
        """Forget a thing; an unknown handle is no error."""
        if type(handle) is int:
            self._things.pop(handle, None)


HANDLES: Handles[Contract] = Handles("unknown_handle", "loaded contract; load it (again) first")
"""The table behind ``wire`` and ``compat``: one per process, or per browser tab."""
