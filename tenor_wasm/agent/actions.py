"""What a policy decides: an action with its bindings, or none, with the reason for either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tenor_wasm.agent.observation import Observation


@dataclass(frozen=True, slots=True)
class Action:
    """A flow on chosen instances: entity id → instance id for every entity that the flow can touch.

    ``outcomes`` (step id → label) chooses where an operation has several outcomes that apply.
    """

    flow_id: str
    bindings: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two actions the same."""
        return self.flow_id, frozenset(self.bindings.items()), frozenset(self.outcomes.items())

    def __str__(self) -> str:
        instances = ", ".join(f"{entity_id}/{name}" for entity_id, name in self.bindings.items())
        return f"{self.flow_id} on {instances}" if instances else self.flow_id


LEAVE, LOOK_AGAIN = "leave", "look_again"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy chose and why; without an action it chose nothing.

    What follows where nothing is chosen is the run's affair, unless ``then`` says to ``leave`` or to ``look_again``.
    """

    action: Action | None
    reason: str
    then: str | None = None


class Policy(Protocol):
    """Chooses among what is open. A policy may remember; one object serves one agent."""

    @property
    def name(self) -> str:
        """What the log calls it."""

    def choose(self, observation: Observation) -> Decision:
        """An action with its bindings, or none, with a reason."""


def nothing(reason: str) -> Decision:
    """The decision to do nothing."""
    return Decision(None, reason)
