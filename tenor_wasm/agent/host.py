"""What an agent asks of the place where instances live: the same few calls of an executor or of a client over HTTP.

Rules this module lives by:

- An answer is a JSON value, or what ``api.to_json`` can make one of: so an executor's records and a client's parsed
  replies are read alike, and the shapes are those of the public surface.
- Nothing else is asked: whatever has these calls can be acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from tenor_wasm.api.render import to_json
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.interchange.constructs import Contract

Answer = Any
"""A JSON object, or a result of which ``api.to_json`` makes one."""

PAGE = 100
"""Instances that are asked for at once where nobody says otherwise."""


class Host(Protocol):
    """Where instances live: ``executor.Executor``, or what reaches one over a wire."""

    @property
    def contract(self) -> Contract:
        """The contract that governs the instances."""

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """The action space over the next instances of each state; ``next_cursor`` leads to the next ones."""

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Answer:
        """The next instances of an entity: ``items`` and ``next_cursor``."""

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """An instance as it stands: ``current_state``, ``version``, and what happened to it."""

    def execute_flow(
        self,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        request_id: str | None = None,
    ) -> Answer:
        """Run a flow and record it. The same ``request_id`` again gives the same execution and runs nothing."""


REQUESTS = 6
"""How often a call is made where the host may be back soon."""

FIRST_PAUSE = 0.1
"""Seconds before a call is made again the first time, doubled each time: three seconds for all."""

MADE_AGAIN = frozenset({"busy", "storage_unavailable", "timed_out", "unreachable"})
"""Errors that pass, and after which nobody may know whether a request was carried out: a store's and a client's."""


class Through:
    """A host that asks another one: what it changes about that stands in its subclasses."""

    def __init__(self, host: Any) -> None:
        self._host = host

    @property
    def contract(self) -> Contract:
        """As the other one's."""
        contract: Contract = self._host.contract
        return contract

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the other one's."""
        return self._asked("action_space_page", persona, facts, cursor, limit)

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Answer:
        """As the other one's."""
        return self._asked("list_instances", entity, state, cursor, limit)

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the other one's."""
        return self._asked("history", entity, instance, cursor, limit)

    def execute_flow(
        self,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        request_id: str | None = None,
    ) -> Answer:
        """As the other one's."""
        return self._executed(flow, persona, facts, instance_bindings, outcomes, request_id=request_id)

    def _executed(self, *arguments: Json, **named: Json) -> Answer:
        return self._asked("execute_flow", *arguments, **named)

    def _asked(self, name: str, *arguments: Json, **named: Json) -> Answer:
        return getattr(self._host, name)(*arguments, **named)


class Patient(Through):
    """A host whose calls are made again where it may be back soon. Executions must have a request id then."""

    def __init__(self, host: Host, pause: Callable[[float], object]) -> None:
        super().__init__(host)
        self._pause = pause
        self.requests = 0
        """How often the last call was made."""

    def _asked(self, name: str, *arguments: Json, **named: Json) -> Answer:
        for self.requests in range(1, REQUESTS + 1):
            try:
                return super()._asked(name, *arguments, **named)
            except TenorError as error:
                if error.code not in MADE_AGAIN or self.requests == REQUESTS:
                    raise
            self._pause(FIRST_PAUSE * 2 ** (self.requests - 1))
        raise AssertionError("the last call returns or raises")


def answered(answer: Answer) -> Mapping[str, Any]:
    """An answer as JSON."""
    return answer if isinstance(answer, Mapping) else to_json(answer)


def every_instance(host: Host, entity: str, state: str | None, limit: int) -> Iterator[Mapping[str, Any]]:
    """The instances of an entity, of one state where it is named, by id, read page by page as they are asked for."""
    cursor = None
    while True:
        page = answered(host.list_instances(entity, state, cursor, limit))
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
