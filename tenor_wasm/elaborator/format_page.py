"""The page that the formatter writes on: lines with an indent, and the comments that belong to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tenor_wasm.elaborator.format_tree import Comment, Node, glued, with_lead


class Page:
    """Lines of text, the last of them still open."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indent = 0
        self.column = 0
        self.before: Node | None = None
        """The last node on the line: it decides about the space before the next."""
        self._blank = False
        self._pieces: list[str] = []
        self._trailing: list[str] = []

    def text(self) -> str:
        """Everything that was written."""
        self.newline(0)
        return "\n".join((*self.lines, "")) if self.lines else ""

    def newline(self, indent: int, blank: bool = False) -> None:
        """End the line and begin one, after an empty line or not."""
        self._end_line()
        self.indent = self.column = indent
        self._blank = blank
        self.before = None

    def _end_line(self) -> None:
        if not self._pieces:
            return
        if self._blank and self.lines:
            self.lines.append("")
        line = " " * self.indent + "".join(self._pieces)
        self.lines.append("  ".join((line, " ".join(self._trailing))) if self._trailing else line)
        self._pieces, self._trailing = [], []

    # --- inside a line ------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Write something that is no node."""
        self._pieces.append(text)
        self.column += len(text)

    def put(self, node: Node, text: str) -> None:
        """Write a node, with the space and the comments right before it."""
        if not glued(self.before, node):
            self.write(" ")
        self.write(with_lead(node.first, text))
        self.before = node

    # --- comments beside and between lines ----------------------------------------------------------------------

    def trail(self, comments: Iterable[Comment]) -> None:
        """Write comments at the end of the current line."""
        self._trailing += (comment.text for comment in comments)

    def own_lines(self, comments: Sequence[Comment], indent: int, first_blank: bool) -> None:
        """Write comments on lines of their own, with the author's empty lines between them."""
        for count, comment in enumerate(comments):
            if count and not comment.breaks:
                self.write(f" {comment.text}")
                continue
            self.newline(indent, comment.breaks > 1 if count else first_blank)
            self.write(comment.text)
