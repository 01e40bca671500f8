"""The text of an action space, laid out once and filled in again and again.

What an action space says depends on the persona, on what conditions and preconditions come to, and on which states of
the entities are occupied; the instance ids only stand in it. So its text is laid out when a situation is met first:
each flow is judged and written as always (``action_space.judge``, ``write_actions``), with places left open for
instances, their number and computed verdicts. In a like situation only the places are filled, with fragments that all
flows share. A layout is no answer: of what a caller gave it holds a persona that operations name, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tenor_wasm.api.calls import SpaceInputs, space_of
from tenor_wasm.api.contract_texts import texts_of, warnings_text
from tenor_wasm.api.fragments import Fragments, Pieces, quoted
from tenor_wasm.api.views import WHOLE
from tenor_wasm.api.ways import Fork, found, kept, watched
from tenor_wasm.api.write_actions import ActionWriter, action_space_text, count_text, framed
from tenor_wasm.evaluator.action_space import judge
from tenor_wasm.evaluator.actions import Action, Bindings
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Instances, Others, States
from tenor_wasm.evaluator.route import follow_to_operations
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Decision, Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.values.patterns import pattern

SHORT = 20_000
"""Texts up to this length are put together when they are laid out."""

MOST_CHARACTERS = 4_000_000
"""Characters of layouts kept per contract, of flows and of whole action spaces each; beyond it they are made again."""

PIECE = 100
"""Characters that a piece counts beside its own: what keeping it costs."""

MOST_WAYS = 2_000
"""Ways that are kept per flow."""


class Place(NamedTuple):
    """A place in a layout: which kind of text fills it, of which entity or verdict, from the group of which states."""

    kind: str
    name: str = ""
    states: States = ()


class FlowLayout(NamedTuple):
    """A flow's text in pieces of text and places."""

    is_action: bool
    pieces: tuple[str | Place, ...]


class SpaceLayout:
    """A whole action space: its ``pieces``, empty where a place is, and for each place where it is."""

    __slots__ = ("pieces", "places", "size")

    def __init__(self, pieces: Iterable[str | Place]) -> None:
        merged = _merged(pieces)
        places: dict[Place, list[int]] = {}
        for index, piece in enumerate(merged):
            if isinstance(piece, Place):
                places.setdefault(piece, []).append(index)
        self.pieces = ["" if isinstance(piece, Place) else piece for piece in merged]
        self.size = _size(self.pieces)
        self.places = [(_KINDS[place.kind], place, indices) for place, indices in places.items()]

    def filled(self, situation: Situation) -> Pieces:
        """The pieces of the answer; what many flows share is one text in many places."""
        pieces = Pieces(self.pieces)
        for write, place, indices in self.places:
            text = write(situation, place)
            for index in indices:
                pieces[index] = text
        return pieces


def _size(pieces: Sequence[str | Place]) -> int:
    """What keeping pieces costs, counted in characters."""
    return sum([PIECE + len(piece) for piece in pieces if isinstance(piece, str)])


def _merged(pieces: Iterable[str | Place]) -> list[str | Place]:
    """Short texts between two places as one; a long one stays the object that other layouts have too."""
    merged: list[str | Place] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, str) and isinstance(last, str) and len(piece) + len(last) < SHORT:
            merged[-1] = last + piece
        else:
            merged.append(piece)
    return merged


class Way(NamedTuple):
    """The first operations that a flow reaches, and what the branches on the way to them came to."""

    decisions: tuple[Decision, ...]
    operations: tuple[c.Operation, ...]


class _Flow:
    """One flow of a contract, its ways to first operations, and the layouts of the situations that it was met in."""

    __slots__ = ("_count", "_fixed", "_ways", "flow", "met")

    def __init__(self, flow: c.Flow, contract: c.Contract) -> None:
        entry = flow.steps[flow.entry]
        self.flow = flow
        self.met: dict[Hashable, FlowLayout] = {}
        self._ways: Fork[Way] | Way | None = None
        self._count = 0
        self._fixed: Way | None = None
        if isinstance(entry, c.OperationStep):
            self._fixed = Way((), (contract.operations[entry.operation_id],))

    def way(self, snapshot: Snapshot) -> Way:
        """The way of the flow on a snapshot. Raises as ``follow_to_operations``."""
        if self._fixed is not None:
            return self._fixed
        way = found(self._ways, snapshot)
        if way is None:
            asked = watched(snapshot)
            operations = follow_to_operations(self.flow, asked).operations
            way = Way(tuple([decision for _, decision in asked.asked]), operations)
            if self._count >= MOST_WAYS:
                self._ways, self._count = None, 0
            self._ways = kept(self._ways, asked.asked, way)
            self._count += 1
        return way

    def decisions(self, snapshot: Snapshot) -> list[Decision]:
        """All that the flow's part of an action space depends on, beside persona and instances."""
        decisions, operations = self.way(snapshot)
        return [
            *decisions,
            *[snapshot.decide(operation.precondition, "operation", operation.id) for operation in operations],
        ]


class _Space:
    """The flows of a contract, and the layouts of the situations that they were met in together."""

    __slots__ = ("_flow_size", "_size", "entities", "flows", "met", "personas")

    def __init__(self, contract: c.Contract) -> None:
        self.entities = tuple(contract.entities)
        self.flows = [_Flow(flow, contract) for flow in contract.flows.values()]
        self.personas = frozenset(
            persona for operation in contract.operations.values() for persona in operation.allowed_personas
        )
        self.met: dict[Hashable, SpaceLayout] = {}
        self._size = 0
        self._flow_size = 0

    def keep(self, key: Hashable, layout: SpaceLayout) -> None:
        """Keep a layout, as long as all together are not too long."""
        self._size += layout.size
        if self._size > MOST_CHARACTERS:
            self._size = layout.size
            self.met.clear()
        self.met[key] = layout

    def keep_flow(self, flow: _Flow, key: Hashable, layout: FlowLayout) -> None:
        """The same for the layout of one flow, counted with those of the other flows."""
        size = _size(layout.pieces)
        self._flow_size += size
        if self._flow_size > MOST_CHARACTERS:
            self._flow_size = size
            for other in self.flows:
                other.met.clear()
        flow.met[key] = layout

    def known(self, persona: str) -> str | None:
        """The persona, if operations name it: for all others the action space is the same."""
        return persona if persona in self.personas else None


def _space_of(contract: c.Contract) -> _Space:
    """The layouts of a contract, kept with it."""
    space: _Space | None = contract.derived.get(_Space)
    if space is None:
        space = contract.derived[_Space] = _Space(contract)
    return space


def space_pieces(inputs: SpaceInputs) -> Pieces:
    """The answer of ``action_space`` as JSON text in pieces. Raises as the call does."""
    if inputs.view is not WHOLE:
        return Pieces((action_space_text(space_of(inputs)),))
    space = _space_of(inputs.snapshot.contract)
    situation = Situation(inputs, Fragments())
    decisions = [flow.decisions(inputs.snapshot) for flow in space.flows]
    orders = tuple([inputs.states.of(entity_id).order for entity_id in space.entities])
    key = (space.known(inputs.persona), orders, *_summed_up(decisions, inputs.snapshot))
    layout = space.met.get(key)
    if layout is None:
        layout = _laid_out(space, decisions, orders, situation)
        space.keep(key, layout)
    return layout.filled(situation)


def _summed_up(decisions: list[list[Decision]], snapshot: Snapshot) -> Iterator[Hashable]:
    """What tells one list of decisions from another: one that touched no fact follows from the verdicts, and these have
    a number where the contract itself says all payloads."""
    produced = snapshot.verdicts.produced
    yield produced
    for some in decisions:
        for decision in some:
            yield None if produced is not None and not decision.facts_used else decision


def _laid_out(
    space: _Space, decisions: list[list[Decision]], orders: tuple[States, ...], situation: Situation
) -> SpaceLayout:
    actions: list[str | Place] = []
    blocked: list[str | Place] = []
    for flow, some in zip(space.flows, decisions, strict=True):
        layout = _flow_layout(space, flow, some, dict(zip(space.entities, orders, strict=True)), situation)
        pieces = actions if layout.is_action else blocked
        pieces += (",", *layout.pieces) if pieces else layout.pieces
    contract_hash = texts_of(situation.inputs.snapshot.contract).hash
    persona, verdicts, warnings = Place("persona"), Place("verdicts"), Place("warnings")
    return SpaceLayout(framed(contract_hash, persona, actions, verdicts, blocked, warnings))


def _flow_layout(
    space: _Space, flow: _Flow, decisions: list[Decision], orders: Mapping[str, States], situation: Situation
) -> FlowLayout:
    """The layout of one flow, which depends on less than that of all: it may have been met before."""
    snapshot, states, persona, _, _ = situation.inputs
    plan_of = compiled(snapshot.contract).plan
    operations = flow.way(snapshot).operations
    entities = [entity_id for operation in operations for entity_id in plan_of(operation).every_state]
    key = (space.known(persona), *decisions, *[orders[entity_id] for entity_id in entities])
    layout = flow.met.get(key)
    if layout is None:
        judged = judge(flow.flow, snapshot, states, persona)
        writer = _LayoutWriter(snapshot.contract, persona, states)
        text = writer.action(judged) if isinstance(judged, Action) else writer.blocked(judged)
        layout = FlowLayout(isinstance(judged, Action), writer.pieces(text))
        space.keep_flow(flow, key, layout)
    return layout


class Situation:
    """What fills places in one call."""

    __slots__ = ("fragments", "inputs")

    def __init__(self, inputs: SpaceInputs, fragments: Fragments) -> None:
        self.inputs = inputs
        self.fragments = fragments

    def persona(self, _: Place) -> str:
        """The persona."""
        return quoted(self.inputs.persona)

    def verdicts(self, _: Place) -> str:
        """All verdicts."""
        return texts_of(self.inputs.snapshot.contract).current_verdicts(self.inputs.snapshot.verdicts)

    def warnings(self, _: Place) -> str:
        """The warnings."""
        return warnings_text(self.inputs.warnings)

    def verdict(self, place: Place) -> str:
        """A verdict whose payload is computed."""
        snapshot = self.inputs.snapshot
        return texts_of(snapshot.contract).current_verdict(snapshot.verdicts[place.name])

    def all_of(self, place: Place) -> str:
        """All instances of an entity."""
        return self.fragments.ids(self.inputs.states.of(place.name).ids)

    def within(self, place: Place) -> str:
        """The instances in some states."""
        return self.fragments.ids(self.inputs.states.of(place.name).within(place.states))

    def beside(self, place: Place) -> str:
        """The instances in other states."""
        return self.fragments.ids(self.inputs.states.of(place.name).outside(place.states).ids)

    def outside(self, place: Place) -> str:
        """The instances in other states, and these."""
        return self.fragments.others(self.inputs.states.of(place.name).outside(place.states))

    def count(self, place: Place) -> str:
        """How many instances are in some states."""
        return count_text(place.name, len(self.inputs.states.of(place.name).within(place.states)))


_KINDS: Mapping[str, Callable[[Situation, Place], str]] = {
    "persona": Situation.persona,
    "verdicts": Situation.verdicts,
    "warnings": Situation.warnings,
    "verdict": Situation.verdict,
    "all": Situation.all_of,
    "within": Situation.within,
    "beside": Situation.beside,
    "outside": Situation.outside,
    "count": Situation.count,
}

_MARK = pattern("\x00([0-9]+)\x00")
"""A place in a text that is being laid out; JSON text holds no such character of its own."""


class _LayoutWriter(ActionWriter):
    """Writes a flow with marks where instances, their number and computed verdicts belong."""

    __slots__ = ("bound", "places", "states")

    def __init__(self, contract: c.Contract, persona: str, states: EntityStates) -> None:
        super().__init__(contract, persona, Fragments())
        self.states = states
        self.places: list[Place] = []
        self.bound: Bindings = {}

    def action(self, action: Action) -> str:
        """A flow that the persona can start."""
        self.bound = action.instance_bindings
        return super().action(action)

    def pieces(self, text: str) -> tuple[str | Place, ...]:
        """What was written, with its places in the place of marks."""
        parts = _MARK.split(text)
        return tuple([self.places[int(part)] if index % 2 else part for index, part in enumerate(parts)])

    def _mark(self, place: Place) -> str:
        self.places.append(place)
        return f"\x00{len(self.places) - 1}\x00"

    def ids(self, entity_id: str, group: Group) -> str:
        """A mark for a group of instances."""
        return self._mark(_place_of(entity_id, group, self.states.of(entity_id))) if group else "[]"

    def others(self, entity_id: str, others: Others) -> str:
        """A mark for instances with their states."""
        return self._mark(Place("outside", entity_id, self.states.of(entity_id).states_beside(others)))

    def count(self, entity_id: str, number: int) -> str:
        """A mark for the number of available instances: those of the group that was listed for the entity."""
        states = self.states.of(entity_id).states_of(self.bound[entity_id])
        assert states is not None
        return self._mark(Place("count", entity_id, states))

    def verdict(self, verdict: VerdictInstance) -> str:
        """A mark for a verdict whose payload is computed; a constant one is written."""
        if self.texts.is_constant(verdict):
            return super().verdict(verdict)
        return self._mark(Place("verdict", verdict.verdict_type))


def _place_of(entity_id: str, group: Group, instances: Instances) -> Place:
    states = instances.states_of(group)
    if states is not None:
        return Place("within", entity_id, states)
    if group is instances.ids:
        return Place("all", entity_id)
    return Place("beside", entity_id, instances.states_beside(group))
