"""The text of one flow in an action space, laid out once and filled in again and again.

What a flow's part of an action space says depends on the persona, on the decisions of its first operation, and on which
states of its entities are occupied; the instance ids only stand in it. So its text is laid out when a situation is met
first: the flow is judged and written as always (``action_space.judge``, ``write_actions``), with places left open for
instances, their number and computed verdicts. In a like situation only the places are filled, with fragments that all
flows share. A layout is no answer: it holds nothing of what a caller gave.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

from tenor_wasm.api.calls import SpaceInputs, space_of
from tenor_wasm.api.fragments import MOST_TEXTS, Fragments
from tenor_wasm.api.views import WHOLE
from tenor_wasm.api.write_actions import ActionWriter, action_space_text, frame_text
from tenor_wasm.evaluator.action_space import judge
from tenor_wasm.evaluator.actions import Action, Bindings, BlockedAction
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Instances, Others, States
from tenor_wasm.evaluator.plans import OperationPlan
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.evaluator.snapshot import Snapshot
from tenor_wasm.interchange import constructs as c
from tenor_wasm.values.patterns import pattern


class Place(NamedTuple):
    """A place in a layout: which kind of text fills it, of which entity or verdict, from the group of which states."""

    kind: str
    name: str
    states: States = ()


class Layout(NamedTuple):
    """A flow's text with ``%s`` for its places, in order."""

    is_action: bool
    text: str
    places: tuple[Place, ...]


class FlowLayouts:
    """One flow and the layouts of the situations that it was met in.

    ``plan`` is that of its first operation; ``None`` for a flow that does not begin with an operation, which is judged
    and written each time.
    """

    __slots__ = ("flow", "met", "plan")

    def __init__(self, flow: c.Flow, plan: OperationPlan | None) -> None:
        self.flow = flow
        self.plan = plan
        self.met: dict[Hashable, Layout] = {}


class _Layouts:
    """The flows of a contract."""

    __slots__ = ("flows",)

    def __init__(self, contract: c.Contract) -> None:
        plan_of = compiled(contract).plan
        self.flows = []
        for flow in contract.flows.values():
            entry = flow.steps[flow.entry]
            operation = contract.operations[entry.operation_id] if isinstance(entry, c.OperationStep) else None
            self.flows.append(FlowLayouts(flow, None if operation is None else plan_of(operation)))


def layouts_of(contract: c.Contract) -> list[FlowLayouts]:
    """The layouts of a contract's flows, kept with it."""
    layouts: _Layouts | None = contract.derived.get(_Layouts)
    if layouts is None:
        layouts = contract.derived[_Layouts] = _Layouts(contract)
    return layouts.flows


def space_text(inputs: SpaceInputs, fragments: Fragments | None = None) -> str:
    """The answer of ``action_space`` as JSON text. Raises as the call does.

    ``fragments`` carries texts of groups from one answer to the next.
    """
    if inputs.view is not WHOLE:
        return action_space_text(space_of(inputs), fragments)
    filler = Filler(inputs.snapshot, inputs.states, inputs.persona, fragments or Fragments())
    actions: list[str] = []
    blocked: list[str] = []
    for layouts in layouts_of(inputs.snapshot.contract):
        is_action, text = filler.flow(layouts)
        (actions if is_action else blocked).append(text)
    return frame_text(inputs.snapshot, filler.writer.persona, ",".join(actions), ",".join(blocked), inputs.warnings)


class Filler:
    """Fills the layouts of the flows in one situation."""

    __slots__ = ("orders", "persona", "snapshot", "states", "texts", "writer")

    def __init__(self, snapshot: Snapshot, states: EntityStates, persona: str, fragments: Fragments) -> None:
        self.snapshot, self.states, self.persona = snapshot, states, persona
        self.writer = ActionWriter(snapshot.contract, persona, fragments)
        self.texts = _PlaceTexts(snapshot, states, self.writer)
        self.orders: dict[str, States] = {}

    def flow(self, layouts: FlowLayouts) -> tuple[bool, str]:
        """Whether the persona can start a flow, and its text."""
        plan = layouts.plan
        if plan is None:
            return self._written(judge(layouts.flow, self.snapshot, self.states, self.persona))
        operation = plan.operation
        decision = self.snapshot.decide(operation.precondition, "operation", operation.id)
        key = (
            self.persona,
            decision.truth,
            decision.verdicts_used,
            decision.missing,
            *map(self._order, plan.every_state),
        )
        layout = layouts.met.get(key)
        if layout is None:
            layout = self._laid_out(layouts.flow)
            if len(layouts.met) >= MOST_TEXTS:
                layouts.met.clear()
            layouts.met[key] = layout
        return layout.is_action, layout.text % tuple(map(self.texts.__getitem__, layout.places))

    def _order(self, entity_id: str) -> States:
        """The occupied states of an entity in the order of their first instances: all that a layout depends on."""
        order = self.orders.get(entity_id)
        if order is None:
            order = self.orders[entity_id] = self.states.of(entity_id).order
        return order

    def _written(self, judged: Action | BlockedAction) -> tuple[bool, str]:
        if isinstance(judged, Action):
            return True, self.writer.action(judged)
        return False, self.writer.blocked(judged)

    def _laid_out(self, flow: c.Flow) -> Layout:
        judged = judge(flow, self.snapshot, self.states, self.persona)
        writer = _LayoutWriter(self.snapshot.contract, self.persona, self.states)
        text = writer.action(judged) if isinstance(judged, Action) else writer.blocked(judged)
        parts = _MARK.split(text)
        places = tuple(writer.places[int(mark)] for mark in parts[1::2])
        return Layout(isinstance(judged, Action), "%s".join(part.replace("%", "%%") for part in parts[::2]), places)


class _PlaceTexts(dict[Place, str]):
    """What fills each place in one situation, written when a flow first needs it."""

    __slots__ = ("_snapshot", "_states", "_writer")

    def __init__(self, snapshot: Snapshot, states: EntityStates, writer: ActionWriter) -> None:
        super().__init__()
        self._snapshot, self._states, self._writer = snapshot, states, writer

    def __missing__(self, place: Place) -> str:
        if place.kind == "verdict":
            text = self._writer.verdict(self._snapshot.verdicts[place.name])
        else:
            text = _KINDS[place.kind](self._writer, place, self._states.of(place.name))
        self[place] = text
        return text


_KINDS: Mapping[str, Callable[[ActionWriter, Place, Instances], str]] = {
    "all": lambda writer, place, instances: writer.fragments.ids(instances.ids),
    "within": lambda writer, place, instances: writer.fragments.ids(instances.within(place.states)),
    "beside": lambda writer, place, instances: writer.fragments.ids(instances.outside(place.states).ids),
    "outside": lambda writer, place, instances: writer.fragments.others(instances.outside(place.states)),
    "count": lambda writer, place, instances: writer.count(place.name, len(instances.within(place.states))),
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
