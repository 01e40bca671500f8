"""The instances of one entity as a session keeps them: one of them changes cheaply, however many there are.

Rules this module lives by:

- Nothing is changed in place. A change gives new values that share everything with the old ones but one chunk of ids
  and the list of chunks, so an answer that was given stays as it was.
- The ids of one state are a ``Run``: sorted chunks of about ``CHUNK`` ids. With a million instances a change copies
  some thousands of references in C, and does nothing per instance in Python.
- An instance costs its id and one reference to it. Its state is not kept beside it: it is the run that has the id.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import ItemsView, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import overload

from tenor_wasm.evaluator.instances import Group, Instances, Others, States

CHUNK = 512
"""Ids of a chunk at first; it is divided at twice as many, and joined to another below half as many."""

Chunk = tuple[str, ...]

_first = itemgetter(0)


class Run:
    """The ids of one state, sorted, in chunks none of which is empty."""

    __slots__ = ("chunks", "length")

    def __init__(self, chunks: tuple[Chunk, ...], length: int) -> None:
        self.chunks = chunks
        self.length = length

    @classmethod
    def of(cls, ids: Sequence[str]) -> Run:
        """From sorted ids."""
        return cls(tuple([tuple(ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK)]), len(ids))

    def __contains__(self, instance_id: str) -> bool:
        if not self.chunks:
            return False
        chunk = self.chunks[self._chunk_of(instance_id)]
        place = bisect_left(chunk, instance_id)
        return place < len(chunk) and chunk[place] == instance_id

    def _chunk_of(self, instance_id: str) -> int:
        return max(bisect_right(self.chunks, instance_id, key=_first) - 1, 0)

    def with_id(self, instance_id: str) -> Run:
        """With an id that is not in it yet."""
        if not self.chunks:
            return Run(((instance_id,),), 1)
        index = self._chunk_of(instance_id)
        chunk = self.chunks[index]
        place = bisect_left(chunk, instance_id)
        return self._replaced(index, index + 1, (*chunk[:place], instance_id, *chunk[place:]), 1)

    def without_id(self, instance_id: str) -> Run:
        """Without an id that is in it."""
        index = self._chunk_of(instance_id)
        chunk = self.chunks[index]
        place = bisect_left(chunk, instance_id)
        rest = chunk[:place] + chunk[place + 1 :]
        if len(rest) >= CHUNK // 2 or len(self.chunks) == 1:
            return self._replaced(index, index + 1, rest, -1)
        start = max(index - 1, 0)
        other = self.chunks[start + 1 if start == index else start]
        return self._replaced(start, start + 2, rest + other if start == index else other + rest, -1)

    def _replaced(self, start: int, end: int, chunk: Chunk, more: int) -> Run:
        """With one chunk, divided where it is long, in the place of some."""
        half = len(chunk) // 2
        parts = (chunk[:half], chunk[half:]) if len(chunk) > 2 * CHUNK else (chunk,) if chunk else ()
        return Run((*self.chunks[:start], *parts, *self.chunks[end:]), self.length + more)


class Members(Sequence[str]):
    """The instances in some states, sorted by id: reads like a tuple, and is equal to the tuple of the same ids."""

    __slots__ = ("_flat", "_length", "_runs")

    def __init__(self, runs: Mapping[str, Run]) -> None:
        self._flat: tuple[str, ...] | None = None
        self._runs = runs
        self._length = sum([run.length for run in runs.values()])

    @property
    def occupied(self) -> States:
        """The states that have some of these instances, sorted."""
        return tuple(sorted(self._runs))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        ids = chain.from_iterable(chunk for run in self._runs.values() for chunk in run.chunks)
        return ids if len(self._runs) == 1 else iter(sorted(ids))

    def __contains__(self, instance_id: object) -> bool:
        return isinstance(instance_id, str) and any(instance_id in run for run in self._runs.values())

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Group: ...

    def __getitem__(self, index: int | slice) -> str | Group:
        if index == 0 and self._length:
            return min([run.chunks[0][0] for run in self._runs.values()])
        if self._flat is None:  # who asks for a page will ask again
            self._flat = tuple(self)
        return self._flat[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, Members)):
            return NotImplemented
        return len(self) == len(other) and all(map(str.__eq__, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


class LiveStates(Mapping[str, str]):
    """Id → state, found in the runs."""

    __slots__ = ("runs",)

    def __init__(self, runs: Mapping[str, Run]) -> None:
        self.runs = runs

    def get(self, instance_id: str, default: str | None = None) -> str | None:  # type: ignore[override]
        for state, run in self.runs.items():
            if instance_id in run:
                return state
        return default

    def __getitem__(self, instance_id: str) -> str:
        state = self.get(instance_id)
        if state is None:
            raise KeyError(instance_id)
        return state

    def __contains__(self, instance_id: object) -> bool:
        return isinstance(instance_id, str) and any(instance_id in run for run in self.runs.values())

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(chunk for run in self.runs.values() for chunk in run.chunks)

    def __len__(self) -> int:
        return sum([run.length for run in self.runs.values()])

    def items(self) -> ItemsView[str, str]:
        pairs = (dict.fromkeys(chain.from_iterable(run.chunks), state) for state, run in self.runs.items())
        return {instance_id: state for part in pairs for instance_id, state in part.items()}.items()


class LiveInstances(Instances):
    """The instances of one entity, asked as ``Instances`` are; every group is a ``Members`` and knows its states."""

    __slots__ = ("_runs",)

    def __init__(self, runs: Mapping[str, Run]) -> None:
        super().__init__(LiveStates(runs))
        self._runs = runs

    @classmethod
    def of(cls, instances: Instances) -> LiveInstances:
        """The same instances, ready to change."""
        if isinstance(instances, LiveInstances):
            return instances
        return cls({state: Run.of(instances.by_state[state]) for state in sorted(instances.by_state)})

    @property
    def ids(self) -> Group:
        """Every instance."""
        return self.within(tuple(self._runs))

    @property
    def by_state(self) -> Mapping[str, Group]:
        """Every occupied state, sorted, with its instances."""
        if self._by_state is None:
            self._by_state = {state: self.within((state,)) for state in self._runs}
        return self._by_state

    def within(self, states: States) -> Group:
        """The instances in any of these states."""
        members = self._within.get(states)
        if members is None:
            members = self._within[states] = Members({s: self._runs[s] for s in states if s in self._runs})
        return members

    def outside(self, states: States) -> Others:
        """The instances in none of these states."""
        others = self._others.get(states)
        if others is None:
            rest = {state: self.within((state,)) for state in self._runs if state not in states}
            others = self._others[states] = Others(rest)
            others._ids = self.within(tuple(rest))
        return others

    def states_in(self, group: Group) -> States:
        """The occupied states, sorted, that make up a group of these instances."""
        return group.occupied if isinstance(group, Members) else super().states_in(group)

    def changed(self, changes: Mapping[str, str | None]) -> LiveInstances:
        """The instances after some got another state, came or went (``None``).

        Costs, for each change, a chunk of ids and a list of chunks. What has nothing to do with the states that were
        left or entered is the same object afterwards.
        """
        runs = dict(self._runs)
        touched: set[str] = set()
        for instance_id, state in changes.items():
            before = self.states.get(instance_id)
            if before == state:
                continue
            if before is not None:
                runs[before] = runs[before].without_id(instance_id)
                touched.add(before)
            if state is not None:
                runs[state] = runs.get(state, _EMPTY).with_id(instance_id)
                touched.add(state)
        return self._with_runs(runs, touched) if touched else self

    def _with_runs(self, runs: dict[str, Run], touched: set[str]) -> LiveInstances:
        if any(state not in self._runs or not runs[state].length for state in touched):
            runs = {state: runs[state] for state in sorted(runs) if runs[state].length}
        after = LiveInstances(runs)
        after._within = {states: group for states, group in self._within.items() if touched.isdisjoint(states)}
        after._others = {states: others for states, others in self._others.items() if touched.issubset(states)}
        return after


_EMPTY = Run((), 0)
