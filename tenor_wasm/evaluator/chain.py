"""The provenance chain of a flow (§15.4): why each step went as it did, down to the facts.

Rules this module lives by:

- The chain is one JSON object: the nested document that people read from top to bottom, and in ``records`` the same as
  flat records that name each other by id. It holds its own ``inputs``, so that it can be verified.
- It is a function of those inputs and the contract alone: the same bytes every time.
- What the evaluator cannot know comes in by a ``Recording`` and is kept in ``inputs.recorded``: building a chain again
  from its inputs needs nothing else. ``content_hash`` covers the whole document, so no edit is without a trace.
- No text that is only there for people to read, such as an error's message, goes in: a chain outlives our wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tenor_wasm.errors import Json
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.facts import CONTRACT
from tenor_wasm.evaluator.flows import FlowResult
from tenor_wasm.evaluator.ledger import JsonObject, Ledger, Recording, digest
from tenor_wasm.evaluator.provenance import StepRecord, Transition
from tenor_wasm.interchange import constructs as c
from tenor_wasm.values.printing import plain_json

FORMAT = "tenor-provenance/1"
"""The form of the document; verification refuses another."""


def provenance_chain(result: FlowResult, recording: Recording | None = None) -> JsonObject:
    """The provenance chain of a flow execution as one JSON object (§11.6, §15.4).

    Without a ``recording`` it is the chain of a simulation, its ids derived from content, without times. Values have
    the form that facts have. Raises ``invalid_text`` for an id or persona that has no UTF-8 form.
    """
    recording = recording or Recording()
    contract = result.snapshot.contract
    inputs = _inputs(result)
    # Who called is fixed before anything runs; the times and ids are known when all is written.
    known = _known(recording)
    ledger = Ledger(result.snapshot, {**inputs, "recorded": known}, recording)
    writer = _Writer(ledger, recording, result.instance_bindings)
    outcome = _outcome(result.flow_id, result.persona, result.outcome, result.failed)
    if recording.execution_id is not None:
        outcome["execution_id"] = recording.execution_id
    flow = writer.flow(outcome, result.steps)
    chain: JsonObject = {
        "format": FORMAT,
        "contract": contract.id,
        "contract_hash": contract.hash,
        **({} if recording.trust_domain is None else {"trust_domain": recording.trust_domain}),
        **writer.simulation,
        **flow,
        "trigger": {"type": "simulation" if recording.simulation else "execution", "persona": result.persona}
        | dict(recording.trigger),
        "inputs": {**inputs, "recorded": {**known, **ledger.given()}},
        "verdicts": ledger.verdicts,
        "records": ledger.records,
    }
    chain["content_hash"] = "sha256:" + digest(chain)
    return chain


def _inputs(result: FlowResult) -> JsonObject:
    """All that the evaluation depended on beside the contract; of the entity states those of the bound instances.

    A bound instance that does not exist is there with the state ``null``: its absence is an input too.
    """
    facts, contract = result.snapshot.facts, result.snapshot.contract
    states: dict[str, Json] = {
        entity_id: {instance_id: result.initial_states.state(entity_id, instance_id)}
        for entity_id, instance_id in result.instance_bindings.items()
    }
    return {
        "flow": result.flow_id,
        "persona": result.persona,
        "facts": {
            fact.id: plain_json(facts.values[fact.id], fact.type)
            for fact in contract.facts.values()
            if facts.assertion_sources[fact.id] != CONTRACT
        },
        "defaults": [fact_id for fact_id, source in facts.assertion_sources.items() if source == CONTRACT],
        "entity_states": states,
        "instance_bindings": dict(result.instance_bindings),
        "outcomes": dict(result.outcomes),
    }


def _known(recording: Recording) -> JsonObject:
    known: JsonObject = {} if recording.execution_id is None else {"execution_id": recording.execution_id}
    if recording.trust_domain is not None:
        known["trust_domain"] = recording.trust_domain
    if recording.trigger:
        known["trigger"] = dict(recording.trigger)
    if recording.personas:
        known["personas"] = {persona: dict(how) for persona, how in recording.personas.items()}
    return known


def _outcome(flow_id: str, persona: str, outcome: str, failed: bool) -> JsonObject:
    status = "failed" if failed else "completed"
    return {"flow_id": flow_id, "persona": persona, "status": status, "outcome": outcome}


def _nested(states: Mapping[tuple[str, str], str | None]) -> JsonObject:
    nested: dict[str, dict[str, str | None]] = {}
    for (entity_id, instance_id), state in states.items():
        nested.setdefault(entity_id, {})[instance_id] = state
    return dict(nested)


def _ending(record: StepRecord) -> JsonObject:
    """The outcome of an operation, or why it was refused."""
    if record.error is not None:
        return {"error": {"code": record.error.code, "details": record.error.details}}
    assert record.provenance is not None
    outcomes = record.provenance.applicable_outcomes
    ambiguous: JsonObject = {"ambiguous_outcomes": list(outcomes)} if len(outcomes) > 1 else {}
    return {"outcome": record.provenance.outcome, **ambiguous}


class _Writer:
    """Writes the steps of one chain, nested and flat."""

    __slots__ = ("bindings", "contract", "ledger", "recording", "sequence", "simulation")

    def __init__(self, ledger: Ledger, recording: Recording, bindings: Mapping[str, str]) -> None:
        self.ledger = ledger
        self.contract = ledger.snapshot.contract
        self.recording = recording
        self.bindings = dict(bindings)
        self.simulation: JsonObject = {"simulation": True} if recording.simulation else {}
        self.sequence = 0

    def flow(self, outcome: JsonObject, steps: Iterable[StepRecord]) -> JsonObject:
        """A flow or sub-flow: ``provenance_chain_id, flow_outcome, entity_bindings, snapshot_id, steps``."""
        ledger = self.ledger
        started = ledger.times("started_at")
        shown, references = self.steps(steps)
        times = {**started, **ledger.times("completed_at")}
        record: JsonObject = {
            **outcome,
            "contract": self.contract.id,
            "contract_hash": self.contract.hash,
            **self.simulation,
            **times,
            "entity_bindings": self.bindings,
            "snapshot_id": ledger.snapshot_id,
            "verdict_set_ref": ledger.verdict_set_id,
            "steps": references,
        }
        return {
            "provenance_chain_id": ledger.write("flow_outcomes", record),
            "flow_outcome": {**outcome, **times},
            "entity_bindings": self.bindings,
            "snapshot_id": ledger.snapshot_id,
            "steps": shown,
        }

    def steps(self, records: Iterable[StepRecord]) -> tuple[list[Json], list[Json]]:
        """The steps of one walk, and what the flat record of the walk says of them."""
        shown: list[Json] = []
        references: list[Json] = []
        for record in records:
            if record.branch_id is not None:
                continue  # it stands inside its parallel step
            step, reference = self.step(record)
            shown.append(step)
            references.append(reference)
        return shown, references

    def step(self, record: StepRecord) -> tuple[JsonObject, JsonObject]:
        """One step, and the reference to its record."""
        self.sequence += 1
        sequence = self.sequence
        step_type, show = _STEPS[type(record.construct)]
        nested, flat = show(self, record, record.construct)
        times = self.ledger.times("executed_at")
        content = {"sequence": sequence, "step_name": record.step_id, "step_type": step_type, **flat, **times}
        reference: JsonObject = {"step_id": self.ledger.write("step_records", content)}
        if "operation_provenance" in flat:
            reference["ref"] = flat["operation_provenance"]
        if "applied_at" not in nested:
            nested = {**nested, **times}
        return {"step": record.step_id, "step_type": step_type, **nested}, reference

    # --- the kinds of steps -------------------------------------------------------------------------------------

    def operation(self, record: StepRecord, step: c.OperationStep | c.CompensationStep) -> Any:
        """An operation that ran or was refused, in a flow or as a compensation."""
        operation = self.contract.operations[step.operation_id]
        met, facts_used, verdicts_used = self._precondition(record, operation)
        ledger, done = self.ledger, record.provenance
        before = _nested(record.states_found if done is None else done.state_before)
        result = "refused" if done is None else done.outcome
        common: JsonObject = {"operation": operation.id, "persona": self._persona(step.persona)}
        shared: JsonObject = {
            "instance_binding": dict(record.instance_bindings if done is None else done.instance_binding),
            "state_before": before,
            "state_after": before if done is None else _nested(done.state_after),
            "snapshot_id": ledger.snapshot_id,
            **ledger.evaluated,
            **({} if done is None else ledger.times("applied_at")),
        }
        ending = _ending(record)
        text = compiled(self.contract).text(operation.precondition)
        moves = () if done is None else done.transitions
        flat: JsonObject = {
            "sequence": self.sequence,
            **common,
            **ending,
            "precondition": {"expression": text, "result": met}
            | ({"verdict_ref": verdicts_used[0]} if len(verdicts_used) == 1 else {}),
            "inputs": ledger.references(facts_used, verdicts_used),
            "entity_transitions": [self._transition(move, "from_state", "to_state") for move in moves],
            "verdict_set_ref": ledger.verdict_set_id,
            **self.simulation,
            **shared,
        }
        nested: JsonObject = {
            **common,
            "result": result,
            **ending,
            "precondition": {"expression": text, "met": met},
            "transitions": [self._transition(move, "from", "to") for move in moves],
            "facts_used": {name: ledger.facts[name] for name in facts_used},
            "verdicts_at_evaluation": ledger.verdicts_below(verdicts_used),
            **shared,
        }
        reference = ledger.write("operation_provenance", flat)
        return nested, {"operation": operation.id, "result": result, "operation_provenance": reference}

    def _precondition(
        self, record: StepRecord, operation: c.Operation
    ) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
        """The truth of the precondition, ``None`` where the persona was refused before it; and what it touched."""
        if record.error is None:
            return True, record.facts_used, record.verdicts_used
        if record.error.code == "persona_rejected":
            return None, (), ()
        decision = self.ledger.snapshot.decide(operation.precondition, "operation", operation.id)
        return decision.truth, decision.facts_used, decision.verdicts_used

    def _persona(self, persona: str) -> JsonObject:
        return {"contract_persona": persona, **self.recording.personas.get(persona, {})}

    def _transition(self, move: Transition, source: str, target: str) -> JsonObject:
        declared = self.contract.entities[move.entity_id].transitions[move.from_state]
        return {
            "entity": move.entity_id,
            "instance": move.instance_id,
            source: move.from_state,
            target: move.to_state,
            "transition_declared": move.to_state in declared,
        }

    def branch(self, record: StepRecord, step: c.BranchStep) -> Any:
        """A condition and its truth."""
        ledger = self.ledger
        truth = record.result == "true"
        common: JsonObject = {
            "persona": self._persona(step.persona),
            "result": record.result,
            "condition": {"expression": compiled(self.contract).text(step.condition), "result": truth},
        }
        taken = step.if_true if truth else step.if_false
        common["next"] = taken.outcome if isinstance(taken, c.Terminal) else taken.step_id
        nested = {
            **common,
            "facts_used": {name: ledger.facts[name] for name in record.facts_used},
            "verdicts_at_evaluation": ledger.verdicts_below(record.verdicts_used),
        }
        return nested, {**common, "inputs": ledger.references(record.facts_used, record.verdicts_used)}

    def handoff(self, _: StepRecord, step: c.HandoffStep) -> Any:
        """Both personas of a handoff."""
        common = {"from_persona": step.from_persona, "to_persona": step.to_persona, "next": step.next}
        return common, common

    def sub_flow(self, record: StepRecord, step: c.SubFlowStep) -> Any:
        """A sub-flow with its own chain; it has the same snapshot and bindings."""
        outcome = _outcome(step.flow_id, step.persona, record.result, record.failed)
        # Two runs of one sub-flow are two chains: the step that called says which this is.
        outcome["called_by"] = {"step": record.step_id, "sequence": self.sequence}
        flow = self.flow(outcome, record.steps)
        common: JsonObject = {"persona": self._persona(step.persona), "result": record.result}
        return {**common, "flow": flow}, {**common, "flow_id": step.flow_id, "chain_ref": flow["provenance_chain_id"]}

    def parallel(self, record: StepRecord, _: c.ParallelStep) -> Any:
        """Each branch with its own steps."""
        nested: list[Json] = []
        flat: list[Json] = []
        for branch in record.branches:
            ending = {"branch_id": branch.branch_id, "outcome": branch.outcome, "failed": branch.failed}
            shown, references = self.steps(branch.steps)
            nested.append({**ending, "steps": shown})
            flat.append({**ending, "steps": references})
        result = "failed" if record.failed else "completed"
        return {"result": result, "branches": nested}, {"result": result, "branches": flat}

    def escalation(self, _: StepRecord, handler: c.Escalate) -> Any:
        """To whom a failed step was handed, and where the flow goes on."""
        common = {"to_persona": handler.to_persona, "next": handler.next}
        return common, common


_STEPS: Mapping[type, tuple[str, Callable[[_Writer, StepRecord, Any], tuple[JsonObject, JsonObject]]]] = {
    c.OperationStep: ("OperationStep", _Writer.operation),
    c.CompensationStep: ("CompensationStep", _Writer.operation),
    c.BranchStep: ("BranchStep", _Writer.branch),
    c.HandoffStep: ("HandoffStep", _Writer.handoff),
    c.SubFlowStep: ("SubFlowStep", _Writer.sub_flow),
    c.ParallelStep: ("ParallelStep", _Writer.parallel),
    c.Escalate: ("Escalation", _Writer.escalation),
}
"""What a record is about → its type in the chain, and how it is written."""
