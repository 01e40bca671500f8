"""Source text → tokens. One regular expression, one left-to-right sweep: time is linear in the length of the text.

Lexer and parser are written by hand: the grammar is small and fixed, positions and recovery are the product here,
and the best pure-Python parser libraries would add start-up time to every browser tab for less control over both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tenor_wasm.elaborator.diagnostics import Position, Report
from tenor_wasm.values.patterns import pattern

WORD, TEXT, NUMBER, SIGN, END = "word", "text", "number", "sign", "end"


class Token(NamedTuple):
    """One token. ``text`` is canonical: aliases of signs and operators are already replaced, strings are decoded."""

    kind: str
    text: str
    at: Position
    spaced: bool
    """Whether white space or a comment stands before it."""


_made = tuple.__new__
"""Makes a named tuple in half the time that calling its class takes: a text has thousands of tokens."""

# Longest first. Signs of the language and what they stand for; the ASCII words are recognised by the parser.
_SIGNS: Mapping[str, str] = {
    "->": "->",
    "→": "->",
    "<=": "<=",
    "≤": "<=",
    ">=": ">=",
    "≥": ">=",
    "!=": "!=",
    "≠": "!=",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "∀": "forall",
    "∃": "exists",
    "∈": "in",
    "×": "*",
    **{sign: sign for sign in "{}[]():,.=<>+-*"},
}
WORD_OPERATORS = frozenset({"and", "or", "not", "forall", "exists", "in"})

_TOKEN = pattern(
    r"(?P<space>[ \t\n\f\ufeff]+)"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<open_comment>/\*)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r'|(?P<text>"(?:[^"\\\n]|\\[^\n])*")'
    r'|(?P<open_text>"[^\n]*)'
    # What other languages write: reported, and read as what it stands for there, so that one mistake is one error.
    r"|(?P<quoted>'[^'\n]*'|“[^”\n]*”|‘[^’\n]*’)"
    r"|(?P<hash>\#[^\n]*)"
    r"|(?P<foreign>==|&&?|\|\|?|<>|!(?!=)|/)"
    r"|(?P<sign>->|<=|>=|!=|[→≤≥≠∧∨¬∀∃∈×{}\[\]():,.=<>+*-])"
    # A run of characters that no token begins with is one error, not many.
    r"|(?P<other>[^\w\s\"{}\[\]():,.=<>+*/→≤≥≠∧∨¬∀∃∈×-]+|.)",
    re.DOTALL,
)
_ESCAPES: Mapping[str, str] = {'"': '"', "\\": "\\", "n": "\n", "t": "\t", "r": "\r", "/": "/"}
_ESCAPE = pattern(r"\\(.)", re.DOTALL)
_NOT_UNICODE = pattern("[\ud800-\udfff]")
"""What bytes that are no UTF-8 become when they are decoded all the same."""

_HELP: Mapping[str, str] = {
    "'": 'texts stand in double quotes: "…"',
    "“": 'texts stand in straight double quotes: "…"',
    "”": 'texts stand in straight double quotes: "…"',
    ";": "nothing stands between fields but white space or a comma",
    "\u00a0": "it is a no-break space: write a plain one",
}
_FOREIGN: Mapping[str, tuple[str, str]] = {
    "==": ("=", "write '='"),
    "&": ("and", "write 'and' or '∧'"),
    "&&": ("and", "write 'and' or '∧'"),
    "|": ("or", "write 'or' or '∨'"),
    "||": ("or", "write 'or' or '∨'"),
    "!": ("not", "write 'not' or '¬'"),
    "<>": ("!=", "write '!=' or '≠'"),
    "/": ("*", "there is no division: let the quotient come in as a fact"),
}
"""Sign of another language → what is read in its place, and what to write."""


def tokenize(file: str, source: str, report: Report) -> list[Token]:
    """Every token of the text, an ``end`` token last. Unreadable characters are reported and left out."""
    tokens: list[Token] = []
    source = plain_lines(source)
    line, line_start, spaced = 1, 0, True
    for match in _TOKEN.finditer(source):
        kind, text = match.lastgroup or "other", match.group()
        if kind == "space" or kind == "comment":
            spaced = True
        else:
            start, end = match.span()
            at = _made(Position, (file, line, start - line_start + 1, end - line_start + 1))
            _READERS.get(kind, _unreadable)(kind, text, at, spaced, tokens, report)
            spaced = kind == "open_comment"
            if kind == "open_comment":
                line, line_start = _advance(source[match.start() :], match.start(), line, line_start)
                break
        if "\n" in text:
            line, line_start = _advance(text, match.start(), line, line_start)
    column = len(source) - line_start + 1
    tokens.append(Token(END, "end of file", Position(file, line, column, column + 1), True))
    return tokens


def plain_lines(source: str) -> str:
    """The text with ``\\n`` at the end of every line, and without a byte order mark, which takes no column."""
    source = source.removeprefix("\ufeff")
    return source.replace("\r\n", "\n").replace("\r", "\n") if "\r" in source else source


def lexemes(source: str) -> Iterator[tuple[str, str]]:
    """The whole text as it is written, piece by piece: kind and text of every token, comment and white space.

    In a text without lexical errors, the pieces that are neither ``space`` nor ``comment`` are those of ``tokenize``.
    """
    return ((match.lastgroup or "other", match.group()) for match in _TOKEN.finditer(plain_lines(source)))


def _advance(text: str, start: int, line: int, line_start: int) -> tuple[int, int]:
    breaks = text.count("\n")
    return (line + breaks, start + text.rindex("\n") + 1) if breaks else (line, line_start)


def _word(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], _: Report) -> None:
    lower = text.lower()
    is_operator = lower in WORD_OPERATORS and text in (lower, lower.upper())
    tokens.append(_made(Token, (SIGN, lower, at, spaced) if is_operator else (WORD, text, at, spaced)))


def _number(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    if not text.isascii():
        report.add("unexpected_character", "write numbers with the digits 0 to 9", at)
    tokens.append(Token(NUMBER, text, at, spaced))


def _text(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    def unescape(match: re.Match[str]) -> str:
        if match.group(1) not in _ESCAPES:
            column = at.column + 1 + match.start()
            message = f"unknown escape '\\{match.group(1)}' in a string"
            place = at._replace(column=column, end_column=column + 2)
            report.add("unknown_escape", message, place, help='write \\" \\\\ \\n \\t \\r or \\/')
        return _ESCAPES.get(match.group(1), match.group(1))

    inner = _valid_text(text[1:-1], at, report)
    tokens.append(Token(TEXT, _ESCAPE.sub(unescape, inner) if "\\" in inner else inner, at, spaced))


def _valid_text(text: str, at: Position, report: Report) -> str:
    """A text without what has no UTF-8 form; says so where there is such a thing."""
    if text.isascii() or not _NOT_UNICODE.search(text):
        return text
    report.add("invalid_text", "the text holds bytes that are no UTF-8", at, help="save the file as UTF-8")
    return _NOT_UNICODE.sub("\ufffd", text)


def _open_text(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    report.add("unterminated_string", "unterminated string literal", at, help='close it with " on the same line')
    # Recovery: the string ends where its line does.
    tokens.append(Token(TEXT, _NOT_UNICODE.sub("\ufffd", text[1:]), at, spaced))


def _open_comment(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    report.add("unterminated_comment", "unterminated block comment", at, help="close it with */")


def _quoted(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    report.add("unexpected_character", f"unexpected character '{text[0]}'", at, help=_HELP.get(text[0], _HELP["“"]))
    tokens.append(Token(TEXT, _NOT_UNICODE.sub("\ufffd", text[1:-1]), at, spaced))


def _hash(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    report.add("unexpected_character", "unexpected character '#'", at, help="a comment begins with //")


def _foreign(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    meant, help = _FOREIGN[text]
    report.add("unexpected_character", f"the language has no '{text}'", at, help=help)
    tokens.append(Token(SIGN, meant, at, spaced))


def _sign(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], _: Report) -> None:
    tokens.append(_made(Token, (SIGN, _SIGNS[text], at, spaced)))


def _unreadable(kind: str, text: str, at: Position, spaced: bool, tokens: list[Token], report: Report) -> None:
    if _NOT_UNICODE.search(text):
        report.add("invalid_text", "bytes that are no UTF-8", at, help="save the file as UTF-8")
        return
    readable = text if text.isprintable() and len(text) <= 20 else f"U+{ord(text[0]):04X}"
    word = "character" if len(text) == 1 else "characters"
    report.add("unexpected_character", f"unexpected {word} '{readable}'", at, help=_HELP.get(text[0]))


_READERS = {
    "word": _word,
    "number": _number,
    "text": _text,
    "open_text": _open_text,
    "open_comment": _open_comment,
    "quoted": _quoted,
    "hash": _hash,
    "foreign": _foreign,
    "sign": _sign,
}
