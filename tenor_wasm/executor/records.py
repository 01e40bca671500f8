"""What a store holds, as frozen data. A store hands out these records and takes them in; it has no others.

Rules this module lives by:

- An instance is named by namespace, entity id and instance id, everywhere: nothing is keyed by an entity alone.
- A namespace keeps the instances of one contract apart from those of another in one store. An entity that a system
  shares lives in the system's namespace (§12.2).
- Times are texts of the executor's clock; documents are JSON text, exactly as they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")

PENDING, INITIATED, FAILED = "pending", "initiated", "failed"
"""The states of a trigger: the first until its target flow was started, or could not be."""


class InstanceKey(NamedTuple):
    """The name of one instance, stable for its lifetime (E16)."""

    namespace: str
    entity_id: str
    instance_id: str


class Group(NamedTuple):
    """The instances of an entity that are in one state, from an instance id (exclusive) on."""

    namespace: str
    entity_id: str
    state: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a listing, and the cursor that gives the next ones; ``None`` at the end."""

    items: tuple[Item, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """An instance as it stands. ``version`` is 0 at creation and grows by one with each transition."""

    key: InstanceKey
    state: str
    version: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """One state change of one instance; its creation is the one without ``from_state``, operation and execution.

    ``version`` is the instance's after the change: an instance's transitions are numbered 0, 1, 2 … without a gap.
    ``operation_sequence`` names the operation record of the execution that made the change.
    """

    key: InstanceKey
    version: int
    from_state: str | None
    to_state: str
    at: str
    persona: str | None
    contract_id: str
    operation_id: str | None = None
    execution_id: str | None = None
    operation_sequence: int | None = None
    chain_id: str | None = None
    trust_domain: str | None = None


@dataclass(frozen=True, slots=True)
class CreationRecord:
    """Which instance a request created. ``scope`` is the namespace of the contract that was asked.

    ``request_id`` and ``request_hash`` are as those of a ``FlowRecord``; creations have request ids of their own.
    """

    key: InstanceKey
    scope: str
    request_id: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """One execution of a flow. ``bound`` are the instances that it was bound to, changed or not.

    ``request_id`` is the caller's own name for the request: the same one never runs twice in a namespace.
    ``request_hash`` tells whether a repeated request is the same. ``position`` is given by the store and orders flows.
    """

    execution_id: str
    namespace: str
    contract_id: str
    contract_hash: str
    flow_id: str
    persona: str
    outcome: str
    failed: bool
    bound: tuple[InstanceKey, ...]
    chain_id: str
    started_at: str
    completed_at: str
    request_id: str | None = None
    request_hash: str | None = None
    trigger_id: str | None = None
    trust_domain: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """One operation of an execution: its outcome where it ran, ``error_code`` where it was refused.

    ``sequence`` is the step's number in the chain, ``provenance_id`` the id of its operation provenance there.
    """

    execution_id: str
    sequence: int
    step_id: str
    step_type: str
    operation_id: str
    persona: str
    outcome: str | None
    error_code: str | None
    instance_binding: Mapping[str, str]
    provenance_id: str


@dataclass(frozen=True, slots=True)
class ProvenanceRecord:
    """The provenance chain of an execution as JSON text, and the authenticity claim for it where one was made (E19)."""

    chain_id: str
    execution_id: str
    namespace: str
    contract_hash: str
    chain: str
    attestation: str | None = None
    trust_domain: str | None = None


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """A trigger that fired, and what became of it (§12.4).

    ``inputs`` is the JSON text of what the target flow is to be started with, kept so that a trigger that was pending
    when a process ended can be started later. ``initiated_at`` is the execution id of the target flow.
    """

    trigger_id: str
    namespace: str
    source_contract: str
    source_flow: str
    source_outcome: str
    source_execution: str
    target_contract: str
    target_flow: str
    persona: str
    inputs: str
    fired_at: str
    status: str = PENDING
    initiated_at: str | None = None
    failure_code: str | None = None
    failure_reason: str | None = None
    attestation: str | None = None
    trust_domain: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many instances each state of an entity has."""

    entity_id: str
    states: Mapping[str, int] = field(default_factory=dict)
