"""Hosts for agents: an executor over a wire, one that counts what is asked of it, one that fails now and then."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from tenor_wasm import api
from tenor_wasm.agent import Agent, Limits, Policy, Report, Step
from tenor_wasm.agent.host import Through
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, InstanceKey, InstanceRecord, MemoryStorage, TransitionRecord
from tests.executor.shops import CONTRACT, FACTS, executor_on

Json = Any


class Wired(Through):
    """An executor as a client sees it: arguments and answers pass through JSON text, errors too."""

    def __init__(self, executor: Executor) -> None:
        super().__init__(executor)
        self.asked: Counter[str] = Counter()

    def _asked(self, name: str, *arguments: Json, **named: Json) -> Json:
        self.asked[name] += 1
        given, options = json.loads(json.dumps([arguments, named]))
        try:
            answer = api.to_json(super()._asked(name, *given, **options))
        except TenorError as error:
            told = json.loads(json.dumps(error.to_json()))
            raise TenorError(told["code"], told["message"], told["path"], told["details"]) from None
        return json.loads(json.dumps(answer))


class Troubled(Wired):
    """A host that is in trouble at the executions whose numbers ``troubles`` names."""

    def __init__(self, executor: Executor, troubles: Mapping[int, Callable[[Callable[[], Json]], Json]]) -> None:
        super().__init__(executor)
        self._troubles = troubles

    def _asked(self, name: str, *arguments: Json, **named: Json) -> Json:
        number = self.asked[name] + 1
        if name != "execute_flow" or number not in self._troubles:
            return super()._asked(name, *arguments, **named)
        try:
            return self._troubles[number](lambda: super(Troubled, self)._asked(name, *arguments, **named))
        finally:
            self.asked[name] = number


def refused(code: str) -> Callable[[Callable[[], Json]], Json]:
    """The host refuses before anything runs."""

    def trouble(_: Callable[[], Json]) -> Json:
        raise TenorError(code, f"trouble: {code}")

    return trouble


def reply_lost(execute: Callable[[], Json]) -> Json:
    """The host carries the request out, and the reply is lost."""
    execute()
    raise TenorError("storage_unavailable", "the connection was lost", "", {"committed": "unknown"})


def shop(instances: Mapping[str, Mapping[str, str]], contract: api.Contract = CONTRACT, **options: Any) -> Executor:
    """An executor in memory whose instances stand where they should, explained or not."""
    executor = executor_on(MemoryStorage(), contract, **options)
    with executor.storage.transaction() as transaction:
        for entity_id, states in instances.items():
            for name, state in states.items():
                key = InstanceKey(executor.namespaces[entity_id], entity_id, name)
                transaction.initialize(InstanceRecord(key, state, 0, "t", "t"))
                transaction.insert_transition(TransitionRecord(key, 0, None, state, "t", None, contract.id))
    return executor


def ran(host: Any, persona: str, policy: Policy, limits: Limits, facts: Json = FACTS, **options: Any) -> list[Step]:
    """The steps of a run."""
    return told(Agent(host, persona, policy, facts, pause=lambda _: None, **options), limits)[0]


def told(agent: Agent, limits: Limits) -> tuple[list[Step], Report]:
    """The steps of a run, and how it ended."""
    steps: list[Step] = []
    return steps, agent.run(limits, steps.append)


def chosen(steps: list[Step]) -> list[str]:
    """What was chosen, step by step, in words."""
    return [str(step.decision.action or "nothing") for step in steps]
