"""Hosts beside an executor: a server of contracts, and a member of a system."""

from __future__ import annotations

from typing import Any

from tenor_wasm.agent.host import PAGE, Answer, Through
from tenor_wasm.api import calls
from tenor_wasm.errors import Json
from tenor_wasm.executor import SystemExecutor
from tenor_wasm.interchange.constructs import Contract


class Remote(Through):
    """A server, by its client (``tenor_wasm.client.Client``, or what has its calls and ``manifest``).

    The contract is the server's, taken from its manifest when the agent starts.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self._contract = calls.load(client.manifest()["bundle"])

    @property
    def contract(self) -> Contract:
        """The contract that the server executes."""
        return self._contract

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """A page of the action space: a server answers with no more at once."""
        return self._asked("action_space", persona, facts, cursor, limit)


class Member(Through):
    """A member of a running system: what is executed there starts what the triggers ask for (§12.3).

    ``trigger_inputs`` are what the targets are started with.
    """

    def __init__(self, system: SystemExecutor, member: str, trigger_inputs: Json = None) -> None:
        super().__init__(system.member(member))
        self._system, self._member, self._inputs = system, member, trigger_inputs

    def _executed(self, *arguments: Any, **named: Any) -> Answer:
        return self._system.execute_flow(self._member, *arguments, trigger_inputs=self._inputs, **named)
