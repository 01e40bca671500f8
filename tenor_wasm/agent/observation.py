"""What an agent sees at one step: which flows are open on which instances, read as far as somebody looks.

Rules this module lives by:

- The first page says truly which flows are open, for it holds some instance of every state. More pages are read only
  while actions are asked for, and none but the first is kept.
- An action binds every entity that its flow can touch. Those of the first operations take the instances that the action
  space names, in the combinations that some outcome accepts; entities of later steps take instances in a state from
  which the flow can move them. Where there is none the flow cannot be bound, and gives no action.
- What was tried and changed nothing is set aside: it is not offered again until something has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple

from tenor_wasm.agent.actions import Action
from tenor_wasm.agent.host import PAGE, Host, answered, every_instance
from tenor_wasm.api.blocked_text import blocked_text
from tenor_wasm.errors import Json, TenorError
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.interchange import constructs as c
from tenor_wasm.interchange.graph import compensations, reachable_steps

JsonObject = Mapping[str, Any]

ANY: Mapping[str, str] = {}
"""No instance is asked for by name."""

NOTHING_ASIDE: Set[tuple[object, ...]] = frozenset()


class Candidate(NamedTuple):
    """An instance that may be bound, and the outcomes of first operations (operation, label) that accept it."""

    instance_id: str
    fits: frozenset[tuple[str, str]]


class Observation:
    """The action space of a persona at one moment, to choose from."""

    def __init__(
        self,
        host: Host,
        persona: str,
        facts: Json,
        step: int = 1,
        aside: Set[tuple[object, ...]] = NOTHING_ASIDE,
        limit: int = PAGE,
    ) -> None:
        self.persona, self.facts, self.step, self.aside = persona, facts, step, aside
        self._host, self._limit = host, limit
        self.first: JsonObject = self._page(None)
        self._open: dict[str, JsonObject] = {action["flow_id"]: action for action in self.first["actions"]}

    @property
    def contract(self) -> c.Contract:
        """The contract that governs the instances."""
        return self._host.contract

    @property
    def open_flows(self) -> tuple[str, ...]:
        """The flows that the persona can start on some instance, in the contract's order."""
        return tuple(self._open)

    @property
    def blocked(self) -> dict[str, str]:
        """The other flows, each with what stands in the way."""
        return {blocked["flow_id"]: blocked_text(blocked) for blocked in self.first["blocked_actions"]}

    @property
    def goes_on(self) -> bool:
        """Whether there are more instances than the first page holds."""
        return self.first["next_cursor"] is not None

    def offer(self, flow_id: str) -> JsonObject | None:
        """What the action space says of an open flow, over the first page; ``None`` where it is not open."""
        return self._open.get(flow_id)

    def is_aside(self, action: Action) -> bool:
        """Whether the action was tried and changed nothing."""
        return action.key in self.aside

    def actions(self, flow_id: str | None = None, bound: Mapping[str, str] = ANY) -> Iterator[Action]:
        """Every action that is open, of one flow where it is named, on the instances named in ``bound``.

        They come flow by flow, instances in the order of their pages; pages are read while one goes on.
        """
        for name in self.open_flows if flow_id is None else (flow_id,):
            if name not in self._open:
                continue
            for chosen in self._combinations(name, self.entities(name), bound, {}):
                action = Action(name, {entity_id: one.instance_id for entity_id, one in chosen.items()})
                if not self.is_aside(action):
                    yield action

    def entities(self, flow_id: str) -> tuple[str, ...]:
        """The entities that an open flow has to be bound to: those that its first operations take up come first."""
        taken_up = tuple(self._open[flow_id]["instance_bindings"])
        return tuple(dict.fromkeys((*taken_up, *compiled(self.contract).entities_of(flow_id))))

    def taken_up(self, flow_id: str) -> tuple[str, ...]:
        """The entities that the first operations of an open flow take up: their instances decide whether it is open."""
        return tuple(self._open[flow_id]["instance_bindings"])

    def candidates(self, flow_id: str, entity_id: str) -> Iterator[Candidate]:
        """The instances of an entity to which an open flow may be bound, each once."""
        if entity_id in self._open[flow_id]["instance_bindings"]:
            yield from self._available(flow_id, entity_id)
            return
        for state in source_states(self.contract, flow_id, entity_id):
            for record in every_instance(self._host, entity_id, state, self._limit):
                yield Candidate(record["instance_id"], frozenset())

    def instances(self) -> Iterator[tuple[str, str]]:
        """The entity and instance ids that first operations of open flows take up; one may come more than once."""
        for page in self._pages():
            for action in page["actions"]:
                for entity_id, instance_ids in action["instance_bindings"].items():
                    yield from ((entity_id, instance_id) for instance_id in instance_ids)

    def accepts(self, flow_id: str, chosen: Mapping[str, Candidate]) -> bool:
        """Whether each first operation of a flow has an outcome that accepts all the chosen instances together."""
        offer = self._open[flow_id]
        return all(
            any(
                outcome["operation_id"] == operation_id
                and all((operation_id, outcome["outcome"]) in chosen[e].fits for e in outcome["instance_bindings"])
                for outcome in offer["outcomes"]
            )
            for operation_id in offer["first_operation_ids"]
        )

    def states_of(self, action: Action) -> dict[str, dict[str, JsonObject | None]]:
        """Where the instances of an action stand now: state and version; ``None`` for one that does not exist."""
        found: dict[str, dict[str, JsonObject | None]] = {}
        for entity_id, instance_id in action.bindings.items():
            try:
                history = answered(self._host.history(entity_id, instance_id, None, 1))
                state: JsonObject | None = {"state": history["current_state"], "version": history["version"]}
            except TenorError as error:
                if error.code not in ("unknown_instance", "unknown_entity", "invalid_instance_id"):
                    raise
                state = None
            found[entity_id] = {instance_id: state}
        return found

    def _page(self, cursor: str | None) -> JsonObject:
        return answered(self._host.action_space_page(self.persona, self.facts, cursor, self._limit))

    def _pages(self) -> Iterator[JsonObject]:
        page = self.first
        while True:
            yield page
            if page["next_cursor"] is None:
                return
            page = self._page(page["next_cursor"])

    def _available(self, flow_id: str, entity_id: str) -> Iterator[Candidate]:
        """The instances that the action space names. A state without more is shown by its first one on every page."""
        already = frozenset(self._open[flow_id]["instance_bindings"][entity_id])
        for page in self._pages():
            action = next((one for one in page["actions"] if one["flow_id"] == flow_id), None)
            if action is None:
                continue  # others have changed it meanwhile
            fits: dict[str, set[tuple[str, str]]] = {}
            for outcome in action["outcomes"]:
                for instance_id in outcome["instance_bindings"].get(entity_id, ()):
                    fits.setdefault(instance_id, set()).add((outcome["operation_id"], outcome["outcome"]))
            for instance_id in action["instance_bindings"].get(entity_id, ()):
                if page is self.first or instance_id not in already:
                    yield Candidate(instance_id, frozenset(fits.get(instance_id, ())))

    def _combinations(
        self, flow_id: str, entities: tuple[str, ...], bound: Mapping[str, str], chosen: Mapping[str, Candidate]
    ) -> Iterator[Mapping[str, Candidate]]:
        if not entities:
            if self.accepts(flow_id, chosen):
                yield chosen
            return
        entity_id, *rest = entities
        for candidate in self.candidates(flow_id, entity_id):
            if bound.get(entity_id, candidate.instance_id) == candidate.instance_id:
                yield from self._combinations(flow_id, tuple(rest), bound, {**chosen, entity_id: candidate})


def source_states(contract: c.Contract, flow_id: str, entity_id: str) -> tuple[str, ...]:
    """The states from which a flow's operations can move an entity, each once, in the order of its steps."""
    states: dict[str, None] = {}
    for step in reachable_steps(contract.flows[flow_id].steps, contract.flows):
        operations = [compensation.operation_id for compensation in compensations(step)]
        if isinstance(step, c.OperationStep):
            operations.insert(0, step.operation_id)
        for operation_id in operations:
            effects = contract.operations[operation_id].effects
            states.update(dict.fromkeys(effect.source for effect in effects if effect.entity_id == entity_id))
    return tuple(states)
