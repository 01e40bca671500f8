"""A cursor over tokens: looking, taking, expecting, failing with a report, recovering, and bounded nesting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tenor_wasm.elaborator.diagnostics import Help, Position, Report
from tenor_wasm.elaborator.tokens import END, SIGN, TEXT, WORD, Token
from tenor_wasm.elaborator.tree import Word

NESTING_LIMIT = 50
"""Parentheses, negations, quantifiers, types and blocks inside each other."""

KINDS: Mapping[str, str] = {
    "type": "TypeDecl",
    "source": "Source",
    "fact": "Fact",
    "entity": "Entity",
    "rule": "Rule",
    "persona": "Persona",
    "operation": "Operation",
    "flow": "Flow",
    "system": "System",
}
"""Keyword → construct kind."""


class SyntaxFailure(Exception):  # noqa: N818 - it leaves a construct, the report holds the error
    """Raised after a report, to leave the construct that cannot be read further."""


class Cursor:
    """A cursor over the tokens."""

    def __init__(self, tokens: list[Token], report: Report) -> None:
        self.tokens, self.report = tokens, report
        self.position = 0
        self.nesting = 0
        self.item_ends: list[int] = []
        """Where the items of lists and blocks end, as counts of tokens: what the formatter needs to know."""
        self.open_texts = frozenset(d.at for d in report.diagnostics if d.code == "unterminated_string")
        self.unreadable = frozenset((d.at.file, d.at.line) for d in report.diagnostics)
        """Lines on which something could not be read: what does not fit there follows from that."""

    # --- the cursor ---------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The current token."""
        return self.tokens[self.position]

    def ahead(self, count: int = 1) -> Token:
        """A token further on."""
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the current token and move on."""
        token = self.tokens[self.position]
        if token.kind != END:
            self.position += 1
        return token

    def is_word(self, text: str) -> bool:
        """Whether the current token is this word."""
        token = self.tokens[self.position]
        return token.text == text and token.kind == WORD

    def is_sign(self, text: str) -> bool:
        """Whether the current token is this sign or operator."""
        token = self.tokens[self.position]
        return token.text == text and token.kind == SIGN

    def accept(self, sign: str) -> bool:
        """Take the sign if it is next."""
        if self.is_sign(sign):
            self.position += 1
            return True
        return False

    def end_item(self) -> None:
        """End an item of a list or block: a comma may follow."""
        self.item_ends.append(self.position)
        self.accept(",")

    def expect(self, sign: str, context: str) -> Token:
        """Take the sign, or report that it is missing."""
        if not self.is_sign(sign):
            raise self.fail(f"expected '{sign}' {context}, found {self.shown()}")
        return self.take()

    def word(self, what: str) -> Word:
        """Take an identifier."""
        token = self.tokens[self.position]
        if token.kind != WORD:
            raise self.fail(f"expected {what}, found {self.shown()}")
        self.position += 1
        return Word(token.text, token.at)

    def shown(self) -> str:
        """The current token for a message."""
        token = self.token
        if token.kind == END:
            return "the end of the file"
        return f'the text "{token.text}"' if token.kind == TEXT else f"'{token.text}'"

    def fail(
        self, message: str, at: Position | None = None, code: str = "syntax_error", help: Help = None
    ) -> SyntaxFailure:
        """Report a syntax error; raising what it returns leaves the construct."""
        at = at or self.token.at
        if code != "syntax_error" or (at.file, at.line) not in self.unreadable:
            self.report.add(code, message, at, help=help)
        return SyntaxFailure()

    def begins_field(self) -> bool:
        """Whether a name and a colon stand here: no value begins so."""
        following = self.ahead()
        return self.token.kind == WORD and following.kind == SIGN and following.text == ":"

    def has_value(self, name: Word) -> bool:
        """Whether a value follows the colon after a name; says so where none does."""
        closes = self.token.kind == SIGN and self.token.text in (")", "]", "}")
        if not closes and not self.begins_field():
            return True
        self.fail(f"the field '{name.text}' has no value", name.at)
        return False

    def recover(self) -> None:
        """Skip to the next token that can only begin a construct."""
        self.nesting = 0
        while self.token.kind != END and not self.begins_construct():
            self.position += 1

    def begins_construct(self) -> bool:
        """Whether a construct or an import begins here, at the start of a line."""
        token, following = self.token, self.ahead()
        if token.kind != WORD or (self.position and self.tokens[self.position - 1].at.line == token.at.line):
            return False
        if token.text != "import" and token.text not in KINDS:
            return False
        if token.at.column == 1:
            return following.text != ":"  # at the margin even a construct that is not whole
        if token.text == "import":
            return following.kind == TEXT
        return following.kind == WORD and (token.text == "persona" or self.ahead(2).text == "{")

    def nested(self, read: Callable[[], Any]) -> Any:
        """Read something one level deeper, within bounds."""
        self.nesting += 1
        if self.nesting > NESTING_LIMIT:
            raise self.fail(
                f"nested deeper than {NESTING_LIMIT} levels", code="too_deep", help="split it into smaller parts"
            )
        value = read()
        self.nesting -= 1
        return value

    # --- small values -------------------------------------------------------------------------------------------

    def items(self, read: Callable[[], Any], opening: str | None = "[", closing: str = "]") -> tuple[Any, ...]:
        """``[item, item]``; without ``opening`` when that was taken already."""
        if opening is not None:
            self.expect(opening, "to begin a list")
        items: list[Any] = []
        while not self.accept(closing):
            items.append(self.nested(read))
            self.end_item()
        return tuple(items)

    def words(self) -> tuple[Word, ...]:
        """``[name, name]``."""
        return self.items(lambda: self.word("a name"))

    def text(self) -> Word:
        """A string."""
        if self.token.kind != TEXT:
            raise self.fail(f"expected a text in quotes, found {self.shown()}")
        token = self.take()
        return Word(token.text, token.at)
