"""Typed calls about recorded chains and about pairs of evaluations, and their JSON forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tenor_wasm.api import calls
from tenor_wasm.api.render import JsonObject, step_json, to_json
from tenor_wasm.errors import Json, TenorError, pointer, shown
from tenor_wasm.evaluator import changes
from tenor_wasm.evaluator import verify as verifying
from tenor_wasm.evaluator.actions import Action, BlockedAction
from tenor_wasm.evaluator.compare import compare
from tenor_wasm.interchange.constructs import Contract


@calls.guarded
def verify(contract: Contract, chain: Json) -> verifying.Verification:
    """Check that a provenance chain (a parsed JSON value) follows from its own inputs (§15.4).

    Whatever is wrong with the chain is in the answer's ``difference``; nothing is raised for it.
    """
    return verifying.verify(chain, contract)


@calls.guarded
def diff(
    contract: Contract, a: Json, b: Json, flow: str | None = None, other_contract: Contract | None = None
) -> changes.Comparison:
    """Compare two evaluations: changed verdicts, actions, instances and, with ``flow``, its path, each with its causes.

    ``a`` and ``b`` are objects with ``facts`` and ``persona``, and perhaps ``entity_states``, ``instance_bindings`` and
    ``outcomes``, each as in ``action_space`` and ``simulate_flow``. ``other_contract`` is the contract of ``b`` where
    it is another one. Raises what those calls raise, with ``details.side``; ``invalid_argument`` for what is no side.
    """
    contracts = (contract, contract if other_contract is None else other_contract)
    one, other = (_situation(*side, flow) for side in zip(calls.SIDES, (a, b), contracts, strict=True))
    return compare(one, other)


def _situation(name: str, side: Json, contract: Contract, flow: str | None) -> changes.Situation:
    if not isinstance(side, Mapping):
        raise _invalid(name, "", f"'{name}' is an object with facts and a persona, not {shown(side)}")
    for member in side:
        if member not in _MEMBERS:
            raise _invalid(name, pointer((None, member)), f"'{member}' is no input of an evaluation")
    for member in ("facts", "persona"):
        if member not in side:
            raise _invalid(name, "", f"'{name}' needs '{member}'")
    persona, facts = side["persona"], side["facts"]
    if not isinstance(persona, str):
        raise _invalid(name, "/persona", f"'persona' must be a text, not {shown(persona)}")
    states = side.get("entity_states", calls.NO_STATES)
    try:
        space = calls.action_space(contract, facts, states, persona).space
        run = None
        if flow is not None:
            given = (side.get("instance_bindings"), side.get("outcomes"))
            run = calls.simulate_flow(contract, flow, persona, facts, states, *given).flow
        return changes.Situation(space.snapshot, calls.read_states(states, contract), persona, run)
    except TenorError as error:
        if error.code == "unknown_flow":
            raise
        raise TenorError(
            error.code, f"in '{name}': {error.message}", error.path, error.details | {"side": name}
        ) from None


_MEMBERS = frozenset({"facts", "persona", "entity_states", "instance_bindings", "outcomes"})


def _invalid(name: str, path: str, message: str) -> TenorError:
    return TenorError("invalid_argument", message, path, {"argument": name})


# --- rendering -------------------------------------------------------------------------------------------------


@to_json.register
def _(result: verifying.Verification) -> JsonObject:
    difference = result.difference
    return {
        "agrees": result.agrees,
        "provenance_chain_id": result.chain_id,
        "contract_hash": result.contract_hash,
        "difference": None if difference is None else difference_json(difference),
    }


def difference_json(difference: verifying.Difference) -> JsonObject:
    """``code, message, path``, and ``expected`` and ``found`` where that side has a value."""
    result: JsonObject = {"code": difference.code, "message": difference.message, "path": difference.path}
    for name in ("expected", "found"):
        value = getattr(difference, name)
        if value is not verifying.ABSENT:
            result[name] = value
    return result


@to_json.register
def _(result: changes.Comparison) -> JsonObject:
    return {
        "same": result.same,
        "inputs": _causes(result.inputs),
        "verdicts": [
            {
                "verdict_type": change.verdict_type,
                "change": change.change,
                "a": change.a,
                "b": change.b,
                "causes": _causes(change.causes),
            }
            for change in result.verdicts
        ],
        "actions": [_action_change(change) for change in result.actions],
        "instances": [
            {
                "flow_id": change.flow_id,
                "entity_id": change.entity_id,
                "instance_id": change.instance_id,
                "a": change.a,
                "b": change.b,
                "causes": _causes(change.causes),
            }
            for change in result.instances
        ],
        "path": None if result.path is None else _path_change(result.path),
    }


def _causes(causes: Iterable[changes.Change]) -> list[Json]:
    return [{"kind": cause.kind, "name": cause.name, "a": cause.a, "b": cause.b} for cause in causes]


def _action_change(change: changes.ActionChange) -> JsonObject:
    return {
        "flow_id": change.flow_id,
        "change": change.change,
        "a": _status(change.a),
        "b": _status(change.b),
        "causes": _causes(change.causes),
    }


def _status(action: Action | BlockedAction | None) -> str:
    if action is None:
        return "undeclared"
    return "available" if isinstance(action, Action) else "blocked"


def _path_change(change: changes.PathChange) -> JsonObject:
    return {
        "index": change.index,
        "a": None if change.a is None else step_json(change.a),
        "b": None if change.b is None else step_json(change.b),
        "outcome_a": change.outcome_a,
        "outcome_b": change.outcome_b,
        "causes": _causes(change.causes),
    }
