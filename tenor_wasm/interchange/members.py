"""Reads the members of one JSON object and reports each that is missing or has the wrong kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from tenor_wasm.errors import Findings, Json, Place, is_object, shown

Made = TypeVar("Made")


class Members:
    """One JSON object of a bundle, its place, and where to report.

    Each method returns ``None`` (or an empty container) after reporting; an absent member counts as a fault
    (``missing_member``) unless the method says otherwise. A wrong kind of value is ``invalid_member``.
    """

    __slots__ = ("findings", "json", "place")

    def __init__(self, json: Mapping[str, Json], place: Place, findings: Findings) -> None:
        self.json, self.place, self.findings = json, place, findings

    def at(self, key: str) -> Place:
        """The place of a member."""
        return (self.place, key)

    def made(self, thing: Made) -> Made:
        """Remember that ``thing`` was read from this object, and return it."""
        self.findings.locate(thing, self.place)
        return thing

    def fault(self, code: str, message: str, key: str | None = None) -> None:
        """Report a fault at a member, or at the object itself."""
        self.findings.fault(code, message, self.place if key is None else (self.place, key))

    def warn(self, code: str, message: str, key: str | None = None) -> None:
        """Report a warning at a member, or at the object itself."""
        self.findings.warn(code, message, self.place if key is None else (self.place, key))

    def required(self, key: str) -> bool:
        """Whether the member is there (``null`` counts as absent); reports when it is not."""
        if self.json.get(key) is not None:
            return True
        self.fault("missing_member", f"'{key}' is missing")
        return False

    def _invalid(self, key: str, wanted: str) -> None:
        self.fault("invalid_member", f"'{key}' must be {wanted}, not {shown(self.json.get(key))}", key)

    def name(self, key: str) -> str | None:
        """A non-empty text."""
        value = self.json.get(key)
        if type(value) is str and value:
            return value
        if self.required(key):
            self._invalid(key, "a non-empty text")
        return None

    def optional_name(self, key: str) -> str | None:
        """A non-empty text, or ``None`` without a report when the member is absent."""
        return None if self.json.get(key) is None else self.name(key)

    def names(self, key: str) -> tuple[str, ...] | None:
        """A list of non-empty texts."""
        value = self.json.get(key)
        if type(value) is list and not [item for item in value if type(item) is not str or not item]:
            return tuple(value)
        if self.required(key):
            self._invalid(key, "a list of non-empty texts")
        return None

    def natural(self, key: str) -> int | None:
        """A whole number, zero or more."""
        value = self.json.get(key)
        if type(value) is int and value >= 0:
            return value
        if self.required(key):
            self._invalid(key, "a whole number, zero or more")
        return None

    def object(self, key: str) -> Members | None:
        """A member object."""
        value = self.json.get(key)
        if is_object(value):
            return Members(value, (self.place, key), self.findings)
        if self.required(key):
            self._invalid(key, "an object")
        return None

    def objects(self, key: str) -> list[Members] | None:
        """A list of objects; items of another kind are reported and left out."""
        value = self.json.get(key)
        if isinstance(value, list):
            return members_of(value, (self.place, key), self.findings)
        if self.required(key):
            self._invalid(key, "a list of objects")
        return None


def members_of(items: list[Json], place: Place, findings: Findings) -> list[Members]:
    """The objects of a list; items of another kind are reported and left out."""
    objects: list[Members] = []
    for index, item in enumerate(items):
        if is_object(item):
            objects.append(Members(item, (place, index), findings))
        else:
            findings.fault("invalid_member", f"expected an object, got {shown(item)}", (place, index))
    return objects
