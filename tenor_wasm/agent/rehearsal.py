"""A rehearsal: an executor over a copy of the states in memory, so that a dry run can go on from what it would have
done. The store that it was copied from is not written to."""

from __future__ import annotations

from typing import Any

from tenor_wasm.agent.host import Host, every_instance
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.executor import (
    Executor,
    InstanceKey,
    InstanceRecord,
    MemoryStorage,
    TransitionRecord,
    system_clock,
)
from tenor_wasm.executor.arguments import PAGE_LIMIT
from tenor_wasm.interchange.constructs import Contract


def observed_states(host: Host) -> EntityStates:
    """Every instance of a host with its state, read page by page: of one moment only where nobody writes meanwhile."""
    return EntityStates(
        {
            (entity_id, record["instance_id"]): record["state"]
            for entity_id in host.contract.entities
            for record in every_instance(host, entity_id, None, PAGE_LIMIT)
        }
    )


def rehearsal(contract: Contract, states: EntityStates, **options: Any) -> Executor:
    """An executor whose instances stand where ``states`` says, version 0 each; ``options`` are the executor's own.

    It holds every instance in memory.
    """
    executor = Executor(contract, MemoryStorage(), **options)
    now = system_clock()
    with executor.storage.transaction() as transaction:
        for (entity_id, instance_id), state in states.items():
            key = InstanceKey(executor.namespaces[entity_id], entity_id, instance_id)
            transaction.initialize(InstanceRecord(key, state, 0, now, now))
            transaction.insert_transition(TransitionRecord(key, 0, None, state, now, None, contract.id))
    return executor
