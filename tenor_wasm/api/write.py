"""Results of the calls that are made often → JSON text, written straight from the typed results (see ``render``).

The shapes are those of the drop-in surface; what we add stands beside it. Nothing here decides anything: the text says
what the result holds. Action spaces are written in ``write_actions``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tenor_wasm.api.calls import ActionSpaceResult, Evaluation, Simulation
from tenor_wasm.api.contract_texts import texts_of, warnings_text
from tenor_wasm.api.fragments import quoted
from tenor_wasm.api.json_text import read_json, write_json
from tenor_wasm.api.render import JsonObject, step_json, to_json, transition_json
from tenor_wasm.api.write_actions import action_space_text


def evaluation_text(result: Evaluation) -> str:
    """The verdicts that follow from the facts."""
    texts = texts_of(result.snapshot.contract)
    verdicts = ",".join([texts.verdict(verdict) for verdict in result.snapshot.verdicts.values()])
    return f'{{"verdicts":[{verdicts}],"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}}}'


# --- flows -----------------------------------------------------------------------------------------------------


def simulation_text(result: Simulation) -> str:
    """How a flow would run."""
    flow = result.flow
    texts = texts_of(flow.snapshot.contract)
    verdicts = ",".join([texts.verdict(verdict) for verdict in flow.snapshot.verdicts.values()])
    provenance = "" if result.provenance is None else f',"provenance":{write_json(result.provenance)}'
    return (
        f'{{"simulation":true,"flow_id":{texts.names[flow.flow_id]},"persona":{quoted(flow.persona)}'
        f',"outcome":{texts.names[flow.outcome]},"path":{write_json([step_json(record) for record in flow.steps])}'
        f',"would_transition":{write_json([transition_json(transition) for transition in flow.transitions])}'
        f',"verdicts":[{verdicts}],"instance_bindings":{write_json(dict(result.instance_bindings))}'
        f',"resolved_bindings":{write_json(dict(flow.instance_bindings))},"failed":{"true" if flow.failed else "false"}'
        f',"contract_hash":{texts.hash},"warnings":{warnings_text(result.warnings)}{provenance}}}'
    )


Writer: TypeAlias = Callable[[Any], str]

_WRITERS: Mapping[type, Writer] = {
    Evaluation: evaluation_text,
    ActionSpaceResult: action_space_text,
    Simulation: simulation_text,
}


def to_text(result: Evaluation | ActionSpaceResult | Simulation) -> str:
    """The JSON text of a result of ``evaluate``, ``action_space`` or ``simulate_flow``."""
    return _WRITERS[type(result)](result)


@to_json.register(Evaluation)
@to_json.register(ActionSpaceResult)
@to_json.register(Simulation)
def _(result: Evaluation | ActionSpaceResult | Simulation) -> JsonObject:
    answer = read_json(to_text(result))
    assert isinstance(answer, dict)
    return answer
