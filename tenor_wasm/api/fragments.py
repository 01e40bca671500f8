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


class Pieces(list[str]):
    """A JSON text in pieces that are to be joined; what it repeats is the same object each time."""

    __slots__ = ()


def joined(answer: str | Pieces) -> str:
    """An answer as one text."""
    return "".join(answer) if isinstance(answer, Pieces) else answer


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

FEW = 12
"""Up to so many instances are written one by one, which is quicker for them."""


def are_plain(ids: Group) -> bool:
    """Whether all ids are of plain characters; seen without a look at each."""
    joined = "".join(ids)
    return joined.isascii() and not joined.encode().translate(None, _PLAIN)


def ids_text(ids: Group, plain: Callable[[Group], bool] = are_plain) -> str:
    """Instance ids as a JSON list, where no id is unusual written as one text: nothing is done per id in Python."""
    if len(ids) > FEW and plain(ids):
        return '["' + '","'.join(ids) + '"]'
    return f"[{','.join(map(quoted, ids))}]"


def others_text(others: Others, plain: Callable[[Group], bool] = are_plain) -> str:
    """Instances and their states as a JSON object, sorted by id; where no id is unusual, sorted and joined as texts."""
    if others.pairs is not None:
        return f"{{{others.pairs}}}"
    groups = others.groups
    number = len(others)
    if number <= FEW:
        text = '","'.join(sorted([f'{instance_id}":"{state}' for state, ids in groups.items() for instance_id in ids]))
        # What is left are the quotation marks between: a mark of an id's own would be one too many.
        is_plain = number and text.isascii() and text.encode().translate(None, _PLAIN) == b'"' * (4 * number - 2)
        return f'{{"{text}"}}' if is_plain else _pair_by_pair(others)
    if not all(map(plain, groups.values())) or not are_plain(tuple(groups)):
        return _pair_by_pair(others)
    pairs: list[str] = []
    for state, ids in groups.items():
        pairs += f'":"{state}\n'.join((*ids, "")).split("\n")
        pairs.pop()
    if len(groups) > 1:
        pairs.sort()  # a quotation mark ends each id, and sorts before whatever goes on where it ends
    return '{"' + '","'.join(pairs) + '"}'


def _pair_by_pair(others: Others) -> str:
    pairs = [(instance_id, state) for state, ids in others.groups.items() for instance_id in ids]
    pairs.sort()
    return "{" + ",".join([f"{quoted(instance_id)}:{quoted(state)}" for instance_id, state in pairs]) + "}"


class Fragments:
    """Texts of groups, found by the identity of the group; kept as long as this object lives.

    ``before`` are the fragments of an earlier answer: what is used again moves over, the rest goes with them.
    """

    __slots__ = ("_before", "_kept", "_plain")

    def __init__(self, before: Fragments | None = None) -> None:
        # The group is kept beside its text: while it lives, no other object has its identity.
        self._kept: dict[int, tuple[object, str]] = {}
        self._before = {} if before is None else before._kept
        self._plain: dict[int, tuple[Group, bool]] = {}

    def ids(self, group: Group) -> str:
        """A group of instances as a JSON list."""
        found = self._kept.get(id(group)) or self._before.get(id(group)) or (group, ids_text(group, self._are_plain))
        self._kept[id(group)] = found
        return found[1]

    def others(self, others: Others) -> str:
        """Instances with their states as a JSON object."""
        found = self._kept.get(id(others)) or self._before.get(id(others))
        if found is None:
            found = others, others_text(others, self._are_plain)
        self._kept[id(others)] = found
        return found[1]

    def _are_plain(self, group: Group) -> bool:
        """Whether a group's ids are plain, looked at once: a group is written alone and among others."""
        found = self._plain.get(id(group))
        if found is None:
            found = self._plain[id(group)] = (group, are_plain(group))
        return found[1]
