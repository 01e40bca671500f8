"""Results of the calls that are made often → JSON text, written straight from the typed results (see ``render``).

The shapes are those of the drop-in surface; what we add stands beside it. Nothing here decides anything: the text says
what the result holds. Action spaces are written in ``write_actions``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tenor_wasm.api.batch import BatchItem, EvaluationBatch
from tenor_wasm.api.calls import ActionSpaceResult, Evaluation, Simulation
from tenor_wasm.api.contract_texts import texts_of, warnings_text
from tenor_wasm.api.fragments import Fragments, quoted
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.render import JsonObject, step_json, to_json, transition_json
from tenor_wasm.api.write_actions import action_space_text
from tenor_wasm.errors import TenorError
from tenor_wasm.evaluator.flows import FlowResult


def evaluation_text(result: Evaluation) -> str:
    """The verdicts that follow from the facts."""
    texts = texts_of(result.snapshot.contract)
    verdicts = texts.verdicts(result.snapshot.verdicts)
    return f'{{"verdicts":[{verdicts}],"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}}}'


# --- batches ---------------------------------------------------------------------------------------------------


def batch_text(batch: EvaluationBatch) -> str:
    """For each fact set its result or its error; texts of groups of instances are shared by all."""
    fragments = Fragments()
    results = ",".join([_result_text(result, fragments) for result in batch.results])
    return f'{{"results":[{results}],"failed":{batch.failed},"contract_hash":{texts_of(batch.contract).hash}}}'


def _result_text(result: BatchItem | TenorError, fragments: Fragments) -> str:
    if isinstance(result, TenorError):
        return write_json({"error": result.below("/fact_sets").to_json()})
    evaluation = evaluation_text(result.evaluation)
    if result.action_spaces is None:
        return evaluation
    spaces = ",".join([action_space_text(space, fragments) for space in result.action_spaces])
    return f'{evaluation[:-1]},"action_spaces":[{spaces}]}}'


# --- flows -----------------------------------------------------------------------------------------------------


def simulation_text(result: Simulation) -> str:
    """How a flow would run."""
    flow = result.flow
    verdicts = texts_of(flow.snapshot.contract).verdicts(flow.snapshot.verdicts)
    text = run_text(flow, result.instance_bindings, quoted(flow.persona), verdicts, warnings_text(result.warnings))
    return text if result.provenance is None else f'{text[:-1]},"provenance":{write_json(result.provenance)}}}'


def run_text(flow: FlowResult, given: Mapping[str, str], persona: str, verdicts: str, warnings: str) -> str:
    """A run, from the texts of what it does not depend on; ``given`` are the bindings that a caller gave."""
    texts = texts_of(flow.snapshot.contract)
    return (
        f'{{"simulation":true,"flow_id":{texts.names[flow.flow_id]},"persona":{persona}'
        f',"outcome":{texts.names[flow.outcome]},"path":{write_json([step_json(record) for record in flow.steps])}'
        f',"would_transition":{write_json([transition_json(transition) for transition in flow.transitions])}'
        f',"verdicts":[{verdicts}],"instance_bindings":{write_json(dict(given))}'
        f',"resolved_bindings":{write_json(dict(flow.instance_bindings))},"failed":{"true" if flow.failed else "false"}'
        f',"contract_hash":{texts.hash},"warnings":{warnings}}}'
    )


Writer: TypeAlias = Callable[[Any], str]

_WRITERS: Mapping[type, Writer] = {
    Evaluation: evaluation_text,
    ActionSpaceResult: action_space_text,
    Simulation: simulation_text,
    EvaluationBatch: batch_text,
}


def to_text(result: Evaluation | ActionSpaceResult | Simulation | EvaluationBatch) -> str:
    """The JSON text of a result of ``evaluate``, ``action_space``, ``simulate_flow`` or ``evaluate_batch``."""
    return _WRITERS[type(result)](result)


@to_json.register(Evaluation)
@to_json.register(ActionSpaceResult)
@to_json.register(Simulation)
@to_json.register(EvaluationBatch)
def _(result: Evaluation | ActionSpaceResult | Simulation | EvaluationBatch) -> JsonObject:
    answer = read_json(to_text(result))
    assert isinstance(answer, dict)
    return answer
