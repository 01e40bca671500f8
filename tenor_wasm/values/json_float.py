"""How a JSON number that is no integer is held."""

from __future__ import annotations


class JsonFloat:
    """A JSON number with a fraction or an exponent, kept as it was written: it never becomes a binary float.

    Not a dataclass: some JSON encoders write those as objects and never ask.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonFloat) and other.text == self.text

    def __hash__(self) -> int:
        return hash((JsonFloat, self.text))

    def __repr__(self) -> str:
        return f"JsonFloat({self.text!r})"

    def __str__(self) -> str:
        return self.text
