"""The typed call behind "why": explanations of verdicts, actions, steps and facts, and what would change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenor_wasm.api import calls
from tenor_wasm.errors import Finding, Json, TenorError, listed, shown
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.remedies import CHECK_LIMIT, Question, Remedies, find_remedies, is_open, only_bound
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.evaluator.why import Why, why_action, why_fact, why_step, why_verdict
from tenor_wasm.interchange.constructs import Contract

KINDS = ("verdict", "action", "step", "fact")


@dataclass(frozen=True, slots=True)
class ExplanationResult:
    """Why one thing is as it is; for an action also whom and what it was asked about, and what would open it."""

    why: Why
    snapshot: Snapshot
    persona: str | None
    instance_bindings: Mapping[str, str]
    remedies: Remedies | None
    warnings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """The verdict is present, the action open, the step reached without failure, the fact given."""
        return self.why.holds


@calls.guarded
def explain(
    contract: Contract,
    target: Json,
    facts: Json,
    entity_states: Json | EntityStates = calls.NO_STATES,
    persona: Json = None,
    instance_bindings: Json = None,
    outcomes: Json = None,
    limit: Json = CHECK_LIMIT,
) -> ExplanationResult:
    """Explain a target: ``{verdict: name}``, ``{action: flow}``, ``{step: id, flow: flow}`` or ``{fact: id}``.

    An action and a step need ``persona``. For an action ``instance_bindings`` chooses instances (an entity that is
    left out may be any), and a blocked one gets remedies, searched within ``limit`` combinations. A step is taken from
    the simulation of its flow, with the same arguments as ``simulate_flow``. (§7.2, §9.5, §11.6, §15.6)

    Raises ``unknown_target`` for a name that the contract does not have, ``invalid_argument`` for a target of another
    form, ``missing_argument`` for an absent persona, and what ``action_space`` and ``simulate_flow`` raise.
    """
    kind, name = _read_target(target)
    checks = _limit(limit)
    if kind == "step":
        return _step(contract, target, name, facts, entity_states, persona, instance_bindings, outcomes)
    if kind == "action":
        return _action(contract, name, facts, entity_states, persona, instance_bindings, checks)
    snapshot = take_snapshot(contract, facts)
    why = why_verdict(snapshot, name) if kind == "verdict" else why_fact(snapshot, name)
    return ExplanationResult(why, snapshot, None, {}, None, snapshot.facts.warnings)


def _read_target(target: Json) -> tuple[str, str]:
    kinds = [kind for kind in KINDS if kind in target] if isinstance(target, Mapping) else []
    allowed = {*kinds, "flow"} if kinds == ["step"] else {*kinds}
    if not isinstance(target, Mapping) or len(kinds) != 1 or set(target) != allowed:
        message = "a target is one of {verdict: …}, {action: …}, {step: …, flow: …}, {fact: …}, not "
        raise _invalid("target", message + (shown(target) if not isinstance(target, Mapping) else listed(target)))
    for key, value in target.items():
        if not isinstance(value, str):
            raise _invalid("target", f"'{key}' must be a text, not {shown(value)}", f"/{key}")
    return kinds[0], str(target[kinds[0]])


def _invalid(argument: str, message: str, path: str = "") -> TenorError:
    return TenorError("invalid_argument", message, path, {"argument": argument})


def _limit(limit: Json) -> int:
    if type(limit) is not int or limit < 0:
        raise _invalid("limit", f"'limit' must be a whole number of 0 or more, not {shown(limit)}")
    return limit


def _persona(persona: Json) -> str:
    if persona is None:
        raise TenorError("missing_argument", "the parameter 'persona' is missing", "", {"argument": "persona"})
    if not isinstance(persona, str):
        raise _invalid("persona", f"'persona' must be a text, not {shown(persona)}")
    return persona


def _check_flow(contract: Contract, flow_id: str, key: str) -> None:
    if flow_id not in contract.flows:
        message = f"no flow '{flow_id}' is declared; declared are {listed(contract.flows)}"
        raise TenorError("unknown_target", message, f"/{key}", {"argument": "target"})


def _step(
    contract: Contract,
    target: Json,
    name: str,
    facts: Json,
    entity_states: Json | EntityStates,
    persona: Json,
    instance_bindings: Json,
    outcomes: Json,
) -> ExplanationResult:
    assert isinstance(target, Mapping)
    flow_id = str(target["flow"])
    _check_flow(contract, flow_id, "flow")
    acting = _persona(persona)
    simulation = calls.simulate_flow(contract, flow_id, acting, facts, entity_states, instance_bindings, outcomes)
    why = why_step(simulation.flow, name)
    bindings = simulation.flow.instance_bindings
    return ExplanationResult(why, simulation.flow.snapshot, acting, bindings, None, simulation.warnings)


def _action(
    contract: Contract,
    flow_id: str,
    facts: Json,
    entity_states: Json | EntityStates,
    persona: Json,
    instance_bindings: Json,
    limit: int,
) -> ExplanationResult:
    _check_flow(contract, flow_id, "action")
    acting = _persona(persona)
    # The same inputs by the same rules as the action space; only one flow of it is judged.
    inputs = calls.read_inputs(contract, facts, entity_states, acting, instance_bindings)
    known = {name: one for name, one in inputs.bindings.items() if name in compiled(contract).entities_of(flow_id)}
    question = Question(contract.flows[flow_id], inputs.snapshot, inputs.states, acting, known)
    own = only_bound(inputs.states, known)
    why = why_action(inputs.snapshot, question.flow, own, acting, known, is_open=is_open(question))
    remedies = None if why.holds else find_remedies(question, limit)
    return ExplanationResult(why, inputs.snapshot, acting, known, remedies, inputs.warnings)
