"""Running scenarios: each is evaluated as the calls of the API would, compared with what is expected, and measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tenor_wasm.errors import Json, TenorError, listed
from tenor_wasm.evaluator.action_space import action_space
from tenor_wasm.evaluator.actions import ActionSpace
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates, read_entity_states
from tenor_wasm.evaluator.flows import FlowResult, execute_flow
from tenor_wasm.evaluator.provenance import StepRecord
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.scenarios.coverage import Coverage
from tenor_wasm.scenarios.read import Scenario
from tenor_wasm.values.printing import plain_json


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an answer departs from what was expected; ``path`` is a JSON Pointer into ``expect``."""

    path: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How one scenario went. ``checked`` counts the expectations that it states."""

    title: str
    differences: tuple[Difference, ...]
    checked: int
    error: TenorError | None = None

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """All scenarios of one contract, in their order, and what they exercised."""

    results: tuple[ScenarioResult, ...]
    coverage: Coverage

    @property
    def passed(self) -> bool:
        """Whether every scenario was as expected."""
        return all(result.passed for result in self.results)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What evaluating a scenario gave."""

    snapshot: Snapshot
    space: ActionSpace | None
    flow: FlowResult | None


def run_scenarios(contract: Contract, scenarios: Iterable[Scenario]) -> ScenarioRun:
    """Run scenarios against a contract. An error of evaluation is a result like another: never raised."""
    coverage = Coverage(contract)
    return ScenarioRun(tuple(_run(contract, scenario, coverage) for scenario in scenarios), coverage)


def _run(contract: Contract, scenario: Scenario, coverage: Coverage) -> ScenarioResult:
    expected = scenario.expect
    stated = (expected.verdicts, expected.actions, expected.outcome, expected.path, expected.transitions)
    checked = sum(1 for one in (*stated, expected.error) if one is not None)
    try:
        seen = _evaluated(contract, scenario, coverage)
    except TenorError as error:
        differences = tuple(_compared("/error", expected.error, error.code))
        return ScenarioResult(scenario.title, differences, checked, error)
    unmet = () if expected.error is None else (Difference("/error", expected.error, None),)
    return ScenarioResult(scenario.title, (*unmet, *_differences(scenario, seen)), checked)


def _evaluated(contract: Contract, scenario: Scenario, coverage: Coverage) -> _Seen:
    snapshot = take_snapshot(contract, scenario.facts)
    coverage.saw_snapshot(snapshot)
    states = read_entity_states(scenario.entity_states, contract.entities)
    space = flow = None
    if scenario.persona is not None:
        space = action_space(snapshot, states, scenario.persona)
        coverage.saw_action_space(snapshot)
        if scenario.flow is not None:
            flow = _flow(contract, scenario, scenario.persona, snapshot, states)
            coverage.saw_flow(flow)
    return _Seen(snapshot, space, flow)


def _flow(contract: Contract, scenario: Scenario, persona: str, snapshot: Snapshot, states: EntityStates) -> FlowResult:
    """Run the flow as a simulation does: absent entities begin in their initial state, unbound ones are the default."""
    flow = contract.flows.get(scenario.flow or "")
    if flow is None:
        raise TenorError(
            "unknown_flow", f"no flow '{scenario.flow}' is declared; declared are {listed(contract.flows)}"
        )
    entities = compiled(contract).entities_of(flow.id)
    bindings = scenario.instance_bindings or dict.fromkeys(entities, DEFAULT_INSTANCE)
    return execute_flow(flow, persona, snapshot, states.with_defaults(contract.entities), bindings, scenario.outcomes)


# --- comparing -------------------------------------------------------------------------------------------------


def _differences(scenario: Scenario, seen: _Seen) -> Iterator[Difference]:
    expected = scenario.expect
    for name, wanted in (expected.verdicts or {}).items():
        yield from _compared(f"/verdicts/{_escaped(name)}", wanted, _verdict(name, wanted, seen.snapshot))
    for flow_id, wanted in (expected.actions or {}).items():
        if seen.space is not None:
            yield from _compared(f"/actions/{_escaped(flow_id)}", _sorted(wanted), _action(flow_id, wanted, seen.space))
    if seen.flow is None:
        return
    if expected.outcome is not None:
        yield from _compared("/outcome", expected.outcome, seen.flow.outcome)
    if expected.path is not None:
        yield from _compared("/path", list(expected.path), list(_path(seen.flow.steps)))
    if expected.transitions is not None:
        yield from _compared("/transitions", list(expected.transitions), _transitions(seen.flow))


def _compared(path: str, expected: Json, actual: Json) -> Iterator[Difference]:
    # ``1 == True`` in Python; in JSON they differ.
    if type(expected) is not type(actual) or expected != actual:
        yield Difference(path, expected, actual)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _verdict(name: str, wanted: Json, snapshot: Snapshot) -> Json:
    """Whether the verdict is present; its payload, when a payload is expected."""
    verdict = snapshot.verdicts.get(name)
    if verdict is None:
        known = any(rule.verdict_type == name for rule in snapshot.contract.rules)
        return False if known else "no rule produces it"
    return {"payload": plain_json(verdict.payload, verdict.payload_type)} if isinstance(wanted, Mapping) else True


def _action(flow_id: str, wanted: Json, space: ActionSpace) -> Json:
    """Whether the flow is open; the instances by entity, when instances are expected."""
    action = next((action for action in space.actions if action.flow_id == flow_id), None)
    if action is None:
        known = any(blocked.flow_id == flow_id for blocked in space.blocked_actions)
        return False if known else "no such flow"
    if isinstance(wanted, Mapping):
        return {entity_id: sorted(names) for entity_id, names in action.instance_bindings.items()}
    return True


def _sorted(wanted: Json) -> Json:
    if not isinstance(wanted, Mapping):
        return wanted
    return {
        entity_id: sorted(names) if isinstance(names, list) and all(isinstance(one, str) for one in names) else names
        for entity_id, names in wanted.items()
    }


def _path(records: Iterable[StepRecord]) -> Iterator[str]:
    """The steps in the order in which they happened, those of a sub-flow behind its step."""
    for record in records:
        yield record.step_id
        yield from _path(record.steps)


def _transitions(flow: FlowResult) -> list[Json]:
    return [
        {
            "entity_id": change.entity_id,
            "instance_id": change.instance_id,
            "from_state": change.from_state,
            "to_state": change.to_state,
        }
        for change in flow.transitions
    ]
