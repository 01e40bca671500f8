"""How much of an action space is answered: its form, one flow or entity, a page of instances.

Rules this module lives by:

- A view leaves out, it never computes otherwise: what it shows is what the full form says.
- Pages go through the instances in the order of entity and instance id. A cursor names the last instance of a page, so
  that instances that come or go elsewhere between two calls neither repeat nor skip any other.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import NamedTuple

from tenor_wasm.errors import Json, TenorError, is_object, listed, pointer, shown
from tenor_wasm.evaluator.actions import Action, ActionSpace, BlockedAction, BlockReason, EntityNotInSourceState
from tenor_wasm.evaluator.entity_states import EntityStates
from tenor_wasm.evaluator.instances import Group, Others, between
from tenor_wasm.interchange.constructs import Contract

FULL, GROUPED, COUNTS = "full", "grouped", "counts"
FORMS = (FULL, GROUPED, COUNTS)
"""Instances listed wherever they belong; listed once per entity and state; only counted."""

VIEW_OPTIONS = ("form", "flow", "entity", "page")
"""The parameters of a call that say what is wanted."""


class Page(NamedTuple):
    """At most ``size`` instances, those that follow ``after`` (entity id, instance id)."""

    size: int
    after: tuple[str, str] | None = None


class View(NamedTuple):
    """What of an action space is wanted."""

    form: str = FULL
    flow_id: str | None = None
    entity_id: str | None = None
    page: Page | None = None


WHOLE = View()


def read_view(contract: Contract, form: Json = None, flow: Json = None, entity: Json = None, page: Json = None) -> View:
    """Check what a caller asks for; ``None`` stands for what was not asked.

    Raises ``invalid_argument``, ``unknown_flow`` and ``unknown_entity``, each with its place.
    """
    if form is None and flow is None and entity is None and page is None:
        return WHOLE
    if form is not None and form not in FORMS:
        raise _invalid("form", f"'form' must be one of {listed(FORMS)}, not {shown(form)}")
    view = View(
        FULL if form is None else str(form),
        _declared("flow", flow, contract.flows),
        _declared("entity", entity, contract.entities),
        None if page is None else _read_page(page, contract),
    )
    if view.form == COUNTS and view.page is not None:
        raise _invalid("page", "'page' has no meaning with the form 'counts', which lists no instance: leave it out")
    return view


def _invalid(argument: str, message: str, *steps: str) -> TenorError:
    path = "".join(pointer((None, step)) for step in steps)
    return TenorError("invalid_argument", message, path, {"argument": argument})


def _declared(kind: str, name: Json, declared: Mapping[str, object]) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str):
        raise _invalid(kind, f"'{kind}' must be a text, not {shown(name)}")
    if name not in declared:
        message = f"no {kind} '{name}' is declared; declared are {listed(declared)}"
        raise TenorError(f"unknown_{kind}", message, "", {"argument": kind})
    return name


def _read_page(page: Json, contract: Contract) -> Page:
    if not is_object(page):
        raise _invalid("page", f"'page' is an object with a size and perhaps a cursor, not {shown(page)}")
    for member in page:
        if member not in ("size", "cursor"):
            raise _invalid("page", f"a page has 'size' and 'cursor', no '{member}'", member)
    size, cursor = page.get("size"), page.get("cursor")
    if type(size) is not int or size < 1:
        raise _invalid("page", f"'size' must be a whole number of at least 1, not {shown(size)}", "size")
    return Page(size, None if cursor is None else _read_cursor(cursor, contract))


def _read_cursor(cursor: Json, contract: Contract) -> tuple[str, str]:
    try:
        after = json.loads(cursor) if isinstance(cursor, str) else None
    except (ValueError, RecursionError):
        after = None
    match after:
        case [str(entity_id), str(instance_id)] if entity_id in contract.entities:
            return entity_id, instance_id
    raise _invalid("page", "'cursor' must be the next_cursor of an earlier page", "cursor")


# --- what a view shows -----------------------------------------------------------------------------------------


class Shown(NamedTuple):
    """The part of an action space that a view shows.

    ``instances`` holds the shown instances of each entity in scope by state. ``next_cursor`` is where the next page
    begins; ``None`` on the last page and without pages.
    """

    space: ActionSpace
    instances: Mapping[str, Mapping[str, Group]]
    next_cursor: str | None


def shown_by(view: View, space: ActionSpace, entity_states: EntityStates) -> Shown:
    """What a view shows of an action space that was computed for its flow and entity."""
    if view is WHOLE:
        return Shown(space, {}, None)
    scope = sorted(_entities(space) if view.entity_id is None else {view.entity_id})
    every = {entity_id: entity_states.of(entity_id).by_state for entity_id in scope}
    if view.entity_id is not None:
        only = view.entity_id
        space = _cut(space, lambda entity_id, group: group if entity_id == only else None)
    if view.page is None:
        return Shown(space, every, None)
    spans, cursor = _spans(view.page, scope, entity_states)

    def part(entity_id: str, group: Group) -> Group | None:
        span = spans.get(entity_id)
        if not group or span is None:
            return None if group else group
        return between(group, *span) or None

    instances = {
        entity_id: {state: ids for state, group in by_state.items() if (ids := part(entity_id, group))}
        for entity_id, by_state in every.items()
        if entity_id in spans
    }
    # The grouped form lists the instances beside the flows: those refer to states, on every page the same.
    return Shown(space if view.form == GROUPED else _cut(space, part), instances, cursor)


def _entities(space: ActionSpace) -> set[str]:
    """Every entity that some flow names instances of."""
    judged: list[Action | BlockedAction] = [*space.actions, *space.blocked_actions]
    named = {entity_id for one in judged for entity_id in (*one.instance_bindings, *one.blocked_instances)}
    reasons = [reason for one in space.blocked_actions for reason in one.reasons]
    return named | {reason.entity_id for reason in reasons if isinstance(reason, EntityNotInSourceState)}


def _spans(page: Page, scope: list[str], entity_states: EntityStates) -> tuple[dict[str, tuple[str, str]], str | None]:
    """Per entity the first and the last instance of the page, and the cursor when more follow."""
    spans: dict[str, tuple[str, str]] = {}
    left = page.size
    last: tuple[str, str] | None = None
    after_entity, after_id = page.after or ("", "")
    for entity_id in scope:
        ids = entity_states.of(entity_id).ids
        start = bisect_right(ids, after_id) if entity_id == after_entity else 0
        if entity_id < after_entity or start == len(ids):
            continue
        if not left:
            return spans, None if last is None else json.dumps(last)
        end = min(start + left, len(ids))
        spans[entity_id] = (ids[start], ids[end - 1])
        last = (entity_id, ids[end - 1])
        left -= end - start
        if end < len(ids):
            return spans, json.dumps(last)
    return spans, None


Part = Callable[[str, Group], Group | None]
"""Entity id and a group of its instances → those that are shown; ``None`` where none of them is."""


def _cut(space: ActionSpace, part: Part) -> ActionSpace:
    """The same action space with fewer instances listed; what was decided stays."""
    cut = _Cut(part)
    return space._replace(
        actions=tuple(map(cut.action, space.actions)), blocked_actions=tuple(map(cut.blocked, space.blocked_actions))
    )


class _Cut:
    """Cuts groups down, each once: flows share them, and so do the flows of the answer."""

    __slots__ = ("_groups", "_others", "part")

    def __init__(self, part: Part) -> None:
        self.part = part
        # Each with what it was cut from, so that no other object can have its identity meanwhile.
        self._groups: dict[int, tuple[Group, Group | None]] = {}
        self._others: dict[int, tuple[Others, Others]] = {}

    def action(self, action: Action) -> Action:
        outcomes = [one._replace(instance_bindings=self._bindings(one.instance_bindings)) for one in action.outcomes]
        return action._replace(
            instance_bindings=self._bindings(action.instance_bindings),
            outcomes=tuple(outcomes),
            blocked_instances=self._blocked(action.blocked_instances),
        )

    def blocked(self, blocked: BlockedAction) -> BlockedAction:
        return blocked._replace(
            reasons=tuple(map(self._reason, blocked.reasons)),
            instance_bindings=self._bindings(blocked.instance_bindings),
            blocked_instances=self._blocked(blocked.blocked_instances),
        )

    def _reason(self, reason: BlockReason) -> BlockReason:
        if not isinstance(reason, EntityNotInSourceState):
            return reason
        return reason._replace(instance_ids=self._group(reason.entity_id, reason.instance_ids) or ())

    def _group(self, entity_id: str, group: Group) -> Group | None:
        if not group:  # the empty tuple is one object for all entities
            return self.part(entity_id, group)
        if id(group) not in self._groups:
            self._groups[id(group)] = (group, self.part(entity_id, group))
        return self._groups[id(group)][1]

    def _bindings(self, bindings: Mapping[str, Group]) -> dict[str, Group]:
        return _present({entity_id: self._group(entity_id, group) for entity_id, group in bindings.items()})

    def _blocked(self, blocked: Mapping[str, Others]) -> dict[str, Others]:
        rests = {entity_id: self._rest(entity_id, others) for entity_id, others in blocked.items()}
        return {entity_id: rest for entity_id, rest in rests.items() if rest.groups}

    def _rest(self, entity_id: str, others: Others) -> Others:
        if id(others) not in self._others:
            cut = {state: self._group(entity_id, group) for state, group in others.groups.items()}
            self._others[id(others)] = (others, Others(_present(cut)))
        return self._others[id(others)][1]


def _present(parts: dict[str, Group | None]) -> dict[str, Group]:
    return {name: part for name, part in parts.items() if part is not None}
