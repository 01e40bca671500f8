"""The instances of one entity, grouped by state: one pass over them, however many flows ask.

Rules this module lives by:

- A group is a sorted sequence of instance ids. Whoever asks for the same states gets the same object, so that all flows
  share it, and what is made from it (its JSON text, say) can be kept by its identity.
- Grouping waits until it is asked for.
- What a session changes one by one is kept in another form with the same face (``live_instances``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

Group: TypeAlias = Sequence[str]
"""Instance ids, sorted: a tuple, or what reads like one."""

States: TypeAlias = tuple[str, ...]
"""States, each once, in the order in which a contract names them."""


class Others(Mapping[str, str]):
    """The instances outside some states, each with its state, sorted by id.

    ``groups`` holds them by state, shared with the instances they come from; the map itself is made when it is read.
    ``pairs`` is the map as JSON text without its braces, where somebody knows it.
    """

    __slots__ = ("_ids", "_states", "groups", "pairs")

    def __init__(self, groups: Mapping[str, Group], pairs: str | None = None) -> None:
        self.groups = groups
        self.pairs = pairs
        self._ids: Group | None = None
        self._states: dict[str, str] | None = None

    @property
    def ids(self) -> Group:
        """The instances without their states."""
        if self._ids is None:
            groups = [*self.groups.values()]
            self._ids = groups[0] if len(groups) == 1 else tuple(sorted(chain.from_iterable(groups)))
        return self._ids

    def __getitem__(self, instance_id: str) -> str:
        return self._map()[instance_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._map())

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))

    def __repr__(self) -> str:
        return repr(self._map())

    def _map(self) -> dict[str, str]:
        if self._states is None:
            pairs = ((instance_id, state) for state, group in self.groups.items() for instance_id in group)
            self._states = dict(sorted(pairs))
        return self._states


class Instances:
    """The instances of one entity: ``states`` by id, and the groups of those ids."""

    __slots__ = ("_by_state", "_ids", "_is_in_order", "_others", "_within", "states")

    def __init__(self, states: Mapping[str, str]) -> None:
        self.states = states
        self._ids: Group | None = None
        self._is_in_order = False
        self._by_state: Mapping[str, Group] | None = None
        self._within: dict[States, Group] = {}
        self._others: dict[States, Others] = {}

    @property
    def ids(self) -> Group:
        """Every instance."""
        if self._ids is None:
            given = tuple(self.states)
            self._ids = tuple(sorted(given))
            self._is_in_order = self._ids == given
        return self._ids

    @property
    def by_state(self) -> Mapping[str, Group]:
        """Every occupied state with its instances. Made in one pass over the instances."""
        if self._by_state is None:
            self._by_state = self._grouped()
        return self._by_state

    def _grouped(self) -> Mapping[str, Group]:
        states, ids = self.states, self.ids
        if len(ids) == 1:
            return {states[ids[0]]: ids}
        groups: defaultdict[str, list[str]] = defaultdict(list)
        in_order = states.items() if self._is_in_order else zip(ids, map(states.__getitem__, ids), strict=True)
        for instance_id, state in in_order:
            groups[state].append(instance_id)
        return {state: tuple(group) for state, group in groups.items()}

    def within(self, states: States) -> Group:
        """The instances in any of these states."""
        group = self._within.get(states)
        if group is None:
            group = self._within[states] = _union(self.by_state, states)
        return group

    def outside(self, states: States) -> Others:
        """The instances in none of these states."""
        others = self._others.get(states)
        if others is None:
            rest = {state: group for state, group in self.by_state.items() if state not in states}
            others = self._others[states] = Others(rest)
        return others

    def states_in(self, group: Group) -> States:
        """The occupied states, sorted, that make up a group of these instances."""
        return tuple(sorted(state for state, ids in self.by_state.items() if ids is group or _holds(group, ids[0])))

    @property
    def order(self) -> States:
        """The occupied states in the order of their first instances: which groups are empty, and in which state the
        first instance of any group is."""
        by_state = self.by_state
        return tuple(sorted(by_state, key=lambda state: by_state[state][0])) if len(by_state) > 1 else tuple(by_state)

    def states_of(self, group: Group) -> States | None:
        """For which states a group was given by ``within``; ``None`` for one that was not."""
        return next((states for states, one in self._within.items() if one is group), None)

    def states_beside(self, others: Others | Group) -> States:
        """For which states others, or their ids, were given by ``outside``."""
        return next(states for states, one in self._others.items() if one is others or one.ids is others)

    def changed(self, changes: Mapping[str, str | None]) -> Instances:
        """The instances after some got another state, came (a new id) or went (``None``); these stay as they are."""
        states = {**self.states, **changes}
        return Instances({instance_id: state for instance_id, state in states.items() if state is not None})


def _union(by_state: Mapping[str, Group], states: States) -> Group:
    groups = [by_state[state] for state in states if state in by_state]
    if len(groups) <= 1:
        return groups[0] if groups else ()
    return tuple(sorted(chain.from_iterable(groups)))


def _holds(group: Group, instance_id: str) -> bool:
    index = bisect_left(group, instance_id)
    return index < len(group) and group[index] == instance_id


def between(group: Group, first: str, last: str) -> Group:
    """The part of a group from one id to another, both included."""
    return group[bisect_left(group, first) : bisect_right(group, last)]
