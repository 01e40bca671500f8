"""Policies: who chooses among what is open, and how.

Rules this module lives by:

- A policy returns an action with all its bindings, or none, and always a reason.
- A policy holds no list of actions: it looks at them one by one, and stops when it has seen enough.
- Nothing here is random but by a seed; nothing reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from traceback import extract_tb

from tenor_wasm.agent.actions import Action, Decision, Policy, nothing
from tenor_wasm.agent.observation import Candidate, Observation
from tenor_wasm.errors import TenorError, listed

DRAWS = 8
"""How often a random combination is drawn before every action is looked at instead."""

Turn = tuple[str, str]
"""An entity id and an instance id."""


class FirstAvailable:
    """Takes the first action: flows in the contract's order, instances by id. Reads one page."""

    name = "first"

    def choose(self, observation: Observation) -> Decision:
        """The first action that is open."""
        action = next(observation.actions(), None)
        return none_open(observation) if action is None else Decision(action, "the first that is open")


class PriorityList:
    """Takes the first of the named flows that is open; it never starts a flow that is not named. Reads one page."""

    name = "priority"

    def __init__(self, flows: Sequence[str]) -> None:
        self._flows = tuple(flows)

    def choose(self, observation: Observation) -> Decision:
        """The first action of the first flow of the list that has one."""
        for number, flow_id in enumerate(self._flows, 1):
            if flow_id not in observation.contract.flows:
                message = f"no flow '{flow_id}' is declared; declared are {listed(observation.contract.flows)}"
                raise TenorError("unknown_flow", message)
            action = next(observation.actions(flow_id), None)
            if action is not None:
                return Decision(action, f"number {number} of the list, and none before it is open")
        return nothing(f"none of {listed(self._flows)} is open")


class RandomChoice:
    """Takes one of the open flows by chance, then an instance by chance for each entity; the same seed chooses alike.

    It goes through all pages of the flow that it takes, and keeps one instance of each entity.
    """

    name = "random"

    def __init__(self, seed: int | str) -> None:
        self._chance = Random(seed)
        self._seed = seed

    def choose(self, observation: Observation) -> Decision:
        """Any action that is open; every flow is as likely as another."""
        flows = list(observation.open_flows)
        self._chance.shuffle(flows)
        for flow_id in flows:
            action = self._drawn(observation, flow_id) or next(observation.actions(flow_id), None)
            if action is not None:
                return Decision(action, f"drawn by chance (seed {self._seed})")
        return none_open(observation)

    def _drawn(self, observation: Observation, flow_id: str) -> Action | None:
        for _ in range(DRAWS):
            chosen = {}
            for entity_id in observation.entities(flow_id):
                candidate = self._one_of(observation.candidates(flow_id, entity_id))
                if candidate is None:
                    return None
                chosen[entity_id] = candidate
            action = Action(flow_id, {entity_id: one.instance_id for entity_id, one in chosen.items()})
            if observation.accepts(flow_id, chosen) and not observation.is_aside(action):
                return action
        return None

    def _one_of(self, candidates: Iterable[Candidate]) -> Candidate | None:
        """One of them, each as likely as another, without a list of them."""
        kept = None
        for number, candidate in enumerate(candidates):
            if self._chance.randrange(number + 1) == 0:
                kept = candidate
        return kept


class RoundRobin:
    """Gives instances their turns in the order of entity and id, around and around; of one entity where it is named.

    It goes through all pages to find whose turn it is, and keeps one name.
    """

    name = "round-robin"

    def __init__(self, entity: str | None = None) -> None:
        self._entity = entity
        self._last: Turn | None = None

    def choose(self, observation: Observation) -> Decision:
        """The first flow that is open to the next instance after the one that had the last turn."""
        for turn in self._turns(observation):
            action = self._action_for(observation, turn)
            if action is not None:
                self._last = turn
                return Decision(action, f"it is the turn of {turn[0]}/{turn[1]}")
        return none_open(observation)

    def _turns(self, observation: Observation) -> Iterator[Turn]:
        """The instances from the last turn on, then those from the beginning to the last turn."""
        after = self._last
        while (turn := min(_above(self._instances(observation), after), default=None)) is not None:
            yield turn
            after = turn
        if self._last is None:
            return
        after = None
        while (turn := min(_above(self._instances(observation), after), default=self._last)) <= self._last:
            yield turn
            if turn == self._last:
                return
            after = turn

    def _instances(self, observation: Observation) -> Iterator[Turn]:
        return (turn for turn in observation.instances() if self._entity in (None, turn[0]))

    @staticmethod
    def _action_for(observation: Observation, turn: Turn) -> Action | None:
        entity_id, instance_id = turn
        for flow_id in observation.open_flows:
            if entity_id in observation.taken_up(flow_id):
                action = next(observation.actions(flow_id, {entity_id: instance_id}), None)
                if action is not None:
                    return action
        return None


def _above(turns: Iterable[Turn], after: Turn | None) -> Iterator[Turn]:
    return (turn for turn in turns if after is None or turn > after)


class Called:
    """Asks a function: it is given the observation and returns an action, a decision, or ``None``."""

    def __init__(self, function: Callable[[Observation], Action | Decision | None], name: str = "called") -> None:
        self._function, self.name = function, name

    def choose(self, observation: Observation) -> Decision:
        """What the function says. Raises ``invalid_choice`` where it says something else, ``policy_failed``."""
        try:
            chosen: object = self._function(observation)
        except TenorError:
            raise
        except Exception as error:
            raise policy_failed(self.name, error) from error
        if isinstance(chosen, Decision):
            return chosen
        if isinstance(chosen, Action):
            return Decision(chosen, f"{self.name} chose it")
        if chosen is None:
            return nothing(f"{self.name} chose nothing")
        message = f"a policy returns an Action, a Decision or None, but {self.name} returned {type(chosen).__name__}"
        raise TenorError("invalid_choice", message)


def policy_failed(name: str, error: Exception) -> TenorError:
    """What a policy's own code raised, with the place where it did."""
    last = extract_tb(error.__traceback__)[-1]
    own = isinstance(error, SyntaxError)  # its words name the place
    at = "" if own else f" ({last.filename}, line {last.lineno})"
    return TenorError("policy_failed", f"the policy {name} raised {type(error).__name__}: {error}{at}")


class FirstThatChooses:
    """Asks several policies in turn, and takes the first choice."""

    name = "composite"

    def __init__(self, policies: Sequence[Policy]) -> None:
        self._policies = tuple(policies)

    def choose(self, observation: Observation) -> Decision:
        """The first policy's action, or nothing with all their reasons. One that says what follows ends the asking."""
        reasons = []
        for policy in self._policies:
            decision = policy.choose(observation)
            reason = f"{policy.name}: {decision.reason}"
            if decision.action is not None or decision.then is not None:
                return Decision(decision.action, reason, decision.then)
            reasons.append(reason)
        return nothing("; ".join(reasons))


def none_open(observation: Observation) -> Decision:
    """Nothing can be chosen: because all is blocked, or because what is open was tried."""
    if not observation.open_flows:
        return nothing("no flow is open")
    if observation.aside:
        return nothing("whatever is open was tried and changed nothing")
    return nothing("no open flow finds an instance for each entity that it needs")
