"""A member of a system as a host: what an agent executes there starts what the system's triggers ask for (§12.3)."""

from __future__ import annotations

from typing import Any

from tenor_wasm.agent.host import PAGE, Answer
from tenor_wasm.errors import Json
from tenor_wasm.executor import SystemExecutor
from tenor_wasm.interchange.constructs import Contract


class Member:
    """One member of a running system. ``trigger_inputs`` are what its targets are started with."""

    def __init__(self, system: SystemExecutor, member: str, trigger_inputs: Json = None) -> None:
        self._system, self._member, self._inputs = system, member, trigger_inputs
        self._executor = system.member(member)

    @property
    def contract(self) -> Contract:
        """The member's contract."""
        return self._executor.contract

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the member's executor."""
        return self._executor.action_space_page(persona, facts, cursor, limit)

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Answer:
        """As the member's executor."""
        return self._executor.list_instances(entity, state, cursor, limit)

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the member's executor."""
        return self._executor.history(entity, instance, cursor, limit)

    def execute_flow(
        self, flow: str, persona: str, facts: Json, instance_bindings: Json = None, outcomes: Json = None, **more: Any
    ) -> Answer:
        """Run the flow, and then what its outcome triggers in other members."""
        return self._system.execute_flow(
            self._member, flow, persona, facts, instance_bindings, outcomes, trigger_inputs=self._inputs, **more
        )
