"""Python source that is made for one contract: its lines, and the things that it names.

Nothing of a contract's text becomes code as it stands: names and texts go in as ``repr`` writes them, all else as a
numbered constant of the namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STEP = "    "


class UnusualError(Exception):
    """No source is made for this; whoever asked takes the general way."""


class Source:
    """Lines of source, and the namespace in which they will run."""

    __slots__ = ("_locals", "lines", "namespace")

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.lines: list[str] = []
        self.namespace: dict[str, Any] = dict(names)
        self._locals = 0

    def line(self, depth: int, text: str) -> None:
        """Add a line, so many steps to the right."""
        self.lines.append(STEP * depth + text)

    def local(self) -> str:
        """The name of a local variable that no other line uses."""
        self._locals += 1
        return f"v{self._locals}"

    def constant(self, value: Any) -> str:
        """How the source writes a value: as a literal where it can be one, else as the name of a constant."""
        if type(value) in (bool, int, str):
            return repr(value)
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def text(self) -> str:
        """The whole source."""
        return "\n".join(self.lines) + "\n"

    def function(self, name: str) -> Any:
        """Run the source and take a function that it defines."""
        # Only lines that this package wrote: see the module.
        exec(compile(self.text(), "<made for a contract>", "exec"), self.namespace)
        return self.namespace[name]
