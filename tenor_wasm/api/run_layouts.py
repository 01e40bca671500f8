"""The text of a simulated run, laid out once and filled in again and again.

How a flow runs depends on which entities have a bound instance, in which states these are, and on what the conditions
and preconditions on its way come to. So a flow is run and written as always (``flows``, ``write``) when a situation is
met first, and once more with marks in the place of ids. Where the same questions find the same answers (``ways``), the
run is the same, and only ids, persona, verdicts and warnings are filled in. A layout is no answer: it holds nothing of
what a caller gave. One that would not say what the run itself said is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tenor_wasm.api.calls import Simulation, declared_flow, read_bindings, read_states, warnings_of
from tenor_wasm.api.contract_texts import texts_of, warnings_text
from tenor_wasm.api.fragments import quoted
from tenor_wasm.api.ways import Asked, Fork, found, kept, watched
from tenor_wasm.api.write import run_text, simulation_text
from tenor_wasm.errors import Json
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import DEFAULT_INSTANCE, EntityStates
from tenor_wasm.evaluator.flows import execute_flow
from tenor_wasm.evaluator.snapshot import Snapshot, take_snapshot
from tenor_wasm.interchange.constructs import Contract, Flow
from tenor_wasm.values.patterns import pattern

LONGEST = 50_000
"""Characters of a text that is worth being laid out."""

MOST_LAYOUTS = 1_000
"""Layouts that are kept per contract."""

PERSONA, VERDICTS, WARNINGS, FIRST_ID = range(4)
"""The numbers of the texts that fill places; the ids of the bound instances follow each other."""

_MARK = pattern(r"(?:\x00|\\u0000)([0-9]+)(?:\x00|\\u0000)")
"""A mark in a text that is being laid out; in ids it has been escaped."""


class Layout:
    """The text of a run: a ``template`` with its ``places`` in order, each the number of the text that fills it."""

    __slots__ = ("places", "template")

    def __init__(self, text: str) -> None:
        parts = _MARK.split(text)
        self.template = "%s".join([part.replace("%", "%%") for part in parts[::2]])
        self.places = tuple(map(int, parts[1::2]))

    def filled(self, texts: Sequence[str]) -> str:
        """The text with each place filled."""
        return self.template % tuple(map(texts.__getitem__, self.places))

    def says(self, text: str, texts: Sequence[str]) -> bool:
        """Whether it says the text of the run that it was made of; not where a contract holds such marks itself."""
        return max(self.places, default=0) < len(texts) and self.filled(texts) == text


NO_LAYOUT = Layout("")
"""Of a run that is not laid out."""


class _Layouts:
    """The runs of a contract's flows that were met: by flow, bound entities and states of their instances."""

    __slots__ = ("_count", "met")

    def __init__(self) -> None:
        self._count = 0
        self.met: dict[tuple[object, ...], Fork[Layout] | Layout] = {}

    def keep(self, key: tuple[object, ...], asked: Asked, layout: Layout) -> None:
        """Keep a layout at the end of its questions; beyond a number, all others are forgotten."""
        if self._count >= MOST_LAYOUTS:
            self._count = 0
            self.met.clear()
        self._count += 1
        self.met[key] = kept(self.met.get(key), asked, layout)


def _layouts_of(contract: Contract) -> _Layouts:
    layouts: _Layouts | None = contract.derived.get(_Layouts)
    if layouts is None:
        layouts = contract.derived[_Layouts] = _Layouts()
    return layouts


def simulate_text(
    contract: Contract, flow: str, persona: str, facts: Json, entity_states: Json, instance_bindings: Json
) -> str:
    """``calls.simulate_flow`` without choices, answered as JSON text. Raises as it does."""
    declared = declared_flow(contract, flow, persona)
    snapshot = take_snapshot(contract, facts)
    states = read_states(entity_states, contract)
    return simulated_text(snapshot, states, declared, persona, read_bindings(instance_bindings, contract))


def simulated_text(
    snapshot: Snapshot, entity_states: EntityStates, flow: Flow, persona: str, given: Mapping[str, str]
) -> str:
    """The answer of ``simulate_flow`` as JSON text, for bindings that were read. Raises as ``execute_flow``."""
    contract = snapshot.contract
    bindings = given or dict.fromkeys(compiled(contract).entities_of(flow.id), DEFAULT_INSTANCE)
    entities = contract.entities
    stand = [entity_states.state_or_default(entities[entity_id], bindings[entity_id]) for entity_id in bindings]
    key = (flow.id, not given, *bindings, *stand)
    layouts = _layouts_of(contract)
    layout = found(layouts.met.get(key), snapshot)
    warnings = warnings_of(snapshot, persona)
    texts = [
        quoted(persona),
        texts_of(contract).verdicts(snapshot.verdicts),
        warnings_text(warnings),
        *[quoted(instance_id)[1:-1] for instance_id in bindings.values()],
    ]
    if layout is not None and layout is not NO_LAYOUT:
        return layout.filled(texts)
    states = entity_states.with_defaults(entities)
    text = simulation_text(Simulation(execute_flow(flow, persona, snapshot, states, bindings), given, warnings))
    if layout is None:
        marked, asked = _marked(snapshot, flow, dict(zip(bindings, stand, strict=True)), given)
        made = Layout(marked)
        layouts.keep(key, asked, made if len(marked) <= LONGEST and made.says(text, texts) else NO_LAYOUT)
    return text


def _marked(
    snapshot: Snapshot, flow: Flow, stand: Mapping[str, str | None], given: Mapping[str, str]
) -> tuple[str, Asked]:
    """The text of the run with marks, and what was asked on its way."""
    asked = watched(snapshot)
    bindings = {entity_id: _mark(FIRST_ID + index) for index, entity_id in enumerate(stand)}
    nested = {entity_id: {} if state is None else {bindings[entity_id]: state} for entity_id, state in stand.items()}
    result = execute_flow(flow, "", asked, EntityStates.nested(nested), bindings)
    shown = bindings if given else {}
    return run_text(result, shown, _mark(PERSONA), _mark(VERDICTS), _mark(WARNINGS)), asked.asked


def _mark(number: int) -> str:
    return f"\x00{number}\x00"
