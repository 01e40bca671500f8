"""Pieces of JSON text that are written once and used many times.

Names of a contract are written once per contract. What an answer repeats (a group of instances that many flows share)
is written once per answer and found again by its identity; a session hands the fragments of one answer to the next, so
that only groups that changed are written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from json.encoder import encode_basestring_ascii

from tenor_wasm.evaluator.instances import Group, Others

quoted: Callable[[str], str] = encode_basestring_ascii
"""A text as a JSON string, escaped to ASCII as ``json_text.write_json`` does."""

MOST_TEXTS = 10_000
"""Texts that are kept per contract; beyond it they are forgotten and written again."""


class Texts(dict[str, str]):
    """Names → their JSON text, each written when it is first asked for."""

    __slots__ = ()

    def __missing__(self, name: str) -> str:
        if len(self) >= MOST_TEXTS:
            self.clear()
        text = self[name] = quoted(name)
        return text

    def list_of(self, names: Iterable[str]) -> str:
        """A list of names."""
        return f"[{','.join([self[name] for name in names])}]"


_PLAIN = bytes(byte for byte in range(ord("#"), 0x7F) if byte != ord("\\"))
"""The characters that JSON text holds as they are and that sort after a quotation mark."""


_MARKED = _PLAIN + b'"\n'

FEW = 12
"""Up to so many instances are written one by one, which is quicker for them."""


def _is_plain(text: str, quotes: int, breaks: int) -> bool:
    """Whether a text is of plain characters and so many quotation marks and breaks; seen without a look at each."""
    if not text.isascii() or text.count('"') != quotes or text.count("\n") != breaks:
        return False
    return not text.encode().translate(None, _MARKED)


def ids_text(ids: Group) -> str:
    """Instance ids as a JSON list, where no id is unusual written as one text: nothing is done per id in Python."""
    if len(ids) <= FEW:
        return f"[{','.join(map(quoted, ids))}]"
    joined = '","'.join(ids)
    if _is_plain(joined, 2 * (len(ids) - 1), 0):
        return f'["{joined}"]'
    return f"[{','.join(map(quoted, ids))}]"


def others_text(others: Others) -> str:
    """Instances and their states as a JSON object, sorted by id; where no id is unusual, sorted and joined as texts."""
    if len(others) <= FEW:
        return _pair_by_pair(others)
    pairs: list[str] = []
    for state, ids in others.groups.items():
        joined = f'":"{state}\n'.join((*ids, ""))
        if not _is_plain(joined, 2 * len(ids), len(ids)):
            return _pair_by_pair(others)
        pairs += joined.split("\n")[:-1]
    if len(others.groups) > 1:
        pairs.sort()  # a quotation mark ends each id, and sorts before whatever goes on where it ends
    return '{"' + '","'.join(pairs) + '"}' if pairs else "{}"


def _pair_by_pair(others: Others) -> str:
    pairs = [(instance_id, state) for state, ids in others.groups.items() for instance_id in ids]
    pairs.sort()
    return "{" + ",".join([f"{quoted(instance_id)}:{quoted(state)}" for instance_id, state in pairs]) + "}"


class Fragments:
    """Texts of groups, found by the identity of the group; kept as long as this object lives.

    ``before`` are the fragments of an earlier answer: what is used again moves over, the rest goes with them.
    """

    __slots__ = ("_before", "_kept")

    def __init__(self, before: Fragments | None = None) -> None:
        # The group is kept beside its text: while it lives, no other object has its identity.
        self._kept: dict[int, tuple[object, str]] = {}
        self._before = {} if before is None else before._kept

    def ids(self, group: Group) -> str:
        """A group of instances as a JSON list."""
        found = self._kept.get(id(group)) or self._before.get(id(group)) or (group, ids_text(group))
        self._kept[id(group)] = found
        return found[1]

    def others(self, others: Others) -> str:
        """Instances with their states as a JSON object."""
        found = self._kept.get(id(others)) or self._before.get(id(others)) or (others, others_text(others))
        self._kept[id(others)] = found
        return found[1]
