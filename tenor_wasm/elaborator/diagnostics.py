"""What the elaborator reports (§14.3): where, in which construct and field, what is wrong, and what may help."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from tenor_wasm.errors import Json, TenorError


class Position(NamedTuple):
    """A token's place: 1-based line and columns in code points, ``end_column`` exclusive."""

    file: str
    line: int
    column: int
    end_column: int


def on_line(line: Position, token: Position) -> Position:
    """The place of a token where it stands on a line; the line's own place where it stands on another.

    For errors whose line is settled by the public suite: they are as exact as that line allows.
    """
    return token if (token.file, token.line) == (line.file, line.line) else line


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One elaboration error.

    ``pass_number`` is 0 to 5 (§14.2); ``construct_kind``, ``construct_id`` and ``field`` are ``None`` where no
    construct can be named; ``help`` says what to do, where there is something to say.
    """

    pass_number: int
    code: str
    message: str
    at: Position
    construct_kind: str | None = None
    construct_id: str | None = None
    field: str | None = None
    help: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The error as tools exchange it."""
        result: dict[str, Json] = {
            "pass": self.pass_number,
            "construct_kind": self.construct_kind,
            "construct_id": self.construct_id,
            "field": self.field,
            "file": self.at.file,
            "line": self.at.line,
            "column": self.at.column,
            "end_column": self.at.end_column,
            "code": self.code,
            "message": self.message,
        }
        if self.help is not None:
            result["help"] = self.help
        return result


class ElaborationError(TenorError):
    """The source is refused; ``diagnostics`` holds every error of the pass that failed."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0]
        more = len(self.diagnostics) - 1
        place = f"{first.at.file}:{first.at.line}:{first.at.column}"
        super().__init__(
            "invalid_source",
            f"{place}: {first.message}" + (f" (and {more} more: see details.errors)" if more else ""),
            "",
            {"errors": [diagnostic.to_json() for diagnostic in self.diagnostics]},
        )


_SUGGESTIONS = 50
"""So many errors of a pass look for what may have been meant."""
_CANDIDATES = 2000
"""So many names are looked through for each."""


class Suggestion(NamedTuple):
    """A name that is not known, and those that are: what may have been meant is looked for when it is shown."""

    name: str
    known: tuple[Collection[str], ...]
    otherwise: str | None

    def text(self) -> str | None:
        """``did you mean 'x'?`` for the closest known name; what to say ``otherwise`` when none is close."""
        # Imported here: the module costs start-up time and is needed only when something is wrong.
        from difflib import get_close_matches

        longest = 2 * len(self.name) + 1
        near = islice((name for name in chain(*self.known) if len(name) <= longest), _CANDIDATES)
        by_letters = {name.lower(): name for name in near} if len(self.name) <= 100 else {}
        close = get_close_matches(self.name.lower(), by_letters, n=1, cutoff=0.6)
        return f"did you mean '{by_letters[close[0]]}'?" if close else self.otherwise


Help: TypeAlias = str | Suggestion | None
"""What may help: a text, or a suggestion that becomes one."""


def did_you_mean(name: str, *known: Collection[str], otherwise: str | None = None) -> Suggestion:
    """A suggestion to report as help."""
    return Suggestion(name, known, otherwise)


class Report:
    """Collects the errors of one pass."""

    __slots__ = ("_seen", "diagnostics", "pass_number")

    def __init__(self, pass_number: int) -> None:
        self.pass_number = pass_number
        self.diagnostics: list[Diagnostic] = []
        self._seen: set[tuple[Position, str, str | None]] = set()

    def add(
        self,
        code: str,
        message: str,
        at: Position,
        construct: tuple[str, str] | None = None,
        field: str | None = None,
        help: Help = None,
    ) -> None:
        """Record an error of a construct ``(kind, id)`` and field; the same error at the same place counts once."""
        if (at, message, field) in self._seen:
            return
        self._seen.add((at, message, field))
        kind, name = construct if construct is not None else (None, None)
        if isinstance(help, Suggestion):
            # Looking for a close name costs time; whoever has so many errors fixes the first ones first.
            help = help.text() if len(self.diagnostics) < _SUGGESTIONS else None
        self.diagnostics.append(Diagnostic(self.pass_number, code, message, at, kind, name, field, help))

    def raise_if_any(self) -> None:
        """Raise one ``ElaborationError`` that holds everything found, in the order of the source."""
        if self.diagnostics:
            # A stable sort: files stay in the order in which they were read.
            files = {name: index for index, name in enumerate(dict.fromkeys(d.at.file for d in self.diagnostics))}
            raise ElaborationError(sorted(self.diagnostics, key=lambda d: (files[d.at.file], d.at.line, d.at.column)))
