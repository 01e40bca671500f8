"""What the formatter lays out: the tokens as they are written, in brackets and items, with the comments before them.

The parse tree would not do: it knows neither comments nor parentheses nor how a thing was spelled. The parser says
where items end, so that nothing of the grammar is repeated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from tenor_wasm.elaborator.tokens import END, NUMBER, SIGN, TEXT, WORD, Token, lexemes

LIMIT = 100
"""The longest line that is not broken."""

BREAKABLE = frozenset({"or", "and", "+", "-"})
"""Operators that a line may begin with."""


class Comment(NamedTuple):
    """A comment and the number of line breaks before it."""

    text: str
    breaks: int

    @property
    def fits_in_a_line(self) -> bool:
        """Whether something may follow on its line."""
        return self.text.startswith("/*") and "\n" not in self.text


class Comments(NamedTuple):
    """Comments before a token: at the end of the line before, on lines of their own, and right before the token."""

    trailing: Sequence[Comment] = ()
    own: Sequence[Comment] = ()
    lead: Sequence[Comment] = ()


_NO_COMMENTS = Comments()


@dataclass(slots=True)
class Leaf:
    """A token as it is written. ``sign`` is the canonical operator, or empty."""

    kind: str
    text: str
    sign: str
    comments: list[Comment]
    breaks: int
    glued_before: bool = False
    glued_after: bool = False
    begins_body: bool = False
    """Whether it is the dot or colon before the body of a quantifier."""

    @property
    def first(self) -> Leaf:
        """The token itself, as a group has its bracket."""
        return self

    @property
    def broke(self) -> bool:
        """Whether a line break stands before it, or before a comment that stands before it."""
        return self.breaks > 0 or any(comment.breaks for comment in self.comments)

    @property
    def hard(self) -> bool:
        """Whether a comment before it needs a line end."""
        split = self.split()
        return bool(split.trailing or split.own)

    def split(self) -> Comments:
        """The comments before it by their places."""
        if not self.comments:
            return _NO_COMMENTS
        comments, following, end = self.comments, self.breaks, len(self.comments)
        while end and not following and comments[end - 1].fits_in_a_line:
            end -= 1
            following = comments[end].breaks
        begin = 0
        while begin < end and not comments[begin].breaks:
            begin += 1
        return Comments(comments[:begin], comments[begin:end], comments[end:])


@dataclass(slots=True)
class Item:
    """An item of a list, a field of a block, or a construct; ``after`` are comments between it and its comma."""

    parts: list[Node] = field(default_factory=list)
    after: Sequence[Comment] = ()

    @property
    def first(self) -> Leaf:
        """Its first token."""
        return self.parts[0].first

    @property
    def named(self) -> bool:
        """Whether it is a ``name: value``."""
        if len(self.parts) < 3:
            return False
        name, colon = self.parts[:2]
        return isinstance(name, Leaf) and name.kind == WORD and isinstance(colon, Leaf) and colon.text == ":"

    @property
    def compound(self) -> bool:
        """Whether it is more than a name or constant."""
        return any(isinstance(part, Group) or part.text == ":" or part.sign == "->" for part in self.parts)


@dataclass(slots=True)
class Group:
    """Brackets and what they hold: items, or one expression or tuple (``soft``), which keeps its commas."""

    opening: Leaf
    closing: Leaf
    items: list[Item]
    soft: bool
    flat: str | None = None
    """It in one line, or ``None`` where it must not or cannot stand in one."""

    @property
    def first(self) -> Leaf:
        """Its opening bracket."""
        return self.opening


Node: TypeAlias = Leaf | Group


# --- in one line -----------------------------------------------------------------------------------------------------


def glued(before: Node | None, node: Node) -> bool:
    """Whether no space stands between two neighbours."""
    if before is None:
        return True
    if node.first.comments and node.first.split().lead:
        return False
    if isinstance(before, Leaf) and before.glued_after:
        return True
    if isinstance(node, Leaf):
        return node.glued_before
    if node.opening.text == "(":
        return isinstance(before, Leaf) and before.kind == WORD
    return node.opening.text == "[" and is_operand(before)


def is_operand(node: Node) -> bool:
    """Whether a binary operator may follow: it is a name, a constant or a bracket."""
    return isinstance(node, Group) or node.kind in (WORD, TEXT, NUMBER)


def operator(node: Node) -> str:
    """The operator that a node is, or an empty text; the sign of a number is none."""
    return node.sign if isinstance(node, Leaf) and not node.glued_after else ""


def with_lead(leaf: Leaf, text: str) -> str:
    """A text that begins with a token, and before it the comments right before that."""
    return " ".join((*(comment.text for comment in leaf.split().lead), text)) if leaf.comments else text


def flat(parts: Sequence[Node], after: Sequence[Comment] = ()) -> str | None:
    """Neighbours in one line, or ``None`` where a comment, a break at an operator or the limit forbids it."""
    pieces: list[str] = []
    before: Node | None = None
    width = 0
    for node in parts:
        at_operator = before is not None and (operator(node) in BREAKABLE or operator(before) in BREAKABLE)
        if node.first.hard or (at_operator and node.first.broke):
            return None
        text = node.text if isinstance(node, Leaf) else node.flat
        if text is None:
            return None
        piece = ("" if glued(before, node) else " ") + with_lead(node.first, text)
        pieces.append(piece)
        width += len(piece)
        if width > LIMIT:
            return None
        before = node
    return "".join((*pieces, *(f" {comment.text}" for comment in after)))


def _flat_group(group: Group, must_open: bool) -> str | None:
    if must_open or group.closing.hard:
        return None
    texts: list[str] = []
    width = 0
    for item in group.items:
        text = flat(item.parts, item.after)
        if text is None:
            return None
        texts.append(text)
        width += len(text) + 2
        if width > LIMIT:
            return None
    inner = ", ".join(texts)
    if group.closing.comments:
        inner = " ".join((inner, *(comment.text for comment in group.closing.comments))).lstrip()
    padding = " " if inner and group.opening.text == "{" else ""
    return f"{group.opening.text}{padding}{inner}{padding}{group.closing.text}"


# --- from tokens to groups -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Frame:
    """A bracket that is still open."""

    opening: Leaf | None
    steps: bool = False
    must_open: bool = False
    in_domain: bool = False
    items: list[Item] = field(default_factory=list)
    item: Item = field(default_factory=Item)


def build(source: str, tokens: Sequence[Token], ends: frozenset[int]) -> tuple[list[Item], Leaf]:
    """The constructs of a text without syntax errors, and the end of the file, which has the comments before it.

    ``ends`` says after how many tokens items end.
    """
    leaves = _leaves(source, tokens)
    stack = [_Frame(None)]
    for count, leaf in enumerate(leaves[:-1]):
        frame = stack[-1]
        if count in ends:
            _settle(frame.item)
            frame.items.append(frame.item)
            frame.item = Item()
            if leaf.text == ",":
                _drop_comma(leaf, frame.items[-1], leaves[count + 1])
                continue
        if leaf.kind == SIGN and leaf.text in "([{":
            stack.append(_opened(frame, leaf))
        elif leaf.kind == SIGN and leaf.text in ")]}":
            stack.pop()
            stack[-1].item.parts.append(_closed(frame, leaf))
        else:
            _classify(frame, leaf, tokens[count].spaced or tokens[count + 1].spaced)
            frame.item.parts.append(leaf)
    [root] = stack
    if root.item.parts:
        _settle(root.item)
        root.items.append(root.item)
    return root.items, leaves[-1]


def _leaves(source: str, tokens: Sequence[Token]) -> list[Leaf]:
    """Every token as it is written, with the comments and line breaks before it."""
    leaves: list[Leaf] = []
    comments: list[Comment] = []
    breaks = 0
    for kind, text in lexemes(source):
        if kind == "space":
            breaks += text.count("\n")
        elif kind == "comment":
            comments.append(Comment(text.rstrip(), breaks))
            breaks = 0
        else:
            token = tokens[len(leaves)]
            leaves.append(Leaf(token.kind, text, token.text if token.kind == SIGN else "", comments, breaks))
            comments, breaks = [], 0
    return [*leaves, Leaf(END, "", "", comments, breaks)]


def _drop_comma(comma: Leaf, item: Item, following: Leaf) -> None:
    """Keep the comments before a comma: with the item when they are all short, else before what follows."""
    if comma.hard:
        # The break that ended the last of them stands before what follows now.
        if following.comments:
            following.comments[0] = following.comments[0]._replace(breaks=following.comments[0].breaks + comma.breaks)
        else:
            following.breaks += comma.breaks
        following.comments[:0] = comma.comments
    else:
        item.after = comma.comments


def _opened(frame: _Frame, leaf: Leaf) -> _Frame:
    opened = _Frame(leaf)
    if leaf.text == "{":
        before = [part.text for part in frame.item.parts[-2:] if isinstance(part, Leaf)]
        opened.steps = before == ["steps", ":"]
        # Constructs and steps are blocks of lines, however short.
        opened.must_open = opened.steps or frame.steps or frame.opening is None
    return opened


def _closed(frame: _Frame, closing: Leaf) -> Group:
    assert frame.opening is not None
    soft = bool(frame.item.parts)
    items = [frame.item] if soft else frame.items
    group = Group(frame.opening, closing, items, soft)
    if not soft:  # comments inside may still move: see _gathered
        group.flat = _flat_group(group, bool(items) and (frame.must_open or _stays_open(group)))
    return group


def _settle(item: Item) -> None:
    """Move the comments for which no line of the item can break to before the item."""
    moved = _gathered(item.parts, item.first)
    if not moved:
        return
    first = item.first
    lead = first.split().lead
    hard = _taken(first)
    breaks = 1 if hard else max((lead[0] if lead else first).breaks, 1)
    first.comments = [*hard, moved[0]._replace(breaks=breaks), *(comment._replace(breaks=1) for comment in moved[1:])]
    # These stay on the line of the item.
    first.comments += (comment._replace(breaks=0 if place else 1) for place, comment in enumerate(lead))
    first.breaks = 0 if lead else 1


def _gathered(parts: Sequence[Node], start: Leaf) -> list[Comment]:
    """Take the comments that cannot stay out of an item; those after an operator go before it."""
    moved: list[Comment] = []
    before: Node | None = None
    for node in parts:
        if node.first is not start and operator(node) not in BREAKABLE:
            taken = _taken(node.first)
            if isinstance(before, Leaf) and operator(before) in BREAKABLE:
                _put_before(before, taken)
            else:
                moved += taken
        if isinstance(node, Group) and node.soft:
            moved += _gathered(node.items[0].parts, start)
            moved += _taken(node.closing)
            node.flat = _flat_group(node, must_open=False)
        before = node
    return moved


def _taken(leaf: Leaf) -> list[Comment]:
    trailing, own, lead = leaf.split()
    leaf.comments = list(lead)
    return [*trailing, *own]


def _put_before(sign: Leaf, comments: list[Comment]) -> None:
    if comments:
        sign.comments += (comments[0]._replace(breaks=comments[0].breaks + sign.breaks), *comments[1:])
        sign.breaks = 1


def _stays_open(group: Group) -> bool:
    """Whether items stand one a line though they would fit in one: tuples in lists, and what the author opened."""
    opening, items = group.opening.text, group.items
    if opening == "[":
        return len(items) > 1 and any(item.compound for item in items)
    if opening == "(" and not (len(items) > 1 and all(item.named for item in items)):
        return False
    first = items[0].first
    return bool(first.comments[0].breaks if first.comments else first.breaks)


def _classify(frame: _Frame, leaf: Leaf, spaced: bool) -> None:
    """Find out what a sign does here: unary or binary, part of a path or before the body of a quantifier."""
    parts = frame.item.parts
    if leaf.sign == "in":
        frame.in_domain = True
    elif frame.in_domain and (leaf.text == ":" or (leaf.text == "." and spaced)):
        # A dot without space is a path, a dot between spaces begins the body (§10.2).
        frame.in_domain, leaf.begins_body = False, True
    leaf.glued_before = leaf.kind == SIGN and (leaf.text in ":," or (leaf.text == "." and not leaf.begins_body))
    leaf.glued_after = (
        (leaf.kind == SIGN and leaf.text == "." and not leaf.begins_body)
        or leaf.text == "¬"
        or (leaf.sign == "-" and not (parts and is_operand(parts[-1])))
    )
