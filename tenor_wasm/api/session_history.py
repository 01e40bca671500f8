"""What a session remembers of its changes, so that it can say what is different since an earlier revision.

Rules this module lives by:

- Of instances it remembers who moved when and from where, as far back as ``MOST_MOVES``; where they are now, the entity
  states tell. What moved and came back did not change.
- Of flows it keeps the present text of each member of the grouped form, and the revision that brought it. So an answer
  costs what changed, and memory does not grow with the number of changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

from tenor_wasm.api.grouped import ActionSpaceChange, FlowChange, MemberTexts, Moves
from tenor_wasm.evaluator.entity_states import EntityStates

MOST_MOVES = 10_000
"""Moves of instances that are remembered; who asks for older ones is told the whole."""


class _Move(NamedTuple):
    revision: int
    entity_id: str
    instance_id: str
    before: str | None


class _Written:
    """An object's members as texts, and the revision that brought each; all are new where the object became another."""

    __slots__ = ("brought", "is_available", "latest", "members", "whole")

    def __init__(self, members: MemberTexts, is_available: bool, revision: int) -> None:
        self.members = members
        self.is_available = is_available
        self.brought = [revision] * len(members)
        self.latest = self.whole = revision

    def write(self, members: MemberTexts, is_available: bool, revision: int) -> None:
        """Take over what differs."""
        before = self.members
        if is_available is not self.is_available or len(members) != len(before):
            self.__init__(members, is_available, revision)  # type: ignore[misc]
        elif members != before:
            self.members = members
            self.latest = revision
            for place, text in enumerate(members):
                if text != before[place]:
                    self.brought[place] = revision

    def since(self, revision: int) -> MemberTexts:
        """The members that were brought after a revision."""
        if self.latest <= revision:
            return ()
        return tuple([text for text, brought in zip(self.members, self.brought, strict=True) if brought > revision])


class History:
    """The changes of one session from a first revision on."""

    __slots__ = ("_first", "_flows", "_moves", "_top")

    def __init__(self, revision: int) -> None:
        self._first = revision
        self._moves: deque[_Move] = deque()
        self._flows: dict[str, _Written] = {}
        self._top: _Written | None = None

    def move(self, revision: int, entity_id: str, instance_id: str, before: str | None) -> None:
        """Remember that an instance left a state, or came (``None``), with a revision."""
        self._moves.append(_Move(revision, entity_id, instance_id, before))
        if len(self._moves) > MOST_MOVES:
            self._first = self._moves.popleft().revision

    def write_flow(self, revision: int, flow_id: str, is_available: bool, members: MemberTexts) -> None:
        """Keep the members of a flow as they are at a revision. The first time, flows come in the bundle's order."""
        written = self._flows.get(flow_id)
        if written is None:
            self._flows[flow_id] = _Written(members, is_available, revision)
        else:
            written.write(members, is_available, revision)

    def write_top(self, revision: int, members: MemberTexts) -> None:
        """Keep the members of the action space that belong to no flow."""
        if self._top is None:
            self._top = _Written(members, True, revision)
        else:
            self._top.write(members, True, revision)

    def change(self, revision: int, since: int | None, entity_states: EntityStates) -> ActionSpaceChange:
        """What is different at ``revision``, the present one, from ``since``; the whole where that is too long ago."""
        if since is not None and since >= self._first:
            members = () if self._top is None else self._top.since(since)
            moves = self._moves_since(since, entity_states)
            return ActionSpaceChange(revision, since, moves, tuple(self._flows_since(since)), members)
        members = () if self._top is None else self._top.members
        flows = [FlowChange(name, flow.is_available, None, flow.members) for name, flow in self._flows.items()]
        return ActionSpaceChange(revision, None, _all(entity_states), tuple(flows), members)

    def _flows_since(self, since: int) -> Iterable[FlowChange]:
        places = {True: count(), False: count()}
        for flow_id, written in self._flows.items():
            place = next(places[written.is_available])
            if written.latest > since:
                known = written.whole <= since
                yield FlowChange(flow_id, written.is_available, None if known else place, written.since(since))

    def _moves_since(self, since: int, entity_states: EntityStates) -> dict[str, dict[str, Moves]]:
        before: dict[tuple[str, str], str | None] = {}
        for move in reversed(self._moves):
            if move.revision <= since:
                break
            before[move.entity_id, move.instance_id] = move.before
        added: dict[tuple[str, str], list[str]] = {}
        removed: dict[tuple[str, str], list[str]] = {}
        for (entity_id, instance_id), left in sorted(before.items(), key=_by_instance):
            entered = entity_states.state(entity_id, instance_id)
            if entered == left:
                continue
            if entered is not None:
                added.setdefault((entity_id, entered), []).append(instance_id)
            if left is not None:
                removed.setdefault((entity_id, left), []).append(instance_id)
        moves: dict[str, dict[str, Moves]] = {}
        for entity_id, state in sorted({**added, **removed}):
            place = (entity_id, state)
            moves.setdefault(entity_id, {})[state] = Moves(added.get(place, ()), removed.get(place, ()))
        return moves


def _by_instance(item: tuple[tuple[str, str], str | None]) -> tuple[str, str]:
    return item[0]


def _all(entity_states: EntityStates) -> dict[str, dict[str, Moves]]:
    by_entity = {entity_id: entity_states.of(entity_id).by_state for entity_id in sorted(entity_states.entity_ids())}
    return {
        entity_id: {state: Moves(group, ()) for state, group in by_state.items()}
        for entity_id, by_state in by_entity.items()
        if by_state
    }
