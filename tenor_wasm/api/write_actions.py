"""Action spaces → JSON text: the full form, and those that list instances once or only count them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from typing import Any, TypeVar

from tenor_wasm.api.calls import ActionSpaceResult
from tenor_wasm.api.contract_texts import ContractTexts, texts_of, warnings_text
from tenor_wasm.api.fragments import Fragments, quoted
from tenor_wasm.api.views import COUNTS, GROUPED
from tenor_wasm.evaluator import actions as a
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Others
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.interchange.constructs import Contract

Piece = TypeVar("Piece")


class ActionWriter:
    """Writes the flows of one action space; groups that flows share are written once, in ``fragments``."""

    __slots__ = ("fragments", "persona", "texts")

    def __init__(self, contract: Contract, persona: str, fragments: Fragments) -> None:
        self.texts = texts_of(contract)
        self.persona = quoted(persona)
        self.fragments = fragments

    def action(self, action: a.Action) -> str:
        """A flow that the persona can start."""
        texts, names = self.texts, self.texts.names
        enabling = ",".join(map(self.verdict, action.enabling_verdicts))
        affected = ",".join(map(self._affected, action.affected_entities))
        outcomes = ",".join([self._outcome(outcome) for outcome in action.outcomes])
        return (
            f'{{"flow_id":{names[action.flow_id]},"persona_id":{self.persona}'
            f',"entry_operation_id":{names[action.entry_operation_id]},"enabling_verdicts":[{enabling}]'
            f',"affected_entities":[{affected}],"description":{self._description(action)}'
            f",{self.bindings(action.instance_bindings)}"
            f',"first_operation_ids":{texts.list_of(action.first_operation_ids)},"outcomes":[{outcomes}]'
            f",{self.blocked_instances(action.blocked_instances)}}}"
        )

    def blocked(self, blocked: a.BlockedAction) -> str:
        """A flow that the persona cannot start."""
        reasons = [self.reason(reason) for reason in blocked.reasons]
        ends_with = "" if blocked.ends_with is None else f',"ends_with":{quoted(blocked.ends_with)}'
        return (
            f'{{"flow_id":{self.texts.names[blocked.flow_id]},"reason":{reasons[0]}'
            f',{self.bindings(blocked.instance_bindings)},"reasons":[{",".join(reasons)}]'
            f",{self.blocked_instances(blocked.blocked_instances)}{ends_with}}}"
        )

    def verdict(self, verdict: VerdictInstance) -> str:
        """A verdict that enables a flow."""
        return self.texts.current_verdict(verdict)

    def ids(self, entity_id: str, group: Group) -> str:
        """Instances of an entity."""
        return self.fragments.ids(group)

    def others(self, entity_id: str, others: Others) -> str:
        """Instances of an entity with their states."""
        return self.fragments.others(others)

    def count(self, entity_id: str, number: int) -> str:
        """How many instances of an entity, as part of a JSON string."""
        return count_text(entity_id, number)

    def _description(self, action: a.Action) -> str:
        counts = " and ".join([self.count(entity_id, number) for entity_id, number in action.instance_counts.items()])
        text = quoted(f"{action.flow_id} can start with {' and '.join(action.first_operation_ids)}")
        return f'{text[:-1]} on {counts}"' if counts else text

    def bindings(self, bindings: a.Bindings) -> str:
        """The available instances per entity, as a member of an object."""
        names = self.texts.names
        groups = ",".join([f"{names[entity_id]}:{self.ids(entity_id, group)}" for entity_id, group in bindings.items()])
        return f'"instance_bindings":{{{groups}}}'

    def blocked_instances(self, blocked: Mapping[str, Others]) -> str:
        """The other instances per entity with their states, as a member of an object."""
        names = self.texts.names
        groups = ",".join([f"{names[entity_id]}:{self.others(entity_id, one)}" for entity_id, one in blocked.items()])
        return f'"blocked_instances":{{{groups}}}'

    def reason_instances(self, reason: a.EntityNotInSourceState) -> str:
        """The instances that a reason names, as a member of an object."""
        return f'"instance_ids":{self.ids(reason.entity_id, reason.instance_ids)}'

    def _affected(self, entity: a.AffectedEntity) -> str:
        names = self.texts.names
        return (
            f'{{"entity_id":{names[entity.entity_id]},"current_state":{names[entity.current_state]}'
            f',"possible_transitions":{names.list_of(entity.possible_transitions)}}}'
        )

    def _outcome(self, outcome: a.OutcomeBindings) -> str:
        names = self.texts.names
        return (
            f'{{"operation_id":{names[outcome.operation_id]},"outcome":{names[outcome.outcome]}'
            f",{self.bindings(outcome.instance_bindings)}}}"
        )

    def reason(self, reason: a.BlockReason) -> str:
        """Why a flow is blocked."""
        return _REASONS[type(reason)](self, reason)

    def persona_reason(self, reason: a.PersonaNotAuthorized) -> str:
        """The persona may not execute an operation."""
        texts = self.texts
        return (
            f'{{"type":"PersonaNotAuthorized","operation_id":{texts.names[reason.operation_id]}'
            f',"allowed_personas":{texts.list_of(reason.allowed_personas)}}}'
        )

    def precondition_reason(self, reason: a.PreconditionNotMet) -> str:
        """A precondition is false, or no operation is reached."""
        operation = "null" if reason.operation_id is None else self.texts.names[reason.operation_id]
        missing = self.texts.list_of(reason.missing_verdicts)
        return f'{{"type":"PreconditionNotMet","missing_verdicts":{missing},"operation_id":{operation}}}'

    def state_reason(self, reason: a.EntityNotInSourceState) -> str:
        """No instance of an entity is where an operation needs it."""
        names = self.texts.names
        return (
            f'{{"type":"EntityNotInSourceState","entity_id":{names[reason.entity_id]}'
            f',"current_state":{names[reason.current_state]},"required_state":{names[reason.required_states[0]]}'
            f',"required_states":{self.texts.list_of(reason.required_states)}'
            f',"operation_id":{names[reason.operation_id]},{self.reason_instances(reason)}}}'
        )


def count_text(entity_id: str, number: int) -> str:
    """How many instances of an entity, as part of a JSON string."""
    return f"{number} {quoted(entity_id)[1:-1]} instance{'s' if number != 1 else ''}"


_REASONS: Mapping[type, Callable[[ActionWriter, Any], str]] = {
    a.PersonaNotAuthorized: ActionWriter.persona_reason,
    a.PreconditionNotMet: ActionWriter.precondition_reason,
    a.EntityNotInSourceState: ActionWriter.state_reason,
}


class GroupedWriter(ActionWriter):
    """Writes flows that name states; the instances in those states are listed once, beside the flows."""

    __slots__ = ("states",)

    def __init__(self, contract: Contract, persona: str, fragments: Fragments, states: EntityStates) -> None:
        super().__init__(contract, persona, fragments)
        self.states = states

    def bindings(self, bindings: a.Bindings) -> str:
        """The states of the available instances per entity."""
        names = self.texts.names
        groups = [f"{names[entity_id]}:{self._states(entity_id, group)}" for entity_id, group in bindings.items()]
        return f'"instance_states":{{{",".join(groups)}}}'

    def blocked_instances(self, blocked: Mapping[str, Others]) -> str:
        """The states of the other instances per entity."""
        names = self.texts.names
        groups = [f"{names[entity_id]}:{names.list_of(sorted(others.groups))}" for entity_id, others in blocked.items()]
        return f'"blocked_states":{{{",".join(groups)}}}'

    def reason_instances(self, reason: a.EntityNotInSourceState) -> str:
        """The states of the instances that a reason names."""
        return f'"instance_states":{self._states(reason.entity_id, reason.instance_ids)}'

    def _states(self, entity_id: str, group: Group) -> str:
        return self.texts.names.list_of(self.states.of(entity_id).states_in(group))


class CountsWriter(ActionWriter):
    """Writes flows with numbers of instances."""

    __slots__ = ()

    def bindings(self, bindings: a.Bindings) -> str:
        """How many instances are available per entity."""
        return f'"instance_counts":{self._counts(bindings)}'

    def blocked_instances(self, blocked: Mapping[str, Others]) -> str:
        """How many other instances there are per entity."""
        return f'"blocked_counts":{self._counts(blocked)}'

    def reason_instances(self, reason: a.EntityNotInSourceState) -> str:
        """How many instances a reason names."""
        return f'"instance_count":{len(reason.instance_ids)}'

    def _counts(self, groups: Mapping[str, Sized]) -> str:
        names = self.texts.names
        return f"{{{','.join([f'{names[entity_id]}:{len(group)}' for entity_id, group in groups.items()])}}}"


def action_space_text(result: ActionSpaceResult, fragments: Fragments | None = None) -> str:
    """The action space in the form that was asked for. ``fragments`` carries texts of groups from answer to answer."""
    view, shown = result.view, result.shown
    space, contract = shown.space, shown.space.snapshot.contract
    texts = texts_of(contract)
    fragments = fragments or Fragments()
    writer, extra = ActionWriter(contract, space.persona, fragments), ""
    if view.form == COUNTS:
        writer, extra = CountsWriter(contract, space.persona, fragments), ',"form":"counts"'
    elif view.form == GROUPED:
        writer = GroupedWriter(contract, space.persona, fragments, result.entity_states)
        extra = f',"form":"grouped","instances":{_instances(shown.instances, texts, fragments)}'
    if view.page is not None:
        extra += f',"next_cursor":{"null" if shown.next_cursor is None else quoted(shown.next_cursor)}'
    actions = ",".join(map(writer.action, space.actions))
    blocked = ",".join(map(writer.blocked, space.blocked_actions))
    texts = texts_of(space.snapshot.contract)
    verdicts, warnings = texts.current_verdicts(space.snapshot.verdicts), warnings_text(result.warnings)
    return "".join(framed(texts.hash, writer.persona, (actions,), verdicts, (blocked,), warnings, extra))


def framed(
    contract_hash: str,
    persona: Piece,
    actions: Iterable[Piece],
    verdicts: Piece,
    blocked: Iterable[Piece],
    warnings: Piece,
    extra: str = "",
) -> list[Piece | str]:
    """The pieces of an action space around those of its flows; ``extra`` are members that follow."""
    return [
        '{"persona_id":',
        persona,
        ',"actions":[',
        *actions,
        '],"current_verdicts":[',
        verdicts,
        '],"blocked_actions":[',
        *blocked,
        f'],"contract_hash":{contract_hash},"warnings":',
        warnings,
        f"{extra}}}",
    ]


def _instances(instances: Mapping[str, Mapping[str, Group]], texts: ContractTexts, fragments: Fragments) -> str:
    """Every shown instance, once: entity → state → ids."""
    names = texts.names
    entities = []
    for entity_id, by_state in instances.items():
        groups = ",".join([f"{names[state]}:{fragments.ids(by_state[state])}" for state in sorted(by_state)])
        entities.append(f"{names[entity_id]}:{{{groups}}}")
    return f"{{{','.join(entities)}}}"
