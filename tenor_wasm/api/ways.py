"""What was met before, found again by the questions that decide it.

Many things follow from nothing but what a contract's conditions come to: the way of a flow, the text of a run. When one
is made, it is kept at the end of the questions that were asked on the way, in their order; where the same questions
find the same answers, it is the same. Nothing is asked that the way itself would not ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

from tenor_wasm.evaluator.snapshot import Decision, Snapshot
from tenor_wasm.interchange.nodes import Predicate

Question: TypeAlias = tuple[Predicate, str, str]
"""What ``Snapshot.decide`` is asked."""

Asked: TypeAlias = Sequence[tuple[Question, Decision]]
"""Questions with their answers, in their order."""

Leaf = TypeVar("Leaf")


class Fork(Generic[Leaf]):
    """A question, and what follows on each of its answers: the next question, or what was kept."""

    __slots__ = ("following", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.following: dict[Decision, Fork[Leaf] | Leaf] = {}


def found(way: Fork[Leaf] | Leaf | None, snapshot: Snapshot) -> Leaf | None:
    """What was kept for the answers that a snapshot gives. Raises as ``Snapshot.decide``."""
    while isinstance(way, Fork):
        way = way.following.get(snapshot.decide(*way.question))
    return way


def kept(way: Fork[Leaf] | Leaf | None, asked: Asked, leaf: Leaf) -> Fork[Leaf] | Leaf:
    """The way with one more thing at the end of its questions."""
    if not asked:
        return leaf
    fork = begin = way if isinstance(way, Fork) else Fork[Leaf](asked[0][0])
    for (_, answer), (question, _) in pairwise(asked):
        following = fork.following.setdefault(answer, Fork[Leaf](question))
        assert isinstance(following, Fork)  # the same answers lead to the same question
        fork = following
    fork.following[asked[-1][1]] = leaf
    return begin


class Watched(Snapshot):
    """A snapshot that remembers what it was asked, and its answers."""

    __slots__ = ("_asked",)
    _asked: dict[int, tuple[Question, Decision]]

    def decide(self, predicate: Predicate, kind: str, name: str) -> Decision:
        """As a snapshot decides."""
        decision = Snapshot.decide(self, predicate, kind, name)
        self._asked.setdefault(id(predicate), ((predicate, kind, name), decision))
        return decision

    @property
    def asked(self) -> Asked:
        """Each question once, with its answer."""
        return tuple(self._asked.values())


def watched(snapshot: Snapshot) -> Watched:
    """The same snapshot, of which nothing was asked yet."""
    copy = Watched(snapshot.contract, snapshot.facts, snapshot.verdicts)
    object.__setattr__(copy, "_asked", {})  # the class it extends is frozen
    return copy
