"""Results of the calls that are made often → JSON text, written straight from the typed results (see ``render``).

The shapes are those of the drop-in surface; what we add stands beside it. ``ContractTexts`` holds what an answer takes
over from its contract word for word. Nothing here decides anything: the text says what the result holds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeAlias

from tenor_wasm.api.calls import ActionSpaceResult, Evaluation, Simulation
from tenor_wasm.api.fragments import MOST_TEXTS, Fragments, Texts, quoted
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.render import JsonObject, step_json, to_json, transition_json
from tenor_wasm.errors import Finding
from tenor_wasm.evaluator import actions as a
from tenor_wasm.evaluator.instances import Others
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.nodes import LiteralTerm
from tenor_wasm.values.printing import payload


class ContractTexts:
    """The texts that every answer about one contract shares."""

    __slots__ = ("_constant", "_made", "hash", "names")

    def __init__(self, contract: Contract) -> None:
        self.names = Texts()
        self.hash = quoted(contract.hash)
        self._constant = frozenset(
            rule.verdict_type for rule in contract.rules if isinstance(rule.payload, LiteralTerm)
        )
        self._made: dict[Hashable, str] = {}

    def made(self, key: Hashable, write: Callable[[], str]) -> str:
        """A text that depends on nothing but its key; written once."""
        text = self._made.get(key)
        if text is None:
            if len(self._made) >= MOST_TEXTS:
                self._made.clear()
            text = self._made[key] = write()
        return text

    def list_of(self, names: tuple[str, ...]) -> str:
        """A list of names that come together again and again."""
        text = self._made.get(names)
        return self.made(names, lambda: self.names.list_of(names)) if text is None else text

    def payload(self, verdict: VerdictInstance) -> str:
        """The structured value of a verdict; a constant of the contract is written once."""
        if verdict.verdict_type in self._constant:
            return self.made(("payload", verdict.verdict_type), lambda: _payload(verdict))
        return _payload(verdict)

    def verdict(self, verdict: VerdictInstance) -> str:
        """A verdict with its provenance, as ``evaluate`` returns it."""
        head, tail = self._verdict_frame(verdict)
        return (
            f'{head}{self.payload(verdict)}{tail},"facts_used":{self.list_of(verdict.facts_used)}'
            f',"verdicts_used":{self.list_of(verdict.verdicts_used)}}}}}'
        )

    def _verdict_frame(self, verdict: VerdictInstance) -> tuple[str, str]:
        name = self.names[verdict.verdict_type]
        rule = self.names[verdict.rule_id]
        return f'{{"type":{name},"payload":', f',"provenance":{{"rule":{rule},"stratum":{verdict.stratum}'

    def current_verdict(self, verdict: VerdictInstance) -> str:
        """A verdict as the action space names it."""
        return (
            f'{{"verdict_type":{self.names[verdict.verdict_type]},"payload":{self.payload(verdict)}'
            f',"producing_rule":{self.names[verdict.rule_id]},"stratum":{verdict.stratum}}}'
        )


def texts_of(contract: Contract) -> ContractTexts:
    """The texts of a contract, kept with it."""
    texts: ContractTexts | None = contract.derived.get(ContractTexts)
    if texts is None:
        texts = contract.derived[ContractTexts] = ContractTexts(contract)
    return texts


def _payload(verdict: VerdictInstance) -> str:
    return write_json(payload(verdict.payload, verdict.payload_type))


def warnings_text(warnings: Iterable[Finding]) -> str:
    """The warnings of an answer."""
    return f"[{','.join([write_json(warning.to_json()) for warning in warnings])}]" if warnings else "[]"


def evaluation_text(result: Evaluation) -> str:
    """The verdicts that follow from the facts."""
    texts = texts_of(result.snapshot.contract)
    verdicts = ",".join([texts.verdict(verdict) for verdict in result.snapshot.verdicts.values()])
    return f'{{"verdicts":[{verdicts}],"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}}}'


# --- the action space ------------------------------------------------------------------------------------------


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
        enabling = ",".join([texts.current_verdict(verdict) for verdict in action.enabling_verdicts])
        affected = ",".join(map(self._affected, action.affected_entities))
        outcomes = ",".join([self._outcome(outcome) for outcome in action.outcomes])
        return (
            f'{{"flow_id":{names[action.flow_id]},"persona_id":{self.persona}'
            f',"entry_operation_id":{names[action.entry_operation_id]},"enabling_verdicts":[{enabling}]'
            f',"affected_entities":[{affected}],"description":{quoted(description(action))}'
            f',"instance_bindings":{self._bindings(action.instance_bindings)}'
            f',"first_operation_ids":{texts.list_of(action.first_operation_ids)},"outcomes":[{outcomes}]'
            f',"blocked_instances":{self._blocked_instances(action.blocked_instances)}}}'
        )

    def blocked(self, blocked: a.BlockedAction) -> str:
        """A flow that the persona cannot start."""
        reasons = [self.reason(reason) for reason in blocked.reasons]
        ends_with = "" if blocked.ends_with is None else f',"ends_with":{quoted(blocked.ends_with)}'
        return (
            f'{{"flow_id":{self.texts.names[blocked.flow_id]},"reason":{reasons[0]}'
            f',"instance_bindings":{self._bindings(blocked.instance_bindings)},"reasons":[{",".join(reasons)}]'
            f',"blocked_instances":{self._blocked_instances(blocked.blocked_instances)}{ends_with}}}'
        )

    def _bindings(self, bindings: a.Bindings) -> str:
        names, ids = self.texts.names, self.fragments.ids
        return f"{{{','.join([f'{names[entity_id]}:{ids(group)}' for entity_id, group in bindings.items()])}}}"

    def _blocked_instances(self, blocked: Mapping[str, Others]) -> str:
        names, text_of = self.texts.names, self.fragments.others
        return f"{{{','.join([f'{names[entity_id]}:{text_of(others)}' for entity_id, others in blocked.items()])}}}"

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
            f',"instance_bindings":{self._bindings(outcome.instance_bindings)}}}'
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
            f',"operation_id":{names[reason.operation_id]},"instance_ids":{self.fragments.ids(reason.instance_ids)}}}'
        )


_REASONS: Mapping[type, Callable[[ActionWriter, Any], str]] = {
    a.PersonaNotAuthorized: ActionWriter.persona_reason,
    a.PreconditionNotMet: ActionWriter.precondition_reason,
    a.EntityNotInSourceState: ActionWriter.state_reason,
}


def description(action: a.Action) -> str:
    """An available flow in a few words."""
    operations = " and ".join(action.first_operation_ids)
    counts = [
        f"{len(instance_ids)} {entity_id} instance{'s' if len(instance_ids) != 1 else ''}"
        for entity_id, instance_ids in action.instance_bindings.items()
    ]
    return f"{action.flow_id} can start with {operations}" + (f" on {' and '.join(counts)}" if counts else "")


def action_space_text(result: ActionSpaceResult, fragments: Fragments | None = None) -> str:
    """The action space in its full form. ``fragments`` carries texts of groups from one answer to the next."""
    space = result.space
    contract = space.snapshot.contract
    texts = texts_of(contract)
    writer = ActionWriter(contract, space.persona, fragments or Fragments())
    verdicts = ",".join([texts.current_verdict(verdict) for verdict in space.snapshot.verdicts.values()])
    return (
        f'{{"persona_id":{writer.persona},"actions":[{",".join(map(writer.action, space.actions))}]'
        f',"current_verdicts":[{verdicts}],"blocked_actions":[{",".join(map(writer.blocked, space.blocked_actions))}]'
        f',"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}}}'
    )


# --- flows -----------------------------------------------------------------------------------------------------


def simulation_text(result: Simulation) -> str:
    """How a flow would run."""
    flow = result.flow
    texts = texts_of(flow.snapshot.contract)
    verdicts = ",".join([texts.verdict(verdict) for verdict in flow.snapshot.verdicts.values()])
    provenance = "" if result.provenance is None else f',"provenance":{write_json(result.provenance)}'
    return (
        f'{{"simulation":true,"flow_id":{texts.names[flow.flow_id]},"persona":{quoted(flow.persona)}'
        f',"outcome":{texts.names[flow.outcome]},"path":{write_json([step_json(record) for record in flow.steps])}'
        f',"would_transition":{write_json([transition_json(transition) for transition in flow.transitions])}'
        f',"verdicts":[{verdicts}],"instance_bindings":{write_json(dict(result.instance_bindings))}'
        f',"resolved_bindings":{write_json(dict(flow.instance_bindings))},"failed":{"true" if flow.failed else "false"}'
        f',"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}{provenance}}}'
    )


Writer: TypeAlias = Callable[[Any], str]

WRITERS: dict[type, Writer] = {
    Evaluation: evaluation_text,
    ActionSpaceResult: action_space_text,
    Simulation: simulation_text,
}
"""Result → the function that writes it; what stands above this module adds its own."""


def to_text(result: Evaluation | ActionSpaceResult | Simulation) -> str:
    """The JSON text of a result of ``evaluate``, ``action_space`` or ``simulate_flow``."""
    return WRITERS[type(result)](result)


@to_json.register(Evaluation)
@to_json.register(ActionSpaceResult)
@to_json.register(Simulation)
def _(result: Evaluation | ActionSpaceResult | Simulation) -> JsonObject:
    answer = read_json(to_text(result))
    assert isinstance(answer, dict)
    return answer
