"""Many evaluations in one call: many fact sets, and for each many personas over the same entity states.

Each result equals that of the single calls. What they have in common is done once: the states are read once for the
whole batch, each fact set is decoded and evaluated once for all its personas. A fact set that cannot be evaluated is
answered with its error and leaves the others alone; states or personas at fault are a fault of the whole call.
"""

from __future__ import annotations

from typing import NamedTuple

from tenor_wasm.api import calls
from tenor_wasm.errors import Json, TenorError, shown
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.interchange.constructs import Contract


class BatchItem(NamedTuple):
    """What one fact set came to. ``action_spaces`` are in the order of the personas, ``None`` where none were given."""

    evaluation: calls.Evaluation
    action_spaces: tuple[calls.ActionSpaceResult, ...] | None


class EvaluationBatch(NamedTuple):
    """For each fact set, in order, its result or its error. An error's path leads from the list of fact sets."""

    contract: Contract
    results: tuple[BatchItem | TenorError, ...]

    @property
    def failed(self) -> int:
        """How many fact sets could not be evaluated."""
        return sum(isinstance(result, TenorError) for result in self.results)


def evaluate_batch(
    contract: Contract,
    fact_sets: Json,
    entity_states: Json | EntityStates = calls.NO_STATES,
    personas: Json = None,
) -> EvaluationBatch:
    """Evaluate each of a list of fact sets; with ``personas`` (a list) also the action space of each of them (§15.3).

    ``entity_states`` are those of every action space. Raises ``invalid_entity_states``, and ``invalid_argument`` for
    fact sets or personas that are no list, and for a persona that is no text.
    """
    if not isinstance(fact_sets, (list, tuple)):
        raise calls.invalid_argument("fact_sets", f"'fact_sets' must be a list of fact sets, not {shown(fact_sets)}")
    names = _personas(personas)
    states = calls.read_states(entity_states, contract)
    return EvaluationBatch(
        contract, tuple(_item(contract, facts, states, names, f"/{index}") for index, facts in enumerate(fact_sets))
    )


def _personas(personas: Json) -> tuple[str, ...] | None:
    if personas is None:
        return None
    if not isinstance(personas, (list, tuple)):
        raise calls.invalid_argument("personas", f"'personas' must be a list of persona ids, not {shown(personas)}")
    for index, persona in enumerate(personas):
        if not isinstance(persona, str):
            message = f"a persona must be a text, not {shown(persona)}"
            raise calls.invalid_argument("personas", message, f"/{index}")
    return tuple(personas)


def _item(
    contract: Contract, facts: Json, states: EntityStates, personas: tuple[str, ...] | None, place: str
) -> BatchItem | TenorError:
    try:
        return _evaluated(contract, facts, states, personas)
    except TenorError as error:
        return error.below(place)


@calls.guarded
def _evaluated(contract: Contract, facts: Json, states: EntityStates, personas: tuple[str, ...] | None) -> BatchItem:
    evaluation = calls.evaluate(contract, facts)
    if personas is None:
        return BatchItem(evaluation, None)
    inputs = (calls.space_inputs(evaluation.snapshot, states, name) for name in personas)
    return BatchItem(evaluation, tuple(map(calls.space_of, inputs)))
