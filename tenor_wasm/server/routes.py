"""What can be asked of the server: one table, from which the router and the OpenAPI document are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tenor_wasm.server import handlers as on
from tenor_wasm.server.handlers import Answer, Call
from tenor_wasm.server.settings import Settings


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked."""

    method: str
    path: str
    handler: Callable[[Call], Answer]
    answer: str
    """The schema of the answer."""
    takes: str | None = None
    """The definition in the schema ``requests`` that the body fits; without one there is no body."""
    query: tuple[str, ...] = ()
    """Parameters of the query."""
    required: tuple[str, ...] = ()
    """Those of them that must be there."""
    statuses: tuple[int, ...] = (200,)
    changes: bool = False
    """Whether it changes anything."""
    tagged: bool = False
    """Whether the answer has an ETag."""
    public: bool = False
    """Whether it is answered without a key where keys are asked for."""

    @property
    def name(self) -> str:
        """Its name in the document, in logs and in metrics."""
        return self.handler.__name__

    @property
    def about_contract(self) -> bool:
        """Whether the path names a contract."""
        return self.path.startswith("/{contract}")

    def is_public(self, settings: Settings) -> bool:
        """Whether it is answered without a key."""
        return self.public or (self.tagged and settings.public_manifest)


PAGED = ("cursor", "limit")

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", on.index, "http_index"),
    Route("GET", "/health", on.health, "http_health", public=True),
    Route("GET", "/.well-known/tenor", on.only_manifest, "manifest", tagged=True),
    Route("GET", "/{contract}", on.inspect, "inspect"),
    Route("GET", "/{contract}/.well-known/tenor", on.manifest, "manifest", tagged=True),
    Route("POST", "/{contract}/evaluate", on.evaluate, "evaluate", "evaluate"),
    Route("POST", "/{contract}/actions", on.action_space, "action_space", "action_space"),
    Route("POST", "/{contract}/flows/{flow}/simulate", on.simulate_flow, "simulate_flow", "simulate_flow"),
    Route("POST", "/{contract}/flows/{flow}/execute", on.execute_flow, "execution", "execute_flow", changes=True),
    Route(
        "POST", "/{contract}/entities/{entity}/initialize", on.create_instance, "instance", "create_instance",
        statuses=(201, 200), changes=True,
    ),
    Route("GET", "/{contract}/entities/{entity}", on.list_instances, "instances", query=("state", *PAGED)),
    Route(
        "GET", "/{contract}/provenance", on.history, "history", query=("entity", "instance", *PAGED),
        required=("entity", "instance"),
    ),
    Route("GET", "/{contract}/provenance/{chain}", on.chain, "chain_record"),
    Route("GET", "/{contract}/executions", on.chains, "executions", query=("entity", "instance", *PAGED)),
    Route("GET", "/{contract}/executions/{execution}", on.execution, "execution"),
    Route("GET", "/{contract}/triggers", on.triggers, "triggers", query=("status", *PAGED)),
)  # fmt: skip
"""Everything but ``/metrics`` and ``/openapi.json``, which are no answers of a handler."""

QUERY: Mapping[str, str] = {
    "cursor": "The next_cursor of the page before.",
    "limit": "How many items a page has, from 1 to 1000; 100 where it is left out.",
    "state": "Only instances in this state.",
    "entity": "The entity of the instance.",
    "instance": "The id of the instance.",
    "status": "Only triggers of this status: pending, initiated or failed.",
}
"""What the parameters of queries mean."""

PATH: Mapping[str, str] = {
    "contract": "The id of a contract that is served; of a member where it is a system's.",
    "flow": "A flow that the contract declares.",
    "entity": "An entity that the contract declares.",
    "chain": "The id of a provenance chain.",
    "execution": "The id of an execution.",
}
"""What the parameters of paths mean."""
