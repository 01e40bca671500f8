"""What an agent asks of the place where instances live: the same few calls of an executor or of a client over HTTP.

Rules this module lives by:

- An answer is a JSON value, or what ``api.to_json`` can make one of: so an executor's records and a client's parsed
  replies are read alike, and the shapes are those of the public surface.
- Nothing else is asked: whatever has these calls can be acted on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from tenor_wasm.api.render import to_json
from tenor_wasm.errors import Json
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


def answered(answer: Answer) -> Mapping[str, Any]:
    """An answer as JSON."""
    return answer if isinstance(answer, Mapping) else to_json(answer)


def every_instance(host: Host, entity: str, state: str, limit: int) -> Iterator[str]:
    """The instances of an entity in a state, by id, read page by page as they are asked for."""
    cursor = None
    while True:
        page = answered(host.list_instances(entity, state, cursor, limit))
        for record in page["items"]:
            yield record["instance_id"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
