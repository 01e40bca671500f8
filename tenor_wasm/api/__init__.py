"""The edge: typed calls, JSON text (``wire``), and the seven functions of the drop-in surface (``compat``).

What loads and evaluates is imported with this package, the rest when it is first asked for: so a page starts sooner.

>>> from tenor_wasm import api
>>> contract = api.load({"id": "x", "kind": "Bundle", "tenor": "1.0", "tenor_version": "1.0.0", "constructs": []})
>>> api.evaluate(contract, {}).verdicts
()
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tenor_wasm.api.batch import BatchItem, EvaluationBatch, evaluate_batch
from tenor_wasm.api.calls import (
    Evaluation,
    action_space,
    evaluate,
    inspect,
    load,
    load_text,
    parse_json,
    simulate_flow,
)
from tenor_wasm.api.render import to_json
from tenor_wasm.api.source import elaborate, format_source, load_source
from tenor_wasm.api.write import to_text
from tenor_wasm.errors import Finding, TenorError
from tenor_wasm.evaluator.actions import Action, ActionSpace, BlockedAction
from tenor_wasm.evaluator.chain import provenance_chain
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates
from tenor_wasm.evaluator.flows import FlowResult, execute_flow
from tenor_wasm.evaluator.ledger import Recording
from tenor_wasm.evaluator.operations import OperationRefused, OperationResult, execute_operation
from tenor_wasm.evaluator.provenance import OperationProvenance, StepRecord, Transition
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract

if TYPE_CHECKING:
    from tenor_wasm.api.grouped import ActionSpaceChange
    from tenor_wasm.api.records import diff, verify
    from tenor_wasm.api.render_why import explanation_text
    from tenor_wasm.api.scenarios import run_scenarios
    from tenor_wasm.api.sessions import Session, open_session
    from tenor_wasm.api.why import ExplanationResult, explain
    from tenor_wasm.evaluator.changes import Comparison
    from tenor_wasm.evaluator.verify import Difference, Verification
    from tenor_wasm.scenarios.run import ScenarioResult, ScenarioRun

__all__ = [
    "DEFAULT_INSTANCE",
    "Action",
    "ActionSpace",
    "ActionSpaceChange",
    "BatchItem",
    "BlockedAction",
    "Comparison",
    "Contract",
    "Difference",
    "EntityStates",
    "Evaluation",
    "EvaluationBatch",
    "ExplanationResult",
    "Finding",
    "FlowResult",
    "OperationProvenance",
    "OperationRefused",
    "OperationResult",
    "Recording",
    "ScenarioResult",
    "ScenarioRun",
    "Session",
    "Snapshot",
    "StepRecord",
    "TenorError",
    "Transition",
    "VerdictInstance",
    "Verification",
    "action_space",
    "diff",
    "elaborate",
    "evaluate",
    "evaluate_batch",
    "execute_flow",
    "execute_operation",
    "explain",
    "explanation_text",
    "format_source",
    "inspect",
    "load",
    "load_source",
    "load_text",
    "open_session",
    "parse_json",
    "provenance_chain",
    "run_scenarios",
    "simulate_flow",
    "take_snapshot",
    "to_json",
    "to_text",
    "verify",
]

_LATE = {
    "ActionSpaceChange": "api.grouped",
    "Comparison": "evaluator.changes",
    "Difference": "evaluator.verify",
    "ExplanationResult": "api.render_why",
    "ScenarioResult": "scenarios.run",
    "ScenarioRun": "scenarios.run",
    "Session": "api.sessions",
    "Verification": "evaluator.verify",
    "diff": "api.records",
    "explain": "api.render_why",
    "explanation_text": "api.render_why",
    "open_session": "api.sessions",
    "run_scenarios": "api.scenarios",
    "verify": "api.records",
}
"""Name → the module that has it, imported when somebody asks."""


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"tenor_wasm.{_LATE[name]}"), name)
    return value
