"""The seven functions of the drop-in surface: the names, argument order and shapes that applications call today.

Strings in, JSON text out. An error is ``{"error": "<message>"}`` with ``code``, ``path`` (a JSON Pointer into the
argument at fault) and ``details`` beside it. None of them ever raises.
"""

from __future__ import annotations

from tenor_wasm.api import calls, reading
from tenor_wasm.api.fragments import Pieces, joined
from tenor_wasm.api.handles import HANDLES
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.layouts import space_pieces
from tenor_wasm.api.render import loaded_json, to_json
from tenor_wasm.api.run_layouts import simulated_text
from tenor_wasm.api.wire import IN_PIECES, answer
from tenor_wasm.api.write import evaluation_text
from tenor_wasm.errors import Json, TenorError


def _flat_error(error: TenorError) -> Json:
    return {"error": error.message, "code": error.code, "path": error.path, "details": error.details}


def load_contract(bundle_json: str) -> str:
    """Load an interchange bundle; ``{"handle": int}`` and the contract's id, hash and warnings."""

    def call() -> str:
        contract = calls.load_text(bundle_json)
        return write_json(loaded_json(HANDLES.add(contract), contract))

    return answer(call, _flat_error)


def free_contract(handle: int) -> None:
    """Forget a contract; an unknown handle is no error."""
    HANDLES.free(handle)


def evaluate(handle: int, facts_json: str) -> str:
    """The verdicts that follow from the facts: ``{"verdicts": […]}``."""
    return answer(lambda: evaluation_text(reading.evaluation_of(HANDLES.get(handle), facts_json)), _flat_error)


def compute_action_space(handle: int, facts_json: str, entity_states_json: str, persona_id: str) -> str:
    """What the persona may do, to which instances, and why the rest is blocked (§15.6)."""
    return joined(_action_space_in_pieces(handle, facts_json, entity_states_json, persona_id))


def _action_space_in_pieces(handle: int, facts_json: str, entity_states_json: str, persona_id: str) -> str | Pieces:
    def call() -> Pieces:
        return space_pieces(reading.space_inputs_of(HANDLES.get(handle), facts_json, entity_states_json, persona_id))

    return answer(call, _flat_error)


IN_PIECES[compute_action_space] = _action_space_in_pieces


def simulate_flow(handle: int, flow_id: str, persona_id: str, facts_json: str, entity_states_json: str) -> str:
    """Run a flow on the ``_default`` instances without storing anything."""
    return simulate_flow_with_bindings(handle, flow_id, persona_id, facts_json, entity_states_json, None)


def simulate_flow_with_bindings(
    handle: int,
    flow_id: str,
    persona_id: str,
    facts_json: str,
    entity_states_json: str,
    instance_bindings_json: str | None,
) -> str:
    """Run a flow on chosen instances; bindings that are absent, ``null``, ``""`` or ``{}`` mean ``_default``."""

    def call() -> str:
        bindings = instance_bindings_json and reading.flat_object(instance_bindings_json, "the instance bindings")
        contract = HANDLES.get(handle)
        flow, snapshot, states = reading.run_inputs_of(contract, flow_id, persona_id, facts_json, entity_states_json)
        return simulated_text(snapshot, states, flow, persona_id, calls.read_bindings(bindings, contract))

    return answer(call, _flat_error)


def inspect_contract(handle: int) -> str:
    """The contract's declarations: ``{"facts", "entities", "rules", "personas", "operations", "flows"}``."""
    return answer(lambda: write_json(to_json(calls.inspect(HANDLES.get(handle)))), _flat_error)
