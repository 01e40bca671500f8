"""``.tenor`` text in its canonical layout.

The formatter changes white space and optional commas, never a spelling: operators stay in the notation they were
written in (``∧`` or ``and``), fields in their order, parentheses, texts and numbers as they are. Its rules:

- Two spaces indent a block; one empty line stands between constructs, at most one anywhere else. Imports may
  stand together, and personas.
- The body of a construct, ``steps`` and each step have a line for each field. Other braces stand in one line where
  they fit and the author did not break the line after the opening brace.
- The values of neighbouring fields begin in one column. An empty line ends the neighbourhood, and so does a value that
  is a block of lines; a name before a block or before a list of several lines does not move its neighbours.
- A list stands in one line if it fits in 100 columns, unless it has several items that are more than a word or
  constant, such as transitions; then it has one item a line, with commas. Fields on lines of their own have none.
- An expression breaks before its weakest operators, all of them, where it is too long or the author broke the line
  at one of them.
- Comments stay where they are: on their line, at the end of it, or inside it. One that stands where no line can
  break goes above the item that it stands in.

Line ends are ``\\n``, and a byte order mark is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from tenor_wasm.elaborator.diagnostics import Report
from tenor_wasm.elaborator.format_page import Page
from tenor_wasm.elaborator.format_tree import (
    LIMIT,
    Comment,
    Group,
    Item,
    Leaf,
    Node,
    build,
    flat,
    glued,
    operator,
    with_lead,
)
from tenor_wasm.elaborator.parse import item_ends
from tenor_wasm.elaborator.tokens import tokenize
from tenor_wasm.errors import TenorError

STEP = 2
WIDEST_NAME = 40
"""A longer name does not move the values of its neighbours."""
DEEPEST_COLUMN = 60
"""Expressions go on at most this far to the right, before their own nesting."""


def format_source(source: str, file: str = "source") -> str:
    """The text in its canonical layout; it elaborates to the same bundle but for the lines (§14.2).

    ``file`` is the name that errors give. Raises ``ElaborationError`` with every syntax error (pass 0).
    """
    report = Report(0)
    try:
        tokens = tokenize(file, source, report)
        ends = item_ends(tokens, report)
        report.raise_if_any()
        layout = _Layout()
        layout.file(*build(source, tokens, ends))
    except RecursionError:
        # Nesting is bounded by the parser; a host that has used up its stack already gets a clear answer too.
        raise TenorError("too_deep", f"'{file}' is nested too deeply; split its longest expression") from None
    return layout.page.text()


class _Layout:
    """Writes nodes on a page."""

    def __init__(self) -> None:
        self.page = Page()

    # --- items on lines -----------------------------------------------------------------------------------------

    def file(self, constructs: Sequence[Item], end: Leaf) -> None:
        """Every construct, and the comments after the last."""
        start = constructs[0].first if constructs else end
        # No line stands before them that they could end.
        start.comments[:1] = (Comment(comment.text, 1) for comment in start.comments[:1])
        before: Item | None = None
        for item in constructs:
            self._begin_line(item.first, 0, first=before is None, apart=not _may_touch(before, item))
            self._run(item.parts, STEP, 0)
            before = item
        self._end_block(end, 0, first=not constructs)

    def _begin_line(self, leaf: Leaf, indent: int, first: bool, apart: bool = False) -> None:
        """Write the comments before a token on lines of their own, and begin its line."""
        trailing, own, lead = leaf.split()
        self.page.trail(trailing)
        gap = (lead[0] if lead else leaf).breaks
        apart = apart and max((gap, *(comment.breaks for comment in own))) < 2
        self.page.own_lines(own, indent, not first and (apart or bool(own and own[0].breaks > 1)))
        self.page.newline(indent, (gap > 1 and not (first and not own)) or (apart and not own and not first))
        leaf.comments = list(lead)

    def _end_block(self, closing: Leaf, indent: int, first: bool) -> None:
        """Write the comments before a closing bracket or the end of the file."""
        comments = closing.comments
        begin = 0
        while begin < len(comments) and not comments[begin].breaks:
            begin += 1
        self.page.trail(comments[:begin])
        own = comments[begin:]
        self.page.own_lines(own, indent, not first and bool(own and own[0].breaks > 1))
        closing.comments = []

    def _items(self, group: Group) -> None:
        """A group with its items on lines of their own."""
        opening = group.opening.text
        outside = self.page.indent
        inside = outside + STEP
        self.page.put(group, opening)
        columns = [0] * len(group.items) if opening == "[" else _columns(group.items, inside)
        commas = opening == "[" or not all(item.named for item in group.items)
        for count, (item, column) in enumerate(zip(group.items, columns, strict=True)):
            comma = commas and count < len(group.items) - 1
            self._begin_line(item.first, inside, first=not count)
            rest = 1 + sum(len(comment.text) + 1 for comment in item.after) if comma else 0
            self._item(item, column, rest)
            if comma:
                for comment in item.after:
                    self.page.write(f" {comment.text}")
                self.page.write(",")
            else:
                self.page.trail(item.after)
        self._end_block(group.closing, inside, first=not group.items)
        self.page.newline(outside)
        self.page.put(group.closing, group.closing.text)

    def _item(self, item: Item, column: int, rest: int) -> None:
        """An item; its value begins in ``column`` where that is not zero."""
        if item.named:
            self._plain(item.parts[:2], STEP, 0)
            space = max(column - self.page.column, 1)
            self.page.write(" " * space)
            self.page.before = None
            margin = min(self.page.column, max(DEEPEST_COLUMN, self.page.indent + STEP))
            self._run(item.parts[2:], margin, rest, hanging=True)
        else:
            self._run(item.parts, self.page.indent + STEP, rest)

    # --- expressions and other neighbours -----------------------------------------------------------------------

    def _run(self, parts: Sequence[Node], margin: int, rest: int, hanging: bool = False) -> None:
        """Neighbours, in one line where they fit and before ``rest`` more characters; else broken at the weakest sign.

        Lines after the first begin at ``margin``, or with ``hanging`` so that operands begin there.
        """
        if self._fits(parts, rest):
            self._plain(parts, margin, rest)
            return
        body = _body(parts)
        for weakest in (("or",), ("and",), ("+", "-")):
            cuts = [place for place in range(1, body) if operator(parts[place]) in weakest]
            if cuts:
                self._chain(parts, cuts, margin, rest, hanging)
                return
        self._plain(parts[:body], margin, rest)
        if body < len(parts):
            self._run(parts[body:], margin + STEP, rest)

    def _chain(self, parts: Sequence[Node], cuts: Sequence[int], margin: int, rest: int, hanging: bool) -> None:
        """Operands on lines of their own, each after its operator."""
        inner = margin if hanging else margin + STEP
        self._run(parts[: cuts[0]], inner, 0)
        for cut, following in pairwise((*cuts, len(parts))):
            sign = parts[cut]
            assert isinstance(sign, Leaf)
            column = max(margin - len(sign.text) - 1, 0) if hanging else margin
            self._begin_line(sign, column, first=True)
            self.page.put(sign, sign.text)
            self._run(parts[cut + 1 : following], inner, rest if following == len(parts) else 0)

    def _plain(self, parts: Sequence[Node], margin: int, rest: int) -> None:
        """Neighbours that only break inside brackets."""
        for place, node in enumerate(parts):
            if isinstance(node, Leaf):
                self.page.put(node, node.text)
            else:
                self._group(node, margin, _until_break(parts, place, rest))

    def _group(self, group: Group, margin: int, rest: int) -> None:
        space = not glued(self.page.before, group)
        width = LIMIT - self.page.column - space - rest
        if group.flat is not None and len(with_lead(group.opening, group.flat)) <= width:
            self.page.put(group, group.flat)
        elif group.soft or _hugs(group):
            self._around(group, margin, rest)
        else:
            self._items(group)
        self.page.before = group

    def _around(self, group: Group, margin: int, rest: int) -> None:
        """A group whose only item shares its lines with the brackets."""
        closing = group.closing
        self.page.put(group, group.opening.text)
        self.page.before = None
        self._run(group.items[0].parts, margin, rest + 1)
        for comment in closing.split().lead:
            self.page.write(f" {comment.text}")
            closing.comments.pop()
        self.page.before = None
        self.page.put(closing, closing.text)

    def _fits(self, parts: Sequence[Node], rest: int) -> bool:
        text = flat(parts)
        space = 0 if not parts or glued(self.page.before, parts[0]) else 1
        return text is not None and self.page.column + space + len(text) + rest <= LIMIT


def _may_touch(before: Item | None, item: Item) -> bool:
    """Whether two constructs may stand on neighbouring lines: both are imports, or both are personas without a body."""
    if before is None or any(isinstance(construct.parts[-1], Group) for construct in (before, item)):
        return False
    return before.first.text == item.first.text


def _body(parts: Sequence[Node]) -> int:
    """Where the body of the first quantifier begins, or the end: operators after it belong to the body."""
    for place, node in enumerate(parts):
        if isinstance(node, Leaf) and node.begins_body:
            return place + 1
    return len(parts)


def _until_break(parts: Sequence[Node], place: int, rest: int) -> int:
    """How many characters follow a part on its line: until the next bracket that may break, or the end."""
    width = 0
    for before, node in pairwise(islice(parts, place, None)):
        width += not glued(before, node)
        if isinstance(node, Group) and not node.soft:
            return width + 1
        width += len(with_lead(node.first, node.text if isinstance(node, Leaf) else node.flat or ""))
        if width > LIMIT:
            break
    return width + rest


def _hugs(group: Group) -> bool:
    """Whether the only item of a list or of arguments, a block itself, shares its lines with the brackets."""
    if group.opening.text == "{" or len(group.items) != 1 or group.closing.comments:
        return False
    item = group.items[0]
    return isinstance(item.parts[-1], Group) and not item.parts[-1].soft and not item.first.hard and not item.after


# --- the columns of values -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Field:
    """A field in its neighbourhood; ``value`` is the width of a value that may open, ``None`` where it does."""

    item: Item
    name: int
    may_open: bool
    value: int | None

    @property
    def opens_block(self) -> bool:
        """Whether the value takes several lines and is no list."""
        return self.value is None and self.item.parts[2].first.text != "["


def _columns(items: Sequence[Item], indent: int) -> list[int]:
    """The column where the value of each item begins; zero where nothing moves it."""
    columns: list[int] = []
    neighbours: list[_Field] = []
    for item in items:
        if neighbours and (not item.named or _after_empty_line(item.first)):
            columns += _aligned(neighbours, indent)
            neighbours = []
        if not item.named:
            columns.append(0)
            continue
        neighbours.append(_measured(item, indent))
        if neighbours[-1].opens_block:
            columns += _aligned(neighbours, indent)
            neighbours = []
    return columns + _aligned(neighbours, indent)


def _aligned(neighbours: Sequence[_Field], indent: int) -> list[int]:
    lines = [field.name for field in neighbours if field.value is not None and field.name <= WIDEST_NAME]
    column = indent + max(lines, default=0) + 1
    return [column if _moves(field, column) else 0 for field in neighbours]


def _moves(field: _Field, column: int) -> bool:
    """Whether a value moves to the column. A block stays with its name, and so does what fits only there."""
    if field.value is None:
        return not field.opens_block
    return not field.may_open or column + field.value <= LIMIT


def _measured(item: Item, indent: int) -> _Field:
    name, colon, *value = item.parts
    width = len(with_lead(name.first, name.first.text)) + (not glued(name, colon)) + len(with_lead(colon.first, ":"))
    may_open = isinstance(value[-1], Group) and not value[-1].soft
    if not may_open:
        return _Field(item, width, may_open, 0)
    total = 0
    for before, node in pairwise((None, *value)):
        assert node is not None
        text = node.text if isinstance(node, Leaf) else node.flat
        if text is None:
            return _Field(item, width, may_open, None)
        total += len(with_lead(node.first, text)) + (not glued(before, node))
    return _Field(item, width, may_open, total if indent + width + 1 + total <= LIMIT else None)


def _after_empty_line(leaf: Leaf) -> bool:
    return leaf.breaks > 1 or any(comment.breaks > 1 for comment in leaf.comments)
