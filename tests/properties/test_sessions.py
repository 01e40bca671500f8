"""A session is, at every moment, what a fresh call on its present inputs is, and its changes lead there exactly.

Each example is a random life of a session on a random contract: every change is made on the session and on inputs that
are kept beside it. Changes that are refused are made too; they must change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.api.json_text import write_json
from tenor_wasm.api.wire import dispatch
from tests.changes import applied, expanded
from tests.properties import strategies as some

Json = Any

NAMES = (*some.INSTANCES, "é", "🚂", "", "￿", "__proto__", "7")


class Life:
    """One session on the wire, and the inputs that it must be equal to."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw: Callable[[Any], Any] = data.draw
        self.world = self.draw(some.worlds())
        self.contract = self.ask("load", bundle=self.world.bundle)["ok"]["handle"]
        self.inputs: dict[str, Json] = {
            "facts": self.draw(some.facts(self.world)),
            "entity_states": self.draw(st.one_of(some.nested_states(self.world), st.just({}))),
            "persona": self.draw(some.personas()),
        }
        self.revision = self.draw(st.sampled_from([0, 0, 7]))
        opened = self.ask("open_session", contract=self.contract, revision=self.revision, **self.inputs)
        self.session: int | None = opened.get("ok", {}).get("session")
        self.held: list[Json] = []

    def ask(self, method: str, **params: Json) -> Json:
        answer: Json = json.loads(self.text(method, **params))
        return answer

    def text(self, method: str, **params: Json) -> str:
        return dispatch(method, json.dumps(params))

    # --- changes ---

    def change(self) -> None:
        """One change, whatever becomes of it."""
        step = self.draw(
            st.sampled_from([self.transition, self.transition, self.add, self.remove, self.run, self.renew])
        )
        step()

    def made(self, method: str, **params: Json) -> bool:
        """Whether a change was taken over; the revision tells."""
        answer = self.ask(method, session=self.session, **params)
        if "error" in answer:
            assert answer["error"]["code"] != "internal_error"
            return False
        changed: bool = answer["ok"]["revision"] == self.revision + 1
        assert changed or answer["ok"]["revision"] == self.revision
        self.revision = answer["ok"]["revision"]
        return changed

    def place(self) -> tuple[str, str]:
        """An entity and an instance, mostly one that is there."""
        entity_id = self.draw(st.sampled_from(sorted(self.world.states)))
        there = sorted(self.inputs["entity_states"].get(entity_id, ()))
        return entity_id, self.draw(st.sampled_from([*there * 4, *NAMES]))

    def transition(self) -> None:
        entity_id, instance_id = self.place()
        to = self.draw(st.sampled_from(self.world.states[entity_id]))
        if self.made("transition", entity=entity_id, instance=instance_id, to=to):
            assert instance_id in self.inputs["entity_states"][entity_id]
            self.inputs["entity_states"][entity_id][instance_id] = to

    def add(self) -> None:
        entity_id, instance_id = self.place()
        state = self.draw(st.sampled_from(self.world.states[entity_id]))
        if self.made("add_instance", entity=entity_id, instance=instance_id, state=state):
            group = self.inputs["entity_states"].setdefault(entity_id, {})
            assert instance_id not in group
            group[instance_id] = state

    def remove(self) -> None:
        entity_id, instance_id = self.place()
        if self.made("remove_instance", entity=entity_id, instance=instance_id):
            del self.inputs["entity_states"][entity_id][instance_id]

    def renew(self) -> None:
        if self.draw(st.booleans()):
            persona = self.draw(some.personas())
            assert self.made("set_persona", persona=persona)
            self.inputs["persona"] = persona
        else:
            facts = self.draw(some.facts(self.world))
            if self.made("set_facts", facts=facts):
                self.inputs["facts"] = facts

    def run(self) -> None:
        """Simulate a flow and take it over; the simulation is that of a fresh call."""
        flow = self.draw(st.sampled_from(self.world.flows))
        bindings = self.draw(st.none() | some.bindings(self.world, self.inputs["entity_states"]))
        asked = {"flow": flow, "instance_bindings": bindings}
        simulated = self.text("simulate_flow", session=self.session, **asked)
        assert simulated == self.text("simulate_flow", contract=self.contract, **asked, **self.inputs)
        told = json.loads(simulated).get("ok", {}).get("would_transition", [])
        if self.made("apply", transitions=told):
            for move in told:
                group = self.inputs["entity_states"].setdefault(move["entity_id"], {})
                group[move["instance_id"]] = move["to_state"]

    # --- checks ---

    def check(self) -> None:
        """All answers are those of fresh calls, byte for byte."""
        for method, names in (("evaluate", ("facts",)), ("action_space", ("facts", "entity_states", "persona"))):
            fresh = self.text(method, contract=self.contract, **{name: self.inputs[name] for name in names})
            live = self.text(method, session=self.session)
            if method == "action_space" and live.startswith('{"ok"'):
                fresh = f'{fresh[:-2]},"revision":{self.revision}}}}}'
            assert live == fresh
        dumped = self.ask("session_inputs", session=self.session)["ok"]
        assert dumped == {**self.inputs, "revision": self.revision}

    def follow(self) -> None:
        """From every answer that was held the change leads to the present one."""
        full = self.text("action_space", session=self.session)
        since = [held["revision"] for held in self.held] or [None]
        if not full.startswith('{"ok"'):
            answer = self.ask("action_space", session=self.session, since=since[0])
            assert answer["error"] == json.loads(full)["error"]
            return
        whole = self.ask("action_space", session=self.session, since=None)["ok"]
        assert f'{{"ok":{write_json(expanded(whole))}}}' == full
        for held in self.held:
            change = self.ask("action_space", session=self.session, since=held["revision"])["ok"]
            assert change["form"] == "change"
            assert applied(held, change) == whole
        self.held.append(whole)


@given(st.data())
def test_a_session_is_at_every_moment_what_a_fresh_call_is(data: st.DataObject) -> None:
    life = Life(data)
    if life.session is None:
        return
    try:
        for _ in range(data.draw(st.integers(1, 8))):
            if data.draw(st.booleans()):
                life.check()
            if data.draw(st.booleans()):
                life.follow()
            life.change()
        life.check()
        life.follow()
    finally:
        life.ask("free_session", session=life.session)
        life.ask("free", contract=life.contract)


@given(st.data())
def test_an_answer_stays_as_it_was_when_the_session_goes_on(data: st.DataObject) -> None:
    life = Life(data)
    try:
        contract = api.load(life.world.bundle)
        session = api.open_session(contract, life.inputs["facts"], life.inputs["entity_states"], life.inputs["persona"])
        space, change, run = session.action_space(), session.action_space(since=None), session.inputs()
    except api.TenorError:
        return
    before = (write_json(api.to_json(space)), write_json(api.to_json(change)), write_json(run))
    for entity_id in life.world.states:
        for instance_id in list(session.entity_states.instances(entity_id)):
            session.remove_instance(entity_id, instance_id)
        session.add_instance(entity_id, "new")
    assert (write_json(api.to_json(space)), write_json(api.to_json(change)), write_json(run)) == before
    fresh = api.action_space(contract, life.inputs["facts"], life.inputs["entity_states"], life.inputs["persona"])
    assert space.actions == fresh.actions
    assert space.blocked_actions == fresh.blocked_actions
