"""Regular expressions that are compiled when they are first used: a page waits for every import to end."""

from __future__ import annotations

import re
from typing import Any, cast


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` gives, as far as its methods go."""
    return cast("re.Pattern[str]", _Pattern(text, flags))


class _Pattern:
    """The compiled expression's methods become its own at the first use of one: from then on nothing is in between."""

    def __init__(self, text: str, flags: int) -> None:
        self._given = (text, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._given)
        for method in ("finditer", "fullmatch", "match", "search", "split", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
