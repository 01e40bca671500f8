"""A server of contracts as a host: what is chosen here is executed there, by whom the client's key says."""

from __future__ import annotations

from typing import Any, Protocol

from tenor_wasm.agent.host import PAGE, Answer
from tenor_wasm.api import calls
from tenor_wasm.errors import Json
from tenor_wasm.interchange.constructs import Contract


class Asked(Protocol):
    """What is asked of a client, beside the calls of a host: ``tenor_wasm.client.Client`` has it."""

    def manifest(self) -> Any:
        """The contract's manifest."""

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int | None = None) -> Any:
        """A page of the action space."""

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> Any:
        """A page of instances."""

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int | None = None) -> Any:
        """An instance and what happened to it."""

    def execute_flow(
        self,
        flow: str,
        persona: str,
        facts: Json,
        instance_bindings: Json = None,
        outcomes: Json = None,
        *,
        request_id: str | None = None,
    ) -> Any:
        """Run a flow and record it."""


class Remote:
    """A host over HTTP. The contract is the server's, taken from its manifest when the agent starts."""

    def __init__(self, client: Asked) -> None:
        self._client = client
        self._contract = calls.load(client.manifest()["bundle"])

    @property
    def contract(self) -> Contract:
        """The contract that the server executes."""
        return self._contract

    def action_space_page(self, persona: str, facts: Json, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the client."""
        return self._client.action_space_page(persona, facts, cursor, limit)

    def list_instances(
        self, entity: str, state: str | None = None, cursor: str | None = None, limit: int = PAGE
    ) -> Answer:
        """As the client."""
        return self._client.list_instances(entity, state, cursor, limit)

    def history(self, entity: str, instance: str, cursor: str | None = None, limit: int = PAGE) -> Answer:
        """As the client."""
        return self._client.history(entity, instance, cursor, limit)

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
        """As the client."""
        return self._client.execute_flow(flow, persona, facts, instance_bindings, outcomes, request_id=request_id)
