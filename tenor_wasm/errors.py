"""The one error of the system.

Rules this module lives by:

- Every fault that a caller can meet is a ``TenorError`` with a stable ``code``, a message that says what to
  do, and a JSON Pointer (RFC 6901) to the place at fault. Nothing else may leave a public function.
- A call that can find several faults at once collects them as ``Finding`` and raises one error that holds all.
- This module imports nothing, so that every room may import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeGuard

Json: TypeAlias = object
"""A value as ``json.loads`` gives it; numbers that are not integers arrive as ``JsonFloat``."""

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where a value stands in its document: a linked list from the leaf to the root, cheap to extend."""


def is_object(value: Json) -> TypeGuard[Mapping[str, Json]]:
    """Whether a value is a JSON object. What comes from text is a ``dict``, and that is seen at once."""
    return type(value) is dict or isinstance(value, Mapping)


class Finding(NamedTuple):
    """One fault or warning: a stable code, a sentence for people, and a JSON Pointer."""

    code: str
    message: str
    path: str

    def to_json(self) -> dict[str, Json]:
        """The finding as ``{code, message, path}``."""
        return {"code": self.code, "message": self.message, "path": self.path}


class TenorError(Exception):
    """A fault with a stable code, a message that says what to do, and the place at fault."""

    def __init__(self, code: str, message: str, path: str = "", details: Mapping[str, Json] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
        self.details: dict[str, Json] = dict(details or {})

    def to_json(self) -> dict[str, Json]:
        """The error as ``{code, message, path, details}``."""
        return {"code": self.code, "message": self.message, "path": self.path, "details": self.details}

    def below(self, place: str) -> TenorError:
        """The same error with its paths, those of its findings too, leading from a document around its own."""
        details = dict(self.details)
        findings = details.get("findings")
        if isinstance(findings, list):
            details["findings"] = [{**finding, "path": place + finding["path"]} for finding in findings]
        return TenorError(self.code, self.message, place + self.path, details)


def pointer(place: Place, prefix: str = "") -> str:
    """Render a place as a JSON Pointer below ``prefix``."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return prefix + "".join("/" + step for step in reversed(steps))


class Findings:
    """Collects faults and warnings while a document is read, so that all of them can be reported at once.

    It also remembers where the things that were read stood, for checks that come after reading.
    """

    __slots__ = ("_places", "faults", "warnings")

    def __init__(self) -> None:
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []
        # By identity: the objects are kept alive beside their places, so an id is never reused.
        self._places: dict[int, tuple[object, Place]] = {}

    def locate(self, thing: object, place: Place) -> None:
        """Remember where a thing was read from."""
        self._places[id(thing)] = (thing, place)

    def place_of(self, thing: object) -> Place:
        """Where a thing was read from; the root when it was never located."""
        return self._places[id(thing)][1] if id(thing) in self._places else None

    def fault(self, code: str, message: str, place: Place) -> None:
        """Record a fault."""
        self.faults.append(Finding(code, message, pointer(place)))

    def warn(self, code: str, message: str, place: Place) -> None:
        """Record a warning."""
        self.warnings.append(Finding(code, message, pointer(place)))

    def raise_if_any(self, code: str, subject: str) -> None:
        """Raise one ``TenorError`` that lists every fault; ``subject`` opens its message."""
        if self.faults:
            raise findings_error(code, subject, self.faults)


def findings_error(code: str, subject: str, faults: Sequence[Finding]) -> TenorError:
    """One error that carries all faults in ``details.findings`` and points to the first."""
    first = faults[0]
    more = len(faults) - 1
    tail = f" (and {more} more: see details.findings)" if more else ""
    return TenorError(
        code,
        f"{subject}: {first.message}{tail}",
        first.path,
        {"findings": [finding.to_json() for finding in faults]},
    )


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Names for a message: quoted, comma-separated, cut after ``limit``."""
    quoted = [f"'{name}'" for name in names]
    if not quoted:
        return "none"
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" and {len(quoted) - limit} more"
    return ", ".join(quoted)


def shown(value: Json) -> str:
    """A short picture of a JSON value for a message: its kind, and its text when that is short."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return f'the text "{value}"' if len(value) <= 40 else f'the text "{value[:37]}..."'
    text = str(value) if not isinstance(value, int) or value.bit_length() < 200 else "a very large integer"
    return f"the number {text}" if len(text) <= 40 else f"the number {text[:37]}..."
