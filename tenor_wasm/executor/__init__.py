"""Instances that live: a storage protocol with backends, the executor over it, systems, manifest and signing.

>>> from tenor_wasm import executor
>>> storage = executor.open_storage("memory:")

Importing this brings no driver along: ``open_storage`` imports the one that an address needs. The module ``signing`` is
imported by itself.
"""

from tenor_wasm.executor import render as _render
from tenor_wasm.executor.audit import AuditReport, audit
from tenor_wasm.executor.executor import Executor
from tenor_wasm.executor.manifest import contract_manifest
from tenor_wasm.executor.memory import MemoryStorage
from tenor_wasm.executor.open import open_storage
from tenor_wasm.executor.pages import ActionSpacePage
from tenor_wasm.executor.queries import History
from tenor_wasm.executor.recording import Execution
from tenor_wasm.executor.records import (
    FlowRecord,
    InstanceKey,
    InstanceRecord,
    OperationRecord,
    Page,
    ProvenanceRecord,
    StateCount,
    TransitionRecord,
    TriggerRecord,
)
from tenor_wasm.executor.sources import counting_ids, random_ids, system_clock
from tenor_wasm.executor.storage import Snapshot, Storage, Transaction
from tenor_wasm.executor.systems import Shared, System, Trigger, load_system, read_system
from tenor_wasm.executor.triggers import SystemExecution, SystemExecutor

_ = _render  # it registers how the results are rendered

__all__ = [
    "ActionSpacePage",
    "AuditReport",
    "Execution",
    "Executor",
    "FlowRecord",
    "History",
    "InstanceKey",
    "InstanceRecord",
    "MemoryStorage",
    "OperationRecord",
    "Page",
    "ProvenanceRecord",
    "Shared",
    "Snapshot",
    "StateCount",
    "Storage",
    "System",
    "SystemExecution",
    "SystemExecutor",
    "Transaction",
    "TransitionRecord",
    "Trigger",
    "TriggerRecord",
    "audit",
    "contract_manifest",
    "counting_ids",
    "load_system",
    "open_storage",
    "random_ids",
    "read_system",
    "system_clock",
]
