"""A long life of one session on a busy contract: its changes lead from every answer to the present one."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api import session_history
from tenor_wasm.api.json_text import write_json
from tests import bundles as b
from tests.api.test_complexity import calls_of
from tests.changes import applied, expanded

Json = Any

STATES = ("new", "open", "shut")
CONTRACT = b.load(
    b.persona("clerk"),
    b.persona("chief"),
    b.fact("level", b.integer(0, 9)),
    b.rule("low", b.compare(b.ref("level"), "<", b.literal(3))),
    b.rule("high", b.compare(b.ref("level"), ">", b.literal(5))),
    b.entity("Box", *STATES, transitions=[("new", "open"), ("open", "shut"), ("shut", "open")]),
    b.entity("Lid", *STATES, transitions=[("new", "open"), ("open", "shut"), ("shut", "open")]),
    b.entity("Hook", "free", "used"),
    b.operation("begin", "Box: new -> open", personas=["clerk", "chief"]),
    b.operation(
        "close",
        *("Box: open -> shut => success", "Lid: open -> shut => success", "Box: shut -> open => opened"),
        outcomes=["success", "opened"],
    ),
    b.operation("take", "Hook: free -> used", "Lid: new -> open", when=b.negate(b.present("high")), personas=["chief"]),
    b.flow("beginning", b.act("begin")),
    b.flow("closing", b.act("close", outcomes={"success": b.done(), "opened": b.done()})),
    b.flow("taking", b.act("take", by="chief")),
    b.flow(
        "deciding",
        b.decide("which", b.present("low"), "do_begin", "do_take"),
        b.act("begin"),
        b.act("take", by="chief"),
    ),
)
PEOPLE = ("clerk", "chief", "stranger")
REFUSALS = ("unknown_instance", "instance_exists", "undeclared_transition", "invalid_facts")


def lived(session: api.Session, chance: Random) -> None:
    """One change, which may be refused."""
    entity = CONTRACT.entities[chance.choice(["Box", "Box", "Lid", "Hook"])]
    instance = f"i-{chance.randrange(12):02}"
    kind = chance.random()
    try:
        if kind < 0.55:
            session.transition(entity.id, instance, chance.choice(entity.states))
        elif kind < 0.75:
            session.add_instance(entity.id, instance, chance.choice([None, *entity.states]))
        elif kind < 0.85:
            session.remove_instance(entity.id, instance)
        elif kind < 0.95:
            session.set_facts({"level": chance.randrange(11)})
        else:
            session.set_persona(chance.choice(PEOPLE))
    except api.TenorError as error:
        if error.code not in REFUSALS:
            raise


def whole(session: api.Session) -> Json:
    return json.loads(write_json(api.to_json(session.action_space(since=None))))


def fresh_text(session: api.Session) -> str:
    inputs = session.inputs()
    space = api.action_space(CONTRACT, inputs["facts"], inputs["entity_states"], session.persona)
    return f'{api.to_text(space)[:-1]},"revision":{session.revision}}}'


@pytest.mark.parametrize("seed", range(4))
def test_changes_lead_from_every_answer_to_the_present_one(seed: int) -> None:
    chance = Random(seed)
    session = api.open_session(CONTRACT, {"level": 4}, {"Box": {"i-00": "new", "i-01": "open"}}, "chief")
    held = [whole(session)]
    for turn in range(300):
        lived(session, chance)
        if turn % 3 == 0:
            continue
        now = whole(session)
        assert write_json(expanded(now)) == session.action_space_text() == fresh_text(session)
        for before in (held[-1], chance.choice(held)):
            assert applied(before, api.to_json(session.action_space(since=before["revision"]))) == now
        held.append(now)
    assert session.revision > 100


def test_what_is_too_long_ago_is_answered_with_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_history, "MOST_MOVES", 5)
    session = api.open_session(CONTRACT, {"level": 4}, {"Box": {"a": "open"}}, "clerk")
    first = whole(session)
    for turn in range(5):
        session.transition("Box", "a", ("shut", "open")[turn % 2])
    assert applied(first, api.to_json(session.action_space(since=0))) == whole(session)
    session.transition("Box", "a", "open")
    assert session.action_space(since=0).since is None
    assert applied(first, api.to_json(session.action_space(since=0))) == whole(session)
    assert session.action_space(since=1).since == 1


def test_a_contract_without_flows_has_changes_too() -> None:
    contract = b.load(
        b.persona("clerk"), b.fact("n", b.integer(0, 9)), b.rule("r", b.compare(b.ref("n"), ">", b.literal(1)))
    )
    session = api.open_session(contract, {"n": 0}, {}, "clerk")
    before = whole(session)
    session.set_facts({"n": 5})
    change: Json = api.to_json(session.action_space(since=0))
    assert [verdict["verdict_type"] for verdict in change["current_verdicts"]] == ["r"]
    assert applied(before, change) == whole(session)


def test_facts_that_the_caller_alters_later_are_not_the_sessions() -> None:
    facts = {"level": 4}
    session = api.open_session(CONTRACT, facts, {}, "clerk")
    facts["level"] = 9
    assert session.inputs()["facts"] == {"level": 4}


def test_a_flow_that_cannot_be_judged_is_an_error_until_it_can() -> None:
    third = b.element(b.ref("names"), 2)
    contract = b.load(
        b.persona(),
        b.fact("names", b.list_of(b.text(9))),
        b.entity("Box", "new", "open"),
        b.operation("begin", "Box: new -> open", when=b.compare(third, "=", b.literal("x"))),
        b.flow("beginning", b.act("begin")),
    )
    session = api.open_session(contract, {"names": ["x"]}, {"Box": {"a": "new"}}, "clerk")
    for since in ((), (0,), (None,)):
        with pytest.raises(api.TenorError, match="no element"):
            session.action_space(*since)
    session.add_instance("Box", "b")
    session.set_facts({"names": ["a", "b", "x"]})
    assert [action.instance_bindings["Box"] for action in session.action_space().actions] == [("a", "b")]
    assert session.action_space(since=None).revision == 2


def moved(instances: int) -> tuple[int, int]:
    """The calls that one transition and the changed action space cost, and the characters of the answer."""
    states = {entity: {f"{entity}-{number:07}": "open" for number in range(instances)} for entity in ("Box", "Lid")}
    session = api.open_session(CONTRACT, {"level": 4}, states, "clerk")
    texts = []

    def work() -> None:
        revision = session.transition("Box", f"Box-{instances // 2:07}", "shut")
        texts.append(write_json(api.to_json(session.action_space(since=revision - 1))))

    session.action_space(since=None)
    session.transition("Box", "Box-0000001", "shut")
    session.action_space(since=0)
    return calls_of(work), len(texts[0])


def test_a_change_costs_the_same_however_many_instances_there_are() -> None:
    small, large = moved(100), moved(50_000)
    # A binary search takes some steps more; the copies of a chunk and of the list of chunks are one call each.
    assert large[0] <= small[0] + 100
    assert large[1] <= small[1] + 30
