"""The executor of one contract over a store (§17): instances are created, flows change them, everything is recorded.

Rules this module lives by:

- A flow's snapshot, facts and verdicts, is taken once and frozen (E4, E5); running the transaction again after a
  ``conflict`` does not take it anew.
- One flow is one transaction: it holds the instances that it is bound to, runs on their states as they are, and its
  transitions, operations and provenance chain become visible together or not at all (E2, E3). Flows on the same
  instance take turns; so each chain follows from the state that the one before it left.
- Facts come from the caller alone (E1). Time and ids come from parameters.
- States are handed to the evaluator as the store has them, keyed by entity and instance; nothing is invented (E17).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from tenor_wasm.api import calls
from tenor_wasm.errors import Json, TenorError, listed, pointer
from tenor_wasm.evaluator.action_space import judge
from tenor_wasm.evaluator.actions import BlockedAction, PersonaNotAuthorized
from tenor_wasm.evaluator.chain import provenance_chain
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates
from tenor_wasm.evaluator.flows import FlowResult, execute_flow
from tenor_wasm.evaluator.ledger import Recording
from tenor_wasm.executor import arguments as given
from tenor_wasm.executor.pages import ActionSpacePage, page_of_states
from tenor_wasm.executor.queries import PAGE, Queries
from tenor_wasm.executor.recording import Execution, Request, recorded, write
from tenor_wasm.executor.records import CreationRecord, FlowRecord, InstanceKey, InstanceRecord, TransitionRecord
from tenor_wasm.executor.sources import Clock, Ids, Signer, random_ids, short_pause, system_clock
from tenor_wasm.executor.storage import Storage, Transaction
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.canonical import etag
from tenor_wasm.interchange.graph import touched_entities

Result = TypeVar("Result")

Alongside = Callable[[Transaction, Execution], None]
"""What is written in the same transaction as an execution."""

AGAIN = frozenset({"conflict", "request_exists"})
"""Errors after which a transaction is run again: somebody else was first."""

_NOBODY: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Creation:
    """An instance as it was created. ``repeated`` says that the request had been carried out before."""

    record: InstanceRecord
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A flow that is about to run: checked arguments, the frozen snapshot, and the instances by entity."""

    flow: c.Flow
    persona: str
    inputs: calls.Inputs
    keys: Mapping[str, InstanceKey]
    outcomes: Mapping[str, str]

    def request_hash(self, facts: Json, instance_bindings: Json, outcomes: Json, besides: Json) -> str:
        """What makes two requests the same. Facts that the contract does not know change nothing, here either."""
        known = self.inputs.snapshot.contract.facts
        assert isinstance(facts, Mapping), "they were read"
        used = {name: value for name, value in facts.items() if name in known}
        more = [besides] if besides else []
        return etag([self.flow.id, self.persona, used, instance_bindings or {}, outcomes or {}, *more])

    def run(self, found: Mapping[InstanceKey, InstanceRecord]) -> FlowResult:
        """Run the flow on the instances as they were found."""
        contract = self.inputs.snapshot.contract
        states = EntityStates({(key.entity_id, key.instance_id): record.state for key, record in found.items()})
        bindings = {entity_id: key.instance_id for entity_id, key in self.keys.items()}
        checked = calls.read_states(states, contract)
        return execute_flow(self.flow, self.persona, self.inputs.snapshot, checked, bindings, self.outcomes)


class Executor(Queries):
    """Creates instances, runs flows on them, and answers what may be done and what was done.

    ``namespace`` (by default the contract's id) keeps its instances apart from those of other contracts in the store;
    ``shared`` (entity id → namespace) names the entities that live in another one. ``attempts`` bounds how often a
    transaction runs that others are in the way of; ``pause`` waits between (it is given the number of attempts so far).
    With ``authorize_initiator`` a flow runs only for a persona that its first operations admit; §11.4 itself records
    the initiating persona and checks none but that of each step.
    """

    def __init__(
        self,
        contract: c.Contract,
        storage: Storage,
        *,
        namespace: str | None = None,
        shared: Mapping[str, str] | None = None,
        clock: Clock = system_clock,
        ids: Ids = random_ids,
        pause: Callable[[int], None] = short_pause,
        attempts: int = 10,
        trust_domain: str | None = None,
        signer: Signer | None = None,
        authorize_initiator: bool = False,
    ) -> None:
        own = given.checked_name(contract.id if namespace is None else namespace, "namespace")
        super().__init__(contract, storage, own, shared or {})
        self._clock, self._ids, self._pause = clock, ids, pause
        self._attempts = given.checked_attempts(attempts)
        self._trust_domain = None if trust_domain is None else given.checked_name(trust_domain, "trust_domain")
        self._signer = signer
        self._authorize = authorize_initiator

    # --- instances ----------------------------------------------------------------------------------------------

    def create_instance(
        self,
        entity: str,
        instance_id: str | None = None,
        state: str | None = None,
        persona: str | None = None,
        *,
        request_id: str | None = None,
    ) -> InstanceRecord:
        """Create an instance in its entity's initial state (E15), with an id of the executor's where none is given.

        ``state`` may say the initial state and no other. ``persona`` is recorded. ``request_id`` names the request: the
        same one again gives the instance as it was created, and creates none. Raises ``unknown_entity``,
        ``unknown_state``, ``not_initial_state``, ``invalid_instance_id``, ``instance_exists``, ``persona_rejected``,
        ``request_id_reused`` for another request under an id that was used.
        """
        return self.creation(entity, instance_id, state, persona, request_id=request_id).record

    def creation(
        self,
        entity: str,
        instance_id: str | None = None,
        state: str | None = None,
        persona: str | None = None,
        *,
        request_id: str | None = None,
    ) -> Creation:
        """As ``create_instance``; it tells also whether that had been done before."""
        declared = given.checked_entity(self.contract, entity)
        if given.checked_state(declared, state) not in (None, declared.initial):
            message = (
                f"an instance of '{declared.id}' begins in its initial state '{declared.initial}', not in '{state}';"
                " flows bring it there"
            )
            raise TenorError("not_initial_state", message, "", {"initial": declared.initial})
        if persona is not None:
            given.checked_persona(self.contract, persona)
        name = self._ids("inst") if instance_id is None else given.checked_instance_id(instance_id, "instance_id")
        key = self.key(declared.id, name)
        now = self._clock()
        record = InstanceRecord(key, declared.initial, 0, now, now)
        creation = TransitionRecord(
            key, 0, None, declared.initial, now, persona, self.contract.id, trust_domain=self._trust_domain
        )

        request = None
        if request_id is not None:
            named = given.checked_name(request_id, "request_id")
            request = CreationRecord(key, self.namespace, named, etag([declared.id, instance_id, persona]))

        def create(transaction: Transaction) -> Creation:
            if request is not None:
                earlier = transaction.creation_of_request(request.scope, request.request_id)
                if earlier is not None:
                    return _created_before(transaction, earlier, request)
                transaction.insert_creation(request)  # before the instance: who asks the same at once waits here
            transaction.initialize(record)
            transaction.insert_transition(creation)
            return Creation(record)

        return self.transact(create)

    # --- flows --------------------------------------------------------------------------------------------------

    @calls.guarded
    def execute_flow(
        self,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        request_id: str | None = None,
        trigger: Mapping[str, str] | None = None,
        personas: Mapping[str, Mapping[str, str]] | None = None,
        trigger_id: str | None = None,
        alongside: Alongside | None = None,
        besides: Json = None,
    ) -> Execution:
        """Run a flow on the bound instances, and record it with its provenance chain (§11.4, §15.3).

        Without ``instance_bindings`` (``None`` or empty) every entity is bound to ``_default``; a map with entries is
        strict. A refused operation is answered by its step's failure handler: that is an execution too.
        ``request_id`` names the request: the same one again gives the execution that it led to and runs nothing.
        ``trigger`` says who called, ``personas`` how each persona was resolved; both go into the chain, as texts.
        ``besides`` is what else belongs to the request: with another one it is not the same.

        Raises as ``api.simulate_flow`` does, ``persona_rejected``, ``request_id_reused`` for another request under an
        id that was used, ``conflict`` when others were in the way each time, and what the store raises.
        """
        prepared = self._prepare(flow, persona, facts, instance_bindings, outcomes)
        request_hash = None
        if request_id is not None:
            given.checked_name(request_id, "request_id")
            request_hash = prepared.request_hash(facts, instance_bindings, outcomes, besides)
        execution_id = self._ids("exec")
        request = Request(
            execution_id, self.namespace, request_id, request_hash, trigger_id, self._trust_domain, self._signer
        )
        recording = Recording(
            clock=lambda _: self._clock(),
            simulation=False,
            execution_id=execution_id,
            trigger=given.checked_texts(trigger or {}, "trigger"),
            personas=given.checked_resolutions(personas or _NOBODY),
            trust_domain=self._trust_domain,
        )

        def run(transaction: Transaction) -> Execution:
            earlier = None if request_id is None else transaction.flow_of_request(self.namespace, request_id)
            if earlier is not None:
                return self._repeated(transaction, earlier, request)
            found = transaction.read_for_update(prepared.keys.values())
            result = prepared.run(found)
            chain = provenance_chain(result, recording)
            run = calls.Simulation(result, prepared.inputs.bindings, prepared.inputs.warnings, chain)
            execution = recorded(request, run, chain, found, prepared.keys)
            write(transaction, execution)
            if alongside is not None:
                alongside(transaction, execution)
            return execution

        return self.transact(run)

    @calls.guarded
    def simulate_flow(
        self,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        provenance: bool = False,
    ) -> calls.Simulation:
        """Run a flow on the bound instances as they stand, and store nothing (§19.6, E13).

        Raises as ``execute_flow`` does.
        """
        prepared = self._prepare(flow, persona, facts, instance_bindings, outcomes)
        with self.storage.snapshot() as snapshot:
            read = {key: snapshot.instance(key) for key in prepared.keys.values()}
        result = prepared.run({key: record for key, record in read.items() if record is not None})
        chain = provenance_chain(result, Recording(trust_domain=self._trust_domain)) if provenance else None
        return calls.Simulation(result, prepared.inputs.bindings, prepared.inputs.warnings, chain)

    def _prepare(self, flow: str, persona: str, facts: Json, instance_bindings: Json, outcomes: Json) -> _Prepared:
        """Check the arguments and freeze the snapshot."""
        contract = self.contract
        declared = given.checked_flow(contract, flow)
        inputs = calls.read_inputs(contract, facts, calls.NO_STATES, persona, instance_bindings)
        given.checked_persona(self.contract, persona)
        self._check_initiator(declared, persona, inputs)
        touched = touched_entities(declared.steps, contract.operations, contract.flows)
        bindings = inputs.bindings or dict.fromkeys(touched, DEFAULT_INSTANCE)
        for entity_id, instance_id in bindings.items():
            given.checked_instance_id(instance_id, "instance_bindings", pointer((None, entity_id)))
        keys = {entity_id: self.key(entity_id, instance_id) for entity_id, instance_id in bindings.items()}
        return _Prepared(declared, persona, inputs, keys, calls.read_choices(outcomes))

    def _check_initiator(self, flow: c.Flow, persona: str, inputs: calls.Inputs) -> None:
        if not self._authorize:
            return
        judged = judge(flow, inputs.snapshot, EntityStates(), persona)
        if isinstance(judged, BlockedAction):
            for reason in judged.reasons:
                if isinstance(reason, PersonaNotAuthorized):
                    message = (
                        f"persona '{persona}' may not start flow '{flow.id}': '{reason.operation_id}' allows only"
                        f" {listed(reason.allowed_personas)}"
                    )
                    raise TenorError("persona_rejected", message, "", {"argument": "persona"})

    def _repeated(self, transaction: Transaction, earlier: FlowRecord, request: Request) -> Execution:
        if earlier.request_hash != request.request_hash:
            raise _reused(request.request_id, {"execution_id": earlier.execution_id})
        return replace(self._stored(transaction, earlier), repeated=True)

    # --- what may be done ---------------------------------------------------------------------------------------

    def action_space(self, persona: str, facts: Json) -> calls.ActionSpaceResult:
        """What a persona may do to which of all instances, and why the rest is blocked (§15.6, E17)."""
        return calls.action_space(self.contract, facts, self.entity_states(), persona)

    def action_space_page(
        self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE
    ) -> ActionSpacePage:
        """The action space over the next instances of every state of every entity, at most ``limit`` of each.

        Whether a flow is open is true on every page; the pages together name every instance. The time for a page does
        not grow with the number of instances. Raises as ``api.action_space`` does, and ``invalid_cursor``.
        """
        size = given.checked_limit(limit)
        with self.storage.snapshot() as snapshot:
            states, following = page_of_states(snapshot, self.contract, self.namespaces, cursor, size)
        return ActionSpacePage(calls.action_space(self.contract, facts, states, persona), following)

    # --- transactions -------------------------------------------------------------------------------------------

    def transact(self, work: Callable[[Transaction], Result]) -> Result:
        """Run a transaction, again while others are in its way. Raises ``conflict`` after the last attempt."""
        for attempt in range(1, self._attempts + 1):
            try:
                with self.storage.transaction() as transaction:
                    return work(transaction)
            except TenorError as error:
                if error.code not in AGAIN or attempt == self._attempts:
                    raise
            self._pause(attempt)
        raise AssertionError("the last attempt returns or raises")


def _created_before(transaction: Transaction, earlier: CreationRecord, request: CreationRecord) -> Creation:
    """The instance as it was when the request created it."""
    if earlier.request_hash != request.request_hash:
        key = earlier.key
        raise _reused(request.request_id, {"entity_id": key.entity_id, "instance_id": key.instance_id})
    (first,) = transaction.history(earlier.key, -1, 1)
    return Creation(InstanceRecord(earlier.key, first.to_state, first.version, first.at, first.at), repeated=True)


def _reused(request_id: str | None, led_to: Mapping[str, Json]) -> TenorError:
    message = f"the request id '{request_id}' was used for another request; choose a new one"
    return TenorError("request_id_reused", message, "", led_to)
