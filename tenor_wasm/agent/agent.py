"""The loop of an agent: observe, evaluate, choose, execute.

Rules this module lives by:

- Each step observes anew: nothing that was seen at one step is believed at the next. So it does not matter who else
  acts on the same instances; a choice that came too late is refused by the host, and the next step sees why.
- A choice is one request with an id of its own. It is sent again only where nobody knows whether it was carried out,
  and the host carries it out once.
- What was tried and changed nothing is set aside until this agent has changed something, the facts are others, or it
  has waited: no agent runs in place.
- Time and pauses are parameters.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenor_wasm.agent.actions import LEAVE, LOOK_AGAIN, Action, Decision, Policy, nothing
from tenor_wasm.agent.facts import FactLines, Facts
from tenor_wasm.agent.host import PAGE, Host, Patient, answered
from tenor_wasm.agent.log import (
    CONFLICT,
    EXECUTED,
    FAILED,
    REFUSED,
    UNCHANGED,
    Report,
    Result,
    Step,
    alternatives_in,
    because_of,
)
from tenor_wasm.agent.observation import Observation
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.executor.arguments import checked_persona
from tenor_wasm.executor.sources import Clock, Ids, random_ids, system_clock

CONFLICTS = 3
"""How often a choice may meet a conflict before others are tried."""

ABOUT_THE_ACTION = frozenset(
    {
        *("absent_variant", "flow_too_long", "index_out_of_range", "invalid_bindings", "invalid_instance_id"),
        *("missing_binding", "overflow", "persona_rejected", "too_deep", "unknown_flow", "unknown_instance"),
        *("unknown_outcome", "unknown_step"),
    }
)
"""Errors that refuse one choice and say nothing against another."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a run ends by itself: after so many steps, after so many seconds, when a step meets a condition.

    Without ``wait`` it ends also when nothing is chosen; with it the agent waits so many seconds and looks again.
    """

    steps: int | None = None
    seconds: float | None = None
    wait: float | None = None
    until: Callable[[Step], bool] | None = None


UNLIMITED = Limits()


@dataclass(slots=True)
class _Memory:
    """What an agent remembers from step to step."""

    facts: Json = None
    aside: set[tuple[object, ...]] = field(default_factory=set)
    number: int = 0
    idle: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    conflicts: Counter[tuple[object, ...]] = field(default_factory=Counter)
    error: TenorError | None = None

    def given(self, facts: Json) -> None:
        if facts != self.facts:
            self.facts = facts
            self._open_again()

    def came_to(self, step: Step) -> None:
        if step.result is None or step.decision.action is None:
            self.idle += 1
            self._open_again()  # the next step comes after a pause, if at all
            return
        self.statuses[step.result.status] += 1
        if step.result.status == EXECUTED:
            self._open_again()
        elif step.result.status in (UNCHANGED, REFUSED) or self._again_in_conflict(step.decision.action):
            self.aside.add(step.decision.action.key)

    def _open_again(self) -> None:
        self.aside.clear()
        self.conflicts.clear()

    def _again_in_conflict(self, action: Action) -> bool:
        self.conflicts[action.key] += 1
        return self.conflicts[action.key] >= CONFLICTS


class Agent:
    """Acts as one persona on the instances of a host, by a policy.

    ``facts`` are the same for every step, or a function of the step's number that gives ``None`` when there are no
    more. With ``dry_run`` the log says that nothing is stored: give a ``rehearsal`` as the host then.
    Raises ``persona_rejected`` for one that the contract does not declare.
    """

    def __init__(
        self,
        host: Host,
        persona: str,
        policy: Policy,
        facts: Json | Facts,
        *,
        dry_run: bool = False,
        page: int = PAGE,
        clock: Clock = system_clock,
        ids: Ids = random_ids,
        timer: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._host = Patient(host, pause)
        self._persona, self._policy = checked_persona(host.contract, persona), policy
        self._facts: Facts = facts if callable(facts) else lambda _: facts
        self._dry_run, self._page = dry_run, page
        self._clock, self._ids, self._timer, self._pause = clock, ids, timer, pause

    def run(self, limits: Limits = UNLIMITED, log: Callable[[Step], object] = lambda _: None) -> Report:
        """Run to the end; ``log`` is given each step as it is done. Raises as ``steps``."""
        steps = self.steps(limits)
        while True:
            try:
                log(next(steps))
            except StopIteration as end:
                report: Report = end.value
                return report

    def steps(self, limits: Limits = UNLIMITED) -> Generator[Step, None, Report]:
        """The steps as they are done; at their end the report. Ctrl-C ends it as any limit does.

        Raises what the host raises where it cannot be asked, after the step that met it; what is wrong with facts;
        ``policy_failed`` where a function that chooses raises something.
        """
        report = yield from self.steps_and_end(limits)
        if report.error is not None:
            raise report.error
        return report

    def steps_and_end(self, limits: Limits = UNLIMITED) -> Generator[Step, None, Report]:
        """As ``steps``, but what ended the run stands in its report and is not raised."""
        memory, started, run_id = _Memory(), self._timer(), self._ids("run")
        while True:
            left = None if limits.seconds is None else started + limits.seconds - self._timer()
            ended = _over(limits, memory, left)
            try:
                step = None if ended else self._step(memory, run_id)
                if step is not None:
                    memory.came_to(step)
                    yield step
                    ended = self._after(step, limits, left)
                elif not ended:
                    ended = "no_more_facts"
            except KeyboardInterrupt:
                ended = "interrupted"
            except TenorError as error:
                memory.error = self._with_line(error)
            if memory.error is not None:
                ended = "error"
            if ended:
                return self._report(memory, ended)

    def _report(self, memory: _Memory, ended: str) -> Report:
        statuses = dict(memory.statuses)
        steps = memory.idle + sum(statuses.values()) if memory.error is not None else memory.number
        return Report(self._persona, ended, steps, memory.idle, statuses, self._dry_run, memory.error)

    def _with_line(self, error: TenorError) -> TenorError:
        """The error with the line that the facts were on, where they came from several."""
        if error.code != "invalid_facts" or not isinstance(self._facts, FactLines):
            return error
        where = self._facts.where
        return TenorError(error.code, f"{where}: {error.message}", error.path, {**error.details, "where": where})

    def _step(self, memory: _Memory, run_id: str) -> Step | None:
        """Observe, evaluate, choose, execute; ``None`` when there are no more facts."""
        facts = self._facts(memory.number + 1)
        if facts is None:
            return None
        memory.number += 1
        memory.given(facts)
        observation = Observation(self._host, self._persona, facts, memory.number, frozenset(memory.aside), self._page)
        decision = self._chosen(observation)
        action, because, result = decision.action, None, None
        alternatives = alternatives_in(observation)
        at = self._clock()
        if action is not None:
            because = because_of(observation, action)
            result = self._execute(action, facts, f"{run_id}-{memory.number}", memory)
        return Step(
            memory.number, at, self._persona, self._policy.name, decision, because, alternatives, result, self._dry_run
        )

    def _chosen(self, observation: Observation) -> Decision:
        decision = self._policy.choose(observation)
        if decision.action is not None and observation.is_aside(decision.action):
            return nothing(f"{decision.action} was tried and changed nothing; it was chosen again: {decision.reason}")
        return decision

    def _execute(self, action: Action, facts: Json, request_id: str, memory: _Memory) -> Result:
        """Run the choice. An error that is not about it ends the run, after the step was told."""
        bindings, outcomes = dict(action.bindings), dict(action.outcomes) or None
        try:
            answer = self._host.execute_flow(
                action.flow_id, self._persona, facts, bindings, outcomes, request_id=request_id
            )
        except TenorError as error:
            status = CONFLICT if error.code == "conflict" else REFUSED if error.code in ABOUT_THE_ACTION else FAILED
            memory.error = error if status == FAILED else None
            return Result(status, code=error.code, message=error.message, requests=self._host.requests)
        return self._result(answered(answer), self._host.requests)

    def _result(self, execution: Mapping[str, Any], requests: int) -> Result:
        transitions = tuple(execution["transitions"])
        refusal = _refusal(execution)
        return Result(
            EXECUTED if _changed(transitions) else UNCHANGED,
            execution["outcome"],
            transitions,
            None if self._dry_run else execution["execution_id"],
            None if self._dry_run else execution["provenance_chain_id"],
            refusal,
            requests=requests,
        )

    def _after(self, step: Step, limits: Limits, left: float | None) -> str | None:
        """Whether the run is over after a step; waits where nothing was chosen."""
        if step.decision.then == LEAVE:
            return "left"
        if limits.until is not None and limits.until(step):
            return "condition_met"
        if step.decision.action is not None or step.decision.then == LOOK_AGAIN:
            return None
        if limits.wait is None:
            return "nothing_to_do"
        self._pause(limits.wait if left is None else max(0.0, min(limits.wait, left)))
        return None


def _over(limits: Limits, memory: _Memory, left: float | None) -> str | None:
    """Which limit is reached."""
    if limits.steps is not None and memory.number >= limits.steps:
        return "steps"
    return "seconds" if left is not None and left <= 0 else None


def _changed(transitions: tuple[Mapping[str, Any], ...]) -> bool:
    """Whether any instance stands elsewhere than before: a compensated run leaves them where they were."""
    first: dict[tuple[str, str], str] = {}
    last: dict[tuple[str, str], str] = {}
    for change in transitions:
        key = change["entity_id"], change["instance_id"]
        first.setdefault(key, change["from_state"])
        last[key] = change["to_state"]
    return first != last


def _refusal(execution: Mapping[str, Any]) -> str | None:
    """Why the first operation that was refused was refused."""
    codes = (operation["error_code"] for operation in execution["operations"] if "error_code" in operation)
    return next(codes, None)
