"""Entity states as they stand in a long plain text: what an answer says of them is picked out of the question.

``{"Order":{"o-1":"paid","o-2":"sent"}}``: compact JSON without escapes, every id once. Such a text is divided at its
quotation marks, held to what JSON and the contract ask of it, and its parts are chosen and joined again: all of it by C
alone, nothing is done per instance in Python. Of any other text nothing is found here; the general reader is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import compress
from operator import itemgetter
from typing import TypeVar

from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Instances, Others, States
from tenor_wasm.interchange.constructs import Entity

Value = TypeVar("Value")

LONG = 1_000
"""Characters from which a text is read so; a shorter one is read sooner as any JSON is."""

MOST_STATES = 256
"""States of an entity: their numbers are bytes."""

_PLAIN = bytes(byte for byte in range(ord(" "), 0x7F) if byte != ord("\\"))
"""The characters that JSON text holds as they are."""

_BEFORE_QUOTATION_MARK = (" ", "!")
"""The plain characters that sort before the mark that ends an id."""


def written_states(text: str, entities: Mapping[str, Entity]) -> EntityStates | None:
    """What ``read_entity_states`` finds in a text that is long, plain and right; else ``None``."""
    if type(text) is not str or len(text) < LONG or text[:2] != '{"' or text[-3:] != '"}}' or not text.isascii():
        return None
    if text.encode().translate(None, _PLAIN):
        return None
    by_entity: dict[str, Instances] = {}
    # The pieces and what stands between them are the whole text: what each piece is held to, the text is held to.
    for piece in f",{text[1:-2]}".split("}"):
        entity_id, _, pairs = piece[2:-1].partition('":{"')
        entity = entities.get(entity_id)
        if entity is None or entity_id in by_entity or piece[:2] != ',"' or piece[-1:] != '"':
            return None
        columns = _columns(pairs, entity)
        if columns is None:
            return None
        by_entity[entity_id] = WrittenInstances(columns)
    return EntityStates.of_instances(by_entity)


class _Columns:
    """The ``pairs`` of one entity sorted by id, ``id":"state","id":"state``, their sides, and where instances stand.

    A state has its number in ``numbers``; ``stands`` holds one for each instance.
    """

    __slots__ = ("_groups", "_pairs", "ids", "numbers", "pairs", "stands", "states")

    def __init__(
        self, pairs: str, ids: list[str], states: list[str], stands: bytes, numbers: Mapping[str, int]
    ) -> None:
        self.pairs = pairs
        self.ids = ids
        self.states = states
        self.stands = stands
        self.numbers = numbers
        self._pairs: list[str] | None = None
        self._groups: dict[States, Group] = {}

    def order(self) -> States:
        """The occupied states in the order of their first instances."""
        firsts = {state: self.stands.find(number) for state, number in self.numbers.items()}
        return tuple(sorted([state for state, first in firsts.items() if first >= 0], key=firsts.__getitem__))

    def within(self, states: States) -> Group:
        """The instances in any of these states."""
        group = self._groups.get(states)
        if group is None:
            group = self._groups[states] = [*compress(self.ids, self._marked(states, 1))]
        return group

    def groups_outside(self, states: States) -> Mapping[str, Group]:
        """The instances in each other state."""
        return {state: self.within((state,)) for state in self.order() if state not in states}

    def pairs_outside(self, states: States) -> str:
        """The instances in none of these states with the states they are in, as they are written."""
        if self._pairs is None:
            self._pairs = self.pairs.split('","')
        pairs = '","'.join(compress(self._pairs, self._marked(states, 0)))
        return f'"{pairs}"' if pairs else ""

    def _marked(self, states: States, mark: int) -> bytes:
        """For each instance, a mark if it is in one of the states, the opposite if it is not."""
        marks = bytearray((1 - mark,)) * MOST_STATES
        for state in states:
            marks[self.numbers[state]] = mark
        return self.stands.translate(marks)


def _columns(pairs: str, entity: Entity) -> _Columns | None:
    """From the pairs in any order; ``None`` where an id stands twice or is empty, or where anything else stands."""
    parts = pairs.split('"')
    ids = parts[::4]
    if len(parts) % 4 != 3 or parts[1::4].count(":") != len(ids) or parts[3::4].count(",") != len(ids) - 1:
        return None
    if len(set(ids)) != len(ids):
        return None
    if sorted(ids) != ids:
        if any(character in pairs for character in _BEFORE_QUOTATION_MARK):
            return None
        pairs = '","'.join(sorted(pairs.split('","')))
        parts = pairs.split('"')
        ids = parts[::4]
    states = parts[2::4]
    numbers = {state: number for number, state in enumerate(entity.transitions)}
    if not ids[0] or len(numbers) > MOST_STATES:
        return None
    try:
        stands = bytes(itemgetter(*states)(numbers) if len(states) > 1 else (numbers[states[0]],))
    except KeyError:
        return None
    return _Columns(pairs, ids, states, stands, numbers)


class WrittenInstances(Instances):
    """The instances of one entity, asked as ``Instances`` are."""

    __slots__ = ("_columns",)

    def __init__(self, columns: _Columns) -> None:
        super().__init__(_Later(lambda: dict(zip(columns.ids, columns.states, strict=True))))
        self._ids = columns.ids
        self._columns = columns

    @property
    def order(self) -> States:
        """The occupied states in the order of their first instances."""
        return self._columns.order()

    def _grouped(self) -> Mapping[str, Group]:
        return self._columns.groups_outside(())

    def within(self, states: States) -> Group:
        """The instances in any of these states."""
        group = self._within[states] = self._columns.within(states)
        return group

    def outside(self, states: States) -> Others:
        """The instances in none of these states, and how they are written."""
        others = self._others.get(states)
        if others is None:
            columns = self._columns  # and not self, which would not be freed then before it is searched for
            groups = _Later(lambda: columns.groups_outside(states))
            others = self._others[states] = Others(groups, columns.pairs_outside(states))
        return others


class _Later(Mapping[str, Value]):
    """A map that is made when it is first read."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Mapping[str, Value]]) -> None:
        self._make = make
        self._made: Mapping[str, Value] | None = None

    def _map(self) -> Mapping[str, Value]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> Value:
        return self._map()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._map())

    def __len__(self) -> int:
        return len(self._map())
