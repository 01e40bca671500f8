"""The action space of a session in its grouped form, and what of it changed.

Rules this module lives by:

- In the grouped form instances are listed once, by entity and state; flows name states.
- A change leads from the grouped form at one revision to the grouped form at another, exactly. It names the instances
  that came into a state or left it. Of a flow it has the members that changed; all of them, with its place in the list,
  where it became available or blocked. What is absent did not change.
- The size of a change follows from what changed, never from how many instances there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tenor_wasm.api.fragments import Fragments, ids_text, quoted
from tenor_wasm.api.json_text import read_json
from tenor_wasm.api.render import JsonObject, to_json
from tenor_wasm.api.write_actions import GroupedWriter
from tenor_wasm.evaluator.actions import Action, BlockedAction
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group
from tenor_wasm.interchange.constructs import Contract

MemberTexts = tuple[str, ...]
"""The members of an object as JSON text, each with its name."""


class Moves(NamedTuple):
    """The instances that came into a state and that left it, both sorted."""

    added: Group
    removed: Group


class FlowChange(NamedTuple):
    """The members of a flow that changed. With a ``place`` in its list, the flow became available or
    blocked, or got other members, and these are all that it has."""

    flow_id: str
    is_available: bool
    place: int | None
    members: MemberTexts


class ActionSpaceChange(NamedTuple):
    """What is different between the action spaces of a session at two revisions; the whole where ``since`` is ``None``.

    ``instances`` is entity → state → moves; ``members`` are those of the action space that belong to no flow.
    """

    revision: int
    since: int | None
    instances: Mapping[str, Mapping[str, Moves]]
    flows: tuple[FlowChange, ...]
    members: MemberTexts


def change_text(change: ActionSpaceChange) -> str:
    """A change, or the whole in its grouped form, as JSON text."""
    is_whole = change.since is None
    about = '"form":"grouped"' if is_whole else f'"form":"change","since":{change.since}'
    moves = _whole_groups if is_whole else _moves_by_state
    entities = [f"{quoted(entity_id)}:{moves(states)}" for entity_id, states in change.instances.items()]
    available = ",".join([_flow(flow) for flow in change.flows if flow.is_available])
    blocked = ",".join([_flow(flow) for flow in change.flows if not flow.is_available])
    members = (
        f'{about},"revision":{change.revision},"instances":{{{",".join(entities)}}}'
        f',"actions":[{available}],"blocked_actions":[{blocked}]',
        *change.members,
    )
    return f"{{{','.join(members)}}}"


def _whole_groups(states: Mapping[str, Moves]) -> str:
    return f"{{{','.join([f'{quoted(state)}:{ids_text(moves.added)}' for state, moves in states.items()])}}}"


def _moves_by_state(states: Mapping[str, Moves]) -> str:
    return f"{{{','.join([f'{quoted(state)}:{_moves(moves)}' for state, moves in states.items()])}}}"


def _moves(moves: Moves) -> str:
    lists = [f'"{name}":{ids_text(ids)}' for name, ids in zip(moves._fields, moves, strict=True) if ids]
    return f"{{{','.join(lists)}}}"


def _flow(flow: FlowChange) -> str:
    place = () if flow.place is None else (f'"index":{flow.place}',)
    members = (f'"flow_id":{quoted(flow.flow_id)}', *place, *flow.members)
    return f"{{{','.join(members)}}}"


class MembersWriter(GroupedWriter):
    """Writes a flow's entry of the grouped form member by member, so that they can be compared."""

    __slots__ = ()

    def __init__(self, contract: Contract, persona: str, entity_states: EntityStates) -> None:
        super().__init__(contract, persona, Fragments(), entity_states)

    def members(self, judged: Action | BlockedAction) -> MemberTexts:
        """The members of a flow but its id, in their order."""
        return self._of_action(judged) if isinstance(judged, Action) else self._of_blocked(judged)

    def _of_action(self, action: Action) -> MemberTexts:
        texts = self.texts
        return (
            f'"persona_id":{self.persona}',
            f'"entry_operation_id":{texts.names[action.entry_operation_id]}',
            f'"enabling_verdicts":{_list(map(texts.current_verdict, action.enabling_verdicts))}',
            f'"affected_entities":{_list(map(self._affected, action.affected_entities))}',
            f'"description":{self._description(action)}',
            self.bindings(action.instance_bindings),
            f'"first_operation_ids":{texts.list_of(action.first_operation_ids)}',
            f'"outcomes":{_list(map(self._outcome, action.outcomes))}',
            self.blocked_instances(action.blocked_instances),
        )

    def _of_blocked(self, blocked: BlockedAction) -> MemberTexts:
        reasons = [self.reason(reason) for reason in blocked.reasons]
        ends_with = () if blocked.ends_with is None else (f'"ends_with":{quoted(blocked.ends_with)}',)
        return (
            f'"reason":{reasons[0]}',
            self.bindings(blocked.instance_bindings),
            f'"reasons":{_list(reasons)}',
            self.blocked_instances(blocked.blocked_instances),
            *ends_with,
        )


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


@to_json.register
def _(change: ActionSpaceChange) -> JsonObject:
    answer = read_json(change_text(change))
    assert isinstance(answer, dict)
    return answer
