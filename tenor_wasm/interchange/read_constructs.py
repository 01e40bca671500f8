"""One reader per construct kind: interchange object → frozen construct.

A reader checks what can be seen in the construct alone, and the types and references of its expressions. What
needs the whole contract (graphs, cross references, parallel overlap) is checked afterwards in ``checks.py``.
Each reader returns ``None`` after reporting when no usable construct is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenor_wasm.errors import Json, is_object, listed, shown
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.expressions import ExpressionReader, Scope
from tenor_wasm.interchange.members import Members
from tenor_wasm.values.codec import INVALID, decode_literal
from tenor_wasm.values.types import parse_type

STANDARD_TERMINALS = ("success", "failure", "escalation")
"""The terminal outcomes of §11.2."""


def read_fact(members: Members, fact_id: str, source_ids: Mapping[str, Json]) -> c.Fact | None:
    """Read a fact (§5.1): its type, its source, and its default decoded."""
    base_type = parse_type(members.json.get("type"), members.at("type"), members.findings)
    source = members.json.get("source")
    if members.required("source"):
        _check_source(members, source, source_ids)
    if base_type is None:
        return None
    if members.json.get("default") is None:
        return members.made(c.Fact(fact_id, base_type, source))
    default = decode_literal(members.json["default"], base_type, members.at("default"), members.findings)
    return None if default is INVALID else members.made(c.Fact(fact_id, base_type, source, True, default))


def _check_source(members: Members, source: Json, source_ids: Mapping[str, Json]) -> None:
    if isinstance(source, str) and source:
        return
    if not is_object(source):
        members.fault("invalid_member", f"'source' must be a text or an object, not {shown(source)}", "source")
        return
    source_id = source.get("source_id")
    if "source_id" in source and (not isinstance(source_id, str) or source_id not in source_ids):
        members.findings.fault(
            "unknown_source",
            f"no source {shown(source_id)} is declared; declared are {listed(source_ids)}",
            (members.at("source"), "source_id"),
        )


def read_entity(members: Members, entity_id: str) -> c.Entity | None:
    """Read an entity (§6.1): initial state and transition ends must be declared states."""
    states, initial = members.names("states"), members.name("initial")
    transitions = members.objects("transitions")
    parent = members.optional_name("parent")
    if states is None or initial is None or transitions is None:
        return None
    if not states:
        members.fault("invalid_member", "'states' must name at least one state", "states")
        return None
    for index, state in enumerate(states):
        if state in states[:index]:
            members.findings.fault(
                "duplicate_state", f"the state '{state}' is declared twice", (members.at("states"), index)
            )
    if initial not in states:
        members.fault("unknown_state", f"the initial state '{initial}' is not one of {listed(states)}", "initial")
    targets: dict[str, list[str]] = {state: [] for state in states}
    for transition in transitions:
        ends = [_state(transition, key, states) for key in ("from", "to")]
        if ends[0] is not None and ends[1] is not None and ends[1] not in targets[ends[0]]:
            targets[ends[0]].append(ends[1])
    return members.made(
        c.Entity(entity_id, states, initial, {state: tuple(ends) for state, ends in targets.items()}, parent)
    )


def _state(transition: Members, key: str, states: tuple[str, ...]) -> str | None:
    state = transition.name(key)
    if state is not None and state not in states:
        transition.fault("unknown_state", f"'{state}' is not a declared state; declared are {listed(states)}", key)
        return None
    return state


def positions_of(groups: Mapping[str, Mapping[str, Mapping[str, Json]]]) -> dict[tuple[str, str], c.Position]:
    """Where the constructs stand in their source. It is told to people only: what is ill-formed is passed over."""
    positions = {}
    for kind, constructs in groups.items():
        for construct_id, json in constructs.items():
            place = json.get("provenance")
            if place is not None and is_object(place):
                file, line = place.get("file"), place.get("line")
                if isinstance(file, str) and type(line) is int:
                    positions[kind, construct_id] = c.Position(file, line)
    return positions


def read_rule(members: Members, rule_id: str, scope: Scope) -> c.Rule | None:
    """Read a rule (§7): ``when`` and the payload, typed against facts and the verdicts of lower strata."""
    stratum = members.natural("stratum")
    body = members.object("body")
    produce = None if body is None else body.object("produce")
    payload = None if produce is None else produce.object("payload")
    if stratum is None or body is None or produce is None or payload is None:
        return None
    reader = ExpressionReader(members.findings)
    scope = scope._replace(stratum=stratum)
    verdict_type = produce.name("verdict_type")
    when = reader.predicate(body.json.get("when"), body.at("when"), scope) if body.required("when") else None
    payload_type = parse_type(payload.json.get("type"), payload.at("type"), members.findings)
    if payload_type is None or not payload.required("value"):
        return None
    value = reader.payload(payload.json["value"], payload_type, payload.at("value"), scope)
    if verdict_type is None or when is None or value is None:
        return None
    return members.made(c.Rule(rule_id, stratum, when, verdict_type, payload_type, value))


def read_operation(members: Members, operation_id: str, scope: Scope) -> c.Operation | None:
    """Read an operation (§9.1): personas, precondition, outcomes, and effects tied to outcomes."""
    personas = members.names("allowed_personas")
    error_contract = members.names("error_contract")
    outcomes = read_outcomes(members, operation_id)
    precondition = None
    if members.required("precondition"):
        reader = ExpressionReader(members.findings)
        precondition = reader.predicate(members.json["precondition"], members.at("precondition"), scope)
    if personas == ():
        members.fault("empty_personas", f"the operation '{operation_id}' allows no persona (§9.4)", "allowed_personas")
    effects = _effects(members, outcomes) if outcomes else None
    if personas is None or error_contract is None or outcomes is None or precondition is None or effects is None:
        return None
    for index, outcome in enumerate(outcomes):
        if outcome in error_contract:
            members.findings.fault(
                "outcome_in_error_contract",
                f"'{outcome}' is both an outcome and an error of '{operation_id}' (§9.1)",
                (members.at("outcomes"), index),
            )
    return members.made(c.Operation(operation_id, personas, precondition, effects, outcomes, error_contract))


def read_outcomes(members: Members, operation_id: str) -> tuple[str, ...] | None:
    """Read the outcomes of an operation; one that declares none has the one outcome ``success``, with a warning."""
    if members.json.get("outcomes") is None:
        members.warn(
            "implicit_outcome",
            f"the operation '{operation_id}' declares no outcomes; it has the one outcome '{c.DEFAULT_OUTCOME}'",
        )
        return (c.DEFAULT_OUTCOME,)
    outcomes = members.names("outcomes")
    if outcomes == ():
        members.fault("no_outcomes", f"the operation '{operation_id}' declares an empty outcome set (§9.4)", "outcomes")
        return None
    for index, outcome in enumerate(outcomes or ()):
        if outcomes is not None and outcome in outcomes[:index]:
            members.findings.fault(
                "duplicate_outcome", f"the outcome '{outcome}' is declared twice", (members.at("outcomes"), index)
            )
    return outcomes


def _effects(members: Members, outcomes: tuple[str, ...]) -> tuple[c.Effect, ...] | None:
    items = members.objects("effects")
    if items is None:
        return None
    effects = [_effect(item, outcomes) for item in items]
    return tuple(effect for effect in effects if effect is not None)


def _effect(members: Members, outcomes: tuple[str, ...]) -> c.Effect | None:
    entity_id, source, target = members.name("entity_id"), members.name("from"), members.name("to")
    outcome = members.optional_name("outcome")
    if outcome is None and len(outcomes) > 1:
        members.fault(
            "effect_without_outcome",
            f"an operation with several outcomes must say which one this effect belongs to: {listed(outcomes)} (§9.1)",
        )
        return None
    outcome = outcome or outcomes[0]
    if outcome not in outcomes:
        members.fault(
            "unknown_outcome", f"'{outcome}' is not a declared outcome; declared are {listed(outcomes)}", "outcome"
        )
        return None
    if entity_id is None or source is None or target is None:
        return None
    return members.made(c.Effect(entity_id, source, target, outcome))


# --- flows -----------------------------------------------------------------------------------------------------


def read_flow(members: Members, flow_id: str, scope: Scope) -> c.Flow | None:
    """Read a flow (§11): its entry and its steps, those of parallel branches too."""
    snapshot = members.json.get("snapshot")
    if snapshot is not None and snapshot != "at_initiation":
        members.fault("invalid_snapshot", f"'snapshot' must be 'at_initiation', not {shown(snapshot)}", "snapshot")
    entry = members.name("entry")
    steps = _steps(members, scope)
    return None if entry is None or steps is None else members.made(c.Flow(flow_id, entry, steps))


def _steps(members: Members, scope: Scope) -> dict[str, c.Step] | None:
    items = members.objects("steps")
    if items is None:
        return None
    steps: dict[str, c.Step] = {}
    complete = True
    for item in items:
        step_id = item.name("id")
        kind = item.json.get("kind")
        reader = _STEP_READERS.get(kind) if isinstance(kind, str) else None
        if reader is None:
            item.fault("unknown_kind", f"{shown(kind)} is not a step kind; use {listed(_STEP_READERS)}", "kind")
        if step_id is None or reader is None:
            complete = False
            continue
        if step_id in steps:
            item.fault("duplicate_step", f"the step '{step_id}' is declared twice", "id")
        step = reader(item, step_id, scope)
        complete = complete and step is not None
        if step is not None:
            steps[step_id] = step
    return steps if complete else None


def _target(members: Members, key: str) -> c.Target | None:
    if not members.required(key):
        return None
    json = members.json[key]
    if isinstance(json, str) and json:
        return c.StepRef(json)
    if is_object(json):
        return _terminal(Members(json, members.at(key), members.findings))
    members.fault("invalid_member", f"'{key}' must be a step id or a Terminal, not {shown(json)}", key)
    return None


def _terminal(members: Members) -> c.Terminal | None:
    kind = members.json.get("kind")
    if kind != "Terminal":
        members.fault("unknown_kind", f"expected kind 'Terminal', got {shown(kind)}", "kind")
        return None
    outcome = _terminal_outcome(members)
    return None if outcome is None else c.Terminal(outcome)


def _terminal_outcome(members: Members) -> str | None:
    outcome = members.name("outcome")
    if outcome is not None and outcome not in STANDARD_TERMINALS:
        members.warn(
            "custom_terminal_outcome",
            f"'{outcome}' is not one of the terminal outcomes of §11.2 ({listed(STANDARD_TERMINALS)})",
            "outcome",
        )
    return outcome


def _handler(members: Members, key: str) -> c.FailureHandler | None:
    if members.json.get(key) is None:
        members.fault("missing_handler", f"'{key}' is missing: say what happens on failure (§11.3)")
        return None
    handler = members.object(key)
    if handler is None:
        return None
    kind = handler.json.get("kind")
    reader = _HANDLER_READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        handler.fault("unknown_kind", f"{shown(kind)} is not a failure handler; use {listed(_HANDLER_READERS)}", "kind")
        return None
    return reader(handler)


def _terminate(members: Members) -> c.FailureHandler | None:
    outcome = _terminal_outcome(members)
    return None if outcome is None else members.made(c.Terminate(outcome))


def _compensate(members: Members) -> c.FailureHandler | None:
    items, then = members.objects("steps"), members.object("then")
    if items is None or then is None:
        return None
    steps = [_compensation_step(item) for item in items]
    end = _terminal(then)
    complete = tuple(step for step in steps if step is not None)
    if not items:
        members.fault("invalid_member", "'steps' must hold at least one compensation step", "steps")
    return None if end is None or len(complete) != len(steps) else members.made(c.Compensate(complete, end))


def _compensation_step(members: Members) -> c.CompensationStep | None:
    operation_id, persona = members.name("op"), members.name("persona")
    if members.json.get("on_failure") is None:
        members.fault("missing_handler", "'on_failure' is missing: a compensation step needs a Terminal (§11.3)")
        return None
    end = members.object("on_failure")
    terminal = None if end is None else _terminal(end)
    if operation_id is None or persona is None or terminal is None:
        return None
    return members.made(c.CompensationStep(operation_id, persona, terminal))


def _escalate(members: Members) -> c.FailureHandler | None:
    to_persona, following = members.name("to_persona"), members.name("next")
    return None if to_persona is None or following is None else members.made(c.Escalate(to_persona, following))


_HANDLER_READERS: Mapping[str, Callable[[Members], c.FailureHandler | None]] = {
    "Terminate": _terminate,
    "Compensate": _compensate,
    "Escalate": _escalate,
}


def _operation_step(members: Members, step_id: str, _: Scope) -> c.Step | None:
    operation_id, persona = members.name("op"), members.name("persona")
    routes = members.object("outcomes")
    targets = {} if routes is None else {label: _target(routes, label) for label in routes.json}
    handler = _handler(members, "on_failure")
    complete = {label: target for label, target in targets.items() if target is not None}
    if operation_id is None or persona is None or routes is None or handler is None or len(complete) != len(targets):
        return None
    return members.made(c.OperationStep(step_id, operation_id, persona, complete, handler))


def _branch_step(members: Members, step_id: str, scope: Scope) -> c.Step | None:
    persona = members.name("persona")
    if_true, if_false = _target(members, "if_true"), _target(members, "if_false")
    if not members.required("condition"):
        return None
    condition = ExpressionReader(members.findings).predicate(members.json["condition"], members.at("condition"), scope)
    if persona is None or if_true is None or if_false is None or condition is None:
        return None
    return members.made(c.BranchStep(step_id, condition, persona, if_true, if_false))


def _handoff_step(members: Members, step_id: str, _: Scope) -> c.Step | None:
    giver, taker, following = members.name("from_persona"), members.name("to_persona"), members.name("next")
    if giver is None or taker is None or following is None:
        return None
    return members.made(c.HandoffStep(step_id, giver, taker, following))


def _sub_flow_step(members: Members, step_id: str, _: Scope) -> c.Step | None:
    flow_id, persona = members.name("flow"), members.name("persona")
    on_success, on_failure = _target(members, "on_success"), _handler(members, "on_failure")
    if flow_id is None or persona is None or on_success is None or on_failure is None:
        return None
    return members.made(c.SubFlowStep(step_id, flow_id, persona, on_success, on_failure))


def _parallel_step(members: Members, step_id: str, scope: Scope) -> c.Step | None:
    items = members.objects("branches")
    join = members.object("join")
    policy = None if join is None else _join(join)
    if items is None:
        return None
    branches = [_branch(item, scope) for item in items]
    for index, branch in enumerate(branches):
        if branch is not None and any(other and other.id == branch.id for other in branches[:index]):
            items[index].fault("duplicate_branch", f"the branch '{branch.id}' is declared twice", "id")
    if len(items) < 2:
        members.fault("invalid_member", "'branches' must hold at least two branches", "branches")
    complete = tuple(branch for branch in branches if branch is not None)
    return (
        None
        if policy is None or len(complete) != len(branches)
        else members.made(c.ParallelStep(step_id, complete, policy))
    )


def _branch(members: Members, scope: Scope) -> c.Branch | None:
    branch_id, entry, steps = members.name("id"), members.name("entry"), _steps(members, scope)
    return (
        None if branch_id is None or entry is None or steps is None else members.made(c.Branch(branch_id, entry, steps))
    )


def _join(members: Members) -> c.JoinPolicy | None:
    on_all_success = _target(members, "on_all_success")
    on_any_failure = _handler(members, "on_any_failure")
    declares_complete = members.json.get("on_all_complete") is not None
    on_all_complete = _target(members, "on_all_complete") if declares_complete else None
    if on_all_success is None or on_any_failure is None or (declares_complete and on_all_complete is None):
        return None
    return members.made(c.JoinPolicy(on_all_success, on_any_failure, on_all_complete))


_STEP_READERS: Mapping[str, Callable[[Members, str, Scope], c.Step | None]] = {
    "OperationStep": _operation_step,
    "BranchStep": _branch_step,
    "HandoffStep": _handoff_step,
    "SubFlowStep": _sub_flow_step,
    "ParallelStep": _parallel_step,
}
