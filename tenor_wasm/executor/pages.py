"""The action space page by page, at a cost that does not grow with the number of instances (§15.6).

What a persona may start depends on the instances only through which states of which entities have any. So a page
takes, of every state of every entity, the next few instances; where a state has no more, its first one stands for it.
Every page says truly which flows are open, and the pages together name every instance: nothing is lost. Instances in
states that the contract does not declare are looked for on the first page: they are an error there as in the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tenor_wasm.api.calls import ActionSpaceResult
from tenor_wasm.errors import Json
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.executor.arguments import cursor_of, invalid_cursor, seen_by
from tenor_wasm.executor.records import Group
from tenor_wasm.executor.storage import Snapshot
from tenor_wasm.interchange.constructs import Contract


@dataclass(frozen=True, slots=True)
class ActionSpacePage:
    """The action space over some of the instances, and the cursor that gives the next ones; ``None`` at the end."""

    result: ActionSpaceResult
    next_cursor: str | None


def page_of_states(
    snapshot: Snapshot, contract: Contract, namespaces: Mapping[str, str], cursor: str | None, limit: int
) -> tuple[EntityStates, str | None]:
    """The instances of one page, and the cursor of the next one."""
    groups = [
        Group(namespaces[entity.id], entity.id, state)
        for entity in contract.entities.values()
        for state in entity.states
    ]
    seen = _seen(cursor, groups)
    asked = [group._replace(after=after) for group, after in zip(groups, seen, strict=True)]
    found = snapshot.groups(asked, limit + 1)
    shown = [names[:limit] for names in found]
    exhausted = [index for index, names in enumerate(shown) if not names and seen[index]]
    for index, first in zip(exhausted, snapshot.groups([groups[i] for i in exhausted], 1), strict=True):
        shown[index] = first
    states = {
        (group.entity_id, name): group.state for group, names in zip(groups, shown, strict=True) for name in names
    }
    if cursor is None:
        states.update(_undeclared(snapshot, contract, namespaces))
    if all(len(names) <= limit for names in found):
        return EntityStates(states), None
    last = [names[:limit][-1] if names else after for names, after in zip(found, seen, strict=True)]
    return EntityStates(states), cursor_of(last)


def _undeclared(
    snapshot: Snapshot, contract: Contract, namespaces: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """An instance of each state that this contract does not declare: left by another version, and never left out."""
    for entity in contract.entities.values():
        namespace = namespaces[entity.id]
        for state in snapshot.states(namespace, entity.id):
            if state not in entity.transitions:
                ((first,),) = snapshot.groups([Group(namespace, entity.id, state)], 1)
                yield (entity.id, first), state


def _seen(cursor: str | None, groups: Sequence[Group]) -> list[str]:
    """The instance that was seen last, for each group."""
    if cursor is None:
        return [""] * len(groups)
    seen: Json = seen_by(cursor)
    if not isinstance(seen, list) or len(seen) != len(groups):
        raise invalid_cursor()
    if not all(isinstance(name, str) and "\0" not in name for name in seen):
        raise invalid_cursor()
    return list(seen)
