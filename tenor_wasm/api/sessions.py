"""Sessions: facts, instances and a persona that stay and change little by little.

Rules this module lives by:

- At every moment a session answers what the call of the same name would answer to its present inputs.
- A change is taken over whole or, with an error, not at all. Each one that is taken over makes a new revision.
- Only what a change can touch is computed again, and not before somebody asks: the flows that may begin with an entity
  whose instances moved; every flow after new facts or another persona.
- An answer stays as it was given when the session goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import overload

from tenor_wasm.api import calls
from tenor_wasm.api.contract_texts import texts_of, warnings_text
from tenor_wasm.api.fragments import Fragments, others_text, quoted
from tenor_wasm.api.grouped import ActionSpaceChange, MembersWriter, MemberTexts
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.session_history import History
from tenor_wasm.api.views import WHOLE, View, read_view, shown_by
from tenor_wasm.api.write_actions import action_space_text
from tenor_wasm.errors import Finding, Json, TenorError, listed, pointer, shown
from tenor_wasm.evaluator.action_space import entities_taken_up, judge
from tenor_wasm.evaluator.actions import Action, ActionSpace, BlockedAction
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.provenance import Transition
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract, Entity

MOST_KEPT = 2**22
"""Characters of a full answer whose pieces are kept for the next one."""

_UNASKED = object()
"""In the place of a revision that was not given."""

Changes = dict[tuple[str, str], str | None]
"""Entity and instance → its new state; ``None`` for one that goes."""


@calls.guarded
def open_session(
    contract: Contract,
    facts: Json,
    entity_states: Json | EntityStates,
    persona: str,
    revision: Json = 0,
) -> Session:
    """Open a session on a contract. The inputs are those of ``action_space``, with its errors.

    ``revision`` is the number to begin with, for a session that goes on where another one ended.
    """
    calls.check_text(persona, "persona")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 0:
        message = f"'revision' must be a whole number from 0 on, not {shown(revision)}"
        raise calls.invalid_argument("revision", message)
    snapshot = take_snapshot(contract, facts)
    return Session(facts, snapshot, calls.read_states(entity_states, contract), persona, revision)


class Session:
    """A contract with its present inputs; made by ``open_session``.

    ``revision`` grows by one with each change that was taken over; the methods that change return it.
    """

    __slots__ = (
        "_facts", "_flows_of", "_fragments", "_history", "_judged", "_stale", "_top_unwritten", "_unwritten",
        "contract", "entity_states", "persona", "revision", "snapshot",
    )  # fmt: skip

    def __init__(
        self, facts: Json, snapshot: Snapshot, entity_states: EntityStates, persona: str, revision: int
    ) -> None:
        self.contract = snapshot.contract
        self.snapshot = snapshot
        self.entity_states = entity_states.live()
        self.persona = persona
        self.revision = revision
        self._facts = deepcopy(facts)
        self._history = History(revision)
        self._fragments: Fragments | None = None
        self._judged: dict[str, Action | BlockedAction] = {}
        self._flows_of: dict[str, list[str]] | None = None
        """Entity → the flows that may begin with it; ``None`` where all flows must be judged anew."""
        self._stale: set[str] = set()
        self._unwritten: set[str] = set()
        self._top_unwritten = True

    # --- changes -----------------------------------------------------------------------------------------------

    @calls.guarded
    def set_facts(self, facts: Json) -> int:
        """Put new facts in the place of all former ones. Raises as ``evaluate``."""
        self.snapshot = take_snapshot(self.contract, facts)
        self._facts = deepcopy(facts)
        return self._renew()

    def set_persona(self, persona: str) -> int:
        """Put another persona in the place of the former one."""
        calls.check_text(persona, "persona")
        self.persona = persona
        return self._renew()

    def transition(self, entity: str, instance: str, to: str) -> int:
        """Let an instance change its state along a declared transition.

        Raises ``unknown_entity``, ``unknown_instance``, ``unknown_state``, ``undeclared_transition``. To put a wrong
        state right, remove the instance and add it anew.
        """
        declared, before = self._located(entity, instance)
        _check_transition(declared, before, to)
        return self._commit({(entity, instance): to})

    def add_instance(self, entity: str, instance: str, state: str | None = None) -> int:
        """Add an instance, in its entity's initial state unless told. Raises ``instance_exists``,
        ``empty_instance_id``, ``unknown_entity``, ``unknown_state``."""
        declared = self._entity(entity)
        calls.check_text(instance, "instance")
        if not instance:
            message = f"an instance of '{entity}' has an empty id; give it a name"
            raise TenorError("empty_instance_id", message, "", {"argument": "instance"})
        present = self.entity_states.state(entity, instance)
        if present is not None:
            message = f"'{entity}' has an instance '{instance}' already, in state '{present}'; remove it first"
            raise TenorError("instance_exists", message, "", {"argument": "instance"})
        new = declared.initial if state is None else state
        _check_state(declared, new, "state")
        return self._commit({(entity, instance): new})

    def remove_instance(self, entity: str, instance: str) -> int:
        """Take an instance out. Raises ``unknown_entity``, ``unknown_instance``."""
        self._located(entity, instance)
        return self._commit({(entity, instance): None})

    def apply(self, result: calls.Simulation | FlowResult | Json) -> int:
        """Take over every transition of a simulated flow, or none.

        ``result`` is what ``simulate_flow`` gave, or its ``would_transition`` as JSON. Raises ``state_conflict`` where
        an instance is no longer where the flow found it; ``unknown_entity``, ``unknown_instance``, ``unknown_state``,
        ``undeclared_transition``, ``invalid_argument``. Without transitions there is no new revision.
        """
        flow = result.flow if isinstance(result, calls.Simulation) else result
        transitions = flow.transitions if isinstance(flow, FlowResult) else _read_transitions(flow)
        changes: Changes = {}
        for number, transition in enumerate(transitions):
            try:
                self._check_fits(transition, changes)
            except TenorError as error:
                place = pointer(((None, number), _MEMBERS[str(error.details["argument"])]))
                raise TenorError(error.code, error.message, place, {"argument": "transitions"}) from None
            changes[transition.entity_id, transition.instance_id] = transition.to_state
        return self._commit(changes) if changes else self.revision

    def _check_fits(self, transition: Transition, changes: Changes) -> None:
        """Whether a transition fits where its instance is after the changes before it."""
        entity, instance = self._entity(transition.entity_id), transition.instance_id
        before = changes.get((entity.id, instance)) or self.entity_states.state(entity.id, instance)
        if before is None and instance == DEFAULT_INSTANCE and entity.id not in self.entity_states.entity_ids():
            before = entity.initial  # a simulation finds it there, too
        if before is None:
            raise _unknown_instance(entity.id, instance)
        if before != transition.from_state:
            message = f"'{entity.id}' '{instance}' is in state '{before}' by now, not in '{transition.from_state}'"
            raise TenorError("state_conflict", f"{message}; simulate the flow again", "", {"argument": "from"})
        _check_transition(entity, before, transition.to_state)

    def _entity(self, entity: Json) -> Entity:
        calls.check_text(entity, "entity")
        declared = self.contract.entities.get(str(entity))
        if declared is None:
            message = f"no entity '{entity}' is declared; declared are {listed(self.contract.entities)}"
            raise TenorError("unknown_entity", message, "", {"argument": "entity"})
        return declared

    def _located(self, entity: Json, instance: Json) -> tuple[Entity, str]:
        """An entity and the state of one of its instances."""
        declared = self._entity(entity)
        calls.check_text(instance, "instance")
        state = self.entity_states.state(declared.id, str(instance))
        if state is None:
            raise _unknown_instance(declared.id, str(instance))
        return declared, state

    def _commit(self, changes: Changes) -> int:
        self.revision += 1
        for entity_id, instance_id in changes:
            before = self.entity_states.state(entity_id, instance_id)
            self._history.move(self.revision, entity_id, instance_id, before)
            if self._flows_of is not None:
                self._stale.update(self._flows_of.get(entity_id, ()))
        self.entity_states = self.entity_states.with_states(changes).live()
        return self.revision

    def _renew(self) -> int:
        self.revision += 1
        self._flows_of = None
        self._top_unwritten = True
        return self.revision

    # --- answers -----------------------------------------------------------------------------------------------

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What of the present inputs deserves a warning."""
        return calls.warnings_of(self.snapshot, self.persona)

    def evaluate(self) -> calls.Evaluation:
        """The verdicts that follow from the facts, as ``evaluate`` gives them."""
        return calls.Evaluation(self.snapshot, self.snapshot.facts.warnings)

    @overload
    def action_space(
        self, *, form: Json = None, flow: Json = None, entity: Json = None, page: Json = None
    ) -> calls.ActionSpaceResult: ...

    @overload
    def action_space(
        self, since: Json, form: Json = None, flow: Json = None, entity: Json = None, page: Json = None
    ) -> ActionSpaceChange: ...

    @calls.guarded
    def action_space(
        self, since: Json = _UNASKED, form: Json = None, flow: Json = None, entity: Json = None, page: Json = None
    ) -> calls.ActionSpaceResult | ActionSpaceChange:
        """The action space or a view of it, as ``action_space`` gives it; or what is different since a revision.

        A change leads from the grouped form at the revision ``since`` to the present one. With ``None``, or where
        ``since`` is too long ago, it is the whole: its own ``since`` is ``None`` then. Raises ``unknown_revision`` for
        a revision that the session never had; ``unknown_flow``, ``unknown_entity``, ``invalid_argument``, also for a
        change of a view.
        """
        view = read_view(self.contract, form, flow, entity, page)
        start = None if since is _UNASKED else self._revision(since)
        if since is not _UNASKED and view is not WHOLE:
            raise calls.invalid_argument("since", "'since' is about the whole action space: ask for no view of it")
        self._judge()
        if since is not _UNASKED:
            self._write()
            return self._history.change(self.revision, start, self.entity_states)
        shown = shown_by(view, self._space(view), self.entity_states)
        return calls.ActionSpaceResult(shown, view, self.entity_states, self.warnings)

    @calls.guarded
    def simulate_flow(
        self,
        flow: str,
        instance_bindings: Json = None,
        outcomes: Json = None,
        persona: str | None = None,
        provenance: bool = False,
    ) -> calls.Simulation:
        """Run a flow on the present facts and instances, as ``simulate_flow`` does; nothing changes before ``apply``.

        The persona is the session's unless told.
        """
        acting = self.persona if persona is None else persona
        declared = calls.declared_flow(self.contract, flow, acting)
        given = (instance_bindings, outcomes, provenance)
        return calls.simulate_on(self.snapshot, self.entity_states, declared, acting, *given)

    def inputs(self) -> dict[str, Json]:
        """The present inputs as JSON: what opens a session like this one, at the same revision."""
        states = self.entity_states.to_json()
        return {
            "facts": deepcopy(self._facts),
            "entity_states": states,
            "persona": self.persona,
            "revision": self.revision,
        }

    def inputs_text(self) -> str:
        """The present inputs as JSON text, written without making a value of each instance."""
        entities = [
            f"{quoted(entity_id)}:{others_text(self.entity_states.of(entity_id).outside(()))}"
            for entity_id in sorted(self.entity_states.entity_ids())
        ]
        return (
            f'{{"facts":{write_json(self._facts)},"entity_states":{{{",".join(entities)}}}'
            f',"persona":{quoted(self.persona)},"revision":{self.revision}}}'
        )

    def action_space_text(self, form: Json = None, flow: Json = None, entity: Json = None, page: Json = None) -> str:
        """The action space or a view of it as JSON text, with its revision; what stayed is not written again."""
        fragments = Fragments(self._fragments)
        text = action_space_text(self.action_space(form=form, flow=flow, entity=entity, page=page), fragments)
        self._fragments = fragments if len(text) <= MOST_KEPT else None
        return f'{text[:-1]},"revision":{self.revision}}}'

    def _revision(self, since: Json) -> int | None:
        if since is None:
            return None
        if not isinstance(since, int) or isinstance(since, bool):
            raise calls.invalid_argument("since", f"'since' must be a revision or null, not {shown(since)}")
        if not 0 <= since <= self.revision:
            message = (
                f"the session never had the revision {since}, it is at {self.revision}; ask for the whole, since null"
            )
            raise TenorError("unknown_revision", message, "", {"argument": "since"})
        return since

    def _judge(self) -> None:
        """Bring the judgements of the flows up to date; where one cannot be computed, all stay to be done."""
        flows = self.contract.flows
        present = (self.snapshot, self.entity_states, self.persona)
        if self._flows_of is None:
            judged = {flow_id: judge(flow, *present) for flow_id, flow in flows.items()}
            flows_of = self._beginning_with()
        else:
            judged = {flow_id: judge(flows[flow_id], *present) for flow_id in self._stale}
            flows_of = self._flows_of
        self._judged.update(judged)
        self._unwritten.update(judged)
        self._stale.clear()
        self._flows_of = flows_of

    def _space(self, view: View) -> ActionSpace:
        """The judged flows that a view is about."""
        flow_ids: Iterable[str] = self._judged if view.flow_id is None else (view.flow_id,)
        if view.entity_id is not None:
            taken_up = (self._flows_of or {}).get(view.entity_id, ())
            flow_ids = [flow_id for flow_id in flow_ids if flow_id in taken_up]
        judged = [self._judged[flow_id] for flow_id in flow_ids]
        actions = tuple([one for one in judged if isinstance(one, Action)])
        blocked = tuple([one for one in judged if isinstance(one, BlockedAction)])
        return ActionSpace(self.persona, actions, blocked, self.snapshot)

    def _beginning_with(self) -> dict[str, list[str]]:
        flows_of: dict[str, list[str]] = {}
        for flow in self.contract.flows.values():
            for entity_id in entities_taken_up(flow, self.snapshot):
                flows_of.setdefault(entity_id, []).append(flow.id)
        return flows_of

    def _write(self) -> None:
        """Bring the texts of the grouped form up to date."""
        writer = MembersWriter(self.contract, self.persona, self.entity_states)
        # In the bundle's order when all are new.
        unwritten: Iterable[str] = self._judged if len(self._unwritten) == len(self._judged) else self._unwritten
        for flow_id in unwritten:
            judged = self._judged[flow_id]
            self._history.write_flow(self.revision, flow_id, isinstance(judged, Action), writer.members(judged))
        self._unwritten.clear()
        if self._top_unwritten:
            self._history.write_top(self.revision, self._top())
            self._top_unwritten = False

    def _top(self) -> MemberTexts:
        texts = texts_of(self.contract)
        verdicts = ",".join([texts.current_verdict(verdict) for verdict in self.snapshot.verdicts.values()])
        return (
            f'"persona_id":{quoted(self.persona)}',
            f'"current_verdicts":[{verdicts}]',
            f'"contract_hash":{texts.hash}',
            f'"warnings":{warnings_text(self.warnings)}',
        )


def _check_state(entity: Entity, state: Json, argument: str) -> None:
    calls.check_text(state, argument)
    if state not in entity.transitions:
        message = f"'{state}' is no state of '{entity.id}'; it has {listed(entity.states)}"
        raise TenorError("unknown_state", message, "", {"argument": argument})


def _check_transition(entity: Entity, before: str, to: Json) -> None:
    _check_state(entity, to, "to")
    if to not in entity.transitions[before]:
        possible = listed(entity.transitions[before])
        message = (
            f"'{entity.id}' declares no transition from '{before}' to '{to}'; from '{before}' it can go to {possible}"
        )
        raise TenorError("undeclared_transition", message, "", {"argument": "to"})


def _unknown_instance(entity_id: str, instance_id: str) -> TenorError:
    message = f"'{entity_id}' has no instance '{instance_id}'; add it first"
    return TenorError("unknown_instance", message, "", {"argument": "instance"})


_MEMBERS = {"entity": "entity_id", "instance": "instance_id", "from": "from_state", "to": "to_state"}
"""Argument of a change → the member that has it in a transition as simulations tell it."""


def _read_transitions(json: Json) -> Sequence[Transition]:
    if not isinstance(json, (list, tuple)):
        raise calls.invalid_argument("transitions", f"'transitions' is a list of transitions, not {shown(json)}")
    for number, item in enumerate(json):
        if not isinstance(item, Mapping):
            message = f"a transition is an object with {listed(_MEMBERS.values())}, not {shown(item)}"
            raise calls.invalid_argument("transitions", message, pointer((None, number)))
        for member in _MEMBERS.values():
            if not isinstance(item.get(member), str):
                message = f"a transition needs '{member}', a text, not {shown(item.get(member))}"
                raise calls.invalid_argument("transitions", message, pointer(((None, number), member)))
    return [Transition(*(item[member] for member in _MEMBERS.values())) for item in json]
